"""Text of a DICOM object to Unicode (PS3.5 6.1, PS3.3 C.12.1.1.2).

Runs in the decoder child. Code extensions (ISO 2022) are followed through the whole
value before it is split, because the second byte of a Chinese or Japanese character may
look like a delimiter. What cannot be read becomes U+FFFD; nothing is dropped.
"""

import codecs
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from workstation.domain.character_terms import number_of


@frozen
class CharacterSet:
    """How bytes are read: `low` below 0x80, `high` from there on."""

    low: str = "ascii"
    high: str = ""
    whole: str = ""  # one codec for all bytes, without code extensions


#: Defined terms by their number: "100" is ISO_IR 100 and ISO 2022 IR 100 alike.
_SINGLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "100": "iso8859-1", "101": "iso8859-2", "109": "iso8859-3", "110": "iso8859-4",
        "144": "iso8859-5", "127": "iso8859-6", "126": "iso8859-7", "138": "iso8859-8",
        "148": "iso8859-9", "203": "iso8859-15", "166": "iso8859-11", "13": "shift_jis",
        "149": "euc_kr", "58": "gb2312",
    }
)  # fmt: skip
_WHOLE: Final[Mapping[str, str]] = MappingProxyType(
    {"192": "utf-8", "GB18030": "gb18030", "GBK": "gbk"}
)
#: Escape sequences and what they switch (PS3.3 tables C.12-3 and C.12-4).
_ESCAPES: Final[Mapping[bytes, tuple[str, str]]] = MappingProxyType(
    {
        b"(B": ("low", "ascii"), b"(J": ("low", "ascii"), b")I": ("high", "shift_jis"),
        b"-A": ("high", "iso8859-1"), b"-B": ("high", "iso8859-2"), b"-C": ("high", "iso8859-3"),
        b"-D": ("high", "iso8859-4"), b"-L": ("high", "iso8859-5"), b"-G": ("high", "iso8859-6"),
        b"-F": ("high", "iso8859-7"), b"-H": ("high", "iso8859-8"), b"-M": ("high", "iso8859-9"),
        b"-b": ("high", "iso8859-15"), b"-T": ("high", "iso8859-11"),
        b"$B": ("low", "jis-x-0208"), b"$@": ("low", "jis-x-0208"), b"$(D": ("low", "jis-x-0212"),
        b"$)C": ("high", "euc_kr"), b"$)A": ("high", "gb2312"),
    }
)  # fmt: skip
_PAIRS: Final = frozenset({"jis-x-0208", "jis-x-0212"})
#: After these a code extension ends (PS3.5 6.1.2.5.3).
_RESETS: Final = b"\\\r\n\f\t"
_RESETS_IN_NAMES: Final = _RESETS + b"^="
DEFAULT: Final = CharacterSet()
_ONE_TEXT: Final = frozenset((b"LT", b"ST", b"UT", b"UR"))
_DECODED: Final = frozenset((b"LO", b"LT", b"SH", b"ST", b"UC", b"UT"))
_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")


def preload() -> None:
    """Load the codecs now: in the sandbox no file can be opened any more."""
    for name in {*_SINGLE.values(), *_WHOLE.values(), "ascii", "euc_jp"}:
        codecs.lookup(name)
        b"\xa1\xa1".decode(name, "replace")


def character_set(terms: Sequence[str]) -> CharacterSet:
    """The set that a value begins in, from Specific Character Set (0008,0005)."""
    first = number_of(terms[0]) if terms else ""
    for number in (number_of(term) for term in terms):
        if number in _WHOLE:
            return CharacterSet(whole=_WHOLE[number])
    return CharacterSet(high=_SINGLE.get(first, ""))


def decoded(raw: bytes, among: CharacterSet, *, name: bool = False) -> str:
    """Text of one whole element; values and name components are still together."""
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii")
    if among.whole and b"\x1b" not in raw:
        return raw.decode(among.whole, "replace")
    if not among.high and not among.whole and b"\x1b" not in raw:
        return _undeclared(raw)
    return _extended(raw, among, _RESETS_IN_NAMES if name else _RESETS)


def texts(raw: bytes, vr: bytes, among: CharacterSet) -> list[Any]:
    """Values of an element as the JSON model writes them (PS3.18 F.2.2); None for an empty one."""
    if vr == b"PN":
        return [_person(each) for each in decoded(raw, among, name=True).split("\\")]
    text = decoded(raw, among) if vr in _DECODED else raw.decode("ascii", "replace")
    if vr in _ONE_TEXT:
        return [text.rstrip(" \0")]
    return [each.strip(" \0") or None for each in text.split("\\")]


def _person(written: str) -> dict[str, str]:
    """Component groups: alphabetic, ideographic, phonetic (PS3.5 6.2.1)."""
    groups = written.rstrip(" \0").split("=")[: len(_GROUPS)]
    return {name: group.strip() for name, group in zip(_GROUPS, groups, strict=False) if group}


def _undeclared(raw: bytes) -> str:
    """Bytes beyond ASCII where no set is named: UTF-8 if they are that, else Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("iso8859-1")


def _extended(raw: bytes, among: CharacterSet, resets: bytes) -> str:
    """Follow the escape sequences of ISO 2022."""
    initial = {"low": among.low, "high": among.high or among.whole or "iso8859-1"}
    active, out = dict(initial), []
    first, *switched = raw.split(b"\x1b")
    out.append(_section(first, active, initial, resets))
    for section in switched:
        for length in (3, 2):
            if section[:length] in _ESCAPES:
                side, name = _ESCAPES[section[:length]]
                active[side] = name
                out.append(_section(section[length:], active, initial, resets))
                break
        else:
            out.append("\ufffd" + _section(section, active, initial, resets))
    return "".join(out)


def _section(raw: bytes, active: dict[str, str], initial: dict[str, str], resets: bytes) -> str:
    """Between two escape sequences; `active` falls back to `initial` at a delimiter."""
    out, at = [], 0
    while at < len(raw):
        byte = raw[at]
        if active["low"] in _PAIRS and 0x20 < byte < 0x7F:
            out.append(_pair(raw[at : at + 2], active["low"]))
            at += 2
            continue
        end = at + 1
        if byte in resets:
            active.update(initial)
            out.append(chr(byte))
        elif byte < 0x80:
            out.append(chr(byte))
        else:
            while end < len(raw) and raw[end] >= 0x80:
                end += 1
            out.append(raw[at:end].decode(active["high"], "replace"))
        at = end
    return "".join(out)


def _pair(raw: bytes, name: str) -> str:
    """Two seven-bit bytes of a Japanese set, as EUC writes them."""
    lead = b"\x8f" if name == "jis-x-0212" else b""
    return (lead + bytes(byte | 0x80 for byte in raw)).decode("euc_jp", "replace")
