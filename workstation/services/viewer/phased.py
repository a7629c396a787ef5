"""The screen with stacks that show one place at several moments: a slider goes through them.

Views that show the phase of the active one go with it, at the image, plane, curve, zoom and
window they have; a phase put beside another one stays for comparing.
"""

from collections.abc import Sequence

from attrs import evolve

from workstation.domain.identifiers import StudyRef
from workstation.domain.study import DisplaySet, Trait
from workstation.errors import CommandError
from workstation.services.screen.overlay_lines import Line, Overlay
from workstation.services.screen.place_words import number
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.phase_curve import PhaseCurve, curve_of
from workstation.services.viewer.reformatted import Reformatted
from workstation.services.viewer.viewer_parts import ViewerParts
from workstation.text import tr
from workstation.viewing.phases import Phases, phases_of
from workstation.viewing.resolve import ResolvedView


class Phased(Reformatted):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def __init__(self, parts: ViewerParts) -> None:
        super().__init__(parts)
        self._phases: dict[str, Phases | None] = {}
        self.phase_curve_of = ""  # the region whose curve is shown

    def study_ready(self, ref: StudyRef, display_sets: Sequence[DisplaySet]) -> None:
        """More images came: what belongs together is looked at anew."""
        self._phases.clear()
        super().study_ready(ref, display_sets)

    def forget(self) -> None:
        """Nothing of the case stays here."""
        super().forget()
        self._phases.clear()
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

    # --- inside ---

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
        self.changed.emit(None)

    def _words(self, index: int, shown: Shown | None, view: ResolvedView | None) -> Overlay:
        """With which phase it is, and what it is called."""
        words = super()._words(index, shown, view)
        found = None if shown is None else self.phases_of_set(shown.display_set)
        if found is None:
            return words
        line = Line(phase_words(found), 1)
        return evolve(words, bottom_left=(line, *words.bottom_left))


def phase_words(found: Phases) -> str:
    """ "Phase 30 % RR, 4 / 10"."""
    value = number(found.values[found.at])
    if found.axis is Trait.TEMPORAL_POSITION and value == str(found.at + 1):
        return tr("Time {n} / {total}", n=value, total=len(found.ids))
    named = {
        Trait.CARDIAC_PHASE: tr("Phase {value} % RR", value=value),
        Trait.TRIGGER_TIME: tr("Trigger {value} ms", value=value),
        Trait.FRAME_TIME: tr("Time {value} ms", value=value),
        Trait.B_VALUE: tr("b {value}", value=value),
        Trait.ECHO: tr("Echo {value} ms", value=value),
        Trait.CYCLE: tr("Phase {value} %", value=value),
        Trait.ACQUISITION: tr("Acquisition {value}", value=value),
    }.get(found.axis, tr("Time {value}", value=value))
    return tr("{phase}, {n} / {total}", phase=named, n=found.at + 1, total=len(found.ids))
