"""What others drew, as ink: presentation states in their colours, marks of machines in theirs."""

from collections.abc import Iterator, Sequence
from typing import Final

from workstation.rendering.ink import Border, Box, Canvas, Item, Letter, Point, Stroke
from workstation.viewing.figures import Caption, Figure

_PERSON: Final = "text.image"
_MACHINE: Final = "hue.ai"
#: Logical pixels: arms of the cross of a point; from one line of a text to the next.
_ARM: Final = 6.0
_LINE: Final = 15.0
#: So far words are moved down; beyond it they would not be found beside their mark.
_MOST_LINES: Final = 12


def ink(canvas: Canvas, drawn: Sequence[Figure | Caption]) -> tuple[Item, ...]:
    """Under everything of the reader's own, in the order it came."""
    items: list[Item] = []
    taken: list[Box] = []
    for each in drawn:
        if isinstance(each, Figure):
            items.extend(_figure(canvas, each))
        else:
            items.extend(_words(canvas, each, taken))
    return tuple(items)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _figure(canvas: Canvas, figure: Figure) -> Iterator[Item]:
    at = tuple(canvas.at(point) for point in figure.points)
    for line in _cross(at[0]) if len(at) == 1 else (at,):
        if figure.colour is not None:
            yield Border(line, figure.colour, figure.closed, figure.filled)
        else:
            token, dash = _MACHINE if figure.machine else _PERSON, figure.machine
            yield Stroke(line, token, 1.5, "dash" if dash else "solid", figure.closed)


def _cross(at: Point) -> tuple[tuple[Point, Point], tuple[Point, Point]]:
    x, y = at
    return ((x - _ARM, y), (x + _ARM, y)), ((x, y - _ARM), (x, y + _ARM))


def _words(canvas: Canvas, caption: Caption, taken: list[Box]) -> Iterator[Item]:
    """Below those that stand there already: words over words are none."""
    token = _MACHINE if caption.machine else _PERSON
    x, y = canvas.at(caption.at)
    if caption.anchor is not None:
        yield Stroke(((x, y), canvas.at(caption.anchor)), token, 1.0, "dot", halo=False)
    lines = caption.text.split("\n")
    wide, high = canvas.size
    x = min(max(x, 8.0), max(8.0, wide - 60))
    width, tall = max(canvas.sizer(line, "")[0] for line in lines), _LINE * len(lines)
    for _ in range(_MOST_LINES):
        if not any(_overlap((x, y, width, tall), other) for other in taken):
            break
        y += _LINE
    y = min(max(y, 8.0), max(8.0, high - tall - 8))
    taken.append((x, y, width, tall))
    for at, line in enumerate(lines):
        yield Letter((x, y + at * _LINE), line, token)
