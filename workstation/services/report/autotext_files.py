"""Autotexts as files: TOML, which the program writes, and lists with commas, which others write.

    [[autotext]]
    name = "nlchest"
    say = "normal chest"
    text = "The lungs are clear."

A list with commas has a line for each: name, text, and the spoken name if there is one.
A file is taken whole or in parts: lines that cannot be are named with their numbers.
"""

import csv
import io
import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from workstation.domain.autotext import NAME, Autotext, Level
from workstation.errors import CommandError, SettingsError
from workstation.protocols.foreign_text import text_of
from workstation.text import tr

MOST_BYTES: Final = 8_000_000
MOST: Final = 20_000
MOST_TEXT: Final = 8_000
_HEADS: Final = frozenset({"name", "shortcut", "autotext", "macro", "abbreviation", "kürzel"})


@frozen
class Read:
    """What a file holds, and what of it could not be taken, each in a sentence."""

    found: tuple[Autotext, ...]
    refused: tuple[str, ...] = ()


def load(path: Path, level: Level) -> Read:
    """What a file of this machine holds; a list with commas is told by its name.

    Raises CommandError.
    """
    try:
        body = path.read_bytes()
    except (OSError, ValueError):
        raise CommandError(tr("the file cannot be read")) from None
    return read(body, level, commas=path.suffix.lower() in (".csv", ".txt"))


def shared(path: Path, level: Level) -> tuple[Autotext, ...]:
    """A file that the settings name; every autotext of it must be good. Raises SettingsError."""
    try:
        read_all = load(path, level)
    except CommandError as error:
        raise SettingsError(f"{path}: {error}") from None
    if read_all.refused:
        raise SettingsError(f"{path}: {read_all.refused[0]}")
    return read_all.found


def save(path: Path, text: str) -> None:
    """Raises CommandError where it cannot be written."""
    try:
        path.write_text(text, "utf-8")
    except (OSError, ValueError):
        raise CommandError(tr("the file cannot be written")) from None


def read(body: bytes, level: Level, *, commas: bool) -> Read:
    """Autotexts from the bytes of a file. Raises CommandError."""
    try:
        text = text_of(body, MOST_BYTES)
    except ValueError as wrong:
        raise CommandError(str(wrong)) from None
    rows = list(_of_commas(text) if commas else _of_toml(text))
    if not rows:
        raise CommandError(tr("there is no autotext in this file"))
    found: dict[str, Autotext] = {}
    refused = []
    for where, name, words, say in rows[:MOST]:
        made = Autotext(name.strip(), plain(words)[:MOST_TEXT], _line(say), level)
        if not NAME.fullmatch(made.name) or not made.text.strip():
            refused.append(tr("{where}: no name without spaces, or no text", where=where))
        else:
            found[made.name.casefold()] = made
    if len(rows) > MOST:
        refused.append(tr("only the first {n} were read", n=MOST))
    return Read(tuple(found.values()), tuple(refused))


def _of_toml(text: str) -> Iterator[tuple[str, str, str, str]]:
    try:
        entries = tomllib.loads(text).get("autotext", [])
    except tomllib.TOMLDecodeError as error:
        raise CommandError(tr("the file is not TOML: {why}", why=error)) from None
    for number, each in enumerate(entries if isinstance(entries, list) else [], 1):
        entry: dict[str, Any] = each if isinstance(each, dict) else {}
        name, words, say = (str(entry.get(key, "")) for key in ("name", "text", "say"))
        yield tr("autotext {n}", n=number), name, words, say


def _of_commas(text: str) -> Iterator[tuple[str, str, str, str]]:
    rows = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        for row in rows:
            cells = [*row, "", "", ""][:3]
            head = rows.line_num == 1 and cells[0].strip().casefold() in _HEADS
            if any(cells) and not head:
                name, words, say = cells
                yield tr("line {n}", n=rows.line_num), name, words, say
    except csv.Error as error:
        raise CommandError(tr("the file is no list: {why}", why=error)) from None


def write(autotexts: Iterable[Autotext]) -> str:
    """As TOML, in the order of the names; `read` gives the same back."""
    parts = [tr("# Autotexts of the reading workstation.")]
    for each in sorted(autotexts, key=lambda a: a.name.casefold()):
        lines = ["[[autotext]]", f"name = {_quoted(each.name)}"]
        lines += [f"say = {_quoted(each.say)}"] if each.say else []
        parts.append("\n".join([*lines, f"text = {_quoted(each.text)}"]))
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """Line ends of any kind as one; nothing that is not a character to read."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(c for c in lines if c == "\n" or c.isprintable()).strip("\n")


def _line(text: str) -> str:
    return " ".join(plain(text).split())[:80]


def _quoted(text: str) -> str:
    """A JSON string of printable letters is a basic string of TOML."""
    return json.dumps(text, ensure_ascii=False)
