"""What the screens of this machine measure, in a small file beside the sealed store."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from workstation.errors import StoreUnavailable
from workstation.services.screen.screens import LEAST_MM, MOST_MM
from workstation.text import tr


@frozen
class ScreenFile:
    """mm of 1000 device pixels by the key of the screen, as TOML. A wrong line is no measure."""

    path: Path

    def load(self) -> Mapping[str, float]:
        try:
            found = tomllib.loads(self.path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            return {}
        return {
            name: float(mm)
            for name, mm in found.items()
            if isinstance(mm, int | float) and LEAST_MM <= mm <= MOST_MM
        }

    def keep(self, key: str, mm: float) -> None:
        """Beside those that are there; as a whole or not at all. Raises StoreUnavailable."""
        kept = {**self.load(), key: mm}
        lines = [f"{json.dumps(name)} = {value:.6g}\n" for name, value in sorted(kept.items())]
        head = tr("# mm of 1000 device pixels, measured on the screen itself") + "\n"
        fresh = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(head + "".join(lines), "utf-8")
            os.replace(fresh, self.path)
        except OSError:
            words = tr("the measure of this screen holds until the program ends: no file for it")
            raise StoreUnavailable(words) from None
