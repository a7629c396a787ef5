"""Programs of other people that judge what we write: a test without its judge has not passed."""

import os
import shutil
import sys
from pathlib import Path


def need(*names: str) -> None:
    """Fails where `make setup` has not been run."""
    for each in names:
        assert shutil.which(each), f"{each} is missing: run `make setup`"


def system(name: str) -> str:
    """The program of the system: pynetdicom brings namesakes of dcmtk's, which an activated
    environment puts before them."""
    own = Path(sys.prefix, "bin")
    path = os.pathsep.join(each for each in os.get_exec_path() if Path(each) != own)
    found = shutil.which(name, path=path)
    assert found is not None, f"{name} is missing: run `make setup`"
    return found
