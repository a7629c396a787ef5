"""The recipe of docs/verify.md, run as it is printed there: no code of ours checks ours."""

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from fakes_trust import signed_report, task_resource

from workstation.protocols.report_bundle import bundle, seal
from workstation.protocols.signing_key import new_key
from workstation.protocols.verification import verify_report

pytestmark = pytest.mark.peer

DOC = Path(__file__).parents[2] / "docs" / "verify.md"
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
KEY = new_key("Practitioner/17", "Sample, Jo", NOW)
LENGTH = MappingProxyType({"id": "A1", "kind": "length", "value": 12.4, "unit": "mm"})


def _report() -> dict[str, Any]:
    signed = signed_report(impression="≤ 12 mm, naïve", measurements=(LENGTH,))
    letter = seal(signed, KEY, effective=NOW, site_name="Harbor", previous="")
    return dict(json.loads(bundle(letter, task_resource())))


def _run(made: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    for tool in ("openssl", "jq", "xxd", "sha256sum", "base64"):
        assert shutil.which(tool), f"{tool} is missing"
    found = re.search(r"```sh\n(.*?)```", DOC.read_text("utf-8"), re.DOTALL)
    assert found
    (folder / "recipe.sh").write_text(found[1])
    (folder / "report.json").write_text(json.dumps(made))
    return subprocess.run(
        ["bash", "-o", "pipefail", "recipe.sh", "report.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("_again", range(8))
def test_openssl_finds_the_signature_good(tmp_path: Path, _again: int) -> None:
    """Eight signatures: r and s that start with zeros or a high bit are the traps."""
    made = _report()

    done = _run(made, tmp_path)

    verified = verify_report(json.dumps(made).encode())
    assert done.returncode == 0, done.stderr
    assert "Verified OK" in done.stdout
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


@pytest.mark.parametrize("change", [_text, _more, _manifest, _moved])
def test_the_recipe_fails_on_a_changed_report(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """A recipe that always succeeds would be worse than none."""
    made = _report()
    change(made)

    assert _run(made, tmp_path).returncode != 0
