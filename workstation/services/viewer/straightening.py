"""Straight pictures along curves: made by a worker, the last one wanted; nothing older is kept."""

from collections.abc import Callable

from attrs import define, evolve, frozen

from workstation.domain.presentation import Rescale
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.course import Course
from workstation.imaging.pixels import FramePixels
from workstation.imaging.straightened import straightened
from workstation.imaging.volume_voxels import Volume
from workstation.services.jobs import Job
from workstation.services.viewer.volumes import Volumes
from workstation.viewing.curved import straight_frame
from workstation.viewing.viewport import SlabMode


@frozen(eq=False)
class Wanted:
    """What a straight picture is made of."""

    volume: Volume
    course: Course
    wide_mm: float
    slab_mm: float
    mode: SlabMode

    def same(self, other: "Wanted") -> bool:
        alike = self.volume is other.volume and self.course is other.course
        here, there = (
            (each.wide_mm, each.slab_mm, each.slab_mm and each.mode) for each in (self, other)
        )
        return alike and here == there


@frozen(eq=False)
class Straight:
    """A straight picture as an image, and what it was made of."""

    of: Wanted
    frame: Frame
    pixels: FramePixels


@define(eq=False)
class _Row:
    made: Straight | None = None
    wanted: Wanted | None = None
    job: Job[Straight] | None = None


class Straightening:
    """Home thread; owned by the screen. One picture of each display set."""

    def __init__(self, volumes: Volumes, changed: Callable[[str], None]) -> None:
        self._volumes = volumes
        self._changed = changed
        self._rows: dict[str, _Row] = {}

    def forget(self) -> None:
        """The case is left."""
        self._rows.clear()

    def last(self, display_set: DisplaySet) -> Straight | None:
        """What was made last of it."""
        row = self._rows.get(display_set.id)
        return None if row is None else row.made

    def picture(self, display_set: DisplaySet, common: Frame, wanted: Wanted) -> Straight | None:
        """The one wanted, or the one before it while it is being made; None: there is none."""
        row = self._rows.setdefault(display_set.id, _Row())
        if row.made is not None and row.made.of.same(wanted):
            row.wanted = None
        elif row.wanted is None or not row.wanted.same(wanted):
            row.wanted = wanted
            if row.job is None:
                self._make_next(display_set.id, row, common)
        return row.made

    def _make_next(self, name: str, row: _Row, common: Frame) -> None:
        wanted = row.wanted
        assert wanted is not None
        job = row.job = self._volumes.work(lambda: _made(wanted, common))
        job.then(lambda done: self._came(name, row, common, done))

    def _came(self, name: str, row: _Row, common: Frame, job: Job[Straight]) -> None:
        row.job = None
        if self._rows.get(name) is not row:
            return  # the case was left
        if job.error is None:  # a bug is told already
            row.made = job.result()
            if row.wanted is not None and row.made.of.same(row.wanted):
                row.wanted = None
        if row.wanted is not None and job.error is None:
            self._make_next(name, row, common)
        self._changed(name)


def _made(wanted: Wanted, common: Frame) -> Straight:
    volume, found = wanted.volume, wanted.course
    samples = straightened(volume, found, wanted.wide_mm, wanted.slab_mm, wanted.mode.value)
    samples.flags.writeable = False
    rows, columns = samples.shape[:2]
    if samples.ndim == 3:
        return Straight(
            wanted, _in_colour(common, rows, columns, found.step_mm), FramePixels(samples)
        )
    voxels = volume.frame
    stored = voxels.rescale != Rescale(unit=voxels.rescale.unit)
    frame = evolve(
        straight_frame(common, rows, columns, found.step_mm),
        rescale=voxels.rescale,
        real_world=voxels.real_world if stored else (),
    )
    return Straight(wanted, frame, FramePixels(samples))


def _in_colour(common: Frame, rows: int, columns: int, step_mm: float) -> Frame:
    """Voxels of colour are RGB whatever their frames were: they are not converted again."""
    made = straight_frame(common, rows, columns, step_mm)
    pixels = evolve(
        made.pixels, photometric="RGB", samples=3, planar=0, bits_allocated=8, bits_stored=8,
        high_bit=7, signed=False, floating=False,
    )  # fmt: skip
    return evolve(made, pixels=pixels, palette=None, icc_profile=b"")
