"""The words in the corners of a view: where each line stands, and how they are drawn.

Level 1 is never cut: a line of it that is too wide goes on below, and so does one beside the
scale bar, fact by fact. Of other lines whole facts drop at the end, so that no number is cut; a
name that stands alone ends in an ellipsis.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Final

from attrs import evolve, frozen
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from workstation.rendering.annotations import ScaleBar
from workstation.rendering.ink import Box
from workstation.services.screen.overlay_lines import Line, Mark, Overlay
from workstation.ui import theme
from workstation.ui.chips import Look, chip_size
from workstation.ui.viewer import glyphs
from workstation.ui.viewer.inking import BAR

LEFT, RIGHT, VERTICAL = 10, 20, 8

#: Between two columns of words, and between facts of one line.
_BETWEEN: Final = 12.0
_GAP: Final = "  "
#: Where a line may be broken: not between a number and its unit, nor around a stroke or cross.
_BREAK: Final = re.compile(r"(?<![/×]) (?!(?:mm|cm|HU|mL|%|/|×)(?:\s|$))")

#: A scale bar is at most this part of the view (`rendering.annotations.scale_bar`); its words
#: and ticks, and the letter above them, reach this high.
_BAR_PART: Final = 0.25
_BAR_HEIGHT: Final = 24.0

_TAGS: Final[Mapping[Mark, tuple[str, Look]]] = {
    Mark.CURRENT: ("hue.here", "filled"),
    Mark.PRIOR: ("text.hi", "outline"),
    Mark.LOSSY: ("hue.open", "outline"),
    Mark.KEY: ("ink.measure", "outline"),
}


@frozen
class Row:
    """One line where it is drawn, in logical pixels."""

    line: Line
    left: float
    top: float
    width: float

    @property
    def bottom(self) -> float:
        return self.top + _height(self.line)

    @property
    def right(self) -> float:
        return self.left + self.width


def rows(words: Overlay, width: float, height: float) -> tuple[Row, ...]:
    """All lines of the four corners."""
    return (*_upper(words, width), *_lower(words, width, height))


def _upper(words: Overlay, width: float) -> Iterator[Row]:
    """Left and right side by side; where level 1 has no room for that, right below left."""
    inner = width - LEFT - RIGHT
    left = _fitted(words.top_left, inner)
    room, first = inner - max(map(_width, left), default=0.0) - _BETWEEN, float(VERTICAL)
    if any(_width(line) > room for line in words.top_right if line.level == 1):
        room, first = inner, first + sum(map(_height, left))
    yield from _stacked(left, float(VERTICAL), width, to_right=False)
    yield from _stacked(_fitted(words.top_right, room), first, width, to_right=True)


def _lower(words: Overlay, width: float, height: float) -> Iterator[Row]:
    """From the bottom up: beside the scale bar there is less room than above it."""
    inner = width - LEFT - RIGHT
    beside = inner / 2 - width * _BAR_PART / 2 - _BETWEEN
    for corner, to_right in ((words.bottom_left, False), (words.bottom_right, True)):
        lines: list[Line] = []
        for line in reversed(corner):
            low = sum(map(_height, lines)) < _BAR_HEIGHT
            lines[:0] = _beside(line, beside) if low else _fitted((line,), inner / 2)
        top = height - VERTICAL - sum(map(_height, lines))
        yield from _stacked(lines, top, width, to_right=to_right)


def _stacked(lines: Sequence[Line], top: float, width: float, *, to_right: bool) -> Iterator[Row]:
    for line in lines:
        wide = _width(line)
        yield Row(line, width - RIGHT - wide if to_right else LEFT, top, wide)
        top += _height(line)


def _fitted(lines: Sequence[Line], room: float) -> tuple[Line, ...]:
    found: list[Line] = []
    for line in lines:
        if _width(line) <= room or line.mark in _TAGS:
            found.append(line)
        elif line.level == 1:
            found.extend(evolve(line, text=part) for part in _wrapped(line, room))
        else:
            found.append(evolve(line, text=_shortened(line, room)))
    return tuple(found)


def _beside(line: Line, room: float) -> tuple[Line, ...]:
    """There is room above the scale bar for what there is none beside it."""
    texts = [""]
    for fact in line.text.split(_GAP) if line.level > 1 else (line.text,):
        joined = _GAP.join(filter(None, (texts[-1], fact)))
        if texts[-1] and _width(evolve(line, text=joined)) > room:
            texts.append(fact)
        else:
            texts[-1] = joined
    return _fitted([evolve(line, text=text) for text in texts], room)


def _wrapped(line: Line, room: float) -> Iterator[str]:
    """Broken between words, never before a unit, and inside a word wider than the room."""
    rest = ""
    for word in _BREAK.split(line.text):
        joined = f"{rest} {word}" if rest else word
        if rest and _width(evolve(line, text=joined)) > room:
            yield rest
            joined = word
        while len(joined) > 1 and _width(evolve(line, text=joined)) > room:
            cut = len(joined) - 1
            while cut > 1 and _width(evolve(line, text=joined[:cut])) > room:
                cut -= 1
            yield joined[:cut]
            joined = joined[cut:]
        rest = joined
    yield rest


def _shortened(line: Line, room: float) -> str:
    """Without its last facts, or with an ellipsis where it is one name."""
    parts = line.text.split(_GAP)
    while len(parts) > 1:
        parts.pop()
        text = f"{_GAP.join(parts)} …"
        if _width(evolve(line, text=text)) <= room:
            return text
    return glyphs.elided(parts[0], room)


def _width(line: Line) -> float:
    if line.mark in _TAGS:
        return chip_size(line.text, weight=700 if line.mark is Mark.CURRENT else 600)[0]
    return glyphs.text_width(line.text, "small", 600 if line.mark is Mark.NAME else 400)


def _height(line: Line) -> float:
    return glyphs.line_height("small") + (3.0 if line.mark in _TAGS else 0.0)


def draw_words(
    painter: QPainter, words: Overlay, bar: ScaleBar | None, width: float, height: float
) -> None:
    """The corners, the letters at the edges, the scale bar and the notices."""
    placed = rows(words, width, height)
    for row in placed:
        _draw(painter, row)
    for letter in _letters(words, placed, width, height, above_bar=bar is not None):
        _draw_letter(painter, *letter)
    if bar is not None:
        _scale_bar(painter, bar, width, height)
    _notices(painter, words, width, height)


def boxes(words: Overlay, width: float, height: float) -> Iterator[Box]:
    """Where words and letters stand, for what looks for room between them."""
    placed = rows(words, width, height)
    for row in placed:
        yield row.left, row.top, row.width, row.bottom - row.top
    line = glyphs.line_height("body")
    for text, x, top in _letters(words, placed, width, height, above_bar=True):
        if text:
            wide = _letter_width(text)
            yield x - wide / 2, top, wide, line


def clear_of(words: Overlay, width: float, height: float) -> QRectF:
    """What the words in the corners leave free between them."""
    top = max((row.bottom for row in _upper(words, width)), default=VERTICAL) + 12
    bottom = min((row.top for row in _lower(words, width, height)), default=height) - 12
    if words.wrong_patient:
        top = max(top, 72.0)
    return QRectF(24, top, width - 24 - 24, max(0.0, bottom - top))


def low_left(words: Overlay, width: int, height: int) -> QRect:
    """Where the lines at the bottom left are drawn, to the middle of the view."""
    top = min((row.top for row in _lower(words, width, height)), default=height) - VERTICAL
    return QRect(0, int(top), width // 2, ceil(height - top))


def _draw(painter: QPainter, row: Row) -> None:
    line = row.line
    if line.mark in _TAGS:
        glyphs.tag(painter, line.text, row.right, row.top, *_TAGS[line.mark])
        return
    weight = 600 if line.mark is Mark.NAME else 400
    token = "hue.open" if line.mark is Mark.DOUBT else "text.image"
    glyphs.draw(painter, line.text, row.left, row.top, weight=weight, token=token)


def _letters(
    words: Overlay, placed: Sequence[Row], width: float, height: float, *, above_bar: bool
) -> Iterator[tuple[str, float, float]]:
    """Those at the edges: each with the middle of its line from the left, and its top."""
    letters, line = words.letters, glyphs.line_height("body")
    middle = (height - line) / 2
    crossing = [
        row for row in placed if row.left < width / 2 + line and row.right > width / 2 - line
    ]
    upper = max((row.bottom for row in crossing if row.top < middle), default=float(VERTICAL))
    lower = min((row.top for row in crossing if row.top >= middle), default=height - VERTICAL)
    below = min(lower, height - VERTICAL - (22 if above_bar else 0)) - line
    right = width - RIGHT - _letter_width(letters.right) / 2
    yield letters.left, LEFT + _letter_width(letters.left) / 2, middle
    yield letters.right, right, middle
    yield letters.top, width / 2, upper
    yield letters.bottom, width / 2, below


def _letter_width(text: str) -> float:
    return glyphs.text_width(text, "body", 600)


def _draw_letter(painter: QPainter, text: str, x: float, top: float) -> None:
    if text:
        centre = Qt.AlignmentFlag.AlignHCenter
        glyphs.draw(painter, text, x, top, align=centre, size="body", weight=600)


def _scale_bar(painter: QPainter, bar: ScaleBar, width: float, height: float) -> None:
    """Five ticks, words above; on half pixels, so that hair lines stay sharp."""
    left = round(width / 2 - bar.length / 2) + 0.5
    base = height - VERTICAL - 3.5
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for pen in (QPen(theme.color("ink.halo", 0.65), 3.0), theme.pen("text.image", 1.0)):
        painter.setPen(pen)
        painter.drawLine(QPointF(left, base), QPointF(left + bar.length, base))
        for tick in range(6):
            x = left + bar.length * tick / 5
            reach = 5.0 if tick in (0, 5) else 3.0
            painter.drawLine(QPointF(x, base - reach), QPointF(x, base))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    glyphs.draw(
        painter,
        bar.text,
        width / 2,
        base - 5 - glyphs.line_height("micro"),
        align=Qt.AlignmentFlag.AlignHCenter,
        size="micro",
    )


def _notices(painter: QPainter, words: Overlay, width: float, height: float) -> None:
    centre = Qt.AlignmentFlag.AlignHCenter
    top = height * (0.72 if words.top_left else 0.5)
    if words.wrong_patient:
        box = QRectF(0, 34, width - BAR, 26)
        painter.fillRect(box, theme.color("hue.act"))
        painter.setFont(theme.font("body", 700))
        painter.setPen(theme.color("text.inverse"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words.wrong_patient)
    empty = not words.top_left  # nothing hangs here: that is no news
    for line in notice_lines(words.notices, width):
        token = "text.low" if empty else "hue.open"
        glyphs.draw(painter, line, width / 2, top, align=centre, token=token)
        top += glyphs.line_height("small")


def notice_lines(notices: Sequence[str], width: float) -> tuple[str, ...]:
    """Sentences in the middle of a view: what is too wide goes on below."""
    room = width - LEFT - RIGHT
    return tuple(part for each in notices for part in _wrapped(Line(each, 1), room))
