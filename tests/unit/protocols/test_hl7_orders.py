"""What a hospital announces; messages written by hand from HL7 v2.5.1 and IHE Radiology."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from workstation.domain.patient import Patient, PatientKey
from workstation.domain.worklist import Priority
from workstation.protocols.hl7 import parse
from workstation.protocols.hl7_orders import NotUnderstood, Order, PatientNews, understood

DENVER = ZoneInfo("America/Denver")
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
HEAD = "MSH|^~\\&|RIS|H|||20261122143000||{kind}|C1|P|2.5.1||||||UNICODE UTF-8"
PID = "PID|1||X7^^^OTHER^PI~HG-1^^^&2.25.1&ISO^MR||Müller^Zoë||19580302|F"
ZOE = Patient("Müller, Zoë", "HG-1", "urn:oid:2.25.1", date(1958, 3, 2), "F")


def _said(kind: str, *segments: str) -> object:
    raw = "\r".join([HEAD.format(kind=kind), *segments]) + "\r"
    return understood(parse(raw.encode()), DENVER, NOW)


def test_an_order_of_version_2_3_style_is_a_row() -> None:
    """ORM^O01 with IHE's places for accession number and Study Instance UID."""
    found = _said(
        "ORM^O01", PID, "PV1|1|E",
        "ORC|NW|P1|F1||SC||^^^^^S||20261122142500",
        "OBR|1|P1|F1|CTCH^CT chest^L||||||||||||||HG-26-1||||||CT|||||||R05^Cough^I10",
        "ZDS|2.25.4711^^Application^DICOM",
    )  # fmt: skip

    assert found == (
        Order(
            "HG-26-1", ZOE, "CT chest", "CTCH", "CT", Priority.STAT,
            datetime(2026, 11, 22, 21, 25, tzinfo=UTC), datetime(2026, 11, 22, 22, 25, tzinfo=UTC),
            "2.25.4711", "Cough",
        ),
    )  # fmt: skip


def test_an_imaging_order_of_version_2_5_is_a_row() -> None:
    """OMI^O23: timing in TQ1, images in IPC; what is promised is the order's own word."""
    found = _said(
        "OMI^O23^OMI_O23", PID, "ORC|NW|P1|F1",
        "TQ1|1||||||20261122150000-0700|20261122180000-0700|A",
        "OBR|1|P1|F1|MRBR^MR brain^L|||||||||headache",
        "IPC|HG-26-2|RP1|2.25.4712|SPS1|MR",
    )  # fmt: skip

    assert isinstance(found, tuple)
    (order,) = found
    assert (order.accession, order.study, order.modality) == ("HG-26-2", "2.25.4712", "MR")
    assert (order.priority, order.indication) == (Priority.ASAP, "headache")
    assert (order.due, order.promised) == (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), True)
    assert order.listed == NOW


@pytest.mark.parametrize("control", ["CA", "DC"])
def test_a_cancelled_order_ends(control: str) -> None:
    """Nobody reads what was never taken."""
    found = _said("ORM^O01", PID, f"ORC|{control}|P1|HG-26-1")

    assert isinstance(found, tuple)
    assert [(each.accession, each.ended) for each in found] == [("HG-26-1", True)]


def test_several_orders_of_one_message_are_several_rows() -> None:
    """A polytrauma comes as one message."""
    found = _said(
        "ORM^O01", PID, "ORC|NW||A1", "OBR|1||A1|1^CT head^L", "ORC|NW||A2", "OBR|2||A2|2^CT neck^L"
    )

    assert isinstance(found, tuple)
    assert [(each.accession, each.procedure) for each in found] == [
        ("A1", "CT head"), ("A2", "CT neck"),
    ]  # fmt: skip


def test_a_changed_patient_is_told_by_number() -> None:
    """ADT^A08: another name, the same person."""
    assert _said("ADT^A08^ADT_A01", PID) == PatientNews(ZOE)


def test_two_numbers_that_were_one_person_are_told() -> None:
    """ADT^A40: the study of the emergency's "Unknown, John" is Zoë's."""
    found = _said("ADT^A40^ADT_A39", PID, "MRG|TMP-9^^^&2.25.1&ISO^MR~TMP-8^^^HG")

    assert found == PatientNews(
        ZOE, (PatientKey("TMP-9", "urn:oid:2.25.1"), PatientKey("TMP-8", "HG"))
    )


@pytest.mark.parametrize("event", ["A01", "A03", "A04", "A11"])
def test_beds_and_visits_are_nothing_to_a_reader(event: str) -> None:
    """Engines send everything they have; that is no fault."""
    assert _said(f"ADT^{event}", PID) is None


@pytest.mark.parametrize(
    ("kind", "segments", "error", "words"),
    [
        ("ORM^O01", ["ORC|NW||A1", "OBR|1||A1"], "100", "PID is missing"),
        ("ORM^O01", ["PID|1||||Smith^John", "ORC|NW||A1", "OBR|1||A1"], "101", "PID-3"),
        ("ORM^O01", ["PID|1||4711", "ORC|NW||A1", "OBR|1||A1"], "101", "PID-5"),
        ("ORM^O01", [PID], "100", "ORC is missing"),
        ("ORM^O01", [PID, "ORC|NW", "OBR|1|||1^CT^L"], "101", "no accession number"),
        ("ORM^O01", [PID, "ORC|NW||A1"], "100", "OBR is missing"),
        ("ADT^A40", [PID], "100", "MRG is missing"),
        ("SIU^S12", [PID], "200", "not taken here"),
    ],
)
def test_what_cannot_be_understood_says_why_and_names_nobody(
    kind: str, segments: list[str], error: str, words: str
) -> None:
    """The reason goes back to the hospital, and into our log."""
    with pytest.raises(NotUnderstood, match=words) as refused:
        _said(kind, *segments)
    assert refused.value.error == error
    assert "Smith" not in str(refused.value)


@pytest.mark.parametrize(
    ("letter", "priority"),
    [
        ("S", Priority.STAT), ("STAT", Priority.STAT), ("A", Priority.ASAP),
        ("TS10", Priority.URGENT), ("P", Priority.URGENT), ("R", Priority.ROUTINE),
        ("", Priority.ROUTINE), ("PRN", Priority.ROUTINE),
    ],
)  # fmt: skip
def test_how_urgent_it_is(letter: str, priority: Priority) -> None:
    """Table 0485 and its predecessors."""
    found = _said(
        "ORM^O01", PID, f"ORC|NW||A1|||||{letter}".replace("|||||", "||||^^^^^"), "OBR|1||A1"
    )

    assert isinstance(found, tuple)
    assert found[0].priority is priority
