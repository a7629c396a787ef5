"""Letters of the report as the editor shows them, and as they come back: one for one.

What is shown has as many letters as what is written, so that a place in the one is the same
place in the other.
"""

import re
from functools import lru_cache
from typing import Final

LINE_SEPARATOR: Final = "\u2028"
NO_BREAK: Final = "\u00a0"
_DOT: Final = "\u2022"
#: A number and its unit, or sizes of one measurement, are not parted by the end of a line. The
#: space comes first: it is what a long text is searched for.
_TOGETHER: Final = re.compile(
    r" (?:(?<=\d )(?=(?:[cdkmµ]?m[²³]?(?:/s)?|[dmµ]?[lL]|[kmµ]?g|HU|SUV\w*|[mµ]?Sv|[mc]?Gy|k?V|kVp"
    r"|mAs?|[kM]?Bq(?:/ml)?|ms|min|mmHg|Hz|px[²]?|%|°C?)(?![\w/]))"
    r"|(?<=\d )(?=[x×] ?\d)|(?<=\d [x×] )(?=\d))"
)
_POINT: Final = re.compile(r"^-(?= \S)", re.M)
_DOTTED: Final = re.compile(r"^\u2022(?=[ \t])", re.M)
_SPACES: Final = str.maketrans(dict.fromkeys("\t\u00a0\u2007\u2009\u202f", " "))


@lru_cache(maxsize=256)  # at each key every field of the report is shown
def shown(text: str) -> str:
    """Lines in one block, points with a dot, numbers that stay with their units."""
    held = _TOGETHER.sub(NO_BREAK, text)
    return _POINT.sub(_DOT, held).replace("\n", LINE_SEPARATOR)


def plain(text: str) -> str:
    """Line ends of any kind as one, spaces of any kind as one; nothing that is not to be read."""
    lines = text.replace("\r\n", "\n").replace(LINE_SEPARATOR, "\n").replace("\u2029", "\n")
    dashed = _DOTTED.sub("-", lines).translate(_SPACES)
    return "".join(c for c in dashed if c == "\n" or c.isprintable())
