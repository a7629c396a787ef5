"""Images at one place of the patient: which of them are another time, phase or acquisition.

Such values go on along the patient in some series (each slice has its own trigger time) and
repeat the same slices in others (ten phases of the heart). Only the second must be split.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from workstation.domain.study import Frame, Trait
from workstation.imaging.volume import SAME_PLACE_MM

#: Normals closer than this (cosine) belong to one stack, even if not to one volume.
SAME_DIRECTION: Final = 0.9995
Frames = tuple[Frame, ...]
Value = Callable[[Frame], object]


def places_of(frames: Sequence[Frame]) -> list[int] | None:
    """The rank of each frame's place along the common normal; equal ranks lie in one plane.

    None where a frame has no place, or where there is no common normal.
    """
    planes = [frame.plane for frame in frames if frame.plane is not None]
    if not planes or len(planes) < len(frames):
        return None
    axes = np.asarray([(*plane.row, *plane.column) for plane in planes], np.float64)
    first = axes[0]
    if (axes[:, :3] @ first[:3] < SAME_DIRECTION).any():
        return None
    if (axes[:, 3:] @ first[3:] < SAME_DIRECTION).any():
        return None
    along = np.asarray([plane.origin for plane in planes], np.float64) @ planes[0].normal
    order = np.argsort(along, kind="stable")
    ranks = np.zeros(len(planes), np.int64)
    ranks[order[1:]] = np.cumsum(np.diff(along[order]) >= SAME_PLACE_MM)
    return [int(rank) for rank in ranks]


def split_by_moment(frames: Frames) -> list[Frames]:
    """Frames of which no two lie at one place, as far as their headers tell them apart.

    What lies at one place alone (a beating heart in one slice) stays together: it is looked
    at as a cine.
    """
    places = places_of(frames)
    if places is None or len(set(places)) == len(frames):
        return [frames]
    place = dict(zip((id(frame) for frame in frames), places, strict=True))
    for value, least in _values(frames, several=len(set(places)) > 1):
        parts = _parted(frames, value)
        if len(parts) * least > len(frames) or len(parts) == 1:
            continue
        shared = sum(len(part) - len({place[id(frame)] for frame in part}) for part in parts)
        if shared < len(frames) - len(set(places)):
            return [each for part in parts for each in split_by_moment(part)]
    return [frames]


def _values(frames: Frames, *, several: bool) -> list[tuple[Value, int]]:
    """What may tell frames apart, and how many frames each part must have on average.

    Two kinds of image stand apart even if each is a single one; a moment in time must come
    with several places, or each frame would stand alone.
    """
    found: list[tuple[Value, int]] = [(lambda frame: frame.content.image_type, 1)]
    if several:
        said = {trait for frame in frames for trait, _ in frame.content.moments}
        found.extend((_moment(trait), 2) for trait in Trait if trait in said)
    return found


def _moment(trait: Trait) -> Value:
    return lambda frame: dict(frame.content.moments).get(trait)


def _parted(frames: Frames, value: Value) -> list[Frames]:
    parts: dict[object, list[Frame]] = {}
    for frame in frames:
        parts.setdefault(value(frame), []).append(frame)
    return [tuple(part) for part in parts.values()]
