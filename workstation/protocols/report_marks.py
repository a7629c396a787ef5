"""Which words of an issued report are bold: read from its HTML form, told of its plain text.

Only HTML as `services.report.report_html` writes it is read; in any other nothing is bold.
"""

import re
from html import unescape
from typing import Final

from workstation.domain.rich_text import Spans, united

_TOKEN: Final = re.compile(r"<(/?)(\w+)([^<>]*)>|([^<>]+)")
_HEAD: Final = re.compile(r'.*?<p class="status"><b>[^<]*</b></p>', re.S)
_KNOWN: Final = frozenset(
    ["p", "br", "b", "ul", "ol", "li", "table", "tr", "th", "td", "h2", "body", "html"]
)
#: Letters of the text that HTML draws instead of writing them.
_DRAWN: Final = frozenset("0123456789.)-|")


def bold_of(html: str, text: str) -> Spans:
    """Spans of `text`; none where the two do not say the same."""
    head = _HEAD.match(html)
    letters = _letters(html[head.end() :]) if head else None
    spans, at = [], 0
    for letter, bold in letters or ():
        while at < len(text) and text[at] != letter and (text[at].isspace() or text[at] in _DRAWN):
            at += 1
        if at >= len(text) or text[at] != letter:
            return ()
        if bold:
            spans.append((at, at + 1))
        at += 1
    return _with_spaces(united(spans), text)


def _letters(html: str) -> list[tuple[str, bool]] | None:
    """What is written, without spaces, and whether it is bold; None where it is not ours."""
    found, bold = [], False
    for closing, name, _, words in _TOKEN.findall(html):
        if words:
            found += [(letter, bold) for letter in unescape(words) if not letter.isspace()]
        elif name not in _KNOWN:
            return None
        elif name == "b":
            bold = not closing
    return found


def _with_spaces(spans: Spans, text: str) -> Spans:
    """Words that are bold one after the other are so with the space between them."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and text[found[-1][1] : start] == " ":
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return tuple(found)
