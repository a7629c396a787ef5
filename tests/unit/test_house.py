"""The storeys hold: every import contract catches the violation planted for it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: contract id -> (module to write, its text)
PLANTED = {
    "storeys": ("domain/planted.py", "import workstation.services.signal\n"),
    "qt": ("services/planted.py", "import PySide6.QtCore\n"),
    "vtk": ("ui/planted.py", "import vtkmodules\n"),
    "pydicom": ("services/planted.py", "import pydicom\n"),
    "highdicom": ("dicom/planted.py", "import highdicom\n"),
    "pades": ("services/planted.py", "import pyhanko\n"),
    "registration": ("imaging/planted.py", "import SimpleITK\n"),
    "codecs": ("dicom/planted.py", "import imagecodecs\n"),
    "outside": ("services/planted.py", "import httpx2\n"),
    "adapters": ("ui/planted.py", "import workstation.adapters\n"),
    "rendering": ("ui/planted.py", "import workstation.rendering\n"),
    "readers": ("services/planted.py", "import workstation.dicom.reader\n"),
    "demo": ("demo/planted.py", "import workstation.protocols\n"),
    "siblings": (
        "domain/planted.py",
        "import workstation.domain.planted_too\n",
    ),
}


def contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]]


def test_every_contract_has_a_planted_violation() -> None:
    """A contract that nothing can break protects nothing."""
    assert sorted(PLANTED) == sorted(contracts())


@pytest.mark.slow
@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_violation_is_caught(contract: str, tmp_path: Path) -> None:
    """Who changes a contract must see it fail, or it may be open without anybody knowing."""
    house = tmp_path / "workstation"
    shutil.copytree(
        ROOT / "workstation", house, ignore=shutil.ignore_patterns("__pycache__", "*.so")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    module, text = PLANTED[contract]
    (house / module).write_text(text, "utf-8")
    if contract == "siblings":
        (house / "domain/planted_too.py").write_text("import workstation.domain.planted\n")
    if contract == "readers":
        (house / "dicom/reader.py").touch()

    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache", "--contract", contract],
        cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip

    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "BROKEN" in ran.stdout
