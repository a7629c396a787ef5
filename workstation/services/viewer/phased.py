"""The screen with stacks that show one place at several moments: a slider goes through them.

Views that show the phase of the active one go with it, at the image, plane, curve, zoom and
window they have; a phase put beside another one stays for comparing.
"""

from collections.abc import Sequence

from attrs import evolve

from workstation.domain.identifiers import StudyRef
from workstation.domain.study import DisplaySet, Trait
from workstation.errors import CommandError
from workstation.imaging.over_time import How
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.jobs import Job
from workstation.services.screen.overlay_lines import Line, Overlay
from workstation.services.screen.placing import Placing
from workstation.services.screen.viewed import Shown, ViewedStudy
from workstation.services.viewer.over_time import Asked, OverTime
from workstation.services.viewer.phase_curve import PhaseCurve, curve_of
from workstation.services.viewer.phase_words import over_words, phase_words
from workstation.services.viewer.reformatted import Reformatted
from workstation.services.viewer.viewer_parts import ViewerParts
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.phases import Over, Phases, phases_of, window_of_difference
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState


class Phased(Reformatted):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def __init__(self, parts: ViewerParts) -> None:
        super().__init__(parts)
        self._phases: dict[str, Phases | None] = {}
        self.phase_curve_of = ""  # the region whose curve is shown
        self._over_time = OverTime(parts.volumes, parts.store, parts.loader, self._put_together)

    def study_ready(self, ref: StudyRef, display_sets: Sequence[DisplaySet]) -> None:
        """More images came: what belongs together is looked at anew."""
        self._phases.clear()
        self._over_time.only(())
        super().study_ready(ref, display_sets)

    def forget(self) -> None:
        """Nothing of the case stays here."""
        super().forget()
        self._phases.clear()
        self._over_time.only(())
        self.phase_curve_of = ""

    def phases(self, index: int) -> Phases | None:
        """Those of what a view shows; None where there are no others."""
        shown = self.shown(index)
        return None if shown is None else self.phases_of_set(shown.display_set)

    def phases_of_set(self, display_set: DisplaySet) -> Phases | None:
        """Those of a stack, worked out once; None where it has no others."""
        if display_set.id not in self._phases:
            of_study = self.display_sets(StudyRef(display_set.site, display_set.study))
            self._phases[display_set.id] = phases_of(display_set, of_study)
        return self._phases[display_set.id]

    def go_phase(self, index: int) -> None:
        """The active view, and all that show the same, to a phase from 0, as near as there is."""
        shown = self._need_shown()
        with self._step("phase"):
            self._to_phase(shown, self._need_phases(shown), index)

    def next_phase(self, step: int) -> None:
        """Onward, round again at the end."""
        found = self._need_phases(self._need_shown())
        self.go_phase((found.at + step) % len(found.ids))

    def project_phases(self, how: How | None = None) -> Job[None] | None:
        """The most, the least or the mean of all phases in place of one, on the stack and its
        planes; None: one phase again.

        Gives the job that puts them together, once all their images are here. Raises
        CommandError where there is one phase, or geometry allows no volume.
        """
        return self._show_over(None if how is None else Over(how))

    def next_projection(self) -> Job[None] | None:
        """The most, the least, the mean, and one phase again."""
        over, every = self._need_shown().state.over, [How.MIP, How.MINIP, How.MEAN, None]
        at = -1 if over is None or over.how is How.MINUS else every.index(over.how)
        return self.project_phases(every[at + 1])

    def subtract_phase(self, number: int) -> Job[None] | None:
        """What is shown less a phase, from 1; the same again: as it was. As `project_phases`."""
        shown = self._need_shown()
        found = self._need_phases(shown)
        if not 1 <= number <= len(found.ids):
            raise CommandError(tr("there are phases 1 to {n}", n=len(found.ids)))
        less, now = found.ids[number - 1], shown.state.over
        if now is not None and now.less == less:
            return self._show_over(None)
        if less == shown.display_set.id:
            raise CommandError(tr("this is the phase to be taken away: go to another one"))
        return self._show_over(Over(How.MINUS, less))

    def toggle_phase_curve(self, name: str = "") -> bool:
        """The curve of a region, by name or the chosen one, below the images; or away again.

        Raises CommandError where there is one phase, or it is no region of theirs.
        """
        wanted = name or self._marks.selected or self.phase_curve_of
        if self.phase_curve_of and wanted == self.phase_curve_of:
            self.phase_curve_of = ""
        else:
            self.phase_curve_of, before = self._marks.find(wanted).id, self.phase_curve_of
            try:
                self._phase_curve(self._need_shown())
            except CommandError:
                self.phase_curve_of = before
                raise
        self.changed.emit(None)
        return bool(self.phase_curve_of)

    @property
    def phase_curve(self) -> PhaseCurve | None:
        """As it is now; None where none is asked for, or the active view has no phases."""
        shown = self.shown(self.active)
        if not self.phase_curve_of or shown is None:
            return None
        try:
            return self._phase_curve(shown)
        except CommandError:
            return None

    def _phase_curve(self, shown: Shown) -> PhaseCurve:
        found, mark = self._need_phases(shown), self._marks.find(self.phase_curve_of)
        sets = [self._sets[name] for name in found.ids]
        return curve_of(mark, found, sets, lambda frame: self._store.get(frame.key))

    def play_phase(self, view: int, index: int) -> None:
        """The next phase of a film; no act of the reader."""
        shown = self.shown(view)
        found = None if shown is None else self.phases_of_set(shown.display_set)
        if shown is not None and found is not None:
            self._to_phase(shown, found, index)

    def phase_is_here(self, view: int, index: int) -> bool:
        """Whether a phase can be shown there at once; what it needs is asked for."""
        shown = self.shown(view)
        found = None if shown is None else self.phases_of_set(shown.display_set)
        if shown is None or found is None:
            return False
        other = self._sets[found.ids[index]]
        if shown.reformat is None and shown.rendering is None and shown.curve is None:
            return self._store.has(other.frames[shown.state.frame_index].key)
        self.volumes.want(other)
        return self.volumes.to_see(other) is not None

    def mark_painted(self, shown: Shown, view: ResolvedView, *, whole: bool) -> None:
        """Of what phases give together no image was looked at."""
        if shown.state.over is None or shown.reformat is None:
            super().mark_painted(shown, view, whole=whole)

    # --- inside ---

    def _show_over(self, over: Over | None) -> Job[None] | None:
        shown = self._need_shown()
        if over is not None:
            self._need_phases(shown)
            self._need_volume(shown.display_set)
        with self._step():
            for at, state in enumerate(self.viewports):
                flat = state.look is None and state.along is None
                if state.display_set == shown.display_set.id and flat:
                    self._board[at] = reduce.touch(_seen_over(state, over, shown))
        self._let_go()
        self.probe = None
        self._need_shown()  # what is needed is begun
        self.changed.emit(None)
        return self._over_time.being_made()

    def _let_go(self) -> None:
        """Of what phases give together and no view shows any more."""
        asked = set()
        for state in self.viewports:
            own = self._sets.get(state.display_set or "")
            found = None if own is None or state.over is None else self.phases_of_set(own)
            if own is not None and state.over is not None and found is not None:
                asked.add(_asked(state.over, found, own.id))
        self._over_time.only(asked)

    def _put_together(self) -> None:
        for at, state in enumerate(self.viewports):
            if state.over is not None:
                self.viewport_changed.emit(at)

    def _as_shown(
        self, index: int, state: ViewportState, study: ViewedStudy, display_set: DisplaySet
    ) -> Shown:
        shown = super()._as_shown(index, state, study, display_set)
        over = state.over
        found = None if over is None else self.phases_of_set(display_set)
        if over is None or found is None or why_no_volume(display_set):
            return shown
        if shown.reformat is None:
            shown = self._reformatted(shown, state, shown.frame)
        if study.ref not in self._permitted:
            return shown
        names, how = _asked(over, found, display_set.id)
        volume, missing = self._over_time.volume([self._sets[name] for name in names], how)
        assert shown.reformat is not None
        made = evolve(shown.reformat, volume=volume)
        return evolve(shown, reformat=made, missing=missing, pixels=None)

    def _placing(self, shown: Shown) -> Placing:
        if shown.reformat is not None and shown.state.over is not None:
            raise CommandError(tr("measure on one phase: this is made of several"))
        return super()._placing(shown)

    def _need_phases(self, shown: Shown) -> Phases:
        found = self.phases_of_set(shown.display_set)
        if found is None:
            raise CommandError(tr("this series has one phase: there is nothing to go through"))
        return found

    def _to_phase(self, shown: Shown, found: Phases, index: int) -> None:
        before = shown.display_set
        other = self._sets[found.ids[max(0, min(index, len(found.ids) - 1))]]
        if other.id == before.id:
            return
        if (crosshair := self._crosshairs.get(before.id)) is not None:
            self._crosshairs[other.id] = crosshair
        if (curve := self._curves.get(before.id)) is not None:
            self._curves[other.id] = curve
        self.probe = None
        # Of one heart or bolus brightness is compared: the window stays. A b-value has its own.
        kept = None if found.axis in (Trait.B_VALUE, Trait.ECHO) else shown.voi
        for at, state in enumerate(self.viewports):
            if state.display_set == before.id:
                voi = state.voi if state.look is not None else state.voi or kept
                self._board[at] = evolve(state, display_set=other.id, touched=True, voi=voi)
                if state.plane is not None or state.slab_mm or state.look is not None:
                    self.volumes.want(other)
                self._look_at(self._board[at])
                self.viewport_changed.emit(at)
        self._let_go()
        self.changed.emit(None)

    def _words(self, index: int, shown: Shown | None, view: ResolvedView | None) -> Overlay:
        """With which phase it is, and what it is called."""
        words = super()._words(index, shown, view)
        found = None if shown is None else self.phases_of_set(shown.display_set)
        if found is None:
            return words
        assert shown is not None
        over = None if shown.reformat is None else shown.state.over
        line = Line(phase_words(found) if over is None else over_words(found, over), 1)
        return evolve(words, bottom_left=(line, *words.bottom_left))


def _seen_over(state: ViewportState, over: Over | None, shown: Shown) -> ViewportState:
    """A difference in its own window; whatever comes after it in that of before."""
    voi = state.over.window if state.over and state.over.how is How.MINUS else state.voi
    if over is None or over.how is not How.MINUS:
        return evolve(state, over=over, voi=voi)
    seen = voi or (shown.voi if state.over is None else None)
    own = window_of_difference(seen, shown.frame.rescale.unit)
    return evolve(state, over=evolve(over, window=voi), voi=own)


def _asked(over: Over, found: Phases, shown: str) -> Asked:
    return found.ids if over.how is not How.MINUS else (shown, over.less), over.how
