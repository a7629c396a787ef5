"""Arranging: how the words of the report are set: bold, lists, tables, and the order of items.

Letters stay letters: what is drawn as a list or a table is written as one in the plain text
(`domain.report_blocks`), and what is bold lies beside it.
"""

import re
from collections.abc import Callable
from typing import Final

from attrs import evolve

from workstation.domain.report import FieldRef, SectionKind
from workstation.domain.report_blocks import BAR
from workstation.domain.report_field import Field, FieldKind
from workstation.domain.rich_text import covers, united, without
from workstation.errors import CommandError
from workstation.services.report.report_items import (
    broken,
    finding_at,
    item_moved,
    marked,
    with_item,
    without_item,
)
from workstation.services.report.writing import Writing
from workstation.text import tr

_WORD: Final = re.compile(r"\w+")
MOST_COLUMNS: Final = 6
MOST_ROWS: Final = 20


class Arranging(Writing):
    """What `ReadingOver` builds on. Home thread."""

    def _clear_words(self) -> None:
        super()._clear_words()
        self._next_bold: tuple[FieldRef, int, bool] | None = None  # of the letter typed next

    # --- as a hand types ----------------------------------------------------------------

    def type_in(self, ref: FieldRef, start: int, end: int, words: str) -> None:
        """Letters in place of those from `start` to `end`; they look as the letter before."""
        found = self._field(ref)
        old = evolve(found, text="", bold=()) if found.removed else found
        caret = start + len(words)
        if words == "\n":
            changed, caret = broken(old, start, end)
        else:
            changed = old.typed(start, end, words, bold=self._goes_on_bold(old, ref, start))
        self.note_caret(ref, caret)
        self._change(self._report().with_field(ref, changed), ref)
        if words[-1:].isspace():
            self._history.end_step()

    def _goes_on_bold(self, each: Field, ref: FieldRef, at: int) -> bool:
        asked, self._next_bold = self._next_bold, None
        if asked is not None and asked[:2] == (ref, at):
            return asked[2]
        return at > 0 and covers(each.bold, at - 1, at)

    # --- by command -----------------------------------------------------------------------

    def bold(self) -> None:
        """What is selected stands out, or no more; else the word at the caret, else what is
        typed next."""
        parts = self._selected()
        if not parts:
            ref, at = self._current(), self.caret or 0
            each = self._writable(ref)
            self._next_bold = (ref, at, not self._goes_on_bold(each, ref, at))
            return
        every = all(covers(self._writable(ref).bold, start, end) for ref, start, end in parts)
        report = self._report()
        for ref, start, end in parts:
            each = self._writable(ref)
            spans = without(each.bold, start, end)
            if not every:
                spans = united((*spans, (start, end)))
            report = report.with_field(ref, evolve(each, bold=spans))
        self._history.end_step()
        self._change(report)

    def _selected(self) -> tuple[tuple[FieldRef, int, int], ...]:
        """Parts of fields that are selected; a word that the caret stands in."""
        if self.spread:
            return tuple(part for part in self.spread if self.may_write(part[0]))
        ref = self._current()
        text = self._writable(ref).text
        if self.caret is None:
            return ((ref, 0, len(text)),) if text else ()
        if self.reach:
            return ((ref, self.caret, self.caret + self.reach),)
        words = (word.span() for word in _WORD.finditer(text))
        return tuple((ref, a, b) for a, b in words if a < self.caret < b)

    def bullets(self) -> None:
        """The lines that are selected as points, or as plain lines again."""
        self._arrange(lambda each, at, end: marked(each, at, end, numbers=False))

    def numbers(self) -> None:
        """The lines that are selected as a numbered list, or as plain lines again."""
        if self._current().section is SectionKind.IMPRESSION:
            raise CommandError(tr("an impression of several lines is numbered by itself"))
        self._arrange(lambda each, at, end: marked(each, at, end, numbers=True))

    def table(self, columns: int, rows: int) -> None:
        """A small table at the caret, each cell a hole to be filled."""
        if not (2 <= columns <= MOST_COLUMNS and 2 <= rows <= MOST_ROWS):
            raise CommandError(
                tr("a table has 2 to {columns} columns and 2 to {rows} rows",
                   columns=MOST_COLUMNS, rows=MOST_ROWS)
            )  # fmt: skip
        heads = BAR.join(f"[{tr('column {n}', n=n)}]" for n in range(1, columns + 1))
        empty = BAR.join(f"[{tr('value')}]" for _ in range(columns))
        grid = "\n".join([heads, *[empty] * (rows - 1)])

        def put(each: Field, at: int, end: int) -> tuple[Field, int]:
            before, after = each.text[:at].rstrip(" "), each.text[end:].lstrip(" ")
            first = before + ("\n" if before and not before.endswith("\n") else "")
            last = ("\n" if after and not after.startswith("\n") else "") + after
            return each.reworded(first + grid + last), len(first) + len(grid)

        self._arrange(put)
        self.take_hole_within(len(grid))

    def move_item(self, step: int) -> None:
        """The item at the caret one place up (-1) or down (1); the list is counted anew."""

        def move(each: Field, at: int, _end: int) -> tuple[Field, int]:
            moved = item_moved(each, at, step)
            if moved is None:
                raise CommandError(tr("there is no item to change places with"))
            return moved

        self._arrange(move)

    def delete_item(self) -> None:
        """The item at the caret out of its list; the list is counted anew."""
        self._arrange(lambda each, at, _end: without_item(each, at))

    def to_impression(self) -> None:
        """What is selected of a finding, else the sentence at the caret, as the last item of
        the impression; the caret stays where it is."""
        ref = self._current()
        each, section = self._writable(ref), self._report().section(SectionKind.IMPRESSION)
        fields = (
            [one for one in section.asked if one.spec.kind is FieldKind.TEXT] if section else []
        )
        if not fields or ref.section is SectionKind.IMPRESSION:
            raise CommandError(tr("there is no impression to take this into"))
        target = fields[0]
        whole = self.caret is None
        at, reach = (0, len(each.text)) if whole else (self.caret or 0, self.reach)
        finding = finding_at(each, at, reach)
        if not finding.text:
            raise CommandError(tr("put the caret into a finding first"))
        if finding.text in target.text and target.filled:
            raise CommandError(tr("the impression says this already"))
        there = FieldRef(SectionKind.IMPRESSION, target.spec.id)
        self._writable(there)
        self._history.end_step()
        self._change(self._report().with_field(there, with_item(target, finding, each)))

    def _arrange(self, change: Callable[[Field, int, int], tuple[Field, int]]) -> None:
        """Change the current field where it is selected, as one step of undo."""
        ref = self._current()
        each = self._writable(ref)
        if each.spec.kind is not FieldKind.TEXT:
            raise CommandError(tr("put the caret into a text first"))
        whole = self.caret is None
        start = 0 if self.caret is None else min(self.caret, len(each.text))
        end = len(each.text) if whole else min(start + self.reach, len(each.text))
        changed, caret = change(each, start, end)
        self._history.end_step()
        self._change(self._report().with_field(ref, changed))
        self.go_to(ref, caret)

    def _writable(self, ref: FieldRef) -> Field:
        self._need_writable()
        if not self.may_write(ref):
            raise CommandError(tr("this part of the report cannot be changed"))
        found = self._field(ref)
        return evolve(found, text="", bold=(), removed=False) if found.removed else found
