"""The curve of a rendered volume under the reader's hand: points added, moved, taken away.

Pure values. Points stand in order; none passes its neighbour, and two are left.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from attrs import evolve

from workstation.errors import CommandError
from workstation.imaging.transfer import Colour, Stop
from workstation.text import tr

Stops = tuple[Stop, ...]

#: Colours that tissue is shown in, by their names.
COLOURS: Final[dict[str, Colour]] = {
    "white": (1.0, 1.0, 1.0), "bone": (0.93, 0.84, 0.70), "skin": (0.87, 0.65, 0.52),
    "tan": (0.80, 0.60, 0.44), "muscle": (0.62, 0.25, 0.18), "red": (0.84, 0.16, 0.12),
    "orange": (0.93, 0.53, 0.18), "yellow": (0.95, 0.82, 0.30), "green": (0.30, 0.69, 0.42),
    "cyan": (0.35, 0.75, 0.80), "blue": (0.30, 0.50, 0.86), "violet": (0.65, 0.45, 0.80),
}  # fmt: skip
_FEWEST: Final = 2
_MOST: Final = 32
#: Lungs are seen at some thousandths per mm, bones at all of it: heights on a drawn curve.
_HEIGHT_POWER: Final = 0.4


def moved(stops: Stops, index: int, value: float, opacity: float) -> Stops:
    """As far as its neighbours let it, and opacity from 0 to 1."""
    low = stops[index - 1].value if index else -float("inf")
    high = stops[index + 1].value if index + 1 < len(stops) else float("inf")
    there = evolve(
        stops[index], value=min(max(value, low), high), opacity=min(max(opacity, 0.0), 1.0)
    )
    return (*stops[:index], there, *stops[index + 1 :])


def added(stops: Stops, value: float, opacity: float | None = None) -> tuple[Stops, int]:
    """With one more, in the colour the curve has there, and which it is.

    Without an opacity it lies on the curve.
    """
    if len(stops) >= _MOST:
        raise CommandError(tr("a curve has {n} points at most", n=_MOST))
    index = sum(stop.value <= value for stop in stops)
    there = between(stops, value)
    if opacity is not None:
        there = evolve(there, opacity=min(max(opacity, 0.0), 1.0))
    return (*stops[:index], there, *stops[index:]), index


def removed(stops: Stops, index: int) -> Stops:
    if len(stops) <= _FEWEST:
        raise CommandError(tr("a curve has two points at least"))
    return (*stops[:index], *stops[index + 1 :])


def coloured(stops: Stops, index: int, colour: Colour) -> Stops:
    return (*stops[:index], evolve(stops[index], colour=colour), *stops[index + 1 :])


def between(stops: Stops, value: float) -> Stop:
    """What a curve is at a value; beyond its ends as it ends."""
    if value <= stops[0].value:
        return evolve(stops[0], value=value)
    for before, after in pairwise(stops):
        if value <= after.value:
            span = after.value - before.value
            part = (value - before.value) / span if span else 1.0
            return Stop(
                value, _mixed(before.opacity, after.opacity, part),
                _colour([_mixed(a, b, part)
                         for a, b in zip(before.colour, after.colour, strict=True)]),
            )  # fmt: skip
    return evolve(stops[-1], value=value)


def colour_named(text: str) -> Colour:
    """By its name, or ``#rrggbb``. Raises CommandError with the names there are."""
    if text.casefold() in COLOURS:
        return COLOURS[text.casefold()]
    digits = text.removeprefix("#")
    try:
        if len(digits) == 6:
            return _colour([part / 255 for part in bytes.fromhex(digits)])
    except ValueError:
        pass
    names = ", ".join(COLOURS)
    raise CommandError(tr("no colour is {text}: {names}, or #rrggbb", text=text, names=names))


def height(opacity: float) -> float:
    """How high an opacity is drawn, 0 to 1."""
    return float(max(opacity, 0.0) ** _HEIGHT_POWER)


def opacity_at(drawn: float) -> float:
    """The opacity of a height."""
    return float(min(max(drawn, 0.0), 1.0) ** (1 / _HEIGHT_POWER))


def _mixed(a: float, b: float, part: float) -> float:
    return a + (b - a) * part


def _colour(parts: Sequence[float]) -> Colour:
    red, green, blue = parts
    return red, green, blue
