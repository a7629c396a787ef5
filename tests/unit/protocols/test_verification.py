"""What is sent can be checked by anybody, and nothing of it can be changed unseen."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from fakes_trust import signed_report, task_resource, verify_report
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.identifiers import ReportId
from workstation.domain.report import Discrepancy, Overread, ReportState
from workstation.errors import VerificationFailed
from workstation.protocols.canonical import canonical
from workstation.protocols.report_bundle import bundle, seal
from workstation.protocols.signature import check, sign
from workstation.protocols.signing_key import key_from, new_key
from workstation.protocols.verification import verify_reports

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
KEY = new_key("Practitioner/17", "Sample, Jo", NOW)
SECOND = "00000000-0000-4000-8000-000000000002"
LENGTH = MappingProxyType(
    {"id": "A1", "kind": "length", "value": 12.4, "unit": "mm", "note": "", "sop_uid": "2.25.9"}
)


def _bundle(previous: str = "", **changes: Any) -> bytes:
    changes.setdefault("measurements", (LENGTH,))
    letter = seal(
        signed_report(**changes), KEY, effective=NOW, site_name="Harbor", previous=previous,
        pdf=b"%PDF-1.4 as printed",
    )  # fmt: skip
    return bundle(letter, task_resource())


def _resource(made: dict[str, Any], kind: str) -> dict[str, Any]:
    found = (e["resource"] for e in made["entry"] if "resource" in e)
    return next(r for r in found if r["resourceType"] == kind)


def test_a_report_as_it_was_sent_holds() -> None:
    """Years later, on another machine, without our store."""
    verified = verify_report(_bundle())

    assert verified.status == "final"
    assert verified.signer == "Sample, Jo"
    assert verified.signature.thumbprint == KEY.thumbprint
    assert "signed by Sample, Jo (MD-60412) at 2026-11-22T21:40:00Z" in verified.line


def _text(made: dict[str, Any]) -> None:
    form = _resource(made, "DiagnosticReport")["presentedForm"][1]
    form["data"] = base64.b64encode(b"Impression\nAcute abnormality.\n").decode()


def _added_form(made: dict[str, Any]) -> None:
    forms = _resource(made, "DiagnosticReport")["presentedForm"]
    forms.append(forms[0] | {"contentType": "application/rtf"})


def _pdf(made: dict[str, Any]) -> None:
    forms = _resource(made, "DiagnosticReport")["presentedForm"]
    form = next(each for each in forms if each["contentType"] == "application/pdf")
    form["data"] = base64.b64encode(b"%PDF-1.4 as printeD").decode()


def _second_html(made: dict[str, Any]) -> None:
    forms = _resource(made, "DiagnosticReport")["presentedForm"]
    forms.append(forms[0])


def _lost_form(made: dict[str, Any]) -> None:
    del _resource(made, "DiagnosticReport")["presentedForm"][0]


def _status(made: dict[str, Any]) -> None:
    _resource(made, "DiagnosticReport")["status"] = "preliminary"


def _accession(made: dict[str, Any]) -> None:
    _resource(made, "DiagnosticReport")["basedOn"][0]["identifier"]["value"] = "OTHER"


def _reader(made: dict[str, Any]) -> None:
    _resource(made, "DiagnosticReport")["resultsInterpreter"][0]["reference"] = "Practitioner/18"


def _measurement(made: dict[str, Any]) -> None:
    _resource(made, "Observation")["valueQuantity"]["value"] = 14.2


def _no_observation(made: dict[str, Any]) -> None:
    made["entry"] = [
        e for e in made["entry"] if e.get("resource", {}).get("resourceType") != "Observation"
    ]


def _statement(made: dict[str, Any], change: dict[str, Any]) -> bytes:
    extension = _resource(made, "Provenance")["extension"][0]
    claims = json.loads(base64.b64decode(extension["valueBase64Binary"])) | change
    statement = canonical(claims)
    extension["valueBase64Binary"] = base64.b64encode(statement).decode()
    return statement


def _manifest(made: dict[str, Any]) -> None:
    _statement(made, {"signedAt": "2026-11-23T00:00:00Z"})


def _forged(made: dict[str, Any]) -> None:
    """Another key signs in the reader's name: kid says another person."""
    stranger = new_key("Practitioner/99", "Somebody", NOW)
    token = sign(_statement(made, {}), stranger, "2026-11-22T21:40:00Z")
    data = base64.b64encode(token.encode()).decode()
    _resource(made, "Provenance")["signature"][0]["data"] = data


def _no_signature(made: dict[str, Any]) -> None:
    _resource(made, "Provenance")["signature"] = []


def _softened(made: dict[str, Any]) -> None:
    for each in _resource(made, "DiagnosticReport")["extension"]:
        if each["url"].endswith(":discrepancy"):
            each["valueString"] = "none"


def test_how_much_a_reading_departs_from_the_preliminary_is_signed() -> None:
    """A major discrepancy that becomes none on the way hides a missed finding."""
    over = Overread(ReportId(SECOND), "Night, Nora", Discrepancy.MAJOR, "missed bleed")
    data = _bundle(overread=over)
    assert verify_report(data).status == "final"
    made = json.loads(data)
    _softened(made)
    with pytest.raises(VerificationFailed, match="manifest: the discrepancy"):
        verify_report(json.dumps(made).encode())


def _predecessor(made: dict[str, Any]) -> None:
    extension = {"url": "urn:reading-workstation:predecessor", "valueString": SECOND}
    _resource(made, "DiagnosticReport")["extension"] = [extension]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_text, "digest: text"),
        (_added_form, "digest: a form"),
        (_pdf, "digest: pdf"),
        (_second_html, "digest: a form"),
        (_lost_form, "digest: html is missing"),
        (_status, "manifest: the status"),
        (_accession, "manifest: the accession"),
        (_reader, "manifest: the signer"),
        (_predecessor, "manifest: the predecessor"),
        (_measurement, "measurements: A1"),
        (_no_observation, "measurements: 1 were signed"),
        (_manifest, "signature: it does not belong"),
        (_forged, "manifest: the signer"),
        (_no_signature, "signature: there is none"),
    ],
)
def test_what_was_changed_is_named(change: Callable[[dict[str, Any]], None], named: str) -> None:
    """A court, or the next radiologist, must know what cannot be relied on."""
    made = json.loads(_bundle())
    change(made)

    with pytest.raises(VerificationFailed, match=named):
        verify_report(json.dumps(made).encode())


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"[]", b"{}", b'{"entry": [{"resource": 7}]}', b'{"entry": 1}', b"[[[["],
)
def test_what_is_no_report_is_said_to_be_none(data: bytes) -> None:
    """Bad input is a sentence, never a traceback."""
    with pytest.raises(VerificationFailed):
        verify_report(data)


def test_measurements_of_two_studies_with_one_name_hold() -> None:
    """The prior's A1 and today's."""
    pair = tuple(MappingProxyType({**LENGTH, "study_uid": uid}) for uid in ("2.25.1", "2.25.2"))

    assert verify_report(_bundle(measurements=pair)).status == "final"


def test_an_addendum_holds_with_its_report_and_not_without() -> None:
    """An addendum alone could belong to anything."""
    first = _bundle()
    digest = verify_report(first).manifest_sha256
    second = _bundle(
        digest,
        report_id=SECOND,
        status=ReportState.ADDENDED,
        predecessor=signed_report().report.id,
    )

    both = verify_reports([("2.json", second), ("1.json", first)])
    assert [each.status for each in both] == ["addended", "final"]
    with pytest.raises(VerificationFailed, match=r"2\.json: chain: give report"):
        verify_reports([("2.json", second)])
    forged = _bundle(impression="Other words.")
    with pytest.raises(VerificationFailed, match=r"2\.json: chain: .* is not the one"):
        verify_reports([("2.json", second), ("1.json", forged)])


def test_a_kept_key_is_the_same_key() -> None:
    """The keyring gives back what it was given: the thumbprint stays."""
    again = key_from(KEY.stored())

    assert again.thumbprint == KEY.thumbprint
    assert check(b"x", sign(b"x", again, "t")).thumbprint == KEY.thumbprint
    assert "PRIVATE" not in repr(again)


@given(st.binary(max_size=60), st.integers(0, 59), st.integers(1, 255))
def test_no_flipped_byte_passes(payload: bytes, place: int, bits: int) -> None:
    """One flipped byte of what was signed is seen."""
    token = sign(payload, KEY, "2026-11-22T21:40:00Z")
    changed = bytearray(payload or b"\0")
    changed[place % len(changed)] ^= bits

    with pytest.raises(VerificationFailed):
        check(bytes(changed), token)


@pytest.mark.parametrize("token", ["", "a.b", "..", "e30..", "e30.e30.x", "\u00fc.."])
def test_what_is_no_signature_is_said_to_be_none(token: str) -> None:
    """No traceback for a torn file."""
    with pytest.raises(VerificationFailed):
        check(b"x", token)


def test_alg_none_and_other_algorithms_are_not_accepted() -> None:
    """The header is the attacker's to write."""
    head, _, tail = sign(b"x", KEY, "t").partition("..")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    for alg in ("none", "HS256"):
        forged = base64.urlsafe_b64encode(json.dumps(header | {"alg": alg}).encode())
        with pytest.raises(VerificationFailed):
            check(b"x", f"{forged.rstrip(b'=').decode()}..{tail}")
