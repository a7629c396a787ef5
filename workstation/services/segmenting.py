"""Drawing a segmentation of one's own: grown from a mark, gone over with a brush, measured.

Home thread; growing is a worker's. What is drawn belongs to the series it was drawn on, and
is forgotten with the case unless it was saved to the study.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from attrs import define, evolve, field

from workstation.domain.geometry import Vector
from workstation.domain.identifiers import SiteId, StudyUID
from workstation.domain.measurement import REGIONS, Measurement, MeasurementKind, PixelPoint
from workstation.domain.structure import Colour
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.growing import Slices, grown, joined, measured, stroked
from workstation.imaging.volume_voxels import affine_of, why_no_volume
from workstation.services.drawn_segments import Segment, as_structures
from workstation.services.frames import FrameStore
from workstation.services.jobs import Job
from workstation.services.signal import Signal
from workstation.services.structures import Structures
from workstation.services.viewed import Shown
from workstation.services.viewer import Viewer
from workstation.services.volumes import Volumes
from workstation.text import tr

#: The tool that goes over an image.
BRUSH: Final = "brush"
#: Apart for the colour-blind too, and none of those that others' structures get first.
_COLOURS: Final[tuple[Colour, ...]] = (
    (204, 121, 167), (0, 158, 115), (240, 228, 66), (86, 180, 233), (230, 159, 0), (213, 94, 0),
)  # fmt: skip
_MOST: Final = 50
_STEPS: Final = 100
#: What a region grows to, where the reader says nothing: its own values, this many deviations.
_DEVIATIONS: Final = 2.0
USUAL_REACH_MM: Final = 60.0


@define(eq=False)
class _Sheet:
    """Everything drawn on one series."""

    display_set: DisplaySet
    segments: tuple[Segment, ...] = ()
    active: int = 0  # its number; 0 where nothing is drawn
    revision: int = 0
    before: list[tuple[tuple[Segment, ...], int]] = field(factory=list)

    @property
    def voxel_ml(self) -> float:
        matrix = affine_of(self.display_set.frames).matrix[:3, :3]
        return abs(float(np.linalg.det(matrix))) / 1000.0


class Segmenting:
    """Owned by the application."""

    def __init__(
        self, viewer: Viewer, structures: Structures, volumes: Volumes, store: FrameStore
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.leaving: Signal[None] = Signal()  # what is drawn is forgotten now
        self.radius_mm = 5.0
        self.erases = False
        self._viewer, self._structures = viewer, structures
        self._volumes, self._store = volumes, store
        self._sheets: dict[str, _Sheet] = {}
        structures.left.connect(lambda _: self._leave())

    def _leave(self) -> None:
        self.leaving.emit(None)
        self._sheets.clear()

    # --- what there is ----------------------------------------------------------------

    def on(self, display_set: DisplaySet) -> tuple[Segment, ...]:
        sheet = self._sheets.get(display_set.id)
        return sheet.segments if sheet else ()

    def drawn_on(self, site: SiteId, study: StudyUID) -> tuple[str, ...]:
        """Names of what was drawn in a study and is not empty."""
        return tuple(
            each.name
            for sheet in self._sheets.values()
            if (sheet.display_set.site, sheet.display_set.study) == (site, study)
            for each in sheet.segments
            if each.slices
        )

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
        shown = self._need()
        seed, span = _seed(shown, mark), _span(mark, low, high)
        sheet = self._sheet_of(shown.display_set)
        done: Job[Segment] = Job()

        def here(job: Job[None]) -> None:
            volume = self._volumes.get(sheet.display_set)
            if job.error is not None or volume is None:
                why = CommandError(self._volumes.missing(sheet.display_set))
                done.settle(None, job.error or why)
                return
            work = self._volumes.work(lambda: grown(volume, seed, *span, reach_mm))
            work.then(lambda found: self._grown(sheet, mark, found, done))

        self._volumes.want(sheet.display_set).then(here)
        return done if self._volumes.being_made(sheet.display_set) is not None else None

    def _grown(
        self, sheet: _Sheet, mark: Measurement, found: Job[Slices], done: Job[Segment]
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
            done.settle(self._replace(sheet, fresh, found.result(), step=False))

    def stroke(self, path: Sequence[PixelPoint], radius_mm: float | None = None) -> None:
        """The brush goes over the image on the active view; one step of undo.

        Raises CommandError on planes: their pixels are not the voxels that are drawn.
        """
        shown = self._need()
        sheet = self._sheets.get(shown.display_set.id)
        if sheet is None or not sheet.active:
            raise CommandError(tr("begin a segment first"))
        if not path:
            raise CommandError(tr("a stroke needs points"))
        segment = self._active(sheet)
        pixels, plane = shown.frame.pixels, shown.frame.plane
        assert plane is not None
        slices = stroked(
            segment.slices, shown.state.frame_index, (pixels.rows, pixels.columns), path,
            (plane.row_spacing, plane.column_spacing), radius_mm or self.radius_mm,
            erase=self.erases,
        )  # fmt: skip
        self._replace(sheet, segment, slices)

    def join(self, other: str) -> None:
        """Another segment becomes part of the active one."""
        sheet = self._sheet()
        segment, more = self._active(sheet), self._named(sheet, other)
        if more is segment:
            raise CommandError(tr("that is this one"))
        self._keep(sheet)
        sheet.segments = tuple(x for x in sheet.segments if x is not more)
        self._replace(sheet, segment, joined(segment.slices, more.slices), step=False)

    def pick(self, name: str) -> None:
        """Go on with another one, by name or number."""
        sheet = self._sheet()
        sheet.active = self._named(sheet, name).number
        self.changed.emit(None)

    def rename(self, name: str) -> None:
        sheet = self._sheet()
        segment = self._active(sheet)
        self._keep(sheet)
        self._put(sheet, segment, evolve(segment, name=name.strip() or segment.name))

    def remove(self) -> None:
        """The active one; undo brings it back."""
        sheet = self._sheet()
        gone = self._active(sheet)
        self._keep(sheet)
        sheet.segments = tuple(x for x in sheet.segments if x is not gone)
        sheet.active = sheet.segments[-1].number if sheet.segments else 0
        self._show(sheet)

    def undo(self) -> None:
        sheet = self._sheet()
        if not sheet.before:
            raise CommandError(tr("nothing was drawn that could be taken back"))
        sheet.segments, sheet.active = sheet.before.pop()
        self._show(sheet)

    def figures(self) -> str:
        """Volume, diameters and values of the active one, in words."""
        sheet = self._sheet()
        segment = self._active(sheet)
        volume = self._volumes.get(sheet.display_set)
        if volume is None:
            self._volumes.want(sheet.display_set)
            return words_of(segment, {"volume": segment.volume_ml}, "")
        return words_of(segment, measured(volume, segment.slices), volume.frame.rescale.unit)

    # --- for saving -------------------------------------------------------------------

    def to_save(self) -> tuple[DisplaySet, tuple[Segment, ...]]:
        """What is drawn on the series of the active view. Raises CommandError where nothing is."""
        sheet = self._sheet()
        kept = tuple(each for each in sheet.segments if each.slices)
        if not kept:
            raise CommandError(tr("nothing is drawn on this series"))
        return sheet.display_set, kept

    @property
    def sheets(self) -> tuple[tuple[DisplaySet, tuple[Segment, ...]], ...]:
        """Everything that is drawn, series by series."""
        return tuple((each.display_set, each.segments) for each in self._sheets.values())

    def restore(self, display_set: DisplaySet, segments: Sequence[Segment]) -> None:
        """What was drawn before the program ended; never over what is drawn now."""
        if display_set.id in self._sheets or not segments:
            return
        sheet = self._sheet_of(display_set)
        sheet.segments = tuple(segments)
        sheet.active = segments[-1].number
        self._structures.shown = True
        self._show(sheet)

    # --- inside -----------------------------------------------------------------------

    def _sheet_of(self, display_set: DisplaySet) -> _Sheet:
        refusal = why_no_volume(display_set)
        if refusal:
            raise CommandError(tr("nothing is drawn here: {why}", why=refusal))
        return self._sheets.setdefault(display_set.id, _Sheet(display_set))

    def _need(self) -> Shown:
        shown = self._viewer.shown(self._viewer.active)
        if shown is None:
            raise CommandError(tr("this view shows no images"))
        if shown.reformat is not None or shown.rendering is not None:
            raise CommandError(tr("draw on the images themselves: this is a plane of their volume"))
        if shown.frame.plane is None:
            raise CommandError(tr("where these images lie in the patient is not known"))
        return shown

    def _sheet(self) -> _Sheet:
        shown = self._viewer.shown(self._viewer.active)
        sheet = self._sheets.get(shown.display_set.id) if shown else None
        if sheet is None or not sheet.segments:
            raise CommandError(tr("nothing is drawn on this series"))
        return sheet

    def _fresh(self, sheet: _Sheet, name: str, *, grown: bool = False) -> Segment:
        if len(sheet.segments) >= _MOST:
            raise CommandError(tr("so many segments are not kept: save them first"))
        self._keep(sheet)
        number = 1 + max((each.number for each in sheet.segments), default=0)
        colour = _COLOURS[(number - 1) % len(_COLOURS)]
        made = Segment(number, name.strip() or tr("Segment {n}", n=number), colour, {}, grown=grown)
        sheet.segments = (*sheet.segments, made)
        sheet.active = number
        self._structures.shown = True
        self._show(sheet)
        return made

    def _active(self, sheet: _Sheet) -> Segment:
        return next(each for each in sheet.segments if each.number == sheet.active)

    def _named(self, sheet: _Sheet, name: str) -> Segment:
        wanted = name.strip().casefold()
        for each in sheet.segments:
            if wanted in (each.name.casefold(), str(each.number)):
                return each
        known = ", ".join(f"{each.number} {each.name}" for each in sheet.segments)
        raise CommandError(tr("no segment is {name}; there are: {known}", name=name, known=known))

    def _keep(self, sheet: _Sheet) -> None:
        sheet.before.append((sheet.segments, sheet.active))
        del sheet.before[:-_STEPS]

    def _replace(
        self, sheet: _Sheet, segment: Segment, slices: Slices, *, step: bool = True
    ) -> Segment:
        if step:
            self._keep(sheet)
        voxels = sum(int(mask.sum()) for mask in slices.values())
        return self._put(sheet, segment, segment.with_slices(slices, voxels * sheet.voxel_ml))

    def _put(self, sheet: _Sheet, old: Segment, new: Segment) -> Segment:
        sheet.segments = tuple(new if each is old else each for each in sheet.segments)
        self._show(sheet)
        return new

    def _show(self, sheet: _Sheet) -> None:
        sheet.revision += 1
        drawn = as_structures(sheet.display_set, sheet.segments, sheet.revision)
        for key, pixels in drawn.pixels.items():
            if not self._store.has(key):
                self._store.put(key, pixels)
        self._structures.know((drawn.display_set,))
        self._structures.traced.emit(None)
        self.changed.emit(None)


def _seed(shown: Shown, mark: Measurement) -> Vector:
    plane = shown.frame.plane
    assert plane is not None
    if mark.frame != shown.frame.key:
        raise CommandError(tr("go to the image on which {mark} lies", mark=mark.id))
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


def words_of(segment: Segment, said: Mapping[str, float], unit: str) -> str:
    """Volume, and where the voxels are here diameters and values, as a report says them."""
    if not segment.slices:
        return tr("{name}: nothing is drawn", name=segment.name)
    words = tr("{name}: {ml} ml", name=segment.name, ml=f"{said['volume']:.2f}")
    if "long" in said:
        long, short = f"{said['long']:.1f}", f"{said['short']:.1f}"
        words += tr(", {long} × {short} mm", long=long, short=short)
    if "mean" in said:
        words += tr(
            ", mean {mean} (SD {sd}, {min} to {max}) {unit}",
            mean=f"{said['mean']:.1f}", sd=f"{said['sd']:.1f}", min=f"{said['min']:.0f}",
            max=f"{said['max']:.0f}", unit=unit,
        )  # fmt: skip
    return words
