"""The screen with volumes as rays see them: from anywhere, by preset, and never for measuring.

A view shows it in place of its stack or plane, and goes back to that. Pixels are made elsewhere;
here is what is asked for, and what is said of it.
"""

from collections.abc import Callable
from typing import Final

from attrs import evolve

from workstation.domain.geometry import Vector
from workstation.domain.identifiers import FrameKey
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.study import DisplaySet, Frame, PixelSpacing, SpacingOrigin
from workstation.errors import CommandError
from workstation.imaging.colour import is_colour
from workstation.imaging.transfer import VolumePreset
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.jobs import Job
from workstation.services.screen.placing import Placing
from workstation.services.screen.preset_files import load_volume_presets
from workstation.services.screen.viewed import Rendering, Shown, ViewedStudy
from workstation.services.viewer.curving import Curving
from workstation.services.viewer.viewer_parts import ViewerParts
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.cursor3d import Located, Spot, located
from workstation.viewing.linking import space
from workstation.viewing.viewport import ViewportState
from workstation.viewing.volume_cuts import on_screen
from workstation.viewing.volume_look import (
    From,
    VolumeLook,
    crop_of,
    eye_of,
    rolled,
    screen_of,
    seen_from,
    standard_view,
    turned,
)

#: A frame of a view that is no image of the display set, nor one of its planes.
_NO_FRAME: Final = 1000


class Rendered(Curving):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def __init__(self, parts: ViewerParts) -> None:
        super().__init__(parts)
        self.volume_presets = load_volume_presets()

    # --- in and out ---

    def set_volume(self, name: str = "") -> Job[None] | None:
        """The volume of the active view's series by a preset; without one the first, or back.

        Gives the job that makes the volume, once all its images are here.
        Raises CommandError where geometry allows none.
        """
        shown = self._need_shown()
        if not name and shown.state.look is not None:
            self.leave_volume()
            return None
        offered = self.volume_presets.of(shown.display_set.modality)
        preset = self.volume_presets.named(name, shown.display_set.modality) if name else offered[0]
        if preset is None:
            names = ", ".join(each.name for each in offered)
            raise CommandError(tr("there is no preset {name}: {names}", name=name, names=names))
        self._need_volume(shown.display_set)
        if is_colour(shown.display_set.frames[0]):
            raise CommandError(tr("images in colour are not rendered as a volume"))
        return self._render(shown, preset)

    def number_volume(self, number: int) -> bool:
        """By the number keys, where the active view shows a volume; else they are windows'."""
        shown = self._need_shown()
        if shown.state.look is None:
            return False
        offered = self.volume_presets.of(shown.display_set.modality)
        if not 1 <= number <= len(offered):
            raise CommandError(tr("there are presets 1 to {n}", n=len(offered)))
        self._render(shown, offered[number - 1])
        return True

    def _render(self, shown: Shown, preset: VolumePreset) -> Job[None] | None:
        def seen(state: ViewportState) -> ViewportState:
            before = state.look
            if before is None:
                anew = reduce.show(state, state.display_set, state.frame_index)
                look = VolumeLook(preset.name, plane=state.plane, voi=state.voi)
                state = evolve(anew, own_window=state.own_window)
            else:
                look = evolve(before, preset=preset.name, stops=None)
            return evolve(state, look=look, voi=preset.window or look.voi)

        job = self.volumes.being_made(shown.display_set)
        self.change(seen)
        return job

    def leave_volume(self) -> None:
        """Back to the stack, or the plane, that was here."""
        self._need_look()
        self.change(_flat)
        self._look_at(self._board[self.active])

    def leave_volumes_of(self, display_set_id: str) -> None:
        """An image of it is asked for: views that show all of it show their stack again."""
        for index, state in enumerate(self.viewports):
            if state.display_set == display_set_id and state.look is not None:
                self._board[index] = _flat(state)

    def change(self, reducer: Callable[[ViewportState], ViewportState], gesture: str = "") -> None:
        """Turns of the picture are turns of the reader about the volume; it is never mirrored."""
        super().change(lambda state: _about_volume(state, reducer(state)), gesture)

    def toggle_key_image(self, title: KeyTitle | None = None) -> KeyImage | None:
        if self._need_shown().rendering is not None:
            raise CommandError(tr("a rendered volume is no image of the study: mark a slice"))
        return super().toggle_key_image(title)

    # --- turning ---

    def turn_volume(self, right: float, down: float) -> None:
        """What is in front moves so many degrees to the right and down."""
        look = turned(self._need_look(), right, down)
        self.change(lambda state: evolve(state, look=look), "turn")

    def see_volume_from(self, view: From | None = None) -> None:
        """A standard view; without one the next of them."""
        look, every = self._need_look(), list(From)
        if view is None:
            now = standard_view(look.axes)
            view = every[(every.index(now) + 1) % len(every)] if now is not None else every[0]
        there = seen_from(look, view)
        self.change(lambda state: evolve(state, look=there))

    def toggle_table(self) -> None:
        """The table of a CT is seen, or not."""
        look = self._need_look()
        if self._need_shown().display_set.modality != "CT":
            raise CommandError(tr("the table is told from the patient in CT alone"))
        self.change(lambda state: evolve(state, look=evolve(look, table=not look.table)))

    def seen_with(self, shown: Shown, look: VolumeLook) -> Shown:
        """A view of a volume as it would be from elsewhere; nothing on the screen changes."""
        study, state = self._study_of(shown.display_set), evolve(shown.state, look=look)
        assert study is not None
        return self._as_shown(shown.index, state, study, shown.display_set)

    # --- what others do ---

    def point_to(self, point: Vector) -> None:
        """A place in the patient that was picked: crosshair and stacks of the series go there."""
        shown = self._need_shown()
        where = self._planar_set(shown)
        if where is not None:
            self._move_crosshair(where, point)
        spot = Spot(point, space(shown.display_set.frames[0]))
        self._come_to(shown, spot)  # where the view goes back to
        for other in filter(None, map(self.shown, range(len(self.viewports)))):
            if other.state.plane is None and self._same_space(other.frame, shown.display_set):
                self._come_to(other, spot)

    # --- inside ---

    def _as_shown(
        self, index: int, state: ViewportState, study: ViewedStudy, display_set: DisplaySet
    ) -> Shown:
        look = state.look
        if look is None:
            return super()._as_shown(index, state, study, display_set)
        if why_no_volume(display_set):
            return super()._as_shown(index, evolve(state, look=None), study, display_set)
        at = len(display_set.frames) // 2
        middle = evolve(state, look=None, frame_index=at, presentation="", fusion=None)
        plain = super()._as_shown(index, middle, study, display_set)
        preset = self.volume_presets.named(look.preset) or self.volume_presets.presets[0]
        preset = preset if look.stops is None else evolve(preset, stops=look.stops)
        missing = plain.missing
        if study.ref in self._permitted:
            self.volumes.want(display_set)
            missing = self.volumes.not_seen(display_set)
        box = self._box(display_set)
        made = Rendering(
            self.volumes.to_see(display_set), preset, look,
            without_table=display_set.modality == "CT" and not look.table,
            crop=crop_of(look, box.corners), eye=eye_of(look, box.centre, box.corners),
        )  # fmt: skip
        frame = self._screen_frame(look, display_set)
        return evolve(
            plain, state=state, frame=frame, pixels=None, meanwhile=None, missing=missing,
            rendering=made,
        )  # fmt: skip

    def _screen_frame(self, look: VolumeLook, display_set: DisplaySet) -> Frame:
        """The plane the picture is projected on, said like an image."""
        known = self._box_of(display_set)
        box, common = known.box, known.common
        placed = screen_of(look, box.centre, box.corners, box.finest_mm)
        columns, rows = placed.size
        pixel = placed.plane.row_spacing
        return evolve(
            common,
            key=evolve(common.key, frame_index=_NO_FRAME),
            pixels=evolve(common.pixels, rows=rows, columns=columns),
            plane=placed.plane,
            # from near nothing on the picture has one scale
            spacing=PixelSpacing()
            if look.perspective
            else PixelSpacing(pixel, pixel, SpacingOrigin.PATIENT),
        )

    def _frame_of(self, state: ViewportState) -> FrameKey | None:
        return None if state.look is not None else super()._frame_of(state)

    def _volume_changed(self, name: str) -> None:
        super()._volume_changed(name)
        for index, state in enumerate(self.viewports):
            if state.display_set == name and state.look is not None:
                self.viewport_changed.emit(index)

    def _placing(self, shown: Shown) -> Placing:
        if shown.rendering is not None:
            raise CommandError(tr("volume rendering is not for measuring"))
        return super()._placing(shown)

    def _follow(self, source: Shown) -> None:
        """Nobody goes where a volume is looked at from."""
        if source.rendering is None:
            super()._follow(source)

    def _share(self, before: ViewportState) -> None:
        """Scale and window of a rendered volume are its own."""
        if self._need_shown().rendering is None:
            super()._share(before)

    def located_on(self, shown: Shown) -> Located | None:
        """On a rendered volume the crosshair of its planes, or the 3D cursor, as seen from there;
        how deep it lies is not told."""
        if shown.rendering is None:
            return super().located_on(shown)
        spot = self._spot
        if (planar := self._planar_set(shown)) is not None:
            spot = self._crosshair_spot(planar)
        if spot is not None and shown.frame.plane is not None:
            seen_at = on_screen(spot.point, shown.frame.plane, shown.rendering.eye)
            spot = evolve(spot, point=seen_at)
        found = None if spot is None else located(spot, shown.frame)
        return None if found is None else evolve(found, off_mm=0.0, inside=True)

    def _repaint_planes(self, display_set: DisplaySet) -> None:
        super()._repaint_planes(display_set)
        for index, state in enumerate(self.viewports):
            if state.look is not None:  # its crosshair is seen on volumes of the same space
                self.viewport_changed.emit(index)

    def _need_look(self) -> VolumeLook:
        look = self._need_shown().state.look
        if look is None:
            raise CommandError(tr("this view shows no volume: begin with volume rendering"))
        return look


def _flat(state: ViewportState) -> ViewportState:
    """The stack, or the plane, in the window it had."""
    assert state.look is not None
    there = reduce.show(state, state.display_set, state.frame_index)
    return evolve(there, plane=state.look.plane, voi=state.look.voi, own_window=state.own_window)


def _about_volume(before: ViewportState, after: ViewportState) -> ViewportState:
    """What the reader did to a picture, done to how the volume is looked at."""
    if before.look is None or after.look is None:
        return after
    if after.flipped:
        raise CommandError(tr("a rendered volume is not mirrored: left would be right"))
    degrees = 90 * after.quarter_turns + after.degrees
    upright = evolve(after, quarter_turns=0, degrees=0.0)
    return evolve(upright, look=rolled(after.look, degrees)) if degrees else upright
