"""Templates: found with a preview, used, and written by the reader as a text, a line for a field.

What is typed is drawn beside it at once as the report it will be; what is wrong is said with
its line. Keys put the lines in that one does not remember.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSplitter, QWidget

from workstation.domain.autotext import Level
from workstation.domain.template import Template
from workstation.errors import CommandError
from workstation.protocols import template_text
from workstation.services.lines import quoted
from workstation.services.report.own_templates import OwnTemplates
from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.picking import Row
from workstation.ui.picking_dialog import PickingDialog, matches
from workstation.ui.plain import Tone
from workstation.ui.report_offers import level_words
from workstation.ui.template_preview import TemplatePreview

_LIST: Final = 320
#: Ctrl and the digit put the line in, its words taken, ready to be overwritten.
_LINES: Final = (
    "Label: Normal words.",
    "Label!: ~ Normal words.",
    "Label: [*first | second]",
    "Label: # 0-100 mm",
    "Label {Other = second}: ",
)
_NEW: Final = (
    "Title: \nFor: CT\nRegion: chest\n\n# Indication\n?:\n\n# Technique\n: \n\n# Comparison\n:\n\n"
    "# Findings\nLungs!: No nodule or consolidation.\n\n# Impression\n!: ~ Normal.\n"
)


class TemplateDialog(PickingDialog):
    """The list at the left; the template beside it, to read or to write."""

    def __init__(
        self, host: QWidget, templates: OwnTemplates, run: Callable[[str], None], used: str
    ) -> None:
        words = tr("Name, modality or region")
        super().__init__(
            host, tr("Templates"), words, templates.changed, run, size=(1240, 760), list_width=_LIST
        )
        self._templates, self._used = templates, used
        self._build()
        self._picker.again(used)

    # --- making -----------------------------------------------------------------------

    def _build(self) -> None:
        self._text = QPlainTextEdit()
        self._text.setFont(theme.font("body"))
        self._text.setTabChangesFocus(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._text.setAccessibleName(tr("Text of the template"))
        self._text.textChanged.connect(self._changed)
        self._wrong = plain.label(tone="act", size="small", data=True, wrap=True)
        self._wrong.setMinimumHeight(34)
        self._wrong.setAlignment(Qt.AlignmentFlag.AlignTop)
        hints = [tr("text"), tr("required"), tr("choice"), tr("number"), tr("only if")]
        keys = (f"Ctrl+{n} {word}" for n, word in enumerate(hints, 1))
        said = "   ".join(each.replace(" ", "\u00a0") for each in keys)  # broken between keys alone
        self._preview = TemplatePreview()
        left = plain.column(
            self._text,
            plain.label(said, tone="low", size="small", data=True, wrap=True),
            self._wrong,
            spacing=6,
        )
        shown = plain.ground(plain.column(self._preview, margins=(12, 8, 12, 8)), "field")
        right = plain.column(
            plain.label(tr("As the report begins"), tone="low", size="small"), shown, spacing=6
        )
        right.layout().setStretch(1, 1)  # type: ignore[union-attr]
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(16)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setSizes([420, 420])
        halves.setChildrenCollapsible(False)
        self._beside(halves)
        self.add_back(tr("Close"))
        self.add_button(tr("Import…"), lambda: self._leave_for("template.import"))
        self._export = self.add_button(tr("Export…"), self._export_it)
        self._delete = self.add_button(tr("Delete"), self._forget, key="Ctrl+Del")
        self.add_button(tr("New"), self._begin, key="Ctrl+N")
        self._save = self.add_button(tr("Save"), self._keep, key="Ctrl+S")
        self._use = self.add_main(tr("Use"), self._use_it)
        self._control = {
            Qt.Key.Key_S: self._save.click,
            Qt.Key.Key_Delete: self._delete.click,
            Qt.Key.Key_N: self._begin,
            **{
                Qt.Key(Qt.Key.Key_1 + n): partial(self._put_line, line)
                for n, line in enumerate(_LINES)
            },
        }

    def _put_line(self, line: str) -> None:
        """Below the line of the caret, its name taken."""
        cursor = self._text.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.insertText(f"\n{line}")
        cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock)
        cursor.movePosition(
            QTextCursor.MoveOperation.NextWord, QTextCursor.MoveMode.KeepAnchor
        )  # the label
        self._text.setTextCursor(cursor)
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- showing ----------------------------------------------------------------------

    def _found(self, typed: str) -> Sequence[Row]:
        rows = []
        for name, (each, level) in self._templates.known.items():
            words = " ".join((name, each.title, *each.modalities, *each.regions, *each.special))
            if matches(typed, words):
                tone: Tone = "here" if level is Level.USER else "low"
                aside = tr("in use") if name == self._used else level_words(level)
                rows.append(Row(name, each.title, aside, tone))
        rows.sort(key=lambda row: (row.tone != "here", row.title.casefold()))
        return rows

    def _total(self) -> int:
        return len(self._templates.known)

    def _show_marked(self) -> None:
        row = self._picker.marked
        found = self._templates.known.get(row.key) if row else None
        self._of = found[0].id if found else ""
        self._text.setPlainText(template_text.to_text(found[0]) if found else "")

    def _begin(self) -> None:
        """A new one, with the sections of every report."""
        self._of = ""
        self._text.setPlainText(_NEW)
        cursor = self._text.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        self._text.setTextCursor(cursor)
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def _before(self) -> Template | None:
        found = self._templates.known.get(self._of)
        return found[0] if found else None

    def _parsed(self) -> template_text.Parsed:
        return template_text.parse(self._text.toPlainText(), self._of or "new", self._before)

    def _changed(self) -> None:
        """Draw what is written, and say what of it is no template."""
        parsed, before = self._parsed(), self._before
        self._preview.show_template(parsed.template)
        level = self._templates.known[self._of][1] if before else Level.USER
        plain.set_tone(self._wrong, "act" if parsed.faults else "low")
        same = before is not None and parsed.template == before
        words = "  ".join(parsed.faults[:2])
        if not words and not same and level is not Level.USER:
            words = tr("Saving makes one of your own; that of the {level} stays as it is.",
                       level=level_words(level))  # fmt: skip
        titled = parsed.template is not None and parsed.template.title not in ("", "new")
        if not words and not titled:
            words = tr("Give it a title.")
        self._wrong.setText(words)
        good = parsed.template is not None and not parsed.faults and titled
        self._save.setEnabled(good and not same)
        self._use.setEnabled(good and same)
        self._export.setEnabled(good and same)
        self._delete.setEnabled(before is not None and level is Level.USER)

    # --- acting -----------------------------------------------------------------------

    def _keep(self) -> None:
        template = self._parsed().template
        if template is None:
            return
        name = self._of or _name_of(template.title, self._templates)
        made = template_text.parse(self._text.toPlainText(), name, self._before).template
        assert made is not None
        self._of = name
        try:
            self._templates.keep(made)
        except CommandError as error:
            plain.set_tone(self._wrong, "act")
            self._wrong.setText(str(error))
            return
        self._picker.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _forget(self) -> None:
        name = self._of
        self._templates.forget(name)

    def _use_it(self) -> None:
        name = self._of
        self.answer()
        self._run(f"report.template {quoted(name)}")

    def _export_it(self) -> None:
        self._leave_for(f"template.export {quoted(self._of)}")


def _name_of(title: str, templates: OwnTemplates) -> str:
    """A name of its own, by its title."""
    base = "-".join(re.findall(r"\w+", title.casefold())) or "template"
    number, name = 1, base
    while name in templates.known:
        number += 1
        name = f"{base}-{number}"
    return name
