"""Autotexts: found, read as they will be written, made and changed, by keys alone."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from workstation.domain.autotext import Autotext, Level, Variable
from workstation.errors import CommandError
from workstation.services.lines import quoted
from workstation.services.report.autotext_expansion import doubts, expand, faults
from workstation.services.report.autotexts import Autotexts
from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.picking import Row
from workstation.ui.picking_dialog import PickingDialog, matches
from workstation.ui.plain import Tone
from workstation.ui.report_offers import level_words

_LIST: Final = 330


class AutotextDialog(PickingDialog):
    """The list at the left, one of them at the right; what is wrong is said while it is typed.

    `selected` gives the words that are selected in the report: they begin a new one.
    """

    def __init__(
        self,
        host: QWidget,
        autotexts: Autotexts,
        run: Callable[[str], None],
        selected: Callable[[], str],
    ) -> None:
        placeholder = tr("Name, spoken name, or words")
        super().__init__(
            host, tr("Autotexts"), placeholder, autotexts.changed, run,
            size=(1080, 660), list_width=_LIST,
        )  # fmt: skip
        self._autotexts = autotexts
        self._build()
        self._picker.again()
        words = selected().strip()
        if words:
            self._begin(words)

    def show_it(self) -> None:
        """With the keyboard where one types first."""
        self.open(self._name if not self._of else self._picker.field)

    # --- making -----------------------------------------------------------------------

    def _build(self) -> None:
        self._name = plain.line_edit(tr("2 to 40 letters, no space"))
        self._say = plain.line_edit(tr("two words are heard best; may be empty"))
        self._text = QPlainTextEdit()
        self._text.setFont(theme.font("report"))
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(tr("Text of the autotext"))
        for field, name in ((self._name, tr("Typed")), (self._say, tr("Spoken"))):
            field.setAccessibleName(name)
            field.textChanged.connect(lambda _: self._changed())
        self._text.textChanged.connect(self._changed)
        self._wrong = plain.label(tone="act", size="small", data=True, wrap=True)
        self._wrong.setMinimumHeight(34)
        self._preview = plain.label(tone="hi", size="report", data=True, wrap=True)
        self._preview.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._preview.setMinimumHeight(92)
        variables = "  ".join(f"{{{each}}}" for each in Variable)
        hints = tr(
            "{variables}   {{>name}} another autotext   [left|right] a choice   [size] to fill in",
            variables=variables,
        )
        right = plain.column(
            _named(tr("Typed"), self._name), _named(tr("Spoken"), self._say), self._text,
            plain.label(hints, tone="low", size="small", data=True), self._wrong,
            plain.rule(), plain.label(tr("As it is written"), tone="low", size="small"),
            self._preview, spacing=8,
        )  # fmt: skip
        layout = right.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setStretch(2, 1)
        self._beside(right)
        self.add_back(tr("Close"))
        self.add_button(tr("Import…"), lambda: self._leave_for("autotext.import"))
        self.add_button(tr("Export…"), lambda: self._leave_for("autotext.export"))
        self._delete = self.add_button(tr("Delete"), self._forget, key="Ctrl+Del")
        self.add_button(tr("New"), lambda: self._begin(""), key="Ctrl+N")
        self._save = self.add_button(tr("Save"), self._keep, key="Ctrl+S")
        self._insert = self.add_main(tr("Insert"), self._put_in)
        self._control = {
            Qt.Key.Key_S: self._save.click,
            Qt.Key.Key_Delete: self._delete.click,
            Qt.Key.Key_N: lambda: self._begin(""),
        }

    # --- showing ----------------------------------------------------------------------

    def _found(self, typed: str) -> Sequence[Row]:
        rows = []
        for folded, each in sorted(self._autotexts.known.items()):
            if matches(typed, f"{folded} {each.say} {each.text}"):
                tone: Tone = "here" if each.level is Level.USER else "low"
                rows.append(Row(folded, each.name, level_words(each.level), tone))
        # the name itself before names and texts that hold it
        rows.sort(key=lambda row: not row.key.startswith(typed.casefold()))
        return rows

    def _total(self) -> int:
        return len(self._autotexts.known)

    def _show_marked(self) -> None:
        row = self._picker.marked
        self._show(self._autotexts.known.get(row.key) if row else None)

    def _show(self, each: Autotext | None) -> None:
        self._of = each.name if each else ""
        for field, words in (
            (self._name, each.name if each else ""),
            (self._say, each.say if each else ""),
        ):
            field.setText(words)
            field.setCursorPosition(0)
        self._text.setPlainText(each.text if each else "")
        self._changed()

    def _begin(self, words: str) -> None:
        """A new one, with these words to begin with."""
        self._show(Autotext("", words))
        self._name.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _written(self) -> Autotext:
        text = self._text.toPlainText()
        return Autotext(self._name.text().strip(), text, " ".join(self._say.text().split()))

    def _changed(self) -> None:
        """Say what is wrong now, and how it reads."""
        written = self._written()
        others = {n: a for n, a in self._autotexts.known.items() if n != self._of.casefold()}
        wrong = list(faults(written, others))
        unsure = list(doubts(written))
        begun = bool(written.name)  # without one nothing is wrong yet: its place says what it is
        plain.set_tone(self._wrong, "act" if wrong else "open")
        self._wrong.setText(" ".join((wrong or unsure)[:2]) if begun else "")
        before = self._autotexts.known.get(self._of.casefold())
        same = before is not None and (before.name, before.text, before.say) == (
            written.name, written.text, written.say,
        )  # fmt: skip
        if not wrong and not unsure and not same and before and before.level is not Level.USER:
            plain.set_tone(self._wrong, "low")
            self._wrong.setText(
                tr("Saving makes one of your own; that of the {level} stays as it is.",
                   level=level_words(before.level))
            )  # fmt: skip
        self._preview.setText(_read(written, others) if not wrong else "")
        self._save.setEnabled(not wrong and not same)
        self._insert.setEnabled(same)
        self._delete.setEnabled(before is not None and before.level is Level.USER)

    def _list_changed(self) -> None:
        self._picker.again(self._of.casefold())

    # --- acting -----------------------------------------------------------------------

    def _keep(self) -> None:
        written = self._written()
        own = self._autotexts.own.get(self._of.casefold())
        self._of = written.name
        try:
            self._autotexts.keep(written, instead_of=own.name if own else "")
        except CommandError as error:
            plain.set_tone(self._wrong, "act")
            self._wrong.setText(str(error))
            return
        self._picker.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _forget(self) -> None:
        name = self._of
        self._of = ""
        self._autotexts.forget(name)

    def _put_in(self) -> None:
        name = self._of
        self.answer()
        self._run(f"report.autotext {quoted(name)}")


def _named(words: str, field: QWidget) -> QWidget:
    label = plain.label(words, tone="mid")
    label.setFixedWidth(70)
    return plain.row(label, field, spacing=8)


def _read(written: Autotext, others: dict[str, Autotext]) -> str:
    return expand(written.name, {**others, written.name.casefold(): written}, {}).text
