"""FHIR to the worklist and back, in the shapes that sites really send."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from fakes_platform import READER, item, site

from workstation.domain.reader import Colleague
from workstation.domain.worklist import Priority, ReadState, Tier
from workstation.protocols import fhir
from workstation.protocols import platform as wire
from workstation.protocols.fhir_values import Unreadable, by_reference

RW = "urn:reading-workstation:"
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
TASK: dict[str, Any] = {
    "resourceType": "Task",
    "id": "t-1",
    "meta": {"versionId": "7", "lastUpdated": "2026-11-22T20:00:00Z"},
    "extension": [
        {"url": RW + "jurisdiction", "valueCode": "US-OR"},
        {"url": "urn:site:routing", "valueString": "neuro pool"},
    ],
    "status": "requested",
    "intent": "order",
    "code": {"coding": [{"system": RW + "task", "code": "read"}]},
    "businessStatus": {"coding": [{"system": RW + "read-state", "code": "unread"}]},
    "performerType": [{"coding": [{"system": RW + "tier", "code": "preliminary"}]}],
    "priority": "stat",
    "focus": {"reference": "https://harbor.example/fhir/ServiceRequest/9"},
    "for": {"reference": "Patient/4"},
    "authoredOn": "2026-11-22T13:00:00-08:00",
    "restriction": {"period": {"end": "2026-11-22T22:10:00Z"}},
    "input": [
        {"type": {"text": "study"}, "valueReference": {"reference": "ImagingStudy/5/_history/2"}},
        {"type": {"text": "prior"}, "valueReference": {"reference": "ImagingStudy/3"}},
        {"type": {"text": "prior"}, "valueReference": {"reference": "ImagingStudy/2"}},
        {"type": {"text": "images-expected"}, "valueInteger": 312},
    ],
}
ORDER: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "id": "9",
    "identifier": [
        {"value": "PLAC-1", "type": {"coding": [{"code": "PLAC"}]}},
        {"value": "A-17", "type": {"coding": [{"code": "ACSN"}]}},
    ],
    "code": {"text": "CT head", "coding": [{"code": "CTHD"}]},
    "reasonCode": [{"text": "Fall"}],
    "bodySite": [{"text": "Head"}],
}
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "4",
    "identifier": [
        {"value": "123-45", "system": "urn:ssn", "type": {"coding": [{"code": "SS"}]}},
        {"value": "P-4", "system": "urn:harbor", "type": {"coding": [{"code": "MR"}]}},
    ],
    "name": [{"family": "Beispiel", "given": ["Ana", "Lu"]}],
    "birthDate": "1962-03-02",
    "gender": "female",
}
STUDY: dict[str, Any] = {
    "resourceType": "ImagingStudy",
    "id": "5",
    "identifier": [{"system": "urn:dicom:uid", "value": "urn:oid:1.2.840.5"}],
    "modality": [{"code": "SR"}, {"code": "CT"}],
    "started": "2026-11-22T12:50:00-08:00",
    "numberOfInstances": 236,
    "endpoint": [{"reference": "Endpoint/1"}],
}
ENDPOINT: dict[str, Any] = {
    "resourceType": "Endpoint",
    "id": "1",
    "connectionType": {"code": "dicom-wado-rs"},
    "address": "https://images.harbor.example/wado",
}
OTHERS = by_reference([ORDER, PATIENT, STUDY])


def test_a_task_with_its_order_patient_and_study_is_a_row() -> None:
    """Each column of the worklist, from the element the agreement names."""
    row = fhir.item_from(site(), TASK, OTHERS)

    assert (row.task, row.version, row.study, row.accession) == ("t-1", "7", "1.2.840.5", "A-17")
    assert (row.priority, row.tier, row.state) == (
        Priority.STAT,
        Tier.PRELIMINARY,
        ReadState.UNREAD,
    )
    assert row.patient.name == "Beispiel, Ana Lu"
    assert (row.patient.id, row.patient.issuer, row.patient.sex) == ("P-4", "urn:harbor", "F")
    assert row.patient.birth_date == date(1962, 3, 2)
    assert (row.procedure, row.procedure_code, row.modality) == ("CT head", "CTHD", "CT")
    assert row.due == datetime(2026, 11, 22, 22, 10, tzinfo=UTC)
    assert row.listed == datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    assert (row.images_received, row.images_expected, row.prior_count) == (236, 312, 2)
    assert (row.jurisdiction, row.indication, row.body_part) == ("US-OR", "Fall", "Head")
    assert (row.order_id, row.patient_ref) == ("ServiceRequest/9", "Patient/4")
    assert row.imaging_ref == "ImagingStudy/5"


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "due without zone": ({"restriction": {"period": {"end": "2026-11-22T22:10:00"}}}, "due time"),
    "order": ({"focus": {"reference": "ServiceRequest/404"}}, "order"),
    "patient": ({"for": {}}, "patient"),
    "study": ({"input": []}, "study"),
    "priority": ({"priority": "yesterday"}, "priority"),
    "version": ({"meta": {}}, "version"),
    "shape": ({"restriction": [], "input": {"a": 1}}, "study"),
}


def test_a_task_without_a_deadline_is_a_row_that_says_so() -> None:
    """A case that no promise was made about must still be read by somebody."""
    bare = fhir.item_from(site(), {**TASK, "restriction": {}}, OTHERS)
    said = fhir.with_task(bare, TASK)

    assert not bare.is_promised
    assert bare.due - bare.listed == timedelta(days=1)
    assert (said.is_promised, said.due) == (True, datetime(2026, 11, 22, 22, 10, tzinfo=UTC))


@pytest.mark.parametrize("what", BROKEN)
def test_a_row_that_cannot_be_understood_says_what_is_missing(what: str) -> None:
    """It is counted and named: a case that silently is not there is never read."""
    changes, words = BROKEN[what]

    with pytest.raises(Unreadable, match=words):
        fhir.item_from(site(), {**TASK, **changes}, OTHERS)


@pytest.mark.parametrize("uid", ["1.2.3/../4", "x" * 9, "1" * 65, ""])
def test_a_study_uid_that_is_none_never_becomes_part_of_an_address(uid: str) -> None:
    """The UID goes into URLs."""
    study = {**STUDY, "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{uid}"}]}

    with pytest.raises(Unreadable, match="UID"):
        fhir.item_from(site(), TASK, {**OTHERS, "ImagingStudy/5": study})


def test_a_patient_without_identity_is_not_a_row() -> None:
    """Two such patients could not be told apart on the screen."""
    nameless = {**PATIENT, "name": []}

    with pytest.raises(Unreadable, match="name"):
        fhir.item_from(site(), TASK, {**OTHERS, "Patient/4": nameless})


# --- changes of ours --------------------------------------------------------------------


def test_a_claim_changes_four_elements_and_keeps_the_rest() -> None:
    """The site's routing and whatever else it keeps there comes back as it was."""
    until = datetime(2026, 11, 22, 21, 55, tzinfo=UTC)

    mine = fhir.claimed(TASK, READER, until)

    changed = {name for name in mine if mine[name] != TASK.get(name)}
    assert changed == {"status", "owner", "businessStatus", "extension"}
    assert mine["extension"] == [
        *TASK["extension"],
        {"url": RW + "lease-until", "valueDateTime": "2026-11-22T21:55:00.000Z"},
    ]
    row = fhir.with_task(item(1, NOW), mine)
    assert (row.state, row.holder_id, row.lease_until) == (ReadState.CLAIMED, READER.id, until)


def test_a_renewed_claim_has_one_lease() -> None:
    """Two `lease-until` would leave it to chance which one counts."""
    once = fhir.claimed(TASK, READER, NOW)

    twice = fhir.claimed(once, READER, NOW)

    assert twice["extension"] == once["extension"]


def test_giving_back_undoes_the_claim_and_nothing_else() -> None:
    """The next reader finds the case as it was listed."""
    free = fhir.released(fhir.claimed(TASK, READER, NOW), "")

    assert free == TASK


def test_giving_back_a_case_with_a_preliminary_report_leaves_it_preliminary() -> None:
    """Who takes it next must see that there is a report."""
    report = {"type": {"text": "report"}, "valueReference": {"reference": "DiagnosticReport/1"}}

    free = fhir.released(fhir.claimed({**TASK, "output": [report]}, READER, NOW), "shift ended")

    assert fhir.read_state(free) is ReadState.PRELIMINARY
    assert free["statusReason"] == {"text": "shift ended"}


# --- people --------------------------------------------------------------------------------


def test_licences_and_roles_are_read() -> None:
    """What decides whether a case may be opened."""
    place = [{"url": RW + "jurisdiction", "valueCode": "US-WA"}]
    practitioner = {
        "name": [{"prefix": ["Dr."], "given": ["Jo"], "family": "Sample"}],
        "qualification": [
            {
                "identifier": [{"value": "MD-1"}],
                "extension": place,
                "period": {"start": "2020-01-01", "end": "2026-12-31T00:00:00Z"},
            },
            {"identifier": [{"value": "BOARD"}]},
        ],
    }
    role = {
        "code": [{"coding": [{"system": RW + "role", "code": "radiologist"}]}],
        "extension": [{"url": RW + "modality", "valueCode": each} for each in ("CT", "MR")],
    }

    reader = fhir.reader_from("Practitioner/17", practitioner, [role])

    assert (reader.name, reader.roles) == ("Dr. Jo Sample", ("radiologist",))
    assert reader.modalities == {"CT", "MR"}
    (licence,) = reader.licences
    assert (licence.number, licence.jurisdiction) == ("MD-1", "US-WA")
    assert (licence.valid_from, licence.valid_to) == (date(2020, 1, 1), date(2026, 12, 31))


def test_a_licence_with_a_period_that_cannot_be_read_is_no_licence() -> None:
    """Read as "no end" it would allow what the law may not."""
    place = [{"url": RW + "jurisdiction", "valueCode": "US-WA"}]
    qualification = {"extension": place, "period": {"end": "next year"}}

    reader = fhir.reader_from("Practitioner/17", {"qualification": [qualification]}, [])

    assert reader.licences == ()


# --- searches and answers ---------------------------------------------------------------------


def test_the_feed_asks_as_the_agreement_says() -> None:
    """The first time everything that is listed, then what changed since."""
    ask = wire.Platform("https://h.example/fhir/")

    assert ask.feed("").url == (
        "https://h.example/fhir/Task?status=requested%2Caccepted%2Cin-progress%2Ccompleted"
        "&_sort=_lastUpdated&_count=200&_include=Task%3Afocus&_include=Task%3Asubject"
    )
    assert "_lastUpdated=gt2026-11-22T21%3A00%3A00%2B01%3A00&" in (
        ask.feed("2026-11-22T21:00:00+01:00").url
    )


def test_the_cursor_is_the_latest_change_whatever_its_zone() -> None:
    """As texts these would sort the other way round, and a change would be missed."""
    earlier = {"meta": {"lastUpdated": "2026-11-22T23:00:00+02:00"}}
    later = {"meta": {"lastUpdated": "2026-11-22T21:30:00Z"}}

    cursor = wire.later_cursor("2026-11-22T20:00:00Z", [later, earlier])

    assert cursor == "2026-11-22T21:30:00Z"


def test_a_study_says_where_its_images_are() -> None:
    """A hospital may keep them on another server; one that is switched off is not asked."""
    where = "https://images.harbor.example/wado"

    assert wire.image_bases(STUDY, by_reference([ENDPOINT])) == (where,)
    assert wire.image_bases({**STUDY, "endpoint": []}, by_reference([ENDPOINT])) == ()
    assert wire.image_bases(STUDY, by_reference([{**ENDPOINT, "status": "off"}])) == ()


def test_priors_come_newest_first_with_their_words() -> None:
    """The current study is not its own prior."""
    older = {**STUDY, "id": "2", "started": "2024-01-01", "description": "old"}
    older["identifier"] = [{"system": "urn:dicom:uid", "value": "urn:oid:1.2.2"}]
    newer = {**STUDY, "id": "3", "started": "2025-06-01T10:00:00Z"}
    newer["identifier"] = [{"system": "urn:dicom:uid", "value": "urn:oid:1.2.3"}]
    report = {
        "status": "final",
        "imagingStudy": [{"reference": "ImagingStudy/3"}],
        "basedOn": [{"identifier": {"value": "A-9"}}],
        "presentedForm": [{"contentType": "text/plain; charset=utf-8", "data": "QmVm\ndW5k"}],
    }
    current = evolve(fhir.item_from(site(), TASK, OTHERS), study=fhir.study_uid(STUDY))

    priors = wire.priors_from(site(), current.study, [STUDY, older, newer], [report])

    assert [each.ref.study for each in priors] == ["1.2.3", "1.2.2"]
    assert (priors[0].accession, priors[0].report_text) == ("A-9", "Befund")
    assert priors[1].started is not None
    assert priors[1].started.isoformat() == "2024-01-01T00:00:00-08:00"


def test_a_case_given_to_a_reader_names_them_and_is_given_back_without_the_name() -> None:
    """R4 Task.restriction.recipient is for whom it is; what the promise says stays."""
    task = {**TASK, "restriction": {"period": {"end": "2026-11-22T05:00:00Z"}}}
    given = fhir.released(task, "paediatric", Colleague("Practitioner/8", "Ash, Kim"))
    back = fhir.released(given, "away")

    assert given["restriction"] == {
        "period": {"end": "2026-11-22T05:00:00Z"},
        "recipient": [{"reference": "Practitioner/8", "display": "Ash, Kim"}],
    }
    assert back["restriction"] == {"period": {"end": "2026-11-22T05:00:00Z"}}


def test_cases_are_given_to_those_who_read() -> None:
    """An auditor would never see it."""

    def role(who: str, name: str, code: str) -> dict[str, Any]:
        coding = {"system": "urn:reading-workstation:role", "code": code}
        return {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": who, "display": name},
            "code": [{"coding": [coding]}],
        }

    roles = [
        role("Practitioner/2", "Rae", "resident"),
        role("Practitioner/9", "Alex", "auditor"),
        role("Practitioner/1", "Kim", "radiologist"),
    ]

    assert fhir.colleagues_from(roles) == (
        Colleague("Practitioner/1", "Kim"), Colleague("Practitioner/2", "Rae"),
    )  # fmt: skip
