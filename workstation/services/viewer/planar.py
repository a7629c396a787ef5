"""The screen with planes through volumes in place of images, and slabs of any thickness.

What may be painted of them and what is said; `services.viewer.reformatted` says how they come there
and go together.
"""

from collections.abc import Sequence

from attrs import evolve, frozen

from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey, SeriesUID, StudyRef
from workstation.domain.registration import IDENTITY, Rigid
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.screen import locating
from workstation.services.screen.overlay_lines import Overlay
from workstation.services.screen.pointed import Pointed
from workstation.services.screen.view_lines import Crosshair, Crossing, CrossLine
from workstation.services.screen.viewed import OWN_LETTERS, Reformat, Shown, ViewedStudy
from workstation.services.viewer.larger_series import sample_of
from workstation.services.viewer.planes_seen import PlanesSeen
from workstation.services.viewer.viewer_parts import ViewerParts
from workstation.text import tr
from workstation.viewing import mpr
from workstation.viewing.linking import parallel, space
from workstation.viewing.mpr import Box, Mpr
from workstation.viewing.plane_stack import along
from workstation.viewing.planes import Plane
from workstation.viewing.reformat import (
    box_of,
    common_frame,
    on_plane,
    plane_frame,
    turned_degrees,
)
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState


@frozen(eq=False)
class _Known:
    """Of a display set with so many images, for planes through it."""

    images: int
    box: Box
    common: Frame


@frozen(eq=False)
class _Lying:
    """One plane where the crosshair is."""

    at: Mpr
    known: _Known
    frame: Frame
    place: tuple[int, int]
    turned: float


class Planar(Pointed):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def __init__(self, parts: ViewerParts) -> None:
        super().__init__(parts.store, parts.loader, parts.structures, parts.presets)
        self.volumes = parts.volumes
        self._known_boxes: dict[str, _Known] = {}
        self._lying: dict[tuple[str, Plane], _Lying] = {}
        self._middles: dict[int, tuple[ViewportState, ViewportState]] = {}
        self._refused: tuple[str, str] = ("", "")  # display set, why it has no planes
        #: Series of planes that were saved from here: no images that anybody has yet to look at.
        self.saved_planes: set[SeriesUID] = set()
        self._planes_seen = PlanesSeen()
        self.volumes.changed.connect(self._volume_changed)

    def study_ready(self, ref: StudyRef, display_sets: Sequence[DisplaySet]) -> None:
        """A volume of fewer images is made again."""
        super().study_ready(ref, display_sets)
        self.volumes.know(display_sets)

    def forget(self) -> None:
        """Nothing of the case stays here."""
        super().forget()
        self.volumes.forget()
        self._known_boxes.clear()
        self._lying.clear()
        self._middles.clear()
        self._planes_seen.forget()
        self._refused = ("", "")

    def mark_painted(self, shown: Shown, view: ResolvedView, *, whole: bool) -> None:
        """The canvas has painted what a viewport shows; coarser than it is unless `whole`.

        Images that planes and slabs of their volume went through count as shown by the rule of
        `viewing.gone_through`; a preview of a plane shows none.
        """
        self.mark_seen(shown.frame.key)
        if shown.reformat is not None:
            self._see_planes(shown.display_set, shown, view, IDENTITY, whole=whole)

    def _see_planes(
        self, of: DisplaySet, shown: Shown, view: ResolvedView, rigid: Rigid, *, whole: bool
    ) -> None:
        """What was painted of a volume, by the way into its patient space, goes through these."""
        plane, made = shown.frame.plane, shown.reformat
        if plane is None or not whole:
            return
        there = rigid.plane(plane)
        slab_mm = 0.0 if made is None else made.slab_mm
        half = max(slab_mm, self.step_mm(of, there)) / 2
        for key in self._planes_seen.see(of, there, half, view):
            self._count_seen(key)

    def step_mm(self, display_set: DisplaySet, plane: ImagePlane) -> float:
        """From one plane of a volume to the next, along the normal of this one."""
        return self._box(display_set).step_mm(plane.normal)

    @property
    def in_mpr(self) -> bool:
        """Whether any view shows a plane."""
        return any(state.plane is not None for state in self.viewports)

    def crosshair(self, index: int) -> Crosshair | None:
        """The other planes as they cut the one on a view."""
        shown = self.shown(index)
        if shown is None or shown.state.plane is None:
            return None
        state, frame = self._crosshair_of(shown.display_set), shown.frame
        assert frame.plane is not None
        slabs = self._slabs(shown.display_set)
        lines = []
        for plane, direction in mpr.lines(state, shown.state.plane).items():
            x, y, z = state.axes(plane).normal
            half = slabs.get(plane, 0.0) / 2
            edge = on_plane(frame, (x * half, y * half, z * half))
            letter = "" if frame.in_patient else OWN_LETTERS[plane]
            lines.append(CrossLine(plane, on_plane(frame, direction), edge, letter))
        return Crosshair(frame.plane.to_pixel(state.centre)[:2], tuple(lines))

    def _slabs(self, display_set: DisplaySet) -> dict[Plane, float]:
        own = [state for state in self.viewports if state.display_set == display_set.id]
        return {state.plane: state.slab_mm for state in own if state.plane is not None}

    def lies(self, shown: Shown) -> tuple[Mpr, Box, Plane]:
        """How the plane on a view lies in its volume; of a stack as its image does."""
        box, plane = self._box(shown.display_set), shown.state.plane
        if plane is not None:
            return self._crosshair_of(shown.display_set), box, plane
        state, nearest = along(shown.frame, box)
        return state, box, nearest

    def cuts(self, shown: Shown) -> tuple[Crossing, ...] | None:
        """Where the planes cut a stack of their own space, or one registered with it; None where
        nothing of it is shown in planes. Their own views have the crosshair for it."""
        planar = [each for each in self._planar_sets() if self._way(shown.frame, each) is not None]
        if not planar:
            return None
        if shown.state.plane is not None:
            return ()
        views = filter(None, map(self.shown, range(len(self.viewports))))
        planes = [view for view in views if view.state.plane is not None]
        near = [view for view in planes if self._way(shown.frame, view.display_set) is not None]
        across = [view for view in near if not self._alongside(view, shown)]
        return tuple(
            line for view in across for line in locating.crossings(self.links, view, shown)
        )

    def _alongside(self, a: Shown, b: Shown) -> bool:
        """Two planes that nearly lie in one another have no line that says anything."""
        rigid = self.links.way(a.frame, b.frame)
        if rigid is None or a.frame.plane is None or b.frame.plane is None:
            return False
        return parallel(rigid.plane(a.frame.plane), b.frame.plane)

    def _as_shown(
        self, index: int, state: ViewportState, study: ViewedStudy, display_set: DisplaySet
    ) -> Shown:
        if state.plane is None and not state.slab_mm:
            return super()._as_shown(index, state, study, display_set)
        if why_no_volume(display_set):  # it was allowed while fewer images were here
            flat = evolve(state, plane=None, slab_mm=0.0)
            return super()._as_shown(index, flat, study, display_set)
        if state.plane is None:
            plain = super()._as_shown(index, state, study, display_set)
            return self._reformatted(plain, plain.state, plain.frame)
        middle = self._in_middle(index, state, len(display_set.frames) // 2)
        plain = super()._as_shown(index, middle, study, display_set)
        lies = self._planar(state.plane, display_set)
        return self._reformatted(plain, state, lies.frame, lies)

    def _in_middle(self, index: int, state: ViewportState, at: int) -> ViewportState:
        """What a plane takes of an image it takes of the middle one. Kept as long as its view is as
        it is: a hand on the crosshair asks for it dozens of times with each move."""
        of, kept = self._middles.get(index, (None, None))
        if kept is None or of is not state or kept.frame_index != at:
            kept = evolve(state, frame_index=at, presentation="")
            self._middles[index] = state, kept
        return kept

    def _planar(self, plane: Plane, display_set: DisplaySet) -> _Lying:
        """Worked out once for a place of the crosshair, however often it is asked for."""
        at, known = self._crosshair_of(display_set), self._box_of(display_set)
        lying = self._lying.get((display_set.id, plane))
        if lying is None or lying.at is not at or lying.known is not known:
            frame = plane_frame(known.common, plane, mpr.rectangle(at, known.box, plane))
            place, turned = mpr.place(at, known.box, plane), turned_degrees(at, plane)
            lying = _Lying(at, known, frame, place, turned)
            self._lying[display_set.id, plane] = lying
        return lying

    def _reformatted(
        self, plain: Shown, state: ViewportState, frame: Frame, lies: _Lying | None = None
    ) -> Shown:
        """In place of the image that would be shown otherwise."""
        display_set = plain.display_set
        index, count, turned = state.frame_index, len(display_set.frames), 0.0
        if lies is not None:
            (index, count), turned = lies.place, lies.turned
        missing = ""
        if StudyRef(display_set.site, display_set.study) not in self._permitted:
            missing = plain.missing
        else:
            self.volumes.want(display_set)
            missing = self.volumes.not_seen(display_set)
        volume = self.volumes.to_see(display_set)
        made = Reformat(
            volume, state.plane, state.slab_mm, state.slab_mode,
            index, count, turned, plain.pixels or sample_of(volume),
        )  # fmt: skip
        return evolve(plain, state=state, frame=frame, pixels=None, missing=missing, reformat=made)

    def _words(self, index: int, shown: Shown | None, view: ResolvedView | None) -> Overlay:
        """With why there are no planes of it, where they were asked for."""
        words = super()._words(index, shown, view)
        name, why = self._refused
        if shown is None or not why or shown.display_set.id != name:
            return words
        return evolve(words, notices=(*words.notices, why))

    def _frame_of(self, state: ViewportState) -> FrameKey | None:
        """No single image repaints a plane: `volumes.changed` tells."""
        return None if state.plane is not None else super()._frame_of(state)

    def _need_volume(self, display_set: DisplaySet) -> None:
        """Raises CommandError, and the pane says it too, where geometry allows no volume."""
        why = why_no_volume(display_set)
        if why:
            words = tr("no reformat: {why}", why=why)
            self._refused = (display_set.id, words)
            self._emit_all()
            raise CommandError(words)
        self._refused = ("", "")

    def _look_at(self, state: ViewportState) -> None:
        """Whoever goes on has read why there were no planes."""
        self._refused = ("", "")
        super()._look_at(state)

    def _volume_changed(self, name: str) -> None:
        display_set = self._sets.get(name)
        here = display_set is not None and self.volumes.get(display_set) is not None
        for index, state in enumerate(self.viewports):
            planar = state.plane is not None or state.slab_mm
            if state.display_set == name and (planar or here):  # a stack's frames are its slices
                self.viewport_changed.emit(index)

    # --- inside ---

    def _planar_sets(self) -> tuple[DisplaySet, ...]:
        names = [state.display_set or "" for state in self.viewports if state.plane is not None]
        return tuple(self._sets[name] for name in dict.fromkeys(names) if name in self._sets)

    def _same_space(self, frame: Frame, display_set: DisplaySet) -> bool:
        return space(frame) == space(display_set.frames[0])

    def _way(self, frame: Frame, display_set: DisplaySet) -> Rigid | None:
        """From the patient's millimetres of an image to those of a display set; None: unknown."""
        return self.links.way(frame, display_set.frames[0])

    def _crosshair_of(self, display_set: DisplaySet) -> Mpr:
        known = self._crosshairs.get(display_set.id)
        if known is None:
            known = self._crosshairs[display_set.id] = mpr.begun(self._box(display_set))
        return known

    def _box(self, display_set: DisplaySet) -> Box:
        return self._box_of(display_set).box

    def _box_of(self, display_set: DisplaySet) -> _Known:
        known = self._known_boxes.get(display_set.id)
        if known is None or known.images != len(display_set.frames):
            frames = display_set.frames
            known = _Known(len(frames), box_of(display_set), common_frame(frames))
            self._known_boxes[display_set.id] = known
        return known
