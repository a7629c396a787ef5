"""What a reader does along a curve: sets, drags and takes away its points, turns and follows it."""

from typing import Final

from attrs import evolve

from workstation.domain.geometry import Vector
from workstation.domain.measurement import Measurement, OnPlane, PixelPoint
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.course import Course, vector
from workstation.services.jobs import Job
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.curved import CurvedViews
from workstation.services.viewer.reformatted import CURVE
from workstation.text import tr
from workstation.viewing import curved
from workstation.viewing import viewport as reduce
from workstation.viewing.cursor3d import Spot, spot_of
from workstation.viewing.curved import Along, Traced
from workstation.viewing.linking import space
from workstation.viewing.planes import Plane
from workstation.viewing.viewport import ViewportState

#: Row by row; None is the stack itself.
_VIEWS: Final = (
    Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL, Along.STRAIGHT, Along.SECTION, None,
)  # fmt: skip
_GRID: Final = (2, 3)


class Curving(CurvedViews):
    """Home thread; `services.viewer.viewer.Viewer` says what else a reader does."""

    def toggle_curved(self) -> Job[None] | None:
        """Planes with a straight picture and a section beside them; again: as it was before.

        Gives the job that makes the volume, once all its images are here.
        Raises CommandError where geometry allows none.
        """
        if any(state.along is not None for state in self.viewports):
            self._leave_curved()
            return None
        job = None if self.in_mpr else self.toggle_mpr()
        planar = next(state for state in self.viewports if state.plane is not None)
        views = [self._view_of(planar, each) for each in _VIEWS]
        with self._step():
            self._board.spread(_GRID, views)
            self.active = 0
        self.tool = CURVE
        self._align()
        self.changed.emit(None)
        return job

    def _leave_curved(self) -> None:
        """Also from one of its views alone, and where other series were put over the planes."""
        if self._board.arrangement.alone is not None:
            self.active = self._board.maximize(self.active)
        if self.in_mpr:
            self._leave_mpr()
            return
        with self._step():
            for index, state in enumerate(self.viewports):
                if state.along is not None:
                    flat = reduce.show(state, state.display_set, state.frame_index)
                    self._board[index] = reduce.touch(reduce.windowed_as(flat, state))
        self.changed.emit(None)

    def _view_of(self, planar: ViewportState, view: Plane | Along | None) -> ViewportState:
        """A plane that is here already stays as it is looked at."""
        for state in self.viewports:
            same = state.display_set == planar.display_set and state.look is None
            if same and state.along is None and state.plane is view:
                return state
        fresh = reduce.show(planar, planar.display_set, planar.frame_index)
        placed = evolve(
            fresh,
            plane=view if isinstance(view, Plane) else None,
            along=view if isinstance(view, Along) else None,
        )
        return reduce.touch(reduce.windowed_as(placed, planar))

    # --- points ---

    def add_course_point(self, at: PixelPoint, *, between: bool = False) -> None:
        """What lies under an image point of the active view is the next point of the curve;
        `between`: comes between its neighbours along the curve.

        Raises CommandError where the view has no place in a volume, or there is such a point.
        """
        shown = self._need_shown()
        point = self._point_under(shown, at)
        now, found = self.traced(shown.display_set), self._course(shown.display_set)
        index = None
        if between and found is not None:
            index = curved.place_between(found, found.nearest(point)[0])
        try:
            then = curved.with_point(now, point, index)
        except ValueError:
            raise CommandError(tr("there is a point of the curve already")) from None
        self._trace(shown.display_set, then)

    def move_course_point(self, number: int, at: PixelPoint) -> None:
        """A point, counted from 1, to what lies under an image point of the active view."""
        shown = self._need_shown()
        index = self._point_index(shown.display_set, number)
        then = curved.moved(self.traced(shown.display_set), index, self._point_under(shown, at))
        self._trace(shown.display_set, then, f"curve {index}")

    def choose_course_point(self, number: int) -> None:
        """The point that is taken away next, by its number from 1."""
        display_set = self._need_shown().display_set
        index = self._point_index(display_set, number)
        self._curves[display_set.id] = evolve(self.traced(display_set), chosen=index)
        self._repaint_curve(display_set.id)

    def delete_course_point(self, number: int = 0) -> None:
        """By its number from 1; without one that which the hand had last."""
        display_set = self._need_shown().display_set
        now = self.traced(display_set)
        index = self._point_index(display_set, number or now.chosen + 1)
        self._trace(display_set, curved.without(now, index))

    def clear_course(self) -> None:
        """No points."""
        display_set = self._need_shown().display_set
        self._point_index(display_set, 1)
        self._trace(display_set, Traced(wide_mm=self.traced(display_set).wide_mm))

    # --- along it ---

    def turn_course(self, degrees: float) -> None:
        """The straight picture about the curve, and the section in its plane."""
        display_set = self._need_course()[0]
        self._trace(display_set, curved.turned(self.traced(display_set), degrees), "curve turn")

    def widen_course(self, mm: float) -> None:
        """So much more, or less, of what lies beside the curve is shown."""
        display_set = self._need_course()[0]
        self._trace(display_set, curved.widened(self.traced(display_set), mm), "curve width")

    def go_along_course(self, mm: float) -> None:
        """The section so far from the beginning of the curve; the crosshair goes with it."""
        self._go_along(*self._need_course(), mm)

    def go_section(self, shown: Shown, index: int) -> None:
        """Along the curve to one of its places from 0."""
        found = self._course(shown.display_set)
        if found is None:
            raise CommandError(shown.missing)
        self._go_along(shown.display_set, found, index * found.step_mm)

    def play_to(self, index: int, frame_index: int) -> None:
        """The next section of a film along the curve."""
        shown = self.shown(index)
        if shown is not None and shown.state.along is not None:
            self.go_section(shown, frame_index)
        else:
            super().play_to(index, frame_index)

    def turn_planes(self, degrees: float, plane: Plane | None = None) -> None:
        """On a view along a curve the picture is turned about it."""
        if plane is None and self._need_shown().state.along is not None:
            self.turn_course(degrees)
        else:
            super().turn_planes(degrees, plane)

    def point_at(self, at: PixelPoint) -> Spot:
        """On the straight picture: the section goes there, and the crosshair to the very point."""
        shown = self._need_shown()
        made, view = self._straight_on(shown), self.resolved(shown.index)
        if made is None or view is None:
            return super().point_at(at)
        if not view.contains(at):
            raise CommandError(tr("this point is beside the image"))
        found = made.of.course
        self._go_along(shown.display_set, found, at[0] * found.step_mm)
        point = curved.point_of(found, made.frame.pixels.rows, at)
        self._move_crosshair(shown.display_set, point)
        return Spot(point, space(made.frame))

    def show_plane_of(self, mark: Measurement, on: OnPlane) -> None:
        """A length along a curve on its straight picture; where there is no curve, as after a
        draft was taken up again, the one it was made on is traced anew."""
        if not on.course:
            super().show_plane_of(mark, on)
            return
        display_set = self._need_shown().display_set
        if len(self.traced(display_set).points) < 2:
            self._curves[display_set.id] = Traced(curved.thinned(on.course))
        self.toggle_curved()  # the views were left for the stack
        found = self._course(display_set)
        if found is not None:
            self._go_along(display_set, found, found.nearest(on.course[0])[0])
        self.active = _VIEWS.index(Along.STRAIGHT)
        self.changed.emit(None)

    # --- inside ---

    def _go_along(self, display_set: DisplaySet, found: Course, mm: float) -> None:
        now = curved.gone(self.traced(display_set), mm, found.length_mm)
        self._curves[display_set.id] = now
        self._move_crosshair(display_set, vector(found.places[found.index_at(now.at_mm)]))
        self._repaint_curve(display_set.id)

    def _trace(self, display_set: DisplaySet, then: Traced, gesture: str = "") -> None:
        """The curve is another; its section stays on it."""
        with self._step(gesture):
            self._curves[display_set.id] = then
            found = self._course(display_set)
            length = 0.0 if found is None else found.length_mm
            self._curves[display_set.id] = curved.gone(then, then.at_mm, length)
        self._repaint_curve(display_set.id)

    def _point_under(self, shown: Shown, at: PixelPoint) -> Vector:
        """What of the volume lies under an image point."""
        self._need_volume(shown.display_set)
        view, spot = self.resolved(shown.index), spot_of(shown.frame, at)
        if spot is None or shown.rendering is not None or shown.missing:
            raise CommandError(tr("points of a curve are set on planes and images"))
        if view is None or not view.contains(at):
            raise CommandError(tr("this point is beside the image"))
        return spot.point

    def _point_index(self, display_set: DisplaySet, number: int) -> int:
        count = len(self.traced(display_set).points)
        if not 1 <= number <= count:
            raise CommandError(tr("the curve has no point {n}", n=number))
        return number - 1

    def _need_course(self) -> tuple[DisplaySet, Course]:
        display_set = self._need_shown().display_set
        found = self._course(display_set)
        if found is None:
            raise CommandError(tr("a curve needs two points: set them on planes or images"))
        return display_set, found
