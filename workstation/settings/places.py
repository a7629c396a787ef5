"""Where the settings file and the data files of the program lie."""

import sys
from functools import cache
from pathlib import Path

import platformdirs


def default_path() -> Path:
    """The settings file where `--settings` names none."""
    return Path(platformdirs.user_config_dir("reading-workstation", False)) / "settings.toml"


def resource(*parts: str) -> Path:
    """A data file of the program, in a checkout, a wheel or a frozen build."""
    return _resources().joinpath(*parts)


@cache
def _resources() -> Path:
    """Looked for once: links on the way to it are followed by asking the system."""
    frozen_root = getattr(sys, "_MEIPASS", None)
    here = Path(__file__).resolve().parent.parent
    roots = [Path(frozen_root)] if frozen_root else [here, here.parent]
    base = next((root for root in roots if (root / "resources").is_dir()), roots[-1])
    return base / "resources"
