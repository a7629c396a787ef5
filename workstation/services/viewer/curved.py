"""The screen with views along a curve: a vessel or a dental arch straightened, and its sections.

What may be painted of them and what is said; `services.viewer.curving` says what a reader does.
"""

from typing import Final

from attrs import evolve

from workstation.domain.identifiers import FrameKey
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.measurement import Measurement
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.imaging.course import Course, course, vector
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.screen.overlay_lines import Overlay
from workstation.services.screen.placing import Placing
from workstation.services.screen.view_lines import Bend, Crossing
from workstation.services.screen.viewed import CurveView, Reformat, Shown, ViewedStudy
from workstation.services.signal import Signal
from workstation.services.viewer import curve_measuring
from workstation.services.viewer.phased import Phased
from workstation.services.viewer.straightening import Straight, Straightening, Wanted
from workstation.services.viewer.viewer_parts import ViewerParts
from workstation.text import tr
from workstation.viewing import curved
from workstation.viewing.curved import Along, Traced
from workstation.viewing.orientation import EdgeLetters, picture_letters
from workstation.viewing.plane_stack import PlaneStack
from workstation.viewing.reformat import NO_OBJECT
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import SlabMode, ViewportState

#: How far from a plane a part of the curve lies in it, mm; a thicker slab has more of it.
_NEAR_MM: Final = 1.5


class CurvedViews(Phased):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def __init__(self, parts: ViewerParts) -> None:
        super().__init__(parts)
        self.leaving: Signal[None] = Signal()  # the curves of the case are forgotten now
        self._straight = Straightening(parts.volumes, self._repaint_curve)
        self._courses: dict[str, tuple[object, Course | None]] = {}

    def forget(self) -> None:
        """Nothing of the case stays here."""
        self.leaving.emit(None)
        super().forget()
        self._straight.forget()
        self._courses.clear()

    def traced(self, display_set: DisplaySet) -> Traced:
        """The curve of a display set as it is; without points there is none."""
        return self._curves.get(display_set.id) or Traced()

    @property
    def curves(self) -> tuple[tuple[DisplaySet, Traced], ...]:
        """Those of the case, series by series."""
        known = {name: own for name, own in self._sets.items() if name in self._curves}
        return tuple((own, self._curves[name]) for name, own in known.items())

    def restore_curve(self, display_set: DisplaySet, traced: Traced) -> None:
        """As it was before the case was left; never over one that is traced now."""
        if display_set.id in self._sets and not self.traced(display_set).points:
            self._curves[display_set.id] = traced
            self._repaint_curve(display_set.id)

    def bend(self, index: int) -> Bend | None:
        """The curve as it lies on a view; None where it has no points, or none of it is here."""
        shown = self.shown(index)
        if shown is None or shown.rendering is not None or not shown.is_here:
            return None
        if shown.state.along is not None:
            return self._bend_along(shown)
        for name, traced in self._curves.items():
            display_set = self._sets.get(name)
            if traced.points and display_set and self._same_space(shown.frame, display_set):
                return self._bend_across(shown, display_set, traced)
        return None

    def cuts(self, shown: Shown) -> tuple[Crossing, ...] | None:
        """A section has no lines of the planes through it: what is looked at lies under them."""
        return () if shown.state.along is not None else super().cuts(shown)

    def measurements_on(self, frame: Frame) -> tuple[Measurement, ...]:
        """On the straight picture lengths along the curve, where they were made on this one."""
        own = super().measurements_on(frame)
        if frame.key.sop != NO_OBJECT or frame.key.frame_index != curved.STRAIGHT_FRAME:
            return own
        found = self._straight_of(frame)
        if found is None:
            return own
        marks = [each for each in self.measurements if not self.is_hidden(each.id)]
        return tuple(
            mark for each in marks if (mark := curve_measuring.on_straight(each, found)) is not None
        )

    def toggle_key_image(self, title: KeyTitle | None = None) -> KeyImage | None:
        if self._need_shown().state.along is Along.STRAIGHT:
            raise CommandError(tr("a straightened picture is no image of the series"))
        return super().toggle_key_image(title)

    def sections(self, shown: Shown, apart_mm: float) -> PlaneStack:
        """All of those along the curve of a section, so far apart. Raises CommandError."""
        found = self._course(shown.display_set)
        if found is None:
            raise CommandError(tr("the curve has no points"))
        wide = self.traced(shown.display_set).wide_mm
        return curved.sections(self._box_of(shown.display_set).common, found, wide, apart_mm)

    # --- what is shown ---

    def _as_shown(
        self, index: int, state: ViewportState, study: ViewedStudy, display_set: DisplaySet
    ) -> Shown:
        if state.along is None:
            return super()._as_shown(index, state, study, display_set)
        if why_no_volume(display_set):
            return super()._as_shown(index, evolve(state, along=None), study, display_set)
        middle = evolve(
            state, along=None, slab_mm=0.0, presentation="", fusion=None,
            frame_index=len(display_set.frames) // 2,
        )  # fmt: skip
        plain = super()._as_shown(index, middle, study, display_set)
        common, missing = self._box_of(display_set).common, plain.missing
        if study.ref in self._permitted:
            self.volumes.want(display_set)
            missing = self.volumes.missing(display_set)
        found = self._course(display_set)
        if not missing and found is None:
            missing = tr("click on planes or images to set points along a vessel or an arch")
        nothing = evolve(
            plain, state=state, frame=curved.no_frame(common), pixels=None,
            missing=missing, meanwhile=None,
        )  # fmt: skip
        if missing or found is None:
            return nothing
        made = self._section if state.along is Along.SECTION else self._straightened
        return made(evolve(nothing, frame=common), found, plain)

    def _section(self, shown: Shown, found: Course, plain: Shown) -> Shown:
        """The plane square to the curve."""
        state, display_set = shown.state, shown.display_set
        traced = self.traced(display_set)
        index = found.index_at(traced.at_mm)
        frame = curved.section_frame(shown.frame, found, index, traced.wide_mm)
        made = Reformat(
            self.volumes.get(display_set), None, state.slab_mm, state.slab_mode, index, len(found),
            sample=plain.pixels,
        )  # fmt: skip
        view = _view(Along.SECTION, found, traced.at_mm, state.slab_mm, state.slab_mode)
        return evolve(shown, frame=frame, reformat=made, curve=view)

    def _straightened(self, shown: Shown, found: Course, _plain: Shown) -> Shown:
        state, display_set = shown.state, shown.display_set
        volume, traced = self.volumes.get(display_set), self.traced(display_set)
        assert volume is not None  # nothing is missing
        wanted = Wanted(volume, found, traced.wide_mm, state.slab_mm, state.slab_mode)
        made = self._straight.picture(display_set, shown.frame, wanted)
        if made is None:
            return evolve(shown, frame=curved.no_frame(shown.frame),
                          missing=tr("the picture is being made"))  # fmt: skip
        lies = made.of.course
        view = _view(Along.STRAIGHT, lies, traced.at_mm, made.of.slab_mm, made.of.mode)
        return evolve(shown, frame=made.frame, pixels=made.pixels, curve=view)

    def _words(self, index: int, shown: Shown | None, view: ResolvedView | None) -> Overlay:
        """Before there is a curve a view of it has nothing to say but whose it is."""
        words = super()._words(index, shown, view)
        if shown is not None and (made := self._straight_on(shown)) is not None:
            letters = picture_letters(shown.state, *curved.sides(made.of.course))
            return evolve(words, letters=letters)
        if shown is None or shown.state.along is None or shown.curve is not None:
            return words
        return evolve(words, bottom_left=(), bottom_right=(), letters=EdgeLetters())

    def _frame_of(self, state: ViewportState) -> FrameKey | None:
        return None if state.along is not None else super()._frame_of(state)

    def _volume_changed(self, name: str) -> None:
        super()._volume_changed(name)
        self._repaint_curve(name)

    def _follow(self, source: Shown) -> None:
        """Where the section goes the crosshair is taken along, and all others with it."""
        if source.state.along is None:
            super()._follow(source)

    def _show_frame(self, other: Shown, frame_index: int) -> None:
        if other.state.along is None:
            super()._show_frame(other, frame_index)

    def _placing(self, shown: Shown) -> Placing:
        """On the straight picture millimetres hold along the curve and square to it alone."""
        placing = super()._placing(shown)
        made = self._straight_on(shown)
        if made is None:
            return placing
        images = shown.display_set.frames
        return evolve(
            placing,
            on_plane=lambda kind, points: curve_measuring.measured(made, images, kind, points),
        )

    # --- inside ---

    def _course(self, display_set: DisplaySet) -> Course | None:
        """Worked out once for its points; None where there are fewer than two."""
        traced = self.traced(display_set)
        if len(traced.points) < 2 or why_no_volume(display_set):
            return None
        key = (traced.points, traced.turn, len(display_set.frames))
        known = self._courses.get(display_set.id)
        if known is None or known[0] != key:
            step = self._box(display_set).finest_mm
            known = (key, course(traced.points, step, traced.turn))
            self._courses[display_set.id] = known
        return known[1]

    def _straight_on(self, shown: Shown) -> Straight | None:
        """The straight picture on a view."""
        if shown.state.along is not Along.STRAIGHT or shown.pixels is None:
            return None
        return self._straight.last(shown.display_set)

    def _straight_of(self, frame: Frame) -> Straight | None:
        series = [each for each in self._sets.values() if each.series == frame.key.series]
        return next((x for each in series if (x := self._straight.last(each)) is not None), None)

    def _bend_along(self, shown: Shown) -> Bend | None:
        traced, frame = self.traced(shown.display_set), shown.frame
        rows, columns = frame.pixels.rows, frame.pixels.columns
        made, middle = self._straight_on(shown), rows // 2
        if made is None:  # a section
            return Bend((), ((columns // 2, rows // 2),), (True,))
        lies = made.of.course
        points = tuple((mm / lies.step_mm, float(middle)) for mm in lies.knots_mm)
        at = traced.at_mm / lies.step_mm
        return Bend(
            (((0.0, middle), (columns - 1.0, middle)),), points, (True,) * len(points),
            section=((at, 0.0), (at, rows - 1.0)), chosen=traced.chosen, every=10 / lies.step_mm,
        )  # fmt: skip

    def _bend_across(self, shown: Shown, display_set: DisplaySet, traced: Traced) -> Bend:
        plane, found = shown.frame.plane, self._course(display_set)
        assert plane is not None  # it shares a space with a volume
        near = max(_NEAR_MM, shown.state.slab_mm / 2, (shown.frame.thickness_mm or 0.0) / 2)
        placed = [plane.to_pixel(point) for point in traced.points]
        line: curved.Runs = ()
        section = None
        if found is not None:
            fine = found.places[:: max(1, round(1.0 / found.step_mm))]
            line = curved.runs([plane.to_pixel(vector(point)) for point in fine], near)
            section = curved.section_on(plane, found, traced.at_mm, near)
        return Bend(
            tuple(part for part, lies in line if lies),
            tuple((x, y) for x, y, _ in placed),
            tuple(abs(away) <= near for _, _, away in placed),
            beside=tuple(part for part, lies in line if not lies),
            section=section,
            chosen=traced.chosen,
        )

    def _repaint_curve(self, name: str) -> None:
        """Every view that shows something of the curve of a display set."""
        display_set = self._sets.get(name)
        for index, state in enumerate(self.viewports):
            own = state.display_set == name
            shown = None if own or display_set is None else self.shown(index)
            if own or (shown and display_set and self._same_space(shown.frame, display_set)):
                self.viewport_changed.emit(index)


def _view(along: Along, found: Course, at_mm: float, slab_mm: float, mode: SlabMode) -> CurveView:
    index = found.index_at(at_mm)
    at = index * found.step_mm
    return CurveView(along, at, found.length_mm, index, len(found), slab_mm, mode)
