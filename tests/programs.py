"""Programs of other people that judge what we write: a test without its judge has not passed."""

import shutil


def need(*names: str) -> None:
    """Fails where `make setup` has not been run."""
    for each in names:
        assert shutil.which(each), f"{each} is missing: run `make setup`"
