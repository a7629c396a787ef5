"""Segmentations and structure sets on planes: as grids in the patient, cut by a worker.

While a plane moves it has no lines: those of the plane before would lie beside what they
mean. They come when it rests.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import define, evolve, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey
from workstation.domain.structure import Structure, StructureSet
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.outline import Line, outlines
from workstation.imaging.pixels import FramePixels
from workstation.imaging.structure_grid import Grid, cut, of_contours, of_masks
from workstation.imaging.volume_voxels import affine_of
from workstation.services.images.frames import FrameStore
from workstation.services.jobs import Jobs
from workstation.services.screen.viewed import Shown
from workstation.services.signal import Signal

LANE: Final = "structures"
#: Cuts through a slab are no further apart than this part of a voxel.
_OF_A_VOXEL: Final = 0.7
_UNKNOWN: Final = object()
_Key = tuple[str, int]  # SOP of the object, number of the structure


@frozen(eq=False)
class Asked:
    """One structure of an object, with what its grid is made of."""

    structures: StructureSet
    structure: Structure
    frames: Mapping[FrameKey, Frame]

    @property
    def key(self) -> _Key:
        return self.structures.sop, self.structure.number


@frozen
class _Place:
    """A plane or slab of so many pixels, and the structures that it is to cut."""

    plane: ImagePlane
    size: tuple[int, int]
    slab_mm: float
    keys: tuple[_Key, ...]


@define(eq=False)
class _Cut:
    """What was cut by a plane; `lines` None: it is being cut."""

    place: _Place
    lines: Mapping[_Key, tuple[Line, ...]] | None = None


class StructurePlanes:
    """Owned by `Structures`, lives on the home thread."""

    def __init__(self, store: FrameStore, jobs: Jobs, done: Signal[None]) -> None:
        self._store = store
        self._jobs = jobs
        self._done = done
        self._grids: dict[tuple[str, _Key], Grid | None] = {}
        self._cuts: dict[tuple[str, int], _Cut] = {}

    def forget(self) -> None:
        """The case is left."""
        self._grids.clear()
        self._cuts.clear()

    def on(self, shown: Shown, asked: Sequence[Asked]) -> Mapping[_Key, tuple[Line, ...]]:
        """Lines in pixels of the plane shown; nothing while they are being made."""
        view, place = (shown.display_set.id, shown.index), _place(shown, asked)
        here = self._cuts.get(view)
        if here is not None and here.place == place:
            return here.lines or {}
        if here is not None and here.lines is None:
            return {}  # the worker is at the plane before: asked again when it is done
        work = [(each, self.source(each, shown.display_set)) for each in asked]
        if any(source is None for _, source in work):
            return {}
        made = self._cuts[view] = _Cut(place)
        known = dict(self._grids)
        name = shown.display_set.id

        def trace() -> tuple[dict[_Key, Grid | None], dict[_Key, tuple[Line, ...]]]:
            grids = {
                each.key: known[name, each.key] if (name, each.key) in known else source.grid()
                for each, source in work
                if source is not None
            }
            return grids, _lines(grids, place)

        self._jobs.run(trace, lane=LANE, on_done=lambda found: self._came(name, made, *found))
        return made.lines or {}

    def _came(
        self,
        name: str,
        made: _Cut,
        grids: Mapping[_Key, Grid | None],
        lines: Mapping[_Key, tuple[Line, ...]],
    ) -> None:
        if made in self._cuts.values():  # else the case was left meanwhile
            self._grids.update({(name, key): grid for key, grid in grids.items()})
            made.lines = lines
            self._done.emit(None)

    def left_out(self, display_set: DisplaySet, asked: Sequence[Asked]) -> tuple[Structure, ...]:
        """Those that planes do not show, or not all of: known once they were cut."""
        return tuple(
            each.structure
            for each in asked
            if self._grids.get((display_set.id, each.key), _UNKNOWN) is None or _is_open(each)
        )

    def grid(self, asked: Asked, display_set: DisplaySet) -> "Callable[[], Grid | None] | None":
        """What makes its grid, on a worker; None while pixels of it are not here."""
        if (display_set.id, asked.key) in self._grids:
            known = self._grids[display_set.id, asked.key]
            return lambda: known
        source = self.source(asked, display_set)
        return None if source is None else source.grid

    def source(self, asked: Asked, display_set: DisplaySet) -> "Source | None":
        """What a grid is made of; None while pixels of it are not here."""
        wanted = [m for m in asked.structures.masks if m.frame in asked.frames]
        number = asked.structure.number
        wanted = [m for m in wanted if m.structure in (None, number)]
        pixels = [self._store.get(mask.frame) for mask in wanted]
        held = [each for each in pixels if each is not None]
        if len(held) < len(wanted):
            return None
        return Source(asked, display_set, [asked.frames[m.frame] for m in wanted], held)


@frozen(eq=False)
class Source:
    """What the grid of one structure is made of."""

    asked: Asked
    display_set: DisplaySet
    frames: Sequence[Frame]
    pixels: Sequence[FramePixels]

    def grid(self) -> Grid | None:
        """On a worker. None where what the object says makes none."""
        structures, number = self.asked.structures, self.asked.structure.number
        if self.frames:
            return self._of_masks()
        closed = [c.points for c in structures.contours if c.structure == number and c.closed]
        frames = self.display_set.frames
        first = frames[0].pixels
        shape = (len(frames), first.rows, first.columns)
        return of_contours(closed, affine_of(frames), shape) if closed else None

    def _of_masks(self) -> Grid | None:
        structures, number = self.asked.structures, self.asked.structure.number
        planes = [frame.plane for frame in self.frames if frame.plane is not None]
        if len(planes) < len(self.frames):
            return None
        label = any(m.structure is None for m in structures.masks)
        masks = [
            each.stored == number if label else each.stored >= structures.threshold
            for each in self.pixels
        ]
        return of_masks(planes, masks)


def _place(shown: Shown, asked: Sequence[Asked]) -> _Place:
    plane, pixels = shown.frame.plane, shown.frame.pixels
    assert plane is not None
    slab = 0.0 if shown.reformat is None else shown.reformat.slab_mm
    return _Place(plane, (pixels.columns, pixels.rows), slab, tuple(each.key for each in asked))


def _is_open(asked: Asked) -> bool:
    """Some line of it is open: what it encloses is not known."""
    number = asked.structure.number
    return any(c.structure == number and not c.closed for c in asked.structures.contours)


def _lines(grids: Mapping[_Key, Grid | None], place: _Place) -> dict[_Key, tuple[Line, ...]]:
    return {
        key: outlines(_cut_through(grid, place)) for key, grid in grids.items() if grid is not None
    }


def _cut_through(grid: Grid, place: _Place) -> NDArray[np.bool_]:
    """Of a slab all that lies in it, as its picture shows it: one behind the other."""
    if place.slab_mm <= 0:
        return cut(grid, place.plane, place.size)
    normal = np.asarray(place.plane.normal)
    voxels_per_mm = float(np.abs(grid.to_index[:3, :3] @ normal).max())
    steps = max(1, math.ceil(place.slab_mm * voxels_per_mm / _OF_A_VOXEL))
    found = np.zeros(place.size[::-1], np.bool_)
    for depth in np.linspace(-place.slab_mm / 2, place.slab_mm / 2, steps + 1):
        x, y, z = (np.asarray(place.plane.origin) + depth * normal).tolist()
        found |= cut(grid, evolve(place.plane, origin=(x, y, z)), place.size)
    return found
