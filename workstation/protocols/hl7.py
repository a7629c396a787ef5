"""HL7 v2 as text and as bytes: segments, escapes, MLLP frames. No I/O, no meaning.

Written with the delimiters of the standard (`|^~\\&`), read with those that a message
declares. HL7 v2.5.1 chapter 2 (2.5.5 delimiters, 2.7 escapes, 2.8 segments); the frames
are those of the Minimal Lower Layer Protocol (IHE ITI TF-2 C.2.1 repeats them).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from attrs import define, field, frozen

#: Of one message: larger is no report and no order.
MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_SEGMENTS: Final = 20_000
_MOST_FIELDS: Final = 400
_ESCAPES: Final = {"\\": "E", "|": "F", "^": "S", "&": "T", "~": "R"}
_START, _END, _RETURN = b"\x0b", b"\x1c", b"\r"
_LINE_ENDS: Final = re.compile(r"\r\n?|\n")
_NAME: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_HEX: Final = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")
_DTM: Final = re.compile(r"(\d{8}(?:\d\d){0,3})(?:\.\d{1,4})?([+-]\d{4})")
#: Table 0211, as far as Python knows the sets by these names.
_CHARACTER_SETS: Final = {
    "": "utf-8",
    "ASCII": "utf-8",  # those who say so and mean it lose nothing
    "UNICODE UTF-8": "utf-8",
    "8859/1": "iso8859-1",
    "8859/2": "iso8859-2",
    "8859/5": "iso8859-5",
    "8859/7": "iso8859-7",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
}


class NotHl7(Exception):
    """These bytes are no HL7 v2 message; says what is wrong, never what stands in it."""


# --- writing ---------------------------------------------------------------------


def escaped(text: str) -> str:
    """A text as it stands in a component: no character of it can be taken for structure.

    Control characters are written in hexadecimal: a carriage return would end the segment,
    and two of them frame messages on the line.
    """
    return "".join(
        f"\\{_ESCAPES[c]}\\" if c in _ESCAPES else f"\\X{ord(c):02X}\\" if _is_control(c) else c
        for c in text
    )


def _is_control(character: str) -> bool:
    return ord(character) < 0x20 or character == "\x7f"


def components(*parts: str, between: str = "^") -> str:
    """Texts as the components of one field (`between="&"`: as subcomponents)."""
    return between.join(map(escaped, parts)).rstrip(between)


def segment(name: str, fields: Mapping[int, str]) -> str:
    """A segment of fields that are written already, by their numbers in the standard."""
    last = max((number for number, value in fields.items() if value), default=0)
    return "|".join([name, *(fields.get(number, "") for number in range(1, last + 1))])


def header(fields: Mapping[int, str]) -> str:
    """MSH, whose first field is the delimiter itself."""
    shifted = {number - 1: value for number, value in fields.items()} | {1: "^~\\&"}
    return segment("MSH", shifted)


def message(*segments: str) -> bytes:
    """Segments as a message, in UTF-8."""
    return ("\r".join(segments) + "\r").encode()


def timestamp(at: datetime) -> str:
    """HL7 DTM to the second, with its zone."""
    return at.strftime("%Y%m%d%H%M%S%z")


# --- reading ---------------------------------------------------------------------


@frozen
class Segment:
    """One line of a message. Fields, components and repetitions count from 1."""

    name: str
    _fields: tuple[str, ...]
    _delimiters: str  # component, repetition, escape, subcomponent
    _charset: str

    def raw(self, number: int) -> str:
        """A field as it is written; empty where there is none."""
        return self._fields[number - 1] if 0 < number <= len(self._fields) else ""

    def repetitions(self, number: int) -> tuple["Segment", ...]:
        """The field's repetitions, each as a segment of this one field."""
        parts = self.raw(number).split(self._delimiters[1])
        return tuple(
            Segment(self.name, ("",) * (number - 1) + (part,), self._delimiters, self._charset)
            for part in parts
            if part
        )

    def text(self, number: int, component: int = 1, subcomponent: int = 1) -> str:
        """What a component says, of the field's first repetition; `""` (delete) is empty."""
        first = self.raw(number).split(self._delimiters[1])[0]
        parts = first.split(self._delimiters[0])
        part = parts[component - 1] if component <= len(parts) else ""
        subparts = part.split(self._delimiters[3])
        found = subparts[subcomponent - 1] if subcomponent <= len(subparts) else ""
        return "" if found == '""' else self._plain(found)

    def whole(self, number: int) -> str:
        """A field that has no components, such as a line of text: all of it."""
        return self._plain(self.raw(number))

    def _plain(self, written: str) -> str:
        escape = self._delimiters[2]
        if escape not in written:
            return written
        parts = written.split(escape)
        if len(parts) % 2 == 0:  # one stands alone: it is a sign like others
            parts[-2:] = [escape.join(parts[-2:])]
        found = [
            part if index % 2 == 0 else self._meant(part, escape)
            for index, part in enumerate(parts)
        ]
        return "".join(found)

    def _meant(self, sequence: str, escape: str) -> str:
        component, repetition, _, subcomponent = tuple(self._delimiters)
        known = {
            "F": "|", "S": component, "T": subcomponent, "R": repetition, "E": escape,
            ".br": "\n", ".sp": "\n", ".ce": "\n", "H": "", "N": "",
        }  # fmt: skip
        if sequence in known:
            return known[sequence]
        if match := _HEX.fullmatch(sequence):
            return bytes.fromhex(match[1]).decode(self._charset, "replace")
        return f"{escape}{sequence}{escape}"  # a sender's own: shown as it came


@frozen
class Message:
    """A message that can be asked for its fields."""

    segments: tuple[Segment, ...] = field(repr=False)

    @property
    def header(self) -> Segment:
        return self.segments[0]

    @property
    def kind(self) -> str:
        """ "ORM^O01": the type and what set it off."""
        return f"{self.header.text(9)}^{self.header.text(9, 2)}".rstrip("^")

    @property
    def control_id(self) -> str:
        return self.header.text(10)

    def all(self, name: str) -> tuple[Segment, ...]:
        return tuple(each for each in self.segments if each.name == name)

    def first(self, name: str) -> Segment | None:
        return next((each for each in self.segments if each.name == name), None)


def parse(raw: bytes) -> Message:
    """Raises `NotHl7`. Line ends of other systems are taken for segment ends."""
    if len(raw) > MOST_BYTES:
        raise NotHl7("it is larger than any message may be")
    if not raw.startswith(b"MSH") or len(raw) < 9:
        raise NotHl7("it does not begin with MSH")
    # The delimiters are in the first bytes, which all character sets of table 0211 share.
    separator, delimiters = chr(raw[3]), raw[4:8].decode("latin-1")
    if len({separator, *delimiters}) != 5 or any(c.isalnum() or c < "!" for c in delimiters):
        raise NotHl7("its delimiters are not five different signs")
    declared = raw.split(b"\r", 1)[0].decode("latin-1").split(separator)
    name = declared[17].split(delimiters[1])[0] if len(declared) > 17 else ""
    charset = _CHARACTER_SETS.get(name.strip().upper())
    if charset is None:
        raise NotHl7("its character set is not one we read")
    try:
        lines = [line for line in _LINE_ENDS.split(raw.decode(charset)) if line.strip()]
    except UnicodeDecodeError:
        raise NotHl7("it is not in the character set that it declares") from None
    if len(lines) > _MOST_SEGMENTS:
        raise NotHl7("it has more segments than any message may have")
    return Message(tuple(_segment(line, separator, delimiters, charset) for line in lines))


def _segment(line: str, separator: str, delimiters: str, charset: str) -> Segment:
    name, *fields = line.split(separator)
    if not _NAME.fullmatch(name) or len(fields) > _MOST_FIELDS:
        raise NotHl7("one of its lines is no segment")
    if name == "MSH":  # MSH-1 is the separator: numbers as in the standard
        fields = [separator, *fields]
    return Segment(name, tuple(fields), delimiters, charset)


def moment(written: str) -> datetime | None:
    """A time with its zone (DTM, 2.A.22); None where it has none, or is no time."""
    match = _DTM.fullmatch(written)
    if match is None:
        return None
    try:
        return datetime.strptime(match[1].ljust(14, "0") + match[2], "%Y%m%d%H%M%S%z")
    except ValueError:
        return None


# --- the line ----------------------------------------------------------------------


def framed(raw: bytes) -> bytes:
    """A message as it travels."""
    return _START + raw + _END + _RETURN


@define
class Frames:
    """Messages out of a stream, however it was cut; bytes between frames are nothing."""

    _kept: bytearray = field(factory=bytearray)
    _looked: int = 0  # so far there is no end in what is kept

    def fed(self, data: bytes) -> Iterator[bytes]:
        """The messages that are complete now. Raises `NotHl7` where one never ends."""
        self._kept += data
        while True:
            start = self._kept.find(_START)
            if start < 0:
                self._kept.clear()
                return
            end = self._kept.find(_END + _RETURN, max(start, self._looked - 1))
            if end < 0:
                del self._kept[:start]
                self._looked = len(self._kept)
                if self._looked > MOST_BYTES:
                    raise NotHl7("it is larger than any message may be")
                return
            self._looked = 0
            complete = bytes(self._kept[start + 1 : end])
            del self._kept[: end + 2]
            yield complete
