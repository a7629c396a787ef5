"""Where the reader is in the report: the field, the caret, the hole that is taken.

Only places; the words are `Writing`'s.
"""

from collections.abc import Callable

from workstation.domain.autotext import Hole
from workstation.domain.report import FieldRef, Report, SectionKind
from workstation.domain.report_field import OWN_WORDS, Field
from workstation.errors import CommandError
from workstation.services.ports.clock import Clock
from workstation.services.report.autotext_edits import hole_at, next_hole, previous_hole
from workstation.services.report.report_edits import first_field
from workstation.services.report.report_history import History
from workstation.services.signal import Signal
from workstation.text import tr


class Walking:
    """What `Writing` builds on. Home thread.

    `current` is the field the reader is in, `caret` the place in its words; None takes the
    whole field, so that what is typed or spoken replaces it. `reach` letters from the caret
    on are taken likewise: a hole of an autotext, or what the reader selected.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.changed: Signal[None] = Signal()  # the words, or what stands beside them
        self.moved: Signal[None] = Signal()  # the current field or the caret
        self._clear_words()

    def _clear_words(self) -> None:
        self.report: Report | None = None
        self.current: FieldRef | None = None
        self.caret: int | None = None
        self._taken: tuple[FieldRef, int, int] | None = None  # field, caret, reach
        self.spread: tuple[tuple[FieldRef, int, int], ...] = ()  # selected in several fields
        self.read_only = ""  # the reason, in words
        self._history = History(self._clock)
        self._wrote = False

    # --- where the reader is ----------------------------------------------------------

    def go_to(self, ref: FieldRef, caret: int | None = None, reach: int = 0) -> None:
        """Make a field the current one; `caret` None takes the whole field."""
        self.spread = ()
        if (ref, caret, reach) != (self.current, self.caret, self.reach):
            if ref != self.current:
                self._history.end_step()
            self.current, self.caret = ref, caret
            self._taken = (ref, caret, reach) if caret is not None and reach else None
            self.moved.emit(None)

    def go_to_named(self, name: str) -> None:
        """A field by its label or a name it is called by aloud, or the first one of a section.

        Raises CommandError, naming the sections, where there is none.
        """
        wanted = " ".join(name.lower().split())
        report = self._report()
        for section in report.sections:
            own = {section.kind.value, section.title.lower()}
            for each in section.asked:
                called = {each.spec.label.lower(), *map(str.lower, each.spec.say)}
                if not each.removed and wanted in (called | own):
                    self.current = None  # the same field is taken whole again
                    self.go_to(FieldRef(section.kind, each.spec.id))
                    return
        known = ", ".join(section.title for section in report.sections)
        raise CommandError(
            tr(
                "no part of the report is named {name!r}; there are: {known}",
                name=name,
                known=known,
            )
        )

    def note_caret(self, ref: FieldRef, caret: int, reach: int = 0) -> None:
        """Where the reader put the caret, or what they selected from there on; the view that
        tells it needs no answer."""
        self._taken, self.spread = (ref, caret, reach) if reach else None, ()
        if ref != self.current:
            self._history.end_step()
            self.current, self.caret = ref, caret
            self.moved.emit(None)
        self.caret = caret

    def next_field(self) -> None:
        """The next hole of this field, else the next field."""
        if not self._take(next_hole, (self.caret or 0) + self.reach):
            self._jump(1)

    def previous_field(self) -> None:
        """The hole before in this field, else the field before."""
        if self.caret is None or not self._take(previous_hole, self.caret):
            self._jump(-1)

    @property
    def reach(self) -> int:
        """How many letters from the caret on are taken with it."""
        taken = self._taken
        return taken[2] if taken is not None and taken[:2] == (self.current, self.caret) else 0

    @property
    def hole(self) -> Hole | None:
        """The hole that is taken; None where the caret stands among words."""
        found = self._current_field()
        if found is None or self.caret is None or not self.reach:
            return None
        return hole_at(found.text, self.caret)

    def take_hole_within(self, letters: int) -> None:
        """The first hole of the last so many letters before the caret."""
        if self.caret is not None:
            self._take(next_hole, self.caret - letters)

    def _take(self, find: Callable[[str, int], Hole | None], at: int) -> bool:
        found, ref = self._current_field(), self.current
        hole = find(found.text, at) if found is not None and not found.removed else None
        if hole is None or ref is None:
            return False
        self.go_to(ref, hole.start, hole.end - hole.start)
        return True

    def _current_field(self) -> Field | None:
        return self.report.field(self.current) if self.report and self.current else None

    def end_of_field(self) -> None:
        """The caret after the words of the current field, so that they are not replaced."""
        ref = self._current()
        self.go_to(ref, len(self._field(ref).text))

    def _jump(self, step: int) -> None:
        fields = self._report().fields
        refs = [ref for ref, _ in fields]
        at = refs.index(self.current) if self.current in refs else -1 if step > 0 else 0
        order = [fields[(at + step * n) % len(fields)] for n in range(1, len(fields) + 1)]
        ref = next((ref for ref, each in order if not each.removed), None)
        if ref is not None:
            self.current = None  # the only field is taken whole again
            self.go_to(ref)

    def _stay_on_a_field(self) -> None:
        report = self._report()
        found = report.field(self.current) if self.current else None
        if found is not None and not found.removed:
            return
        kind = self.current.section if self.current else SectionKind.FINDINGS
        own = FieldRef(kind, OWN_WORDS)
        self.current = own if report.field(own) else first_field(report)
        self.caret = None
        self.moved.emit(None)

    def _report(self) -> Report:
        if self.report is None:
            raise CommandError(tr("no report is open"))
        return self.report

    def _current(self) -> FieldRef:
        if self.current is None:
            raise CommandError(tr("no field is current"))
        return self.current

    def _field(self, ref: FieldRef) -> Field:
        found = self._report().field(ref)
        if found is None:
            raise CommandError(tr("the report has no field {id!r}", id=ref.id))
        return found
