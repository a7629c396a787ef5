"""What a decoder child carries: only what decodes."""

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
