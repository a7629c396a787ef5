"""Drawing a segmentation of one's own: grown from a mark, gone over with a brush.

Home thread; growing is a worker's. What is drawn belongs to the series it was drawn on, and
is forgotten with the case unless it was saved to the study.
"""

from collections.abc import Callable, Sequence
from typing import Final

from attrs import evolve

from workstation.domain.geometry import Vector
from workstation.domain.identifiers import StudyRef
from workstation.domain.measurement import REGIONS, Measurement, MeasurementKind, PixelPoint
from workstation.domain.segment_kind import SegmentKind
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.brushing import stroked, stroked_on_plane
from workstation.imaging.drawn import Slices, joined
from workstation.imaging.growing import grown, isocontour
from workstation.imaging.volume_voxels import Volume, affine_of
from workstation.services.jobs import Job
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.drawn_segments import Segment
from workstation.services.viewer.drawn_sheets import DrawnSheets
from workstation.services.viewer.segment_sheets import Sheet
from workstation.text import tr
from workstation.viewing.curved import Along

#: The tool that goes over an image.
BRUSH: Final = "brush"
#: What a region grows to, where the reader says nothing: its own values, this many deviations.
_DEVIATIONS: Final = 2.0
USUAL_REACH_MM: Final = 60.0


class Segmenting(DrawnSheets):
    """Owned by the application."""

    @property
    def in_hand(self) -> Segment:
        """The one that is drawn on. Raises CommandError where there is none."""
        return self._sheet().in_hand

    # --- drawing ----------------------------------------------------------------------

    def begin(self, name: str = "") -> Segment:
        """A new one on the series of the active view, and the brush in the hand."""
        sheet = self._sheet_of(self._need().display_set)
        self._viewer.pick_tool(BRUSH)
        return self._fresh(sheet, name)

    def grow(
        self,
        mark: Measurement,
        low: float | None,
        high: float | None,
        reach_mm: float = USUAL_REACH_MM,
    ) -> Job[Segment] | None:
        """From a point or the middle of a region: what hangs together with it and lies from
        `low` to `high`; without them within two deviations of the region's own mean.

        A new segment. Gives the job once all images are here: until then they may never come.
        Raises CommandError where the mark is of no use.
        """
        own = self._images_of(mark)
        seed, span = _seed(own, mark), _span(mark, low, high)
        return self._make(own, mark, lambda volume: grown(volume, seed, *span, reach_mm))

    def contour(self, mark: Measurement, percent: float) -> Job[Segment] | None:
        """Of the sphere about a region in the PET shown there: what hangs together with its
        hottest voxel and has at least so many per cent of that. A new segment, as of `grow`."""
        ball = self._viewer.ball(mark.id)
        return self._make(
            ball.display_set, mark,
            lambda volume: isocontour(volume, ball.centre, ball.radius_mm, percent),
        )  # fmt: skip

    def _make(
        self, own: DisplaySet, mark: Measurement, make: Callable[[Volume], Slices]
    ) -> Job[Segment] | None:
        sheet, done = self._sheet_of(own), Job[Segment]()

        def here(job: Job[None]) -> None:
            volume = self._volumes.get(own)
            if job.error is not None or volume is None:
                done.settle(None, job.error or CommandError(self._volumes.missing(own)))
                return
            work = self._volumes.work(lambda: make(volume))
            work.then(lambda found: self._made(sheet, mark, found, done))

        self._volumes.want(own).then(here)
        return done if self._volumes.being_made(own) is not None else None

    def _made(
        self, sheet: Sheet, mark: Measurement, found: Job[Slices], done: Job[Segment]
    ) -> None:
        if found.error is not None:
            words = tr("this would be no lesion but the patient: narrow the values")
            known = CommandError(words) if isinstance(found.error, ValueError) else found.error
            done.settle(None, known)
        elif not found.result():
            done.settle(None, CommandError(tr("the voxel there does not lie in these values")))
        else:
            name = mark.text or tr("from {mark}", mark=mark.id)
            fresh = self._fresh(sheet, name, grown=True)
            made = sheet.put(fresh, sheet.drawn(fresh, found.result()))
            self._show(sheet)
            done.settle(made)

    def stroke(self, path: Sequence[PixelPoint], radius_mm: float | None = None) -> None:
        """The brush goes over the image or plane on the active view; one step of undo.

        On a plane it takes the voxels that lie on it. Raises CommandError where nothing is begun.
        """
        shown = self._need()
        sheet = self._sheets.get(shown.display_set.id)
        if sheet is None:
            raise CommandError(tr("begin a segment first"))
        if not path:
            raise CommandError(tr("a stroke needs points"))
        slices = self._stroked(shown, sheet.in_hand, path, radius_mm or self.radius_mm)
        sheet.change(lambda segment: sheet.drawn(segment, slices))
        self._show(sheet)

    def _stroked(
        self, shown: Shown, segment: Segment, path: Sequence[PixelPoint], radius_mm: float
    ) -> Slices:
        own, plane = shown.display_set, shown.frame.plane
        assert plane is not None
        pixels = own.frames[0].pixels
        if shown.reformat is not None:
            shape = (len(own.frames), pixels.rows, pixels.columns)
            half = self._viewer.step_mm(own, plane) / 2
            return stroked_on_plane(
                segment.slices, affine_of(own.frames), shape, plane, path, half, radius_mm,
                erase=self.erases,
            )  # fmt: skip
        return stroked(
            segment.slices, shown.state.frame_index, (pixels.rows, pixels.columns), path,
            (plane.row_spacing, plane.column_spacing), radius_mm, erase=self.erases,
        )  # fmt: skip

    def join(self, other: str) -> None:
        """Another segment becomes part of the active one."""
        sheet = self._sheet()
        segment, more = sheet.in_hand, sheet.named(other)
        if more is segment:
            raise CommandError(tr("that is this one"))
        sheet.change(lambda each: sheet.drawn(each, joined(each.slices, more.slices)))
        sheet.without(more)
        self._show(sheet)

    def pick(self, name: str) -> None:
        """Go on with another one of the series in view, by name or number."""
        sheet = self._sheet()
        sheet.active = sheet.named(name).number
        self.changed.emit(None)

    def rename(self, name: str) -> None:
        self._change(lambda each: evolve(each, name=name.strip() or each.name))

    def set_kind(self, kind: SegmentKind) -> None:
        """What the active one is, as the object will say it in codes."""
        self._change(lambda each: evolve(each, kind=kind))

    def remove(self) -> None:
        """The active one; undo brings it back."""
        sheet = self._sheet()
        gone = sheet.in_hand
        sheet.keep()
        sheet.without(gone)
        sheet.active = sheet.segments[-1].number if sheet.segments else 0
        self._show(sheet)

    def undo(self) -> None:
        sheet = self._sheet(empty=True)
        sheet.back()
        self._show(sheet)

    # --- for saving -------------------------------------------------------------------

    def to_save(self) -> tuple[DisplaySet, tuple[Segment, ...]]:
        """What is drawn on the series of the active view. Raises CommandError where nothing is."""
        sheet = self._sheet()
        kept = tuple(each for each in sheet.segments if each.slices)
        if not kept:
            raise CommandError(tr("nothing is drawn on this series"))
        return sheet.display_set, kept

    # --- inside -----------------------------------------------------------------------

    def _need(self) -> Shown:
        shown = self._viewer.shown(self._viewer.active)
        if shown is None:
            raise CommandError(tr("this view shows no images"))
        if shown.rendering is not None or shown.state.along is Along.STRAIGHT:
            raise CommandError(tr("draw on images or planes: this is a picture of a volume"))
        if shown.state.over is not None:
            raise CommandError(tr("draw on one phase: this is made of several"))
        if shown.state.slab_mm:
            raise CommandError(tr("a slab shows many planes in one: draw on one of them"))
        if shown.frame.plane is None:
            raise CommandError(tr("where these images lie in the patient is not known"))
        return shown

    def _images_of(self, mark: Measurement) -> DisplaySet:
        """What a mark was made on."""
        ref = StudyRef(mark.frame.site, mark.frame.study)
        for each in self._viewer.display_sets(ref):
            if any(frame.key == mark.frame for frame in each.frames):
                return each
        raise CommandError(tr("go to the image on which {mark} lies", mark=mark.id))

    def _change(self, how: Callable[[Segment], Segment]) -> None:
        sheet = self._sheet()
        sheet.change(how)
        self._show(sheet)


def _seed(own: DisplaySet, mark: Measurement) -> Vector:
    """In the patient; a region in the middle of its reach."""
    plane = next(frame.plane for frame in own.frames if frame.key == mark.frame)
    if mark.on is not None:
        plane = mark.on.plane
    if plane is None:
        raise CommandError(tr("where these images lie in the patient is not known"))
    if mark.kind is MeasurementKind.POINT:
        return plane.to_patient(*mark.points[0])
    if mark.kind not in REGIONS:
        raise CommandError(tr("{mark} is no point and no region", mark=mark.id))
    xs, ys = zip(*mark.points, strict=True)
    return plane.to_patient((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)


def _span(mark: Measurement, low: float | None, high: float | None) -> tuple[float, float]:
    if low is not None and high is not None:
        if low > high:
            raise CommandError(tr("the lower value comes first"))
        return low, high
    if low is not None or high is not None:
        raise CommandError(tr("write both values, or none"))
    stats = mark.stats
    if "mean" not in stats or "sd" not in stats:
        raise CommandError(tr("a point has no deviation: write the lowest and the highest value"))
    wide = _DEVIATIONS * stats["sd"]
    return stats["mean"] - wide, stats["mean"] + wide
