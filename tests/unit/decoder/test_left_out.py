"""What a process carries from its start: a decoder what decodes, the windows no reader of DICOM."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("library", ["requests", "PySide6", "vtkmodules", "httpx2", "SimpleITK"])
def test_a_decoder_has_no_client_and_no_windows(library: str) -> None:
    """The process that reads foreign bytes is small: what is not in it cannot be turned on us."""
    code = (
        f"import sys, workstation.decoder.worker;sys.exit(sys.modules.get({library!r}) is not None)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_windows_start_without_what_only_some_sites_and_acts_need() -> None:
    """Each is tens of megabytes or tenths of a second of every start."""
    late = ("pydicom", "pynetdicom", "highdicom", "requests", "SimpleITK", "pyhanko")
    code = f"import sys, workstation.app.running; sys.exit(len(set({late!r}) & sys.modules.keys()))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
