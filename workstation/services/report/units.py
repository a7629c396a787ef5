"""Sizes of a report that have no unit: 12 may be millimetres or centimetres.

Pure and table-driven. A number is a size behind words that measure, or where it is one of two or
three with a cross between them. How often that is right: docs/checks.md.
"""

import re
from typing import Final

_NUMBER: Final = r"\d+(?:\.\d+)?"
_UNIT: Final = (
    r"(?:mms?|cms?|dm|m|[uµμ]m|ml|cc|l|%|percent|hu|hounsfield|deg(?:rees?)?|°|milli\w+|centi\w+|met(?:er|re)s?|"
    r"inch(?:es)?|g|kg|mg|suv|seconds?|s|ms|minutes?|hours?|days?|weeks?|months?|years?|mmhg|cm/s|"
    r"m/s|bpm|times|french|fr|gauge|vertebra\w*|slices?|images?|in number)"
)
#: Further numbers of the same size, a range or a list, up to the unit they share.
_AND_MORE: Final = rf"(?:\s*(?:to|and|or|by|x|×|-|–|,|/)?\s*{_NUMBER})*"
_HAS_UNIT: Final = rf"(?!{_AND_MORE}\s*-?(?:{_UNIT}[²³23]?(?![a-z])))(?![\d.]*\d)"
_BY: Final = r"\s*(?:x|×|by)\s*"
_UNITLESS: Final = re.compile(
    r"\b(?:measur(?:es?|ing|ed)|(?:diameter|thickness|depth|width|length|height|size|axis|caliber|"
    r"calibre|shift|extent)(?: (?:of|is|was|measur(?:es|ing)))+)\s+"
    rf"(?:(?:up to|approximately|approx\.?|about|around|roughly|at (?:least|most)|only|now|~)\s+)*"
    rf"(?P<size>{_NUMBER}(?:{_BY}{_NUMBER}){{0,2}}){_HAS_UNIT}(?!{_BY})"
    rf"|(?<![\d.\w])(?P<sizes>{_NUMBER}(?:{_BY}{_NUMBER}){{1,2}}){_HAS_UNIT}(?!{_BY})",
    re.I,
)
#: What is counted without a unit, in the words before a number.
_COUNTED: Final = re.compile(
    r"\b(?:index|ratio|scores?|grade|factor|number|fraction|suv\w*|matrix|"
    r"gauge|french|magnification|resolution|pixels?)\b[^.;]{0,40}$",
    re.I,
)


def unitless(text: str) -> str:
    """The first size without a unit, with the words that make it one; empty where there is none."""
    for match in _UNITLESS.finditer(text):
        number = match.start(match.lastgroup or 0)
        if not _COUNTED.search(text[max(0, match.start() - 40) : number]):
            return match.group()
    return ""
