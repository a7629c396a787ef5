"""The screen with planes through volumes: three at right angles through a crosshair, and slabs.

Planes of one display set share one crosshair (`viewing.mpr`) and one window; views of stacks
in the same frame of reference go to the image nearest to it. What geometry does not allow is
refused, and the pane says why.
"""

from collections.abc import Callable
from typing import Final

from attrs import evolve, frozen

from workstation.domain.geometry import Vector
from workstation.domain.measurement import Measurement, OnPlane, PixelPoint
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.arranging import Arrangement
from workstation.services.frames import FrameStore
from workstation.services.jobs import Job
from workstation.services.loading import Loader
from workstation.services.planar import Planar
from workstation.services.structures import Structures
from workstation.services.viewed import Shown
from workstation.services.volumes import Volumes
from workstation.text import tr
from workstation.viewing import mpr
from workstation.viewing import viewport as reduce
from workstation.viewing.cursor3d import Spot, nearest, spot_of
from workstation.viewing.linking import space
from workstation.viewing.mpr import Mpr
from workstation.viewing.planes import Plane
from workstation.viewing.presets import Presets
from workstation.viewing.reformat import levelled
from workstation.viewing.viewport import SlabMode, ViewportState

#: Row by row; None is the stack itself.
_VIEWS: Final = (Plane.AXIAL, None, Plane.CORONAL, Plane.SAGITTAL)
_GRID: Final = (2, 2)
#: The tool that moves the crosshair.
CROSSHAIR: Final = "cursor3d"
#: Thickness that a slab begins with, mm.
USUAL_SLAB_MM: Final = 10.0


@frozen
class _Before:
    """What leaving the planes goes back to."""

    board: Arrangement
    active: int
    tool: str


class Reformatted(Planar):
    """Home thread; `services.viewer.Viewer` says what a reader does with it."""

    def __init__(
        self,
        store: FrameStore,
        loader: Loader,
        structures: Structures,
        volumes: Volumes,
        presets: Presets,
    ) -> None:
        super().__init__(store, loader, structures, volumes, presets)
        self.tool = "window"
        self._before: _Before | None = None

    def forget(self) -> None:
        """Nothing of the case stays here."""
        super().forget()
        self._before = None

    # --- in and out ---

    def toggle_mpr(self) -> Job[None] | None:
        """Three planes of the active view's series beside its stack; again: as it was before.

        Gives the job that makes the volume. Raises CommandError where geometry allows none.
        """
        if self.in_mpr:
            self._leave_mpr()
            return None
        shown = self._need_shown()
        self._need_volume(shown.display_set)
        self._before = _Before(self._board.arrangement, self.active, self.tool)
        with self._step():
            self._crosshairs[shown.display_set.id] = self._begun(shown)
            self._board.spread(_GRID, [self._on_view(shown, plane) for plane in _VIEWS])
            self.active = 0
        self.tool = CROSSHAIR
        job = self.volumes.want(shown.display_set)
        self._align()
        self.changed.emit(None)
        return job

    def _on_view(self, shown: Shown, plane: Plane | None) -> ViewportState:
        here = evolve(shown.state, touched=True, slab_mm=0.0)
        if plane is None:
            return here
        planar = reduce.show(here, shown.display_set.id, here.frame_index)
        return reduce.touch(evolve(reduce.windowed_as(planar, here), plane=plane))

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
                if state.display_set == planar.display_set:
                    self._board[index] = self._flat(state, planar)
        if before is not None and self.tool == CROSSHAIR:
            self.tool = before.tool
        for state in self.viewports:
            self._look_at(state)
        self._align()
        self.changed.emit(None)

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
        before = self._need_shown().state
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
        shown = self._need_planes()
        seen_on = plane or shown.state.plane
        if seen_on is None:
            raise CommandError(tr("this view shows no plane: name the one to turn about"))
        name = shown.display_set.id
        with self._step("turn"):
            now = self._crosshair_of(shown.display_set)
            self._crosshairs[name] = mpr.rotated(now, seen_on, degrees)
        self._crosshair_moved(shown.display_set)

    def straighten(self) -> None:
        """The planes of the body again, through the same point."""
        shown = self._need_planes()
        box = self._box(shown.display_set)
        with self._step():
            now = self._crosshair_of(shown.display_set)
            self._crosshairs[shown.display_set.id] = mpr.straightened(now, box)
        self._crosshair_moved(shown.display_set)

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
        self.toggle_mpr()
        x, y, z = (sum(part) / len(mark.points) for part in zip(*mark.in_patient, strict=True))
        state = mpr.laid(self._crosshair_of(display_set), self._box(display_set), plane, on.plane)
        self._crosshairs[display_set.id] = state
        self._move_crosshair(display_set, (x, y, z))
        self.active = next(at for at, each in enumerate(self.viewports) if each.plane is plane)
        self.change(lambda state: reduce.slab(state, on.slab_mm, mode))
        self.changed.emit(None)

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
        shown = self._need_planes()
        with self._step("slab"):
            for index, state in enumerate(self.viewports):
                if state.display_set == shown.display_set.id and state.plane is plane:
                    self._board[index] = reduce.slab(state, mm, state.slab_mode)
        self._repaint_planes(shown.display_set)

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

    # --- views that go together ---

    def play_to(self, index: int, frame_index: int) -> None:
        """The next plane, or image, of a film; no act of the reader."""
        shown = self.shown(index)
        if shown is not None and shown.state.plane is not None:
            self.go_plane(shown, frame_index)
        else:
            super().play_to(index, frame_index)

    def _show_frame(self, other: Shown, frame_index: int) -> None:
        """A plane goes where its crosshair is, and nowhere else."""
        if other.state.plane is None:
            super()._show_frame(other, frame_index)

    def _follow(self, source: Shown) -> None:
        """From a plane, stacks go to the crosshair; from a stack, the crosshair to its image."""
        if source.state.plane is not None:
            self._crosshair_moved(source.display_set)
            return
        super()._follow(source)
        if not self.links.on or source.frame.plane is None:
            return
        for display_set in self._planar_sets():
            if self._same_space(source.frame, display_set):
                box, now = self._box(display_set), self._crosshair_of(display_set)
                self._crosshairs[display_set.id] = levelled(now, box, source.frame)
                self._repaint_planes(display_set)

    def _share(self, before: ViewportState) -> None:
        """Planes and the stack they are of have one window."""
        shown = self._need_shown()
        state = shown.state
        looks = (state.voi, state.own_window, state.inverted)
        if looks != (before.voi, before.own_window, before.inverted) and self.in_mpr:
            for index, other in enumerate(self.viewports):
                if other.display_set == state.display_set and other != state:
                    self._board[index] = reduce.windowed_as(other, state)
                    self.viewport_changed.emit(index)
        if self.links.on:
            super()._share(before)

    def _move_crosshair(self, display_set: DisplaySet, point: Vector) -> None:
        box, now = self._box(display_set), self._crosshair_of(display_set)
        self._crosshairs[display_set.id] = mpr.moved_to(now, box, point)
        self._crosshair_moved(display_set)

    def _crosshair_moved(self, display_set: DisplaySet) -> None:
        """Every view that shows the same patient space goes there."""
        self.probe = None
        self._keep_in_view(display_set)
        self._repaint_planes(display_set)
        if not self.links.on:
            return
        spot = self._crosshair_spot(display_set)
        for other in filter(None, map(self.shown, range(len(self.viewports)))):
            there = self._carried(spot, other.frame)
            if there.space != space(other.frame):
                continue
            if other.state.plane is None:
                self._come_to(other, there)
            elif other.display_set.id != display_set.id:
                now, box = self._crosshair_of(display_set), self._box(other.display_set)
                rigid = self.links.rigid(display_set.frames[0], other.frame)
                planes = mpr.carried(now, box, there.point, rigid)
                self._crosshairs[other.display_set.id] = planes
                self._repaint_planes(other.display_set)

    def _keep_in_view(self, display_set: DisplaySet) -> None:
        """A view that is enlarged beside the crosshair is moved to have it in the middle."""
        for index, state in enumerate(self.viewports):
            if state.display_set != display_set.id or state.plane is None:
                continue
            shown, view = self.shown(index), self.resolved(index)
            assert shown is not None
            assert view is not None
            assert shown.frame.plane is not None
            point = shown.frame.plane.to_pixel(self._crosshair_of(display_set).centre)[:2]
            x, y = view.to_view(point)
            if not (0 <= x <= view.width and 0 <= y <= view.height):
                middle = shown.framing.centre(shown.frame)
                pan = (point[0] - middle[0], point[1] - middle[1])
                self._board[index] = evolve(state, pan=pan)

    def _repaint_planes(self, display_set: DisplaySet) -> None:
        for index, state in enumerate(self.viewports):
            if state.display_set == display_set.id and state.plane is not None:
                self.viewport_changed.emit(index)

    # --- inside ---

    def _planes_beside(self) -> Job[None] | None:
        """Views beside planes show the same planes of another study, where it is a volume; as
        far from the middle as theirs, where nothing else is known. Gives the job that makes it.
        """
        columns, job = self.layout[1], None
        for index in range(columns, len(self.viewports) + 1, columns):
            first, beside = index - columns, range(index - columns + 1, index)
            plane = self.viewports[first].plane
            for at in beside if plane is not None else ():
                state = self.viewports[at]
                display_set = self._sets.get(state.display_set or "")
                if display_set is not None and not why_no_volume(display_set):
                    self._board[at] = reduce.touch(evolve(state, plane=plane))
                    own = self._sets[self.viewports[first].display_set or ""]
                    self._begin_beside(own, display_set)
                    job = self.volumes.want(display_set)
        return job

    def _begin_beside(self, own: DisplaySet, other: DisplaySet) -> None:
        here, box, now = self._box(own), self._box(other), self._crosshair_of(own)
        x, y, z = (
            middle + part - start
            for middle, part, start in zip(box.centre, now.centre, here.centre, strict=True)
        )
        self._crosshairs[other.id] = mpr.carried(now, box, (x, y, z))

    def _crosshair_spot(self, display_set: DisplaySet) -> Spot:
        return Spot(self._crosshair_of(display_set).centre, space(display_set.frames[0]))

    def _need_planes(self) -> Shown:
        shown = self._need_shown()
        if self._planar_set(shown) is None:
            raise CommandError(tr("no planes are shown: begin with the planes of a series (MPR)"))
        return shown

    def _planar_set(self, shown: Shown) -> DisplaySet | None:
        """Whose crosshair a point of a view may move: its own, else one of the same space."""
        found = self._planar_sets()
        if shown.display_set in found:
            return shown.display_set
        return next((each for each in found if self._same_space(shown.frame, each)), None)
