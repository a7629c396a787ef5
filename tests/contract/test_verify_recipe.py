"""The recipe of docs/verify.md, run as it is printed there: no code of ours checks ours."""

import base64
import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from fakes_certified import Registry
from fakes_trust import signed_report, task_resource, verify_report
from pdf_writing import written
from programs import need

from workstation.adapters.pdf_signature import sign_pdf
from workstation.errors import VerificationFailed
from workstation.protocols.hl7_report import Agreed, Examined, oru
from workstation.protocols.message_checks import HL7, MESSAGE
from workstation.protocols.report_bundle import bundle, seal
from workstation.protocols.report_closing import closing
from workstation.protocols.signing_key import SigningKey, new_key

pytestmark = pytest.mark.peer

DOC = Path(__file__).parents[2] / "docs" / "verify.md"
TOOLS = ("openssl", "jose", "pdfsig", "jq", "xxd", "sha256sum", "base64")
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
HARBOR = Registry(NOW)
KEY = HARBOR.key()
LENGTH = MappingProxyType({"id": "A1", "kind": "length", "value": 12.4, "unit": "mm"})
WHOLE = MappingProxyType({"id": "A2", "kind": "length", "value": 12.0, "unit": "mm"})
DOCUMENT = bytes(128) + b"DICM as it was sent"


def _report(key: SigningKey = KEY) -> dict[str, Any]:
    signed = signed_report(impression="≤ 12 mm, naïve", measurements=(LENGTH, WHOLE))
    letter = seal(
        signed, key, effective=NOW, site_name="Harbor", previous="",
        pdf=sign_pdf(written((595, 842)), signed, key, "Harbor"),
        beside={"sr": ("application/dicom", DOCUMENT)},
    )  # fmt: skip
    return dict(json.loads(bundle(letter, task_resource())))


def _run(
    made: dict[str, Any], folder: Path, *, document: bytes = DOCUMENT, roots: Registry = HARBOR
) -> subprocess.CompletedProcess[str]:
    need(*TOOLS)
    found = re.search(r"```sh\n(.*?)```", DOC.read_text("utf-8"), re.DOTALL)
    assert found
    (folder / "recipe.sh").write_text(found[1])
    (folder / "report.json").write_text(json.dumps(made))
    (folder / "ca.pem").write_text(roots.authority.pem)
    (folder / "report.dcm").write_bytes(document)
    return subprocess.run(
        ["bash", "recipe.sh", "report.json", "ca.pem", "report.dcm"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("_again", range(2))
def test_openssl_jose_and_pdfsig_find_it_good(tmp_path: Path, _again: int) -> None:
    """Several signatures: r and s that start with zeros or a high bit are the traps."""
    made = _report()

    done = _run(made, tmp_path)

    verified = verify_report(json.dumps(made).encode(), [HARBOR.root])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Verified OK" in done.stdout
    assert "Signature is Valid." in done.stdout
    assert f"key {KEY.thumbprint}" in done.stdout
    assert f"manifest {verified.manifest_sha256}" in done.stdout


def _of(made: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(
        e["resource"] for e in made["entry"] if e.get("resource", {}).get("resourceType") == kind
    )


def _text(made: dict[str, Any]) -> None:
    form = _of(made, "DiagnosticReport")["presentedForm"][1]
    form["data"] = base64.b64encode(b"other words").decode()


def _more(made: dict[str, Any]) -> None:
    forms = _of(made, "DiagnosticReport")["presentedForm"]
    forms.append(forms[0])


def _manifest(made: dict[str, Any]) -> None:
    extension = _of(made, "Provenance")["extension"][0]
    text = base64.b64decode(extension["valueBase64Binary"]).replace(b"final", b"Final")
    extension["valueBase64Binary"] = base64.b64encode(text).decode()


def _moved(made: dict[str, Any]) -> None:
    _of(made, "DiagnosticReport")["identifier"][0]["value"] = "urn:uuid:another"


def _conclusion(made: dict[str, Any]) -> None:
    _of(made, "DiagnosticReport")["conclusion"] = "≤ 21 mm, naïve"


def _measurement(made: dict[str, Any]) -> None:
    _of(made, "Observation")["derivedFrom"] = [{"reference": "ImagingStudy/6"}]


def _no_measurement(made: dict[str, Any]) -> None:
    made["entry"].remove(
        next(e for e in made["entry"] if e["resource"]["resourceType"] == "Observation")
    )


CHANGES = [_text, _more, _manifest, _moved, _conclusion, _measurement, _no_measurement]


@pytest.mark.parametrize("change", CHANGES)
def test_the_recipe_fails_on_a_changed_report_and_so_does_verify(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """A recipe that always succeeds would be worse than none."""
    made = _report()
    change(made)

    assert _run(made, tmp_path).returncode != 0
    with pytest.raises(VerificationFailed):
        verify_report(json.dumps(made).encode())


def test_a_changed_document_of_the_archive_is_named(tmp_path: Path) -> None:
    """One byte of the SR that went to the PACS."""
    done = _run(_report(), tmp_path, document=DOCUMENT.replace(b"sent", b"senT"))

    assert done.returncode == 1
    assert "report.dcm is not what was signed" in done.stdout


@pytest.mark.parametrize("changed", [False, True])
def test_a_message_is_the_report_where_a_site_takes_them_by_hl7(
    tmp_path: Path, changed: bool
) -> None:
    """The RIS keeps the message, its FHIR server the signature: both are all there is."""
    signed = signed_report(impression="≤ 12 mm, naïve", measurements=(LENGTH,))
    message = oru(signed, {"text/plain": signed.text.encode()}, Examined(), Agreed())
    letter = seal(
        signed, KEY, effective=NOW, site_name="Harbor", previous="",
        beside={MESSAGE: (HL7, message)},
    )  # fmt: skip
    made = json.loads(closing(letter, [task_resource()]))

    done = _run(made, tmp_path, document=message.replace(b"12.4", b"1.24") if changed else message)

    assert done.returncode == int(changed), done.stdout + done.stderr
    assert ("is not among the files, or not what was signed" in done.stdout) is changed


def test_without_its_forms_a_report_does_not_pass_for_one_by_hl7(tmp_path: Path) -> None:
    """Who takes the words out of a bundle must not be told that it holds."""
    made = _report()
    made["entry"] = [
        e for e in made["entry"] if e.get("resource", {}).get("resourceType") != "DiagnosticReport"
    ]

    assert _run(made, tmp_path).returncode != 0


def test_a_report_signed_again_by_a_stranger_fails_and_the_recipe_says_so(tmp_path: Path) -> None:
    """In the reader's own name, with everything else in order."""
    forged = _report(new_key("Practitioner/17", "Sample, Jo", NOW))

    done = _run(forged, tmp_path)

    assert done.returncode == 1
    assert "a stranger may have signed" in done.stdout
    assert verify_report(json.dumps(forged).encode()).signer == "Sample, Jo"


def test_a_colleague_does_not_sign_for_the_reader(tmp_path: Path) -> None:
    """Everybody who reads for the site has a certificate of it."""
    other = Registry(NOW, "Practitioner/171", "Night, Nora")
    key = other.key()
    done = _run(_report(SigningKey("Practitioner/17", key.key, key.chain)), tmp_path, roots=other)

    assert done.returncode == 1
    assert "of another person" in done.stdout
