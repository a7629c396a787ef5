"""An object's attributes as lines to read: tag, name, value, item by item."""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from attrs import frozen

from workstation.protocols.dicom_attributes import Attributes, cleaned, parse
from workstation.text import tr, trn

#: So many lines are listed at most, and so many letters of one value.
MOST_LINES: Final = 20_000
_LONGEST: Final = 2000
_DEEPEST: Final = 16
_BYTES_SHOWN: Final = 16
_PER_FRAME: Final = "52009230"
_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")

#: A value of these is a number or a term of the standard, and names nobody. Any other can:
#: texts, names, dates and times, identifiers, bytes (PS3.15 E.1).
_NAMELESS: Final = frozenset(
    {"AT", "CS", "DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"}
)

Name = Callable[[str, str], str]


@frozen
class Listed:
    """One attribute, or the head of an item of a sequence (then without a tag).

    `path` leads to it: tags, and numbers of items from 1, "52009229/1/00289110/1/00280030".
    """

    path: str
    depth: int
    tag: str  # "00180060"
    vr: str
    name: str
    value: str
    creator: str = ""  # of a private one: who wrote it
    is_nameless: bool = False  # its value can name nobody

    @property
    def written_tag(self) -> str:
        return f"({self.tag[:4]},{self.tag[4:]})" if self.tag else ""

    @property
    def is_private(self) -> bool:
        """PS3.5 7.8: the group is odd."""
        return bool(self.tag) and int(self.tag[3], 16) % 2 == 1


@frozen
class Listing:
    """All lines of an object; `cut` where there were more than are listed."""

    lines: tuple[Listed, ...] = ()
    cut: bool = False

    def find(self, path: str) -> Listed | None:
        return next((line for line in self.lines if line.path == path), None)


def listing(body: bytes, name_of: Name, frame_index: int = 0) -> Listing:
    """The lines of an object as DICOM JSON describes it.

    Of the functional groups of frames those of one frame are listed: the rest say the same
    of others. Raises `NotMetadata`.
    """
    found = parse(body)
    lines = _Lines(name_of, frame_index).of(found[0], "", 0) if found else iter(())
    listed = tuple(islice(lines, MOST_LINES))
    return Listing(listed, next(lines, None) is not None)


class _Lines:
    def __init__(self, name_of: Name, frame_index: int) -> None:
        self._name_of, self._frame = name_of, frame_index

    def of(self, values: Attributes, within: str, depth: int) -> Iterator[Listed]:
        for tag, element in values.written():
            if len(tag) != 8 or not set(tag) <= set("0123456789ABCDEF"):
                continue  # not as PS3.18 F.2.2 has tags
            creator = _creator(values, tag)
            vr = element.get("vr")
            vr = vr if isinstance(vr, str) else ""
            name = self._name_of(tag, creator)
            if vr == "SQ":
                yield from self._sequence(within + tag, name, creator, element, depth)
            else:
                nameless = vr in _NAMELESS and not int(tag[3], 16) % 2 and tag[:4] != "0010"
                yield Listed(within + tag, depth, tag, vr, name, _value(element), creator, nameless)

    def _sequence(
        self, path: str, name: str, creator: str, element: Mapping[str, Any], depth: int
    ) -> Iterator[Listed]:
        tag = path[-8:]
        items = element.get("Value")
        items = items if isinstance(items, list) else []
        said = trn(len(items), "{n} item", "{n} items")
        shown = list(enumerate(items, 1))
        if tag == _PER_FRAME and len(items) > 1:
            shown = shown[self._frame : self._frame + 1]
            said = tr("{items}, the one of this frame", items=said)
        yield Listed(path, depth, tag, "SQ", name, said, creator)
        if depth >= _DEEPEST:
            return
        for number, item in shown:
            at = f"{path}/{number}"
            yield Listed(at, depth + 1, "", "", tr("Item {n}", n=number), "")
            inside = Attributes(item if isinstance(item, dict) else {})
            yield from self.of(inside, f"{at}/", depth + 2)


def _creator(values: Attributes, tag: str) -> str:
    """Who reserved the block that a private element lies in (PS3.5 7.8.1)."""
    if not int(tag[3], 16) % 2 or tag[4:6] == "00":
        return ""
    return values.text(f"{tag[:4]}00{tag[4:6]}")


def _value(element: Mapping[str, Any]) -> str:
    if isinstance(element.get("InlineBinary"), str):
        return _bytes(element["InlineBinary"])
    if "BulkDataURI" in element:
        return tr("bulk data, not carried here")
    values = element.get("Value")
    written = [_written(each) for each in values] if isinstance(values, list) else []
    whole = cleaned("\\".join(written))
    return whole if len(whole) <= _LONGEST else whole[:_LONGEST] + "…"


def _written(value: object) -> str:
    """One value as the object has it; a name with its groups (PS3.5 6.2.1)."""
    if isinstance(value, dict):
        groups = [value.get(group) for group in _GROUPS]
        texts = [each if isinstance(each, str) else "" for each in groups]
        return "=".join(texts).rstrip("=")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.15g}"
    return value if isinstance(value, str) else ""


def _bytes(text: str) -> str:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    said = trn(len(raw), "{n} byte", "{n} bytes")
    shown = raw[:_BYTES_SHOWN].hex(" ")
    more = " …" if len(raw) > _BYTES_SHOWN else ""
    return f"{said}: {shown}{more}"
