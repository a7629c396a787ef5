"""The screen with planes through volumes: three at right angles through a crosshair, and slabs.

Planes of one display set share one crosshair (`viewing.mpr`) and one window; views of stacks
in the same frame of reference go to the image nearest to it. What geometry does not allow is
refused, and the pane says why.
"""

from collections.abc import Callable
from typing import Final

from attrs import evolve, frozen

from workstation.domain.measurement import Measurement, OnPlane, PixelPoint
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.screen.arranging import Arrangement
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.aligned import Aligned
from workstation.services.viewer.viewer_parts import ViewerParts
from workstation.text import tr
from workstation.viewing import mpr
from workstation.viewing import viewport as reduce
from workstation.viewing.cursor3d import Spot, nearest, spot_of
from workstation.viewing.mpr import Mpr
from workstation.viewing.planes import Plane
from workstation.viewing.reformat import levelled
from workstation.viewing.viewport import SlabMode, ViewportState

#: Row by row; None is the stack itself.
_VIEWS: Final = (Plane.AXIAL, None, Plane.CORONAL, Plane.SAGITTAL)
_GRID: Final = (2, 2)
#: The tool that moves the crosshair.
CROSSHAIR: Final = "cursor3d"
#: The tool that sets points of a curve.
CURVE: Final = "curve"
#: They come with the planes, and go with them.
_OF_PLANES: Final = (CROSSHAIR, CURVE)
#: Thickness that a slab begins with, mm.
USUAL_SLAB_MM: Final = 10.0


@frozen
class _Before:
    """What leaving the planes goes back to."""

    board: Arrangement
    active: int
    tool: str


class Reformatted(Aligned):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def __init__(self, parts: ViewerParts) -> None:
        super().__init__(parts)
        self.tool = "window"
        self._before: _Before | None = None

    def forget(self) -> None:
        """Nothing of the case stays here."""
        super().forget()
        before, self._before = self._before, None
        self._lay_down(before)

    # --- in and out ---

    def toggle_mpr(self) -> Job[None] | None:
        """Three planes of the active view's series beside its stack; again: as it was before.

        Gives the job that makes the volume, once all its images are here.
        Raises CommandError where geometry allows none.
        """
        if self.in_mpr:
            self._leave_mpr()
            return None
        shown = self._need_shown()
        self._need_volume(shown.display_set)
        now = self._board.arrangement
        planar = any(
            each.plane or each.along or (each.look and each.look.plane)
            for each in now.states.values()
        )
        if self._before is None or not planar:  # else planes are hidden beside a view alone
            self._before = _Before(now, self.active, self.tool)
        with self._step():
            self._crosshairs[shown.display_set.id] = self._begun(shown)
            self._board.spread(_GRID, [self._on_view(shown, plane) for plane in _VIEWS])
            self.active = 0
        self.tool = CROSSHAIR
        job = self.volumes.being_made(shown.display_set)
        self._align()
        self.changed.emit(None)
        return job

    def _on_view(self, shown: Shown, plane: Plane | None) -> ViewportState:
        here = evolve(shown.state, touched=True, slab_mm=0.0, along=None)
        if plane is None:
            return here
        planar = reduce.show(here, shown.display_set.id, here.frame_index)
        flat = here if here.look is None else evolve(here, voi=here.look.voi)  # as before the rays
        same = reduce.windowed_as(planar, flat)
        if plane is Plane.SAGITTAL and not shown.display_set.frames[0].in_patient:
            same = reduce.rotate(same, 1)  # the beam goes down, as it does beside it
        return reduce.touch(evolve(same, plane=plane, fusion=here.fusion, over=here.over))

    def _begun(self, shown: Shown) -> Mpr:
        """Through what lies in the middle of the view, on the image shown; of a stack that
        stands at its end, on the image in the middle. The planes lie on voxels, not between."""
        view, frames = self.resolved(shown.index), shown.display_set.frames
        assert view is not None
        at = shown.state.frame_index
        frame = frames[len(frames) // 2 if at in (0, len(frames) - 1) else at]
        assert frame.plane is not None  # a volume has planes
        box = self._box(shown.display_set)
        middle = view.to_image((view.width / 2, view.height / 2))
        if shown.rendering is not None:  # its view is of no image
            middle = (frame.pixels.columns - 1) / 2, (frame.pixels.rows - 1) / 2
        state = mpr.begun(box, frame.plane.to_patient(*middle))
        for plane in Plane:
            state = mpr.scrolled(state, box, plane, 0)
        return levelled(state, box, frame)

    def _leave_mpr(self) -> None:
        """Back to the views before; the same series stays where the crosshair is, as it looks."""
        planar = next(state for state in self.viewports if state.plane is not None)
        before, self._before = self._before, None
        with self._step():
            if before is not None:
                self._board.arrange(before.board)
                self.active = min(before.active, len(self.viewports) - 1)
            for index, state in enumerate(self.viewports):
                if state.display_set == planar.display_set and state.look is None:
                    self._board[index] = self._flat(state, planar)
        self._lay_down(before)
        for state in self.viewports:
            self._look_at(state)
        self._align()
        self.changed.emit(None)

    def _lay_down(self, before: _Before | None) -> None:
        """A tool that came with the planes does not stay in the hand: in the next case a click
        would go somewhere."""
        if before is not None and self.tool in _OF_PLANES:
            self.tool = before.tool

    def _flat(self, state: ViewportState, planar: ViewportState) -> ViewportState:
        """The stack at the crosshair, in the window of its planes."""
        display_set = self._sets[planar.display_set or ""]
        at = nearest(self._crosshair_spot(display_set), display_set.frames, state.frame_index)
        there = evolve(state, plane=None, frame_index=state.frame_index if at is None else at)
        return reduce.windowed_as(there, planar)

    def change(self, reducer: Callable[[ViewportState], ViewportState], gesture: str = "") -> None:
        """Apply a reducer of `viewing.viewport` to the active viewport.

        It can be taken back; what has the same `gesture` until the hand rests is one step.
        """
        before, self._refused = self._need_shown().state, ("", "")
        with self._step(gesture):
            self._board[self.active] = reduce.touch(reducer(self._board[self.active]))
            self.viewport_changed.emit(self.active)
            self._share(before)

    # --- crosshair ---

    def point_at(self, at: PixelPoint) -> Spot:
        """In planes, and on the stack beside them, their crosshair is the 3D cursor."""
        shown = self._need_shown()
        where = self._planar_set(shown)
        spot = spot_of(shown.frame, at)
        if where is None or spot is None:
            return super().point_at(at)
        self._move_crosshair(where, spot.point)
        return spot

    def turn_planes(self, degrees: float, plane: Plane | None = None) -> None:
        """The two other planes around the crosshair, clockwise as seen on this one."""
        own = self._need_planes()
        seen_on = plane or self._need_shown().state.plane
        if seen_on is None:
            raise CommandError(tr("this view shows no plane: name the one to turn about"))
        with self._step("turn"):
            self._crosshairs[own.id] = mpr.rotated(self._crosshair_of(own), seen_on, degrees)
        self._crosshair_moved(own)

    def straighten(self) -> None:
        """The planes of the body again, through the same point."""
        own = self._need_planes()
        with self._step():
            now = self._crosshair_of(own)
            self._crosshairs[own.id] = mpr.straightened(now, self._box(own))
        self._crosshair_moved(own)

    def go_plane(self, shown: Shown, index: int) -> None:
        """The crosshair along the normal of a view, to one of its planes from 0."""
        plane = shown.state.plane
        assert plane is not None
        box, now = self._box(shown.display_set), self._crosshair_of(shown.display_set)
        wanted = max(0, min(index, mpr.place(now, box, plane)[1] - 1))
        self._crosshairs[shown.display_set.id] = mpr.gone(now, box, plane, wanted)
        self._crosshair_moved(shown.display_set)

    def show_plane_of(self, mark: Measurement, on: OnPlane) -> None:
        """The plane and slab on which it was made; its nearest image is on the active view."""
        mode = SlabMode(on.mode) if on.mode else SlabMode.MIP
        if not on.name:
            self.change(lambda state: reduce.slab(state, on.slab_mm, mode))
            return
        display_set, plane = self._need_shown().display_set, Plane(on.name)
        if self.in_mpr:  # one plane was left where a volume was rendered in its place
            self._leave_mpr()
        self.toggle_mpr()
        x, y, z = (sum(part) / len(mark.points) for part in zip(*mark.in_patient, strict=True))
        state = mpr.laid(self._crosshair_of(display_set), self._box(display_set), plane, on.plane)
        self._crosshairs[display_set.id] = state
        self._move_crosshair(display_set, (x, y, z))
        self.active = next(at for at, each in enumerate(self.viewports) if each.plane is plane)
        self.change(lambda state: reduce.slab(state, on.slab_mm, mode))
        self.changed.emit(None)

    def play_to(self, index: int, frame_index: int) -> None:
        """The next plane, or image, of a film; no act of the reader."""
        shown = self.shown(index)
        if shown is not None and shown.state.plane is not None:
            self.go_plane(shown, frame_index)
        else:
            super().play_to(index, frame_index)

    # --- slabs ---

    def set_slab(self, mm: float, mode: SlabMode | None = None) -> None:
        """What the active view shows is so thick; 0 is the plane, or the image, again."""
        shown = self._need_shown()
        if mm > 0:
            self._need_volume(shown.display_set)
            self.volumes.want(shown.display_set)
        chosen = mode or shown.state.slab_mode
        self.change(lambda state: reduce.slab(state, mm, chosen), "slab")

    def set_slab_of(self, plane: Plane, mm: float) -> None:
        """The view of another plane of the same series, in the mode it has."""
        own = self._need_planes()
        with self._step("slab"):
            for index, state in enumerate(self.viewports):
                if state.display_set == own.id and state.plane is plane:
                    self._board[index] = reduce.slab(state, mm, state.slab_mode)
        self._repaint_planes(own)

    def next_slab(self) -> None:
        """No slab, MIP, MinIP, mean, and round again."""
        state = self._need_shown().state
        every = [SlabMode.MIP, SlabMode.MINIP, SlabMode.MEAN]
        if not state.slab_mm:
            self.set_slab(USUAL_SLAB_MM, every[0])
        elif (at := every.index(state.slab_mode)) + 1 < len(every):
            self.set_slab(state.slab_mm, every[at + 1])
        else:
            self.set_slab(0.0)

    def thicken(self, mm: float) -> None:
        """A thicker slab, or thinner below 0; from none it begins."""
        self.set_slab(max(0.0, self._need_shown().state.slab_mm + mm))

    # --- inside ---

    def _need_planes(self) -> DisplaySet:
        """Whose planes the active view goes with: its own, or those of its space."""
        found = self._planar_set(self._need_shown())
        if found is None:
            raise CommandError(tr("no planes are shown: begin with the planes of a series (MPR)"))
        return found

    def _planar_set(self, shown: Shown) -> DisplaySet | None:
        """Whose crosshair a point of a view may move: its own, else one of the same space."""
        found = self._planar_sets()
        if shown.display_set in found:
            return shown.display_set
        return next((each for each in found if self._same_space(shown.frame, each)), None)
