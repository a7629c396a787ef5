"""Reading values out of the DICOM JSON model without believing it (PS3.18 F).

A value of the wrong kind is as good as none. Bytes, nesting and the number of objects
are bounded before anything is built from them.
"""

import base64
import binascii
import math
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, TypeVar, cast

from workstation.domain.geometry import Vector
from workstation.domain.patient import Patient
from workstation.protocols.json_list import objects

MAX_OBJECTS: Final = 50_000
MAX_BYTES: Final = 256 << 20
_JOINERS: Final = frozenset("\u200c\u200d")
_DATE: Final = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")

T = TypeVar("T")


class NotMetadata(Exception):
    """The text is not DICOM JSON, or more of it than can be right."""


def parse(body: bytes) -> list["Attributes"]:
    """The objects of a metadata or search answer."""
    if len(body) > MAX_BYTES:
        raise NotMetadata("too large")
    if not body.strip():
        return []  # 204, or a site that answers nothing for no match
    try:
        rows = objects(body, MAX_OBJECTS)
    except ValueError as error:
        raise NotMetadata("not a list of objects") from error
    return [Attributes(row) for row in rows]


class Attributes:
    """One object or sequence item. Tags are written as in the JSON: "00280010"."""

    __slots__ = ("_rows",)

    def __init__(self, *rows: Mapping[str, Any]) -> None:
        self._rows = rows

    def over(self, other: "Attributes") -> "Attributes":
        """This one's values, and the other's where this one has none."""
        return Attributes(*self._rows, *other._rows)

    def values(self, tag: str) -> list[Any]:
        for row in self._rows:
            element = row.get(tag)
            if isinstance(element, dict):
                found = element.get("Value")
                if isinstance(found, list) and found:
                    return found
        return []

    def has(self, tag: str) -> bool:
        """Whether the element is there at all, with or without a value."""
        return any(row.get(tag) is not None for row in self._rows)

    def texts(self, tag: str) -> tuple[str, ...]:
        return tuple(
            cleaned(each) if isinstance(each, str) else "" if each is None else _plain(each)
            for each in self.values(tag)
        )

    def text(self, tag: str) -> str:
        return next(iter(self.texts(tag)), "")

    def lines(self, tag: str) -> tuple[str, ...]:
        """A text of several lines, whichever way their ends are written; none if empty."""
        written = next((each for each in self.values(tag) if isinstance(each, str)), "")
        cut = [cleaned(line) for line in written.strip().splitlines()]
        return tuple(cut) if any(cut) else ()

    def digits(self, tag: str) -> str:
        """Numbers with every digit that was written, for reading and not for reckoning."""
        return ", ".join(
            cleaned(each) if isinstance(each, str) else f"{each:.15g}"
            for each in self.values(tag)
            if isinstance(each, str | int | float)
        )

    def numbers(self, tag: str) -> tuple[float, ...]:
        """All values as finite numbers, or none at all."""
        found = [_number(each) for each in self.values(tag)]
        return tuple(f for f in found if f is not None) if None not in found else ()

    def number(self, tag: str) -> float | None:
        return next(iter(self.numbers(tag)), None)

    def whole(self, tag: str) -> int | None:
        found = self.number(tag)
        return int(found) if found is not None and found == int(found) else None

    def vector(self, tag: str) -> Vector | None:
        found = self.numbers(tag)
        return (found[0], found[1], found[2]) if len(found) == 3 else None

    def items(self, tag: str) -> Iterator["Attributes"]:
        for each in self.values(tag):
            yield Attributes(each if isinstance(each, dict) else {})

    def item(self, tag: str) -> "Attributes":
        return next(self.items(tag), _NOTHING)

    def opened(self, tags: Container[str]) -> "Attributes":
        """The first items of those of these sequences that are here, as one."""
        found = []
        for row in self._rows:
            for tag, element in row.items():
                if tag in tags and isinstance(element, dict):
                    items = element.get("Value")
                    if isinstance(items, list) and items and isinstance(items[0], dict):
                        found.append(items[0])
        return Attributes(*found)

    def written(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every element in the order of its tags, as it is written."""
        found = {tag: each for row in reversed(self._rows) for tag, each in row.items()}
        for tag in sorted(found):
            if isinstance(found[tag], dict):
                yield tag, found[tag]

    def nested(self) -> list["Attributes"]:
        """Every item of every sequence that is here, one level down."""
        return [
            Attributes(item)
            for row in self._rows
            for element in row.values()
            if isinstance(element, dict) and element.get("vr") == "SQ"
            for item in _listed(element.get("Value"))
            if isinstance(item, dict)
        ]

    def words(self) -> Iterator[str]:
        """Every text that is here, names among them, as it is written."""
        for row in self._rows:
            for element in row.values():
                values = element.get("Value") if isinstance(element, dict) else None
                for value in _listed(values):
                    groups = value.values() if isinstance(value, dict) else (value,)
                    yield from (each for each in groups if isinstance(each, str))

    def elements(self, tags: Iterable[str]) -> list[object]:
        """The elements as they are written, for comparing."""
        if len(self._rows) == 1:
            return list(map(self._rows[0].get, tags))
        return [[row.get(tag) for row in self._rows] for tag in tags]

    def inline(self, tag: str) -> bytes:
        """Binary values that travel in the metadata itself; empty where they do not."""
        for row in self._rows:
            element = row.get(tag)
            if isinstance(element, dict) and isinstance(element.get("InlineBinary"), str):
                try:
                    return base64.b64decode(element["InlineBinary"], validate=True)
                except (binascii.Error, ValueError):
                    return b""
        return b""

    def person(self, tag: str) -> str:
        """ "Family, Given" from the alphabetic group, else from another (PS3.5 6.2.1)."""
        for value in self.values(tag):
            groups = value if isinstance(value, dict) else {"Alphabetic": value}
            for group in ("Alphabetic", "Ideographic", "Phonetic"):
                written = groups.get(group)
                if isinstance(written, str) and (name := _name(written)):
                    return name
        return ""

    def day(self, tag: str) -> date | None:
        found = _DATE.fullmatch(self.text(tag))
        if found is None:
            return None
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            return None

    def patient(self) -> Patient:
        """The identity the object itself carries."""
        sex = self.text("00100040").upper()
        return Patient(
            name=self.person("00100010"),
            id=self.text("00100020"),
            issuer=self.text("00100021"),
            birth_date=self.day("00100030"),
            sex=sex if sex in ("M", "F", "O") else "",
        )


class _Traced(Attributes):
    """Attributes that note which of them were looked at."""

    __slots__ = ("tags",)

    def __init__(self, tags: set[str], *rows: Mapping[str, Any]) -> None:
        super().__init__(*rows)
        self.tags = tags

    def over(self, other: "Attributes") -> "Attributes":
        return _Traced(self.tags, *self._rows, *other._rows)

    def values(self, tag: str) -> list[Any]:
        self.tags.add(tag)
        return super().values(tag)

    def has(self, tag: str) -> bool:
        self.tags.add(tag)
        return super().has(tag)

    def inline(self, tag: str) -> bytes:
        self.tags.add(tag)
        return super().inline(tag)


class Memory:
    """Objects of a series are mostly alike: what did not change is not read again.

    The answer of a reading is kept with the elements it looked at; while those are the same
    in the next object, the answer is the same value. A reading must depend on nothing else.
    """

    def __init__(self) -> None:
        self._known: dict[object, tuple[tuple[str, ...], list[object], object]] = {}

    def read(self, key: object, values: Attributes, reading: Callable[[Attributes], T]) -> T:
        """`key` names the reading and whatever it takes beside `values`."""
        known = self._known.get(key)
        if known is not None and values.elements(known[0]) == known[1]:
            return cast(T, known[2])
        traced = _Traced(set(), *values._rows)
        found = reading(traced)
        tags = tuple(traced.tags)
        self._known[key] = (tags, values.elements(tags), found)
        return found


_NOTHING: Final = Attributes()


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def cleaned(text: str) -> str:
    """Without padding; without controls, those that turn the direction of writing included.

    A name with a right-to-left override would be read as another one (SEC-08). Joiners
    stay: Persian and Hindi words need them. A line end becomes a space.
    """
    if text.isprintable():
        return text.strip()
    kept = (c if c.isprintable() or c in _JOINERS else " " if c.isspace() else "" for c in text)
    return "".join(kept).strip()


def _plain(value: object) -> str:
    """Numbers as they are written; objects are no text."""
    return f"{value:g}" if isinstance(value, int | float) else ""


def _number(value: object) -> float | None:
    """Sites write DS and IS as numbers or as texts (PS3.18 F.2.3)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _name(written: str) -> str:
    """Family^Given^Middle^Prefix^Suffix to "Family, Given Middle"."""
    family, *given = (cleaned(part) for part in written[:320].split("^")[:3])
    first = " ".join(part for part in given if part)
    return f"{family}, {first}" if family and first else family or first
