"""Writing: the report under the reader's hands; its fields, its caret, its undo.

The report is a frozen value; every change makes a new one, so undo is the one before.
"""

from collections.abc import Callable, Mapping

from attrs import evolve

from workstation.domain.critical import CriticalResult
from workstation.domain.decision_aid import AidResult
from workstation.domain.report import FieldRef, Report, SectionKind
from workstation.domain.report_field import Field, FieldKind
from workstation.domain.rich_text import difference
from workstation.errors import CommandError
from workstation.services.report.autotext_edits import next_hole, with_choice, without_hole
from workstation.services.report.report_edits import (
    confirmed,
    prefilled,
    with_call,
    with_calls,
    with_own_words,
    with_sentence,
)
from workstation.services.report.walking import Walking
from workstation.text import tr


class Writing(Walking):
    """What `Reporting` builds on. Home thread."""

    # --- words ------------------------------------------------------------------------

    def set_field(self, kind: SectionKind, field_id: str, text: str) -> None:
        """The reader's words for one field; what they replace can be undone."""
        ref = FieldRef(kind, field_id)
        found = self._field(ref)
        if text == found.text and not found.removed:
            return
        self._change(self._report().with_field(ref, found.reworded(text)))

    def set_fields(self, texts: Mapping[FieldRef, str]) -> None:
        """Several fields in one step of undo: a deletion across them."""
        report = self._report()
        for ref, text in texts.items():
            report = report.with_field(ref, self._field(ref).reworded(text))
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
        changed, caret = change(self._open_field(ref), self.caret)
        self._history.end_step()
        self._change(self._report().with_field(ref, changed))
        self.go_to(ref, caret)

    def replace_taken(self, words: str) -> None:
        """What is taken of the current field gives way to these words, as one step of undo."""
        ref, caret = self._current(), self.caret
        if caret is None or not self.reach or not self.may_write(ref):
            return
        open_field = self._open_field(ref)
        text = open_field.text[:caret] + words + open_field.text[caret:]
        self._history.end_step()
        self._change(self._report().with_field(ref, open_field.reworded(text)))
        self.go_to(ref, caret + len(words))

    def take_advice(self, result: AidResult) -> None:
        """The sentence of a decision aid at the caret, and what it was made from: one step."""
        self._need_writable()
        self._stay_on_a_field()
        ref = self._current()
        found = self._field(ref)
        if not self.may_write(ref) or found.spec.kind is not FieldKind.TEXT:
            raise CommandError(tr("put the caret into a text first"))
        changed, behind = with_sentence(found, result.words, self.caret)
        report = self._report().with_field(ref, changed)
        self._history.end_step()
        self._change(evolve(report, aids=(*report.aids, result)))
        self.go_to(ref, behind)

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

    def keep_critical(self, results: tuple[CriticalResult, ...]) -> None:
        """What somebody must be told, and whom one reached; no step of undo takes it back."""
        self._need_writable()
        before = self._report().critical
        report = self._report()
        for each in results:
            if each.words and each not in before:
                report = with_call(report, each)
        self.report = evolve(with_calls(report, results), revision=report.revision + 1)
        self._written()

    def normal(self) -> None:
        """The words for a normal finding into the current field; on to the next one."""
        ref = self._current()
        usual = self._field(ref).spec.usual
        if not usual:
            raise CommandError(tr("this field has no words for a normal finding"))
        if not self.may_write(ref):
            raise CommandError(tr("this part of the report cannot be changed"))
        self.set_fields({ref: usual})
        self.next_field()

    def rest_normal(self) -> None:
        """Every field that is still empty says what is usual; what was written stays.

        An impression is normal only where every finding is.
        """
        findings = [f for r, f in self._report().fields if r.section is SectionKind.FINDINGS]
        found = any(f.edited and f.text != f.spec.usual for f in findings)
        texts = {
            ref: each.spec.usual
            for ref, each in self._report().fields
            if not each.text.strip() and not each.removed and each.spec.usual
            and self.may_write(ref) and not (found and ref.section is SectionKind.IMPRESSION)
        }  # fmt: skip
        if not texts:
            raise CommandError(tr("no empty field has words for a normal finding"))
        self.set_fields(texts)

    def remove_field(self) -> None:
        """Take the current field out of the report; it stays listed as removed."""
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
        before, (report, self.current) = self._report(), step
        report = with_calls(report, before.critical)  # a call cannot be undone
        self.report = evolve(report, revision=before.revision + 1)
        self.caret = self._changed_at(before)
        self._written()
        self.moved.emit(None)

    def _changed_at(self, before: Report) -> int | None:
        """Behind what a step changed in the current field, so that the next letter replaces
        nothing; None takes a default whole again."""
        now, old = self._current_field(), before.field(self.current) if self.current else None
        if now is None or old is None or now.untouched:
            return None
        if now.text == old.text:
            return self.caret
        start, _, length = difference(old.text, now.text)
        return start + length

    def choose(self, number: int) -> bool:
        """Fill the hole that is taken with one of its choices (from 1), and take the next one.

        False where no hole with such a choice is taken.
        """
        hole, ref = self.hole, self.current
        if hole is None or ref is None or not self.may_write(ref):
            return False
        filled = with_choice(self._field(ref), hole, number)
        if filled is None:
            return False
        changed, behind = filled
        self._history.end_step()
        self._change(self._report().with_field(ref, changed))
        self.go_to(ref, behind)
        self._take(next_hole, behind)
        return True

    def may_write(self, ref: FieldRef) -> bool:
        """Whether the words of a field are the reader's to change now."""
        return not self.read_only and ref.section is not SectionKind.COMMUNICATION

    # --- for the service built on this ------------------------------------------------

    def _open_field(self, ref: FieldRef) -> Field:
        """The field as what is put in next finds it: a hole that is taken is gone."""
        found = self._field(ref)
        if self.caret is None or not self.reach:
            return found
        return without_hole(found, self.caret, self.reach)

    def _need_writable(self) -> None:
        self._report()
        if self.read_only:
            raise CommandError(self.read_only)

    def _change(self, report: Report, typing_in: FieldRef | None = None) -> None:
        self._need_writable()
        self._history.remember(self._report(), self.current, typing_in)
        self.report = with_calls(report, self._report().critical)
        self._written(typing=typing_in is not None)

    def _written(self, *, typing: bool = False) -> None:
        """The reader changed something; `typing`: more of it will follow at once."""
        self._wrote = True
        self._announce()

    def _announce(self) -> None:
        self.changed.emit(None)
