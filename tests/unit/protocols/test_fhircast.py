"""Messages of FHIRcast 3.0.0, held against the examples of its own pages."""

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from attrs import evolve
from fakes_worklist import row

from workstation.domain.identifiers import AccessionNumber, StudyUID
from workstation.errors import SiteUnavailable
from workstation.protocols.fhircast import (
    MOST_BYTES,
    Confirmed,
    Denied,
    Event,
    OutOfStep,
    Unreadable,
    acknowledgement,
    channel_of,
    event,
    heard,
    not_followed,
    subscription,
    unsubscription,
)
from workstation.protocols.web import Answer

TOPIC = "fdb2f928-5546-4f52-87a0-0648e9ded065"
ACSN = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "ACSN"}]}
PATIENT = {"resourceType": "Patient", "id": "503824b8-fe8c-4227-b061-7181ba6c3926",
           "birthDate": "1978-11-03"}  # fmt: skip
STUDY_UID = "1.2.999.840.83474.8.231.875.3.15.661594731"


def report_open() -> dict[str, Any]:
    """Page DiagnosticReport-open, its event example, shortened where nothing is read."""
    order = {"type": "ServiceRequest", "identifier": {"type": ACSN, "value": "GH339884"}}
    return {
        "timestamp": "2023-04-01T011:14:24.31",  # as it stands there: eleven o'clock, three digits
        "id": "6930b943-39fc-447f-8099-92d17650a375",
        "event": {
            "hub.topic": TOPIC,
            "hub.event": "DiagnosticReport-open",
            "context.versionId": "b9574cb0-e9e5-4be1-8957-5fcb51ef33c1",
            "context": [
                {"key": "report", "resource": {
                    "resourceType": "DiagnosticReport",
                    "id": "2402d3bd-e988-414b-b7f2-4322e86c9327",
                    "status": "unknown", "basedOn": [order],
                    "study": [{"reference": "ImagingStudy/e25c1d31-20a2-41f8-8d85-fe2fdeac74fd"}],
                }},
                {"key": "study", "resource": {
                    "resourceType": "ImagingStudy",
                    "id": "e25c1d31-20a2-41f8-8d85-fe2fdeac74fd",
                    "identifier": [
                        {"system": "urn:dicom:uid", "value": f"urn:oid:{STUDY_UID}"}
                    ],
                    "status": "unknown", "basedOn": [order],
                }},
                {"key": "patient", "resource": PATIENT},
            ],
        },
    }  # fmt: skip


def test_a_report_that_another_program_opened_names_study_order_and_person() -> None:
    """By these the case is found on the list; the time of the example is none."""
    assert heard(json.dumps(report_open()), TOPIC) == Event(
        "6930b943-39fc-447f-8099-92d17650a375",
        "DiagnosticReport-open",
        None,
        "2402d3bd-e988-414b-b7f2-4322e86c9327",
        (StudyUID(STUDY_UID),),
        ("GH339884",),
        date(1978, 11, 3),
        "b9574cb0-e9e5-4be1-8957-5fcb51ef33c1",
    )


def test_a_study_alone_is_followed_as_well() -> None:
    """Page ImagingStudy-open: PACS viewers know no report; R4 has the accession here."""
    study = {
        "resourceType": "ImagingStudy",
        "identifier": [
            {"system": "urn:dicom:uid", "value": f"urn:oid:{STUDY_UID}"},
            {"type": ACSN, "value": "GH339884"},
        ],
    }
    told = {"hub.topic": TOPIC, "hub.event": "imagingstudy-OPEN",
            "context": [{"key": "study", "resource": study}]}  # fmt: skip
    at = "2023-04-01T11:03:04.08"

    found = heard(json.dumps({"timestamp": at, "id": "bfbe", "event": told}), TOPIC)

    assert isinstance(found, Event)
    assert found.opens
    assert (found.studies, found.accessions) == ((STUDY_UID,), ("GH339884",))
    assert found.at == datetime(2023, 4, 1, 11, 3, 4, 80_000, UTC)


def test_a_change_of_content_names_its_report_by_reference() -> None:
    """Page DiagnosticReport-update: what has to be kept of it is its version."""
    told = {
        "hub.topic": TOPIC, "hub.event": "DiagnosticReport-update",
        "context.versionId": "efcac43a",
        "context": [
            {"key": "report", "reference": {"reference": "DiagnosticReport/2402d3bd"}},
            {"key": "updates", "resource": {"resourceType": "Bundle", "entry": []}},
        ],
    }  # fmt: skip

    found = heard(json.dumps({"timestamp": "", "id": "cc4d", "event": told}), TOPIC)

    assert found == Event("cc4d", "DiagnosticReport-update", report="2402d3bd", version="efcac43a")


def test_a_sync_error_names_who_did_not_follow_and_why() -> None:
    """Page SyncError, its example."""
    issue = {
        "severity": "warning", "code": "processing",
        "diagnostics": "Acme Product failed to follow context",
        "details": {"coding": [
            {"system": "https://fhircast.hl7.org/events/syncerror/eventid", "code": "fdb2"},
            {"system": "https://fhircast.hl7.org/events/syncerror/eventname",
             "code": "Patient-open"},
            {"system": "https://fhircast.hl7.org/events/syncerror/subscriber",
             "code": "Acme Product"},
            {"system": "http://example.com/events/syncerror/your-error-code-system",
             "code": "FHIRcast sync error"},
        ]},
    }  # fmt: skip
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    told = {"hub.topic": TOPIC, "hub.event": "syncerror",
            "context": [{"key": "operationoutcome", "resource": outcome}]}  # fmt: skip

    found = heard(json.dumps({"timestamp": "", "id": "q9v3", "event": told}), TOPIC)

    assert found == OutOfStep("q9v3", "Acme Product", "Acme Product failed to follow context")


def test_our_own_sync_error_reads_as_the_example_does() -> None:
    """Who else is at the desk must learn that this one did not follow."""
    context = not_followed("6930", "DiagnosticReport-open", "the reader said not now")
    body = event(TOPIC, "SyncError", "a1", datetime(2026, 11, 26, tzinfo=UTC), context)

    (issue,) = json.loads(body)["event"]["context"][0]["resource"]["issue"]
    codes = {each["system"].rpartition("/")[2]: each["code"] for each in issue["details"]["coding"]}

    assert (issue["severity"], issue["code"]) == ("warning", "processing")
    assert codes == {"eventid": "6930", "eventname": "DiagnosticReport-open",
                     "subscriber": "Reading workstation"}  # fmt: skip
    assert heard(body.decode(), TOPIC) == OutOfStep(
        "a1", "Reading workstation", "the reader said not now"
    )


def test_a_subscription_is_asked_for_and_left_in_the_words_of_the_page() -> None:
    """Page Subscribing: a form, each parameter once."""
    asked = subscription("https://hub.example.com", TOPIC)
    left = unsubscription("https://hub.example.com", TOPIC, "wss://hub.example.com/ee30")

    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs((asked.body or b"").decode()) == {
        "hub.channel.type": ["websocket"], "hub.mode": ["subscribe"], "hub.topic": [TOPIC],
        "hub.events": ["DiagnosticReport-open,DiagnosticReport-close,DiagnosticReport-update,"
                       "DiagnosticReport-select,ImagingStudy-open,ImagingStudy-close,SyncError"],
        "subscriber.name": ["Reading workstation"],
    }  # fmt: skip
    assert parse_qs((left.body or b"").decode()) == {
        "hub.channel.type": ["websocket"], "hub.mode": ["unsubscribe"], "hub.topic": [TOPIC],
        "hub.channel.endpoint": ["wss://hub.example.com/ee30"],
    }  # fmt: skip


def test_the_hub_confirms_and_ends_a_subscription() -> None:
    """Page Subscribing, both examples."""
    confirmed = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.events": "Patient-open",
                 "hub.lease_seconds": 7200}  # fmt: skip
    denied = {"hub.mode": "denied", "hub.topic": TOPIC, "hub.events": "Patient-open",
              "hub.reason": "session unexpectedly stopped"}  # fmt: skip

    assert heard(json.dumps(confirmed), TOPIC) == Confirmed()
    assert heard(json.dumps(denied), TOPIC) == Denied()
    assert json.loads(acknowledgement("q9v3jubddqt63n1", 200)) == {
        "id": "q9v3jubddqt63n1", "status": "200",
    }  # fmt: skip


@pytest.mark.parametrize(
    "channel",
    ["ws://hub.example.com/ee30", "https://hub.example.com/ee30", "wss://a:b@hub/1", "wss://", "",
     7, None, "wss://[1", "file:///etc/passwd"],
)  # fmt: skip
def test_a_channel_is_encrypted_or_on_this_machine(channel: object) -> None:
    """Names of patients go over it."""
    answer = Answer(202, body=json.dumps({"hub.channel.endpoint": channel}).encode())
    with pytest.raises(SiteUnavailable, match="no encrypted channel"):
        channel_of(answer)


@pytest.mark.parametrize("channel", ["wss://hub.example.com/ee30", "ws://127.0.0.1:8/ee30"])
def test_a_good_channel_is_taken_as_it_is(channel: str) -> None:
    """The last part of it is its secret."""
    body = json.dumps(
        {"hub.channel.endpoint": channel + "\n"}
    ).encode()  # the example has a newline
    assert channel_of(Answer(202, body=body)) == channel


def broken(**changes: object) -> str:
    message = report_open()
    message["event"] |= {k: v for k, v in changes.items() if k != "id"}
    return json.dumps(message | {k: v for k, v in changes.items() if k == "id"})


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("", ""), ("[]", ""), ("[" * 100_000, ""), ('"x"', ""), ("{}", ""),
        ('{"hub.mode": "else"}', ""), ('{"hub.mode": ["denied"]}', ""),
        (broken(id=7), ""), (broken(id="a\nb"), ""), (broken(id="x" * 201), ""),
        (broken(**{"hub.topic": "another"}), report_open()["id"]),
        (broken(**{"hub.event": "Patient-open"}), report_open()["id"]),
        (broken(**{"hub.event": None}), report_open()["id"]),
        (broken(context={"key": "report"}), report_open()["id"]),
        (broken(context=[{}] * 65), report_open()["id"]),
    ],
)  # fmt: skip
def test_what_is_no_event_changes_nothing(text: str, id_: str) -> None:
    """It is answered where it names itself, and nothing is opened by it."""
    assert heard(text, TOPIC) == Unreadable(id_)


def test_odd_contents_are_read_as_nothing() -> None:
    """Lists of wrong things, words where objects belong: no case is found by them."""
    context = [1, {"key": "study", "resource": {"identifier": [None, {"value": 7}, {"type": 3}]}},
               {"key": "report", "reference": "x"}, {"key": "patient", "resource": "y"},
               {"key": "study", "resource": {"identifier": [
                   {"system": "urn:dicom:uid", "value": "urn:oid:../../etc"}]}}]  # fmt: skip
    found = heard(broken(context=context), TOPIC)

    assert isinstance(found, Event)
    assert (found.studies, found.accessions, found.report, found.born) == ((), (), "", None)
    assert MOST_BYTES == 1 << 20


def test_a_case_is_of_an_event_by_study_then_order_never_of_another_person() -> None:
    """Two hospitals number their orders alike; one birth date is not another."""
    item = row(1).item
    by_study = Event("1", "DiagnosticReport-open", studies=(item.study,))
    by_order = Event("1", "DiagnosticReport-open", accessions=(item.accession,))

    assert by_study.is_of(item)
    assert by_order.is_of(item)
    assert not evolve(by_order, studies=(StudyUID("1.9"),)).is_of(item)
    assert not evolve(by_study, born=date(1950, 1, 1)).is_of(item)
    assert evolve(by_study, born=item.patient.birth_date).is_of(item)
    assert not by_order.is_of(evolve(item, accession=AccessionNumber("else")))
