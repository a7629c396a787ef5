"""The storeys hold: every import contract catches the violation planted for it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: "over 400 it is split by subject" (the style sheet of the house).
MOST_LINES = 400

#: contract id -> (room to write a module into, its text)
PLANTED = {
    "storeys": ("domain", "import workstation.services.signal\n"),
    "qt": ("services", "import PySide6.QtCore\n"),
    "vtk": ("ui", "import vtkmodules\n"),
    "pydicom": ("services", "import pydicom\n"),
    "highdicom": ("dicom", "import highdicom\n"),
    "pades": ("services", "import pyhanko\n"),
    "registration": ("imaging", "import SimpleITK\n"),
    "codecs": ("dicom", "import imagecodecs\n"),
    "outside": ("services", "import httpx2\n"),
    "adapters": ("ui", "import workstation.adapters\n"),
    "rendering": ("ui", "import workstation.rendering\n"),
    "readers": ("services", "import workstation.dicom.reader\n"),
    "demo": ("demo", "import workstation.protocols\n"),
    "siblings": ("domain", "import workstation.domain.planted_too\n"),
}


def contracts() -> dict[str, str]:
    """Names of the contracts by their ids."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {each["id"]: each["name"] for each in settings["tool"]["importlinter"]["contracts"]}


def test_every_contract_has_a_planted_violation() -> None:
    """A contract that nothing can break protects nothing."""
    assert sorted(PLANTED) == sorted(contracts())


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the linter says of each contract where all violations are planted, by its name."""
    folder = tmp_path_factory.mktemp("house")
    house = folder / "workstation"
    unread = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(ROOT / "workstation", house, ignore=unread)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for contract, (room, text) in PLANTED.items():
        (house / room / f"planted_{contract}.py").write_text(text, "utf-8")
    (house / "domain/planted_too.py").write_text("import workstation.domain.planted_siblings\n")

    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache"],
        cwd=folder, capture_output=True, text=True,
        env={"PYTHONPATH": str(folder), "COLUMNS": "200"},
    )  # fmt: skip

    assert ran.returncode == 1, ran.stdout + ran.stderr
    _, _, broken = ran.stdout.partition("Broken contracts")
    assert broken, ran.stdout
    said: dict[str, str] = {}
    name = ""
    for line, below in zip(broken.splitlines(), broken.splitlines()[1:], strict=False):
        name = line if line and set(below) == {"-"} and len(line) == len(below) else name
        said[name] = f"{said.get(name, '')}\n{line}"
    return said


@pytest.mark.slow
@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_violation_is_caught(contract: str, found: dict[str, str]) -> None:
    """Who changes a contract must see it fail, or it may be open without anybody knowing."""
    assert f"planted_{contract}" in found[contracts()[contract]]


def test_no_module_is_too_long_to_be_read_as_one() -> None:
    """A reviewer holds a page in mind, not a volume: what is longer has two subjects."""
    modules = sorted((ROOT / "workstation").rglob("*.py"))
    lines = {each: len(each.read_text("utf-8").splitlines()) for each in modules}

    assert len(lines) > 600
    assert {str(each): count for each, count in lines.items() if count > MOST_LINES} == {}
