"""Writing: the report under the reader's hands; its fields, its caret, its undo.

The report is a frozen value; every change makes a new one, so undo is the one before.
"""

from collections.abc import Callable, Mapping

from attrs import evolve

from workstation.domain.report import OWN_WORDS, Field, FieldRef, Report, SectionKind
from workstation.errors import CommandError
from workstation.services.ports import Clock
from workstation.services.report_edits import (
    confirmed,
    first_field,
    prefilled,
    with_own_words,
)
from workstation.services.report_history import History
from workstation.services.signal import Signal
from workstation.text import tr


class Writing:
    """What `Reporting` builds on. Home thread.

    `current` is the field the reader is in, `caret` the place in its words; None takes the
    whole field, so that what is typed or spoken replaces it.
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
        self.read_only = ""  # the reason, in words
        self._history = History(self._clock)
        self._wrote = False

    # --- words ------------------------------------------------------------------------

    def set_field(
        self, kind: SectionKind, field_id: str, text: str, *, typing: bool = False
    ) -> None:
        """The reader's words for one field; what they replace can be undone.

        `typing`: keystrokes of one word are one step of undo.
        """
        ref = FieldRef(kind, field_id)
        found = self._field(ref)
        if text == found.text and not found.removed:
            return
        links = tuple(link for link in found.links if link.text in text)
        changed = evolve(found, text=text, edited=True, removed=False, source="", links=links)
        self._change(self._report().with_field(ref, changed), ref if typing else None)
        if typing and text[-1:].isspace():
            self._history.end_step()

    def set_fields(self, texts: Mapping[FieldRef, str]) -> None:
        """Several fields in one step of undo: a deletion across them."""
        report = self._report()
        for ref, text in texts.items():
            found = self._field(ref)
            links = tuple(link for link in found.links if link.text in text)
            changed = evolve(found, text=text, edited=True, source="", links=links)
            report = report.with_field(ref, changed)
        self._change(report)

    def set_section(self, kind: SectionKind, text: str) -> None:
        """Replace a section by the author's own words; its template fields count as removed."""
        self._change(with_own_words(self._report(), kind, text))
        self._stay_on_a_field()

    def write(self, change: Callable[[Field, int | None], tuple[Field, int | None]]) -> None:
        """Change the current field at the caret, as one step of undo: an utterance.

        `change` gives the field and the place behind what is new; None takes it whole again.
        """
        self._need_writable()
        self._stay_on_a_field()
        ref = self._current()
        if not self.may_write(ref):
            raise CommandError(tr("this part of the report cannot be changed"))
        changed, caret = change(self._field(ref), self.caret)
        self._history.end_step()
        self._change(self._report().with_field(ref, changed))
        self.go_to(ref, caret)

    def confirm_numbers(self) -> None:
        """The reader looked at every number that was not heard well."""
        report = confirmed(self._report())
        if report is not self.report:
            self._change(report)

    def prefill(self, kind: SectionKind, text: str, source: str) -> None:
        """Words from the order, the images or the prior; never over the reader's own."""
        if self.report is None or self.read_only:
            return
        filled = prefilled(self.report, kind, text, source)
        if filled is not self.report:
            self.report = filled
            self._announce()

    def remove_field(self) -> None:
        """Take the current field out of the report; it stays listed as removed by you."""
        ref = self._current()
        self._change(self._report().with_field(ref, evolve(self._field(ref), removed=True)))
        self.next_field()

    def undo(self) -> None:
        """Back one step: an utterance, a word typed, a measurement, a template."""
        self._step(self._history.back(self._report(), self.current))

    def redo(self) -> None:
        self._step(self._history.forth(self._report(), self.current))

    def _step(self, step: tuple[Report, FieldRef | None] | None) -> None:
        if step is None:
            return
        self._need_writable()
        report, self.current = step
        self.report = evolve(report, revision=self._report().revision + 1)
        self.caret = None
        self._written()
        self.moved.emit(None)

    # --- where the reader is ----------------------------------------------------------

    def go_to(self, ref: FieldRef, caret: int | None = None) -> None:
        """Make a field the current one; `caret` None takes the whole field."""
        if (ref, caret) != (self.current, self.caret):
            if ref != self.current:
                self._history.end_step()
            self.current, self.caret = ref, caret
            self.moved.emit(None)

    def go_to_named(self, name: str) -> None:
        """A field by its label or a name it is called by aloud, or the first one of a section.

        Raises CommandError, naming the sections, where there is none.
        """
        wanted = " ".join(name.lower().split())
        report = self._report()
        for section in report.sections:
            own = {section.kind.value, section.title.lower()}
            for each in section.fields:
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

    def note_caret(self, ref: FieldRef, caret: int) -> None:
        """Where the reader put the caret; the view that tells it needs no answer."""
        if ref != self.current:
            self._history.end_step()
            self.current, self.caret = ref, caret
            self.moved.emit(None)
        self.caret = caret

    def next_field(self) -> None:
        self._jump(1)

    def previous_field(self) -> None:
        self._jump(-1)

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

    def may_write(self, _ref: FieldRef) -> bool:
        """Whether the words of a field are the reader's to change now."""
        return not self.read_only

    # --- for the service built on this ------------------------------------------------

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

    def _need_writable(self) -> None:
        self._report()
        if self.read_only:
            raise CommandError(self.read_only)

    def _change(self, report: Report, typing_in: FieldRef | None = None) -> None:
        self._need_writable()
        self._history.remember(self._report(), self.current, typing_in)
        self.report = report
        self._written(typing=typing_in is not None)

    def _written(self, *, typing: bool = False) -> None:
        """The reader changed something; `typing`: more of it will follow at once."""
        self._wrote = True
        self._announce()

    def _announce(self) -> None:
        self.changed.emit(None)
