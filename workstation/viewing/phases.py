"""Stacks that show one place at several moments, b-values or echoes: which belong together.

They are display sets of one series whose images lie at the same places and that differ in one
thing; a slider goes through them, and planes stay where they are.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from attrs import frozen

from workstation.domain.study import DisplaySet, Frame, Trait

#: What goes on with time: they differ together, and the first that tells them apart is named.
_TIMES: Final = (
    Trait.CARDIAC_PHASE, Trait.TRIGGER_TIME, Trait.TEMPORAL_POSITION, Trait.FRAME_TIME,
    Trait.ACQUISITION,
)  # fmt: skip
#: What each axis takes along: a b-value of 0 has no direction, others have.
_WITH: Final[Mapping[Trait, frozenset[Trait]]] = {
    **{each: frozenset(_TIMES) for each in _TIMES},
    Trait.B_VALUE: frozenset({Trait.B_VALUE, Trait.DIRECTIONALITY, Trait.DIRECTION, *_TIMES}),
    Trait.ECHO: frozenset({Trait.ECHO, *_TIMES}),
}
#: The axes in the order that thumbnails go through, and all that may differ on the way.
_IN_TURN: Final = (Trait.B_VALUE, Trait.ECHO, *_TIMES)
_APART: Final = frozenset(_IN_TURN) | _WITH[Trait.B_VALUE]
#: mm between two images that lie at one place.
_SAME_MM: Final = 0.01


@frozen
class Phases:
    """Display sets in the order of what differs, by their ids; `at` is the one asked for."""

    axis: Trait
    ids: tuple[str, ...]
    values: tuple[float, ...]
    at: int

    @property
    def seconds(self) -> float | None:
        """From one to the next, on average, where the axis is a time."""
        if self.axis not in (Trait.TRIGGER_TIME, Trait.FRAME_TIME):
            return None
        return (self.values[-1] - self.values[0]) / (len(self.values) - 1) / 1000.0


def phases_of(shown: DisplaySet, others: Iterable[DisplaySet]) -> Phases | None:
    """The phases of a stack among the display sets of its study; None where it has no others."""
    alike = [each for each in others if _one_place(shown, each)]
    for axis in _WITH:
        found = _along(axis, shown, alike)
        if found is not None:
            return found
    return None


def in_time(sets: Iterable[DisplaySet]) -> tuple[DisplaySet, ...]:
    """The display sets of a study as they came, but phases of one series one after the other,
    by b-value and echo, then by time, where the first of them stands."""
    alike: dict[object, list[tuple[tuple[float, ...], DisplaySet]]] = {}
    for each in sets:
        said = _said(each.frames[0]) if each.frames else {}
        rest = frozenset(pair for pair in said.items() if pair[0] not in _APART)
        values = (said.get(axis) for axis in _IN_TURN)
        turn = tuple(float(at) if isinstance(at, float | int) else 0.0 for at in values)
        alike.setdefault((each.series, len(each.frames), rest), []).append((turn, each))
    found = (sorted(group, key=lambda placed: placed[0]) for group in alike.values())
    return tuple(each for group in found for _, each in group)


def _along(axis: Trait, shown: DisplaySet, alike: Iterable[DisplaySet]) -> Phases | None:
    own = _said(shown.frames[0])
    rest = _rest(own, axis)
    placed = []
    for each in alike:
        said = _said(each.frames[0])
        value = said.get(axis)
        if isinstance(value, float | int) and _rest(said, axis) == rest:
            placed.append((float(value), each.id))
    placed.sort()
    ids = tuple(name for _, name in placed)
    if len({value for value, _ in placed}) < max(2, len(placed)) or shown.id not in ids:
        return None
    return Phases(axis, ids, tuple(value for value, _ in placed), ids.index(shown.id))


def _said(frame: Frame) -> dict[Trait, str | float]:
    return dict((*frame.content.traits, *frame.content.moments))


def _rest(said: Mapping[Trait, str | float], axis: Trait) -> dict[Trait, str | float]:
    """What must be the same: all that the axis does not take along."""
    return {trait: value for trait, value in said.items() if trait not in _WITH[axis]}


def _one_place(a: DisplaySet, b: DisplaySet) -> bool:
    """Images of one series at the same places, in the same order."""
    own = (a.site, a.study, a.series) == (b.site, b.study, b.series)
    if not own or len(a.frames) != len(b.frames) or not a.frames:
        return False
    pairs = ((a.frames[at], b.frames[at]) for at in (0, -1))
    return all(_same(first, second) for first, second in pairs)


def _same(a: Frame, b: Frame) -> bool:
    if a.plane is None or b.plane is None or a.frame_of_reference != b.frame_of_reference:
        return False
    if (a.pixels.rows, a.pixels.columns) != (b.pixels.rows, b.pixels.columns):
        return False
    corners = [(0, 0), (a.pixels.columns, 0), (0, a.pixels.rows)]
    away = [np.subtract(a.plane.to_patient(*at), b.plane.to_patient(*at)) for at in corners]
    return bool(np.abs(away).max() < _SAME_MM)
