"""ORU^R01 of a signed report; hl7apy and python-hl7 are the judges."""

import base64
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import hl7
import pytest
from attrs import evolve
from fakes_trust import signed_report
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

from workstation.domain.identifiers import AccessionNumber, StudyUID, TaskId
from workstation.domain.report import AlsoOrder, ReportState, Section, SectionKind, SignedReport
from workstation.domain.report_field import Field, FieldSpec
from workstation.protocols.hl7 import parse
from workstation.protocols.hl7_report import STATUS, Agreed, Examined, control_id, oru, text_of

NASTY = "Node 2|3 ^ A&B ~5 mm \\ path \\.br\\ \\X0D\\; äö ≤ 3 mm 漢字 😀\ttab #1"
PDF = b"%PDF-1.7\n\x00\xff\xfe binary | ^ ~ \\ &\n%%EOF"
DENVER = ZoneInfo("America/Denver")
EXAMINED = Examined("CTCH", datetime(2026, 11, 22, 20, 0, tzinfo=UTC))
AGREED = Agreed("RIS|2", "HARBOR & SONS", "READERS", DENVER, pdf=True)


def _oru(signed: SignedReport, agreed: Agreed = AGREED) -> bytes:
    return oru(
        signed, {"text/plain": signed.text.encode(), "application/pdf": PDF}, EXAMINED, agreed
    )


@pytest.mark.parametrize("status", [s for s in ReportState if s is not ReportState.DRAFT])
def test_hl7apy_accepts_each_state_strictly(status: ReportState) -> None:
    """An independent library finds every required segment, field and order of the standard."""
    raw = _oru(signed_report(status, impression=NASTY, predecessor="r-1"))

    found = parse_message(raw.decode(), validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)

    assert Validator.validate(found)


@pytest.mark.parametrize("text", [NASTY, "one\ntwo\n\nfour", "| ^ & ~ \\", "\x0b\x1c\x85\u2028"])
def test_the_words_arrive_as_they_were_signed(text: str) -> None:
    """Read by python-hl7, line by line; by our own reader too."""
    signed = signed_report(impression=text)
    raw = _oru(signed)

    theirs = hl7.parse(raw.decode())
    lines = [theirs.unescape(str(o[5])) for o in theirs.segments("OBX") if str(o[2]) == "TX"]

    assert "\n".join(lines) + "\n" == signed.text
    assert text_of(parse(raw)) == signed.text


def test_a_report_of_several_sections_arrives_with_the_empty_lines_between_them() -> None:
    """The bytes under the signature are the lines together, the empty ones too."""
    signed = signed_report(impression="One.\nTwo.")
    said = (Field(FieldSpec("a", "Lungs"), "Clear."), Field(FieldSpec("b"), "Heart\nnormal."))
    findings = Section(SectionKind.FINDINGS, "Findings", said)
    report = evolve(signed.report, sections=(findings, *signed.report.sections))
    signed = evolve(signed, report=report, text=report.plain_text)

    found = [o for o in parse(_oru(signed)).all("OBX") if o.text(2) == "TX"]

    assert text_of(parse(_oru(signed))) == signed.text
    assert [(o.text(3), o.text(4), o.whole(5)) for o in found] == [
        ("59776-5", "1", "Findings"), ("59776-5", "1", "Lungs: Clear."), ("59776-5", "1", "Heart"),
        ("59776-5", "1", "normal."), ("59776-5", "1", ""),
        ("19005-8", "2", "Impression"), ("19005-8", "2", "1. One."), ("19005-8", "2", "2. Two."),
    ]  # fmt: skip


def test_lists_and_tables_arrive_as_lines_and_bold_as_its_words() -> None:
    """F181: a bar between cells is the separator of HL7 itself; a row stays one field."""
    words = "Mass.\n- left\n1. a\n2. b\nLevel | Size\nT4 | 3 mm"
    parts = (Field(FieldSpec("a", "Lungs"), words, edited=True, bold=((0, 4), (30, 38))),)
    report = evolve(
        signed_report().report, sections=(Section(SectionKind.FINDINGS, "Findings", parts),)
    )
    signed = evolve(signed_report(), report=report, text=report.plain_text)
    raw = _oru(signed)

    lines = [line for line in raw.split(b"\r") if b"|TX|" in line]
    assert [line.split(b"|")[5] for line in lines] == [
        b"Findings", b"Lungs: Mass.", b"- left", b"1. a", b"2. b", b"Level \\F\\ Size",
        b"T4 \\F\\ 3 mm",
    ]  # fmt: skip
    assert text_of(parse(raw)) == signed.text
    found = parse_message(raw.decode(), validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
    assert Validator.validate(found)


def test_words_that_are_not_those_of_the_sections_are_sent_whole() -> None:
    """What the signature covers is sent, never what it might have been made from."""
    signed = evolve(signed_report(), text="CRITICAL\n\nOther words.\n")

    raw = _oru(signed)

    assert text_of(parse(raw)) == signed.text
    assert {o.text(3) for o in parse(raw).all("OBX") if o.text(2) == "TX"} == {"18748-4"}


def test_every_line_says_which_section_it_belongs_to() -> None:
    """A RIS that shows the impression first must be able to find it (LOINC 19005-8)."""
    found = parse(_oru(signed_report())).all("OBX")

    assert [o.text(3) for o in found if o.text(2) == "TX"] == ["19005-8", "19005-8"]


@pytest.mark.parametrize(
    ("status", "obr", "obx"),
    [
        (ReportState.WET_READ, "P", "P"),
        (ReportState.PRELIMINARY, "P", "P"),
        (ReportState.AWAITING, "P", "P"),
        (ReportState.FINAL, "F", "F"),
        (ReportState.ADDENDED, "C", "C"),
        (ReportState.CORRECTED, "C", "C"),
        (ReportState.RETRACTED, "C", "W"),
    ],
)
def test_the_state_stands_in_the_order_and_in_each_result(
    status: ReportState, obr: str, obx: str
) -> None:
    """Tables 0123 and 0085: a preliminary that looks final is acted upon."""
    found = parse(_oru(signed_report(status)))

    assert [each.text(25) for each in found.all("OBR")] == [obr]
    assert {each.text(11) for each in found.all("OBX")} == {obx}


def test_a_site_may_ask_for_other_letters() -> None:
    """Some systems take an addendum as A with final results."""
    agreed = evolve(AGREED, status={**STATUS, ReportState.ADDENDED: ("A", "F")})

    found = parse(_oru(signed_report(ReportState.ADDENDED), agreed))

    assert [each.text(25) for each in found.all("OBR")] == ["A"]
    assert {each.text(11) for each in found.all("OBX")} == {"F"}


def test_every_state_that_leaves_this_machine_has_its_letters() -> None:
    """A new state must not reach a hospital as nothing."""
    assert set(STATUS) == set(ReportState) - {ReportState.DRAFT}


def test_the_pdf_is_the_one_that_was_signed_where_the_site_asks() -> None:
    """Byte for byte: its digest stands in the signed manifest."""
    signed = signed_report()
    with_pdf = [o for o in parse(_oru(signed)).all("OBX") if o.text(2) == "ED"]
    without = parse(_oru(signed, evolve(AGREED, pdf=False))).all("OBX")

    assert [base64.b64decode(o.text(5, 5)) for o in with_pdf] == [PDF]
    assert [with_pdf[0].text(5, n) for n in (2, 3, 4)] == ["application", "pdf", "Base64"]
    assert "ED" not in {o.text(2) for o in without}


def test_whose_it_is_and_who_signed_when() -> None:
    """Times are those of the site's own clocks, with their zone."""
    found = parse(_oru(signed_report()))
    patient, request = found.first("PID"), found.first("OBR")

    assert patient is not None
    assert request is not None
    assert [patient.text(3), patient.text(3, 4, 2), patient.text(3, 4, 3)] == [
        "MRN-000417", "2.25.1", "ISO",
    ]  # fmt: skip
    assert [patient.text(5), patient.text(5, 2), patient.text(7), patient.text(8)] == [
        "Canary", "Zelda", "19580302", "F",
    ]  # fmt: skip
    assert [request.text(n) for n in (3, 4, 7, 18, 22)] == [
        "HG-20417", "CTCH", "20261122130000-0700", "HG-20417", "20261122144000-0700",
    ]  # fmt: skip
    assert [request.text(32, 1, n) for n in (1, 2, 3)] == ["17", "Sample", "Jo"]
    assert (found.header.text(5), found.header.text(6)) == ("RIS|2", "HARBOR & SONS")


def test_a_doubled_send_is_the_same_message() -> None:
    """MSH-10 comes from the report, so a receiver recognises what it has; 20 signs at most."""
    one, two = signed_report(), signed_report(report_id="00000000-0000-4000-8000-000000000002")

    assert _oru(one) == _oru(one)
    assert parse(_oru(one)).control_id == control_id(one.report.id) != control_id(two.report.id)
    assert len(control_id(one.report.id)) == 20


def test_a_report_for_two_orders_answers_each_with_all_of_it() -> None:
    """One text, one message: taken for both orders or for none (R26)."""
    signed = signed_report()
    other = AlsoOrder(AccessionNumber("HG-2"), TaskId("8"), StudyUID("2.25.8"), "CT abdomen")
    binding = evolve(signed.report.binding, also=(other,))
    signed = evolve(signed, report=evolve(signed.report, binding=binding))
    raw = _oru(signed)

    found = parse(raw)
    judged = parse_message(raw.decode(), validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)

    assert Validator.validate(judged)
    assert [each.text(18) for each in found.all("OBR")] == ["HG-20417", "HG-2"]
    assert [o.text(5) for o in found.all("OBX") if o.text(2) == "HD"] == ["2.25.4711", "2.25.8"]
    assert sum(o.text(2) == "TX" for o in found.all("OBX")) == 4
    assert text_of(found) == signed.text


def test_measurements_are_numbers_with_units_beside_the_text() -> None:
    """A RIS that follows a nodule over years reads a number, not a sentence (HL7 v2.5.1 7.4.2)."""
    measured = (
        {"id": "A1", "kind": "length", "value": 12.4, "unit": "mm"},
        {"id": "A2", "kind": "ellipse", "value": 1e-05, "unit": "mm²", "stats_unit": "HU",
         "stats": {"mean": -12.25}, "study_uid": "2.25.4711"},
        {"id": "A3", "kind": "length", "value": None, "unit": "mm"},
        {"id": "B1", "kind": "length", "value": 9.0, "unit": "mm", "study_uid": "2.25.1"},
    )  # fmt: skip
    raw = _oru(signed_report(measurements=measured))

    theirs = [o for o in hl7.parse(raw.decode()).segments("OBX") if str(o[2]) == "NM"]
    assert [[str(o[field]) for field in (3, 4, 5, 6)] for o in theirs] == [
        ["121206^Distance^DCM", "A1", "12.4", "mm^mm^UCUM"],
        ["42798000^Area^SCT", "A2", "0.00001", "mm2^mm²^UCUM"],
        ["373098007^Mean^SCT", "A2", "-12.25", "[hnsf'U]^HU^UCUM"],
    ]
    assert Validator.validate(
        parse_message(raw.decode(), validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
    )


def test_what_was_measured_on_a_prior_is_no_result_of_this_examination() -> None:
    """A number of last year under today's order would be read as today's."""
    prior = ({"id": "B1", "kind": "length", "value": 9.0, "unit": "mm", "study_uid": "2.25.1"},)

    found = parse(_oru(signed_report(measurements=prior))).all("OBX")

    assert "NM" not in {each.text(2) for each in found}
