"""The frozen program: built, self-tested, and free of what must not be in it."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "dist/workstation"
#: Unpacked; docs/platforms.md says what it is made of.
MOST_MB = 760

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def program() -> Path:
    """Built from this tree, as an installer would be."""
    subprocess.run([ROOT / "installers/linux/freeze.sh"], check=True, timeout=500)
    return BUILT / "workstation"


def test_the_frozen_program_passes_its_selftest(program: Path, tmp_path: Path) -> None:
    """Its decoder children are itself, started again: in a sandbox, with every codec."""
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run(
        [program, "selftest", "--json"], env=clean, cwd=tmp_path, capture_output=True, text=True
    )
    told = json.loads(ran.stdout)

    assert [c for c in told["checks"] if c["verdict"] == "failed"] == []
    assert ran.returncode == 0
    (sandbox,) = [c for c in told["checks"] if c["name"] == "decoder sandbox"]
    assert "system-calls" in sandbox["text"]


def test_the_frozen_program_reads_a_case_of_the_demo(program: Path, tmp_path: Path) -> None:
    """Platform, sign-in, images through the children, a volume: nothing was left out."""
    script = tmp_path / "read.script"
    state = tmp_path / "state.json"
    picture = tmp_path / "volume.png"
    lines = (
        "case.next", "wait loaded", f'state "{state}"', "viewport.volume", f'capture "{picture}"',
        "quit",
    )  # fmt: skip
    script.write_text("\n".join(lines), "utf-8")
    clean = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
    subprocess.run(
        [program, "demo", "--headless", "--script", script],
        env=clean, cwd=tmp_path, check=True, timeout=300,
    )  # fmt: skip
    viewport = json.loads(state.read_text("utf-8"))["viewports"][0]

    assert viewport["frames_loaded"] == viewport["frames"] > 0
    assert picture.is_file()


def test_nothing_is_in_it_that_must_not_be(program: Path) -> None:
    """No GPL wheel, no GTK, no tests, no module of Qt that no window uses."""
    files = [str(f.relative_to(BUILT)) for f in program.parent.rglob("*") if f.is_file()]
    unwanted = re.compile(
        r"libgtk|libgdk|pylibjpeg_libjpeg|/libjpeg/|hypothesis|pytest|atheris"
        r"|Qt6(Qml|Quick|Pdf|Network|WebEngine|VirtualKeyboard|Charts)|qgtk3",
        re.I,
    )

    assert [file for file in files if unwanted.search(file)] == []
    assert any("PySide6/Qt/plugins/platforms/libqxcb" in file for file in files)


def test_every_licence_is_listed_with_its_text(program: Path) -> None:
    """Who gives the program on must give these on, too."""
    folder = BUILT / "_internal/licences"
    listed = (folder / "LIST.txt").read_text("utf-8").splitlines()
    names = {line.split(" ")[0] for line in listed}

    assert {"numpy", "vtk", "pydicom", "imagecodecs", "PySide6_Essentials", "pypdfium2"} <= names
    assert [line for line in listed if "not stated" in line] == []
    for line in listed:
        if "GPL" in line:
            assert "LGPL-3.0-only OR" in line
    assert [name for name in names if not (folder / name).is_dir()] == []


def test_it_is_not_larger_than_it_should_be(program: Path) -> None:
    """A library that creeps in is noticed here and not by the reader on a slow line."""
    size = sum(
        file.stat().st_size for file in program.parent.rglob("*") if not os.path.islink(file)
    )

    assert size / (1 << 20) < MOST_MB
