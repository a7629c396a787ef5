"""The screen whose planes and stacks go together: one crosshair, one window, one scale.

Stacks in the patient space of the planes go to the image nearest to their crosshair, stacks and
planes of another study to the same place, where it is known by a registration;
`services.viewer.reformatted` says what a reader does with them.
"""

from attrs import evolve

from workstation.domain.geometry import Vector
from workstation.domain.study import DisplaySet
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.jobs import Job
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.structured import Structured
from workstation.viewing import mpr
from workstation.viewing import viewport as reduce
from workstation.viewing.cursor3d import Spot
from workstation.viewing.linking import space
from workstation.viewing.reformat import levelled
from workstation.viewing.viewport import ViewportState


class Aligned(Structured):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

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
            rigid = self._way(source.frame, display_set)
            if rigid is not None:
                box, now = self._box(display_set), self._crosshair_of(display_set)
                there = evolve(source.frame, plane=rigid.plane(source.frame.plane))
                self._crosshairs[display_set.id] = levelled(now, box, there)
                self._repaint_planes(display_set)

    def _share(self, before: ViewportState) -> None:
        """Planes and the stack they are of have one window."""
        shown = self._need_shown()
        state = shown.state
        looks = (state.voi, state.own_window, state.inverted)
        if looks != (before.voi, before.own_window, before.inverted) and self.in_mpr:
            for index, other in enumerate(self.viewports):
                if state.look is not None or other.look is not None:
                    continue  # what rays see has a window of its own
                if other.display_set == state.display_set and other != state:
                    self._board[index] = reduce.windowed_as(other, state)
                    self.viewport_changed.emit(index)
        if not self.links.on:
            return
        if state.plane is not None and state.zoom != before.zoom and not state.one_to_one:
            self._zoom_alike(shown, state.zoom / before.zoom)
        super()._share(before)

    def _zoom_alike(self, shown: Shown, factor: float) -> None:
        """The other planes as much larger, about the crosshair, which stays where it is."""
        for index, other in enumerate(self.viewports):
            mine = other.display_set == shown.display_set.id and other.plane is not None
            if index == shown.index or not mine or other.one_to_one:
                continue
            there = self.shown(index)
            assert there is not None
            assert there.frame.plane is not None
            at = there.frame.plane.to_pixel(self._crosshair_of(shown.display_set).centre)[:2]
            centre = there.framing.centre(there.frame)
            self._board[index] = reduce.zoom(other, factor, at, centre)
            self.viewport_changed.emit(index)

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
            shown = self.shown(index)
            view = self._lies(shown)
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
                    job = self.volumes.being_made(display_set)
        return job

    def _begin_beside(self, own: DisplaySet, other: DisplaySet) -> None:
        here, box, now = self._box(own), self._box(other), self._crosshair_of(own)
        x, y, z = (
            middle + part - start
            for middle, part, start in zip(box.centre, now.centre, here.centre, strict=True)
        )
        self._crosshairs[other.id] = mpr.carried(now, box, (x, y, z))

    def _switch_planes(self, index: int, other: DisplaySet) -> bool:
        """Another series of the study on a view of planes is shown in all of them, through the
        same point; False where the view shows no plane, or the series is no volume."""
        own = self._sets.get(self.viewports[index].display_set or "")
        if own is None or self.viewports[index].plane is None or why_no_volume(other):
            return False
        if (own.study, own.site) != (other.study, other.site):
            return False
        for at, state in enumerate(self.viewports):
            if state.display_set == own.id:
                shown = reduce.show(state, other.id)
                slab = reduce.slab(shown, state.slab_mm, state.slab_mode)
                same = evolve(slab, plane=state.plane, along=state.along)
                self._board[at] = reduce.touch(same)
        if self._same_space(own.frames[0], other):
            now = self._crosshair_of(own)
            if (curve := self._curves.get(own.id)) is not None:
                self._curves[other.id] = curve
            self._crosshairs[other.id] = mpr.carried(now, self._box(other), now.centre)
        else:
            self._begin_beside(own, other)
        self.volumes.want(other)
        return True

    def _crosshair_spot(self, display_set: DisplaySet) -> Spot:
        return Spot(self._crosshair_of(display_set).centre, space(display_set.frames[0]))
