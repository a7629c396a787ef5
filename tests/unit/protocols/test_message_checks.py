"""A report that went to a hospital as HL7 v2 is checked by anybody, to the byte."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fakes_trust import READER, signed_report, task_resource

from workstation.domain.report import SignedReport
from workstation.errors import VerificationFailed
from workstation.protocols.hl7 import framed
from workstation.protocols.hl7_report import Agreed, Examined, oru
from workstation.protocols.imr_bundle import stored
from workstation.protocols.letter import Letter
from workstation.protocols.message_checks import HL7, MESSAGE
from workstation.protocols.report_bundle import bundle, seal
from workstation.protocols.report_closing import closing
from workstation.protocols.signing_key import new_key
from workstation.protocols.verification import Verified, verify_reports

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
KEY = new_key(READER, "Sample, Jo", NOW)
PDF = b"%PDF-1.7 as it was printed"
LENGTH = {"id": "A1", "kind": "length", "value": 12.4, "unit": "mm", "note": ""}
SIGNED = signed_report(impression="Nodule | 12 mm ≤ 3 ^ & ~", measurements=(LENGTH,))


def message_of(signed: SignedReport) -> bytes:
    forms = {"text/plain": signed.text.encode(), "application/pdf": PDF}
    return oru(signed, forms, Examined(), Agreed(pdf=True))


def sealed(signed: SignedReport, message: bytes) -> Letter:
    return seal(
        signed, KEY, effective=NOW, site_name="Harbor", previous="", pdf=PDF,
        beside={MESSAGE: (HL7, message)},
    )  # fmt: skip


MESSAGE_SENT = message_of(SIGNED)
#: What the site's FHIR holds of such a report: the second step, with its signature.
SECOND = closing(sealed(SIGNED, MESSAGE_SENT), [task_resource()])


def verified(message: bytes, second: bytes = SECOND) -> Verified:
    (found,) = verify_reports([("report.hl7", message), ("second.json", second)])
    return found


def test_a_message_and_its_signature_are_a_report_that_holds() -> None:
    """The hospital's RIS keeps the message, its FHIR server the signature: both are enough."""
    found = verified(MESSAGE_SENT)

    assert (found.report, found.status) == (SIGNED.report.id, "final")
    assert found.signature.thumbprint == KEY.thumbprint
    assert found.unseen == ()


def test_a_message_kept_as_it_travelled_holds_too() -> None:
    """Some engines store the frame of the line (0x0B ... 0x1C 0x0D) around it."""
    assert verified(framed(MESSAGE_SENT)).report == SIGNED.report.id


def test_the_signature_as_fhir_answers_for_it_by_itself_is_enough() -> None:
    """`GET Provenance/ID` gives one resource and no bundle."""
    resources = (each.get("resource", {}) for each in json.loads(SECOND)["entry"])
    alone = next(each for each in resources if each.get("resourceType") == "Provenance")

    assert verified(MESSAGE_SENT, json.dumps(alone).encode()).report == SIGNED.report.id


def test_no_flipped_byte_of_a_message_passes() -> None:
    """A decimal point, a minus, a patient's number: every byte is under the signature."""
    for at in range(0, len(MESSAGE_SENT), 7):
        changed = bytearray(MESSAGE_SENT)
        changed[at] ^= 1
        with pytest.raises(VerificationFailed, match=r"digest|not a delivered report"):
            verified(bytes(changed))


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (b"Nodule", b"Nodulo", "its words"),
        (b"|ST|state^State of the report^99RW||final", b"|ST|state^^99RW||prelim", "the state"),
        (b"|HG-20417|", b"|HG-20418|", "its accession numbers"),
        (base64.b64encode(PDF), base64.b64encode(b"%PDF-1.7 others' words"), "its PDF"),
        (b"|12.4|", b"|124|", "something beside"),
    ],
)
def test_what_was_changed_is_named(before: bytes, after: bytes, what: str) -> None:
    """Who compares two copies years later looks there first."""
    assert before in MESSAGE_SENT

    with pytest.raises(VerificationFailed, match=f"HL7 message is not what was signed: {what}"):
        verified(MESSAGE_SENT.replace(before, after))


def test_a_signature_without_its_message_proves_nothing() -> None:
    """The manifest names the words by a digest alone."""
    with pytest.raises(VerificationFailed, match="give the HL7 message"):
        verify_reports([("second.json", SECOND)])


def test_a_message_of_another_report_is_not_taken_for_it() -> None:
    """Two reports of one night, and one signature."""
    other = message_of(signed_report(report_id="00000000-0000-4000-8000-000000000002"))

    with pytest.raises(VerificationFailed, match="give the HL7 message"):
        verified(other)


def imr() -> tuple[dict[str, Any], dict[str, Any]]:
    letter = seal(SIGNED, KEY, effective=NOW, site_name="Harbor", previous="", apart=True)
    second = closing(letter, [task_resource()], "DiagnosticReport/12", rest=True)
    return json.loads(stored(letter)), json.loads(second)


def test_the_two_transactions_of_an_imr_site_are_one_report() -> None:
    """RAD-141 admits the report alone in its bundle: signature and measurements come behind."""
    files = [(f"{n}.json", json.dumps(each).encode()) for n, each in enumerate(imr(), 1)]

    for order in (files, files[::-1]):
        (found,) = verify_reports(order)
        assert (found.report, found.status) == (SIGNED.report.id, "final")


@pytest.mark.parametrize("half", [0, 1])
def test_half_of_an_imr_report_is_not_a_report(half: int) -> None:
    """Neither words without a signature nor a signature without words."""
    data = json.dumps(imr()[half]).encode()

    with pytest.raises(VerificationFailed, match="it holds 0"):
        verify_reports([("half.json", data)])


def test_a_measurement_changed_in_the_second_transaction_is_seen() -> None:
    """The two halves are judged as one: what is in either is under the signature."""
    first, second = imr()
    value = next(
        each["resource"] for each in second["entry"]
        if each.get("resource", {}).get("resourceType") == "Observation"
    )  # fmt: skip
    value["valueQuantity"]["value"] = 124
    files = [(f"{n}.json", json.dumps(each).encode()) for n, each in enumerate((first, second), 1)]

    with pytest.raises(VerificationFailed, match="measurements: A1 is not what was signed"):
        verify_reports(files)


def test_a_whole_bundle_given_twice_is_two_reports_that_hold() -> None:
    """Somebody drops a folder with copies on the command."""
    letter = seal(SIGNED, KEY, effective=NOW, site_name="Harbor", previous="")
    data = bundle(letter, task_resource())

    assert len(verify_reports([("a.json", data), ("b.json", data)])) == 2
