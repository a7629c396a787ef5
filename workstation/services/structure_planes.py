"""Segmentations and structure sets on planes: as grids in the patient, cut by a worker.

While a plane moves it has no lines: those of the plane before would lie beside what they
mean. They come when it rests.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import define, frozen

from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey
from workstation.domain.structure import Structure, StructureSet
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.outline import Line, outlines
from workstation.imaging.pixels import FramePixels
from workstation.imaging.structure_grid import Grid, cut, of_contours, of_masks
from workstation.imaging.volume_voxels import affine_of
from workstation.services.frames import FrameStore
from workstation.services.jobs import Jobs
from workstation.services.signal import Signal
from workstation.services.viewed import Shown

LANE: Final = "structures"
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


@define(eq=False)
class _Cut:
    """What was cut by a plane; `lines` None: it is being cut."""

    frame: Frame
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
        place = (shown.display_set.id, shown.index)
        here = self._cuts.get(place)
        if here is not None and here.frame is shown.frame:
            return here.lines or {}
        if here is not None and here.lines is None:
            return {}  # the worker is at the plane before: asked again when it is done
        work = [(each, self.source(each, shown.display_set)) for each in asked]
        if any(source is None for _, source in work):
            return {}
        made = self._cuts[place] = _Cut(shown.frame)
        known = dict(self._grids)
        name = shown.display_set.id
        plane, pixels = shown.frame.plane, shown.frame.pixels
        assert plane is not None

        def trace() -> tuple[dict[_Key, Grid | None], dict[_Key, tuple[Line, ...]]]:
            grids = {
                each.key: known[name, each.key] if (name, each.key) in known else source.grid()
                for each, source in work
                if source is not None
            }
            return grids, _lines(grids, plane, (pixels.columns, pixels.rows))

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


def _lines(
    grids: Mapping[_Key, Grid | None], plane: ImagePlane, size: tuple[int, int]
) -> dict[_Key, tuple[Line, ...]]:
    return {
        key: outlines(cut(grid, plane, size)) for key, grid in grids.items() if grid is not None
    }
