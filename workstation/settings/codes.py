"""A hospital's list of procedure codes: read whole and right, or refused with its line."""

import tomllib
from pathlib import Path
from typing import Any, Final

from workstation.domain.procedure import SIDES, Procedure, Procedures
from workstation.errors import SettingsError
from workstation.text import tr

_KEYS: Final = ("region", "side", "code")


def load_codes(path: Path) -> Procedures:
    """A table for each code, with `region`, `side` and `code`. Raises SettingsError."""
    try:
        text = path.read_text("utf-8")
        found = tomllib.loads(text)
    except (OSError, ValueError) as why:
        raise SettingsError(tr("{file}: {why}", file=path, why=why)) from None
    codes: dict[str, Procedure] = {}
    for name, table in found.items():
        wrong = _wrong(table)
        if not wrong and name.strip().upper() in codes:
            wrong = tr("it is there twice")
        if wrong:
            where = {"file": path, "line": _line(text, name), "code": name}
            raise SettingsError(tr("{file}, line {line}: {code}: {why}", why=wrong, **where))
        codes[name.strip().upper()] = Procedure(**table)
    return codes


def _wrong(table: Any) -> str:
    if not isinstance(table, dict) or not table:
        return tr("write a table with {keys}", keys=", ".join(_KEYS))
    for key, value in table.items():
        if key not in _KEYS:
            return tr("{key!r} is none of {keys}", key=key, keys=", ".join(_KEYS))
        if not isinstance(value, str) or not value.strip():
            return tr("{key} is a text in quotes", key=key)
    if table.get("side", SIDES[0]) not in SIDES:
        return tr("side is one of {sides}", sides=", ".join(SIDES))
    return ""


def _line(text: str, name: str) -> int:
    """Of the head of a table, or of a key that should have been one."""
    lines = (line.strip().lstrip("[").lstrip("\"' ") for line in text.splitlines())
    return next((n for n, line in enumerate(lines, 1) if line.startswith(name)), 1)
