"""Stacks that show one place at several moments, b-values or echoes: which belong together.

They are display sets whose images lie at the same places and that differ in one thing, in one
series or, as many scanners send a heart, a breath or a bolus, a series each; a slider goes
through them, and planes stay where they are.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

import numpy as np
from attrs import frozen

from workstation.domain.presentation import Voi
from workstation.domain.study import DisplaySet, Frame, Trait
from workstation.domain.technique import Fact
from workstation.imaging.over_time import How

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
#: By what phases that are a series each may differ, the more telling first; a contrast agent
#: that one acquisition has and another has not is what they were made for.
_BETWEEN_SERIES: Final = (
    Trait.CARDIAC_PHASE, Trait.TRIGGER_TIME, Trait.TEMPORAL_POSITION, Trait.ACQUISITION,
)  # fmt: skip
#: How images were made: what differs here is another picture of the place, not another moment.
_RECIPE: Final = frozenset(
    {Fact.KERNEL, Fact.SEQUENCE, Fact.REPETITION, Fact.INVERSION, Fact.FLIP_ANGLE}
)
#: "4D chest 30%": what the name of a series says of a cycle.
_PER_CENT: Final = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s?%")
#: mm between two images that lie at one place.
_SAME_MM: Final = 0.01


@frozen
class Over:
    """What several phases give together, in place of one; `less` is the display set that is
    taken away. A difference has a window of its own: `window` is that of the phase itself."""

    how: How
    less: str = ""
    window: Voi | None = None


def window_of_difference(seen: Voi | None, unit: str) -> Voi:
    """About what did not change: in Hounsfield units what agents do to them, else a part of the
    window that the phase itself is seen in."""
    if unit == "HU" or seen is None:
        return Voi(50.0, 250.0)
    return Voi(seen.width / 8, seen.width / 2)


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
    """The phases of a stack among the display sets of its study; None where it has no others.

    Those of its own series go before series of their own.
    """
    there = [each for each in others if _one_place(shown, each)]
    alike = [each for each in there if each.series == shown.series]
    for axis in _WITH:
        found = _along(axis, shown, alike)
        if found is not None:
            return found
    return _between_series(shown, there)


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


def _between_series(shown: DisplaySet, there: Iterable[DisplaySet]) -> Phases | None:
    """By what their names say of a cycle, else by what their images say."""
    kin = [each for each in there if _recipe(each) == _recipe(shown)]
    name = _nameless(shown.label)
    found = _in_order(Trait.CYCLE, shown, [x for x in kin if _nameless(x.label) == name], _per_cent)
    for axis in _BETWEEN_SERIES if found is None else ():
        if axis is Trait.ACQUISITION and shown.modality != "CT":
            continue  # of MR the next acquisition is another sequence
        contrast = axis is not Trait.ACQUISITION
        own = _beside_moments(shown, contrast=contrast)
        fit = [each for each in kin if _beside_moments(each, contrast=contrast) == own]
        found = found or _in_order(axis, shown, fit, partial(_value, axis=axis))
    return found


def _in_order(
    axis: Trait,
    shown: DisplaySet,
    kin: Iterable[DisplaySet],
    value_of: Callable[[DisplaySet], float | None],
) -> Phases | None:
    """None where two of them say the same, for nobody could say which comes first."""
    said = [(value_of(each), each.id) for each in kin]
    placed = sorted((value, name) for value, name in said if value is not None)
    ids = tuple(name for _, name in placed)
    values = tuple(value for value, _ in placed)
    if len(set(values)) < max(2, len(values)) or shown.id not in ids:
        return None
    return Phases(axis, ids, values, ids.index(shown.id))


def _along(axis: Trait, shown: DisplaySet, alike: Iterable[DisplaySet]) -> Phases | None:
    rest = _rest(_said(shown.frames[0]), axis)
    fit = [each for each in alike if _rest(_said(each.frames[0]), axis) == rest]
    return _in_order(axis, shown, fit, partial(_value, axis=axis))


def _value(each: DisplaySet, axis: Trait) -> float | None:
    found = _said(each.frames[0]).get(axis)
    return float(found) if isinstance(found, float | int) else None


def _per_cent(each: DisplaySet) -> float | None:
    """What the name of a series says, where it says one number of a cycle and no other."""
    said = _PER_CENT.findall(each.label)
    return float(said[0]) if len(said) == 1 and float(said[0]) <= 100 else None


def _nameless(label: str) -> str:
    return _PER_CENT.sub("", label)


def _recipe(each: DisplaySet) -> object:
    frame = each.frames[0]
    made = frozenset(said for said in frame.technique if said.fact in _RECIPE)
    return each.modality, frame.thickness_mm, frame.content.image_type, made


def _beside_moments(each: DisplaySet, *, contrast: bool) -> object:
    """All it says that is no moment; without the contrast agent where that may differ."""
    said = _said(each.frames[0])
    left_out = {*_TIMES, *(() if contrast else (Trait.CONTRAST,))}
    return frozenset(pair for pair in said.items() if pair[0] not in left_out)


def _said(frame: Frame) -> dict[Trait, str | float]:
    return dict((*frame.content.traits, *frame.content.moments))


def _rest(said: Mapping[Trait, str | float], axis: Trait) -> dict[Trait, str | float]:
    """What must be the same: all that the axis does not take along."""
    return {trait: value for trait, value in said.items() if trait not in _WITH[axis]}


def _one_place(a: DisplaySet, b: DisplaySet) -> bool:
    """Images of one study at the same places, in the same order."""
    own = (a.site, a.study) == (b.site, b.study)
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
