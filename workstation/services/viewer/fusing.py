"""The screen with one volume laid over the images of another: PET over CT.

Both lie in one patient space, or are registered. What is below is shown, measured and windowed
as it is without; what lies above has a window, colours and an opacity of its own.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from attrs import evolve

from workstation.domain.geometry import Vector
from workstation.domain.identifiers import StudyRef
from workstation.domain.measurement import Measurement
from workstation.domain.registration import IDENTITY
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.imaging.colour import is_colour
from workstation.imaging.palettes import ColourMap, read_palettes
from workstation.imaging.spheres import USUAL_PERCENT
from workstation.imaging.suv import words_for
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.jobs import Job
from workstation.services.screen.overlay_lines import Line, Mark, Overlay
from workstation.services.screen.place_words import number
from workstation.services.screen.placing import Placing
from workstation.services.screen.viewed import Fused, Probe, Shown, ViewedStudy
from workstation.services.viewer import fused_measuring
from workstation.services.viewer.fused_measuring import Ball
from workstation.services.viewer.reformatted import Reformatted
from workstation.settings import resource
from workstation.text import tr
from workstation.viewing import fusion as reduce_fusion
from workstation.viewing.cursor3d import Spot
from workstation.viewing.fusion import Change, Fusion
from workstation.viewing.linking import space
from workstation.viewing.patient_marks import on_frame
from workstation.viewing.planes import Plane
from workstation.viewing.presets import Own, Spread
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState

#: Less of a layer than this is a hint of it: nobody has looked at its images.
_READ_FROM: Final = 0.2
#: What is laid over others without being named, the first that there is.
_OVER: Final = ("PT", "NM", "RTDOSE")


@cache
def colour_maps() -> Mapping[str, ColourMap]:
    """As they come with the program."""
    return read_palettes(resource("palettes.toml").read_text("utf-8"))


class Fusing(Reformatted):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def toggle_fusion(self, name: str = "") -> Job[None] | None:
        """Lay a series over the active view and its planes, or take it away.

        Gives the job that makes its volume.

        Raises
        ------
        CommandError
            There is none in this patient space that could be.
        """
        shown = self._need_shown()
        now = shown.state.fusion
        if now is not None and name in ("", now.display_set):
            self._fuse(shown, None)
            return None
        found = self._overlay_for(shown, name)
        job = self.volumes.being_made(found)
        colours = next(iter(colour_maps())) if now is None else now.colours
        self._fuse(shown, Fusion(found.id, colours))
        return job

    def set_fusion_opacity(self, percent: float) -> None:
        """0 shows what is below alone, 100 covers it where there is something above."""
        self._change_fusion(lambda fusion: reduce_fusion.opaque(fusion, percent / 100))

    def more_fusion(self, steps: float) -> None:
        """A tenth more of what is laid over; negative is less."""
        self._change_fusion(lambda fusion: reduce_fusion.more(fusion, steps))

    def set_fusion_colours(self, key: str = "") -> None:
        """By name; without one the next. Raises CommandError for a name there is not."""
        known = list(colour_maps())
        if key and key not in known:
            names = ", ".join(known)
            raise CommandError(tr("no colours are named {key}: {names}", key=key, names=names))
        at = known.index(self._need_fusion().colours)
        chosen = key or known[(at + 1) % len(known)]
        self._change_fusion(lambda fusion: evolve(fusion, colours=chosen))

    def set_fusion_window(self, text: str) -> None:
        """A preset's name, its number key or ``center/width``, for what is laid over."""
        fusion = self._need_fusion()
        above = self._sets[fusion.display_set]
        frame = above.frames[len(above.frames) // 2]
        if text.isdecimal():
            own, unit = len(frame.vois), frame.rescale.unit
            choice = self.presets.numbered(above.modality, int(text), own=own, unit=unit)
        else:
            choice = self.presets.parse(text, above.modality)
        if isinstance(choice, Own):
            voi = frame.vois[choice.index] if choice.index < len(frame.vois) else None
        elif isinstance(choice, Spread):
            raise CommandError(tr("a layer takes windows in numbers"))
        else:
            voi = choice
        self._change_fusion(lambda now: evolve(now, voi=voi))

    # --- what is shown ---

    def mark_painted(self, shown: Shown, view: ResolvedView, *, whole: bool) -> None:
        """Images of the layer count as planes of it do: their voxels were looked at here."""
        super().mark_painted(shown, view, whole=whole)
        above = shown.fused
        if above is None or above.volume is None or above.missing or above.voi is None:
            return
        if above.opacity >= _READ_FROM:
            self._see_planes(above.display_set, shown, view, above.rigid, whole=whole)

    def _as_shown(
        self, index: int, state: ViewportState, study: ViewedStudy, display_set: DisplaySet
    ) -> Shown:
        shown = super()._as_shown(index, state, study, display_set)
        if state.fusion is None or state.fusion.display_set not in self._sets:
            return shown
        return evolve(shown, fused=self._fused(shown.frame, state.fusion))

    def _fused(self, below: Frame, fusion: Fusion) -> Fused:
        above = self._sets[fusion.display_set]
        middle = above.frames[len(above.frames) // 2]
        rigid, volume = self._way(below, above), self.volumes.get(above)
        missing = self.volumes.missing(above)
        if StudyRef(above.site, above.study) not in self._permitted:
            missing, volume = tr("waiting for the record of access"), None
        elif rigid is None:
            missing = tr("not registered")
        voi = fusion.voi or self._proposals.voi(above, middle, self._store.get(middle.key))
        return Fused(
            above, volume, voi, colour_maps()[fusion.colours], fusion.opacity,
            rigid or IDENTITY, missing,
        )  # fmt: skip

    def _words(self, index: int, shown: Shown | None, view: ResolvedView | None) -> Overlay:
        """With what is laid over, its window and how much of it."""
        words = super()._words(index, shown, view)
        if shown is None or shown.fused is None:
            return words
        return evolve(words, bottom_left=(*words.bottom_left, *fused_words(shown)))

    def _with_layer(self, shown: Shown, probe: Probe) -> Probe:
        """With what lies above the same point."""
        return evolve(probe, beside=fused_measuring.beside(shown, probe.at))

    def measure_sphere(self, name: str = "", percent: float = USUAL_PERCENT) -> Measurement:
        """A region on the view as the greatest circle of a sphere in the PET shown there.

        Raises
        ------
        CommandError
            It is no region of this view, or no PET is shown, or not all of it is here.
        """
        ball = self.ball(name)
        self.volumes.want(ball.display_set)
        volume = self.volumes.get(ball.display_set)
        if volume is None:
            why = self.volumes.missing(ball.display_set)
            raise CommandError(why or tr("the image is not here yet"))
        found = fused_measuring.sphere(ball, volume, percent)
        return self._marks.of_layer(ball.mark, found, volume.frame.rescale.unit, ball.sphere)

    def ball(self, name: str = "") -> Ball:
        """The sphere about a region of the view in the PET shown there. Raises CommandError."""
        shown = self._need_shown()
        mark = self._marks.find(name or self._marks.selected)
        here = on_frame(mark, shown.frame)
        if here is None:
            raise CommandError(tr("{id} is on another image", id=mark.id))
        above, rigid = shown.display_set, IDENTITY
        if shown.fused is not None:
            above, rigid = shown.fused.display_set, shown.fused.rigid
        if above.frames[0].suv_basis is None:
            raise CommandError(tr("no PET is shown on this view"))
        self._need_volume(above)
        return fused_measuring.ball(shown, here, above, rigid)

    def point_at_place(self, display_set: DisplaySet, point: Vector) -> bool:
        """A place of a series, where it is seen now: on planes, or laid over what is shown; False
        where its own images are better gone to."""
        shown = self._need_shown()
        above = shown.fused
        planar = shown.state.plane is not None and shown.display_set.id == display_set.id
        if above is not None and above.display_set.id == display_set.id:
            point = above.rigid.inverse.point(point)
        elif not planar:
            return False
        if (where := self._planar_set(shown)) is not None:
            self._move_crosshair(where, point)
        else:
            self._come_to(shown, Spot(point, space(shown.frame)))
        return True

    def _placing(self, shown: Shown) -> Placing:
        """A region of a fused view measures both."""
        placing = super()._placing(shown)
        if shown.fused is None:
            return placing
        return evolve(placing, of_layer=lambda made: fused_measuring.with_layer(shown, made))

    def _volume_changed(self, name: str) -> None:
        super()._volume_changed(name)
        for index, state in enumerate(self.viewports):
            if state.fusion is not None and state.fusion.display_set == name:
                self.viewport_changed.emit(index)

    def _on_view(self, shown: Shown, plane: Plane | None) -> ViewportState:
        """Planes are fused as the stack was."""
        return evolve(super()._on_view(shown, plane), fusion=shown.state.fusion)

    # --- inside ---

    def _overlay_for(self, shown: Shown, name: str) -> DisplaySet:
        """The named series, else the first of the modalities that are laid over others."""
        if name:
            return self._named_overlay(shown, name)
        fit = [
            each
            for each in self._sets.values()
            if each.modality in _OVER and not self._why_not_over(shown, each)
        ]
        if not fit:
            raise CommandError(
                tr("no PET and no dose lies in this patient space: choose a series to be laid "
                   "over it in the menu of its thumbnail")
            )  # fmt: skip
        return min(fit, key=lambda each: (_OVER.index(each.modality), -len(each.frames)))

    def _named_overlay(self, shown: Shown, name: str) -> DisplaySet:
        if name not in self._sets:
            raise CommandError(tr("there is no such series"))
        if why := self._why_not_over(shown, self._sets[name]):
            raise CommandError(tr("it cannot be laid over this view: {why}", why=why))
        return self._sets[name]

    def _why_not_over(self, shown: Shown, above: DisplaySet) -> str:
        if above.id == shown.display_set.id:
            return tr("it is the series that is shown")
        if not above.frames or (why := why_no_volume(above)):
            return why if above.frames else tr("it has no images")
        if is_colour(above.frames[0]):
            return tr("images in colour have no values")
        lies = self._way(shown.frame, above) is not None
        return "" if lies else tr("it lies in another patient space, and is not registered")

    def _need_fusion(self) -> Fusion:
        fusion = self._need_shown().state.fusion
        if fusion is None:
            raise CommandError(tr("nothing is laid over this view"))
        return fusion

    def _change_fusion(self, change: Change) -> None:
        shown = self._need_shown()
        self._fuse(shown, change(self._need_fusion()), gesture="fusion")

    def _fuse(self, shown: Shown, fusion: Fusion | None, gesture: str = "") -> None:
        """The stack and its planes alike."""
        with self._step(gesture):
            for index, state in enumerate(self.viewports):
                if state.display_set == shown.display_set.id:
                    self._board[index] = evolve(state, fusion=fusion, touched=True)
                    self.viewport_changed.emit(index)


def fused_words(shown: Shown) -> tuple[Line, ...]:
    """What lies above, by whose alignment, in which window; or why it does not."""
    fused = shown.fused
    assert fused is not None
    label = fused.display_set.label
    if fused.missing:
        return (Line(tr("Fused {label}: {why}", label=label, why=fused.missing), 1, Mark.DOUBT),)
    registered = tr(" · registered") if fused.rigid != IDENTITY else ""
    shown_as = [tr("{n} %", n=round(100 * fused.opacity))]
    if fused.voi is not None:
        low, high = (number(fused.voi.center + half * fused.voi.width) for half in (-0.5, 0.5))
        unit = fused.display_set.frames[0].rescale.unit
        shown_as.insert(0, f"{unit} {tr('{low} to {high}', low=low, high=high)}".strip())
    lines = Line(tr("Fused {label}", label=label) + registered, 1), Line("  ".join(shown_as), 1)
    why = fused.display_set.no_suv
    return lines if why is None else (*lines, Line(words_for(why), 1, Mark.DOUBT))
