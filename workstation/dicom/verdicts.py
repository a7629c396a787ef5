"""What `inspect` says of a display set: its geometry, and whose millimetres they are."""

from typing import TypedDict

from workstation.domain.study import DisplaySet
from workstation.imaging.measure import length_unit


class GeometrySaid(TypedDict):
    verdict: str
    reason: str
    spacing_mm: list[float | None]
    orientation: str


class Verdict(TypedDict):
    """Keys of one entry of `display_sets` in `inspect --json`."""

    geometry: GeometrySaid
    mpr: bool
    length_unit: str
    measure_note: str


def verdict_of(display_set: DisplaySet) -> Verdict:
    """`spacing_mm` is between columns, between rows, between slices; null: not known."""
    geometry = display_set.geometry
    unit, note = length_unit(display_set.frames)
    return {
        "geometry": {
            "verdict": geometry.verdict.value,
            "reason": geometry.reason,
            "spacing_mm": [_rounded(part) for part in geometry.spacing_mm],
            "orientation": geometry.orientation,
        },
        "mpr": geometry.mpr,
        "length_unit": unit,
        "measure_note": note,
    }


def _rounded(part: float | None) -> float | None:
    """Without the digits that only arithmetic made."""
    return None if part is None else round(part, 9)
