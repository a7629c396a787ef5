"""Defined terms of Specific Character Set (PS3.3 C.12.1.1.2), and what is written for them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

_TERM: Final = re.compile(r"(?:ISO)?[ _-]*(?:2022)?[ _-]*(?:IR)?[ _-]*([0-9]+|GB18030|GBK)")
#: What writers say instead of the defined terms.
_NICKNAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"UTF-8": "192", "UTF8": "192", "LATIN1": "100", "LATIN-1": "100", "ISO-8859-1": "100"}
    | {"ISO8859-1": "100", "ISO 8859-1": "100", "GB2312": "58", "US-ASCII": "6", "ASCII": "6"}
)
#: All that the standard defines, by their numbers.
KNOWN: Final = frozenset(
    {"6", "100", "101", "109", "110", "144", "127", "126", "138", "148", "203", "166", "13"}
    | {"149", "58", "87", "159", "192", "GB18030", "GBK"}
)


def number_of(term: str) -> str:
    """ "100" of ISO_IR 100 and of ISO 2022 IR 100; empty where it is no term."""
    term = term.strip().upper()
    found = _TERM.fullmatch(_NICKNAMES.get(term, term))
    return found.group(1) if found else ""


def is_doubtful(terms: Sequence[str], words: Iterable[str]) -> bool:
    """Whether texts that were read by these terms may say something else.

    Bytes that are no text of their set became U+FFFD; where no set of the standard is
    named, what is not ASCII was guessed.
    """
    known = all(not term.strip() or number_of(term) in KNOWN for term in terms)
    return any("\ufffd" in word or not (known or word.isascii()) for word in words)
