"""A template as the report will look that begins with it; read, never typed in."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from workstation.domain.report_field import FieldKind, FieldSpec
from workstation.domain.template import Template
from workstation.text import tr
from workstation.ui import plain, theme


class TemplatePreview(QTextEdit):
    """Plain text in the colours of the report: defaults blue, what must be filled amber."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setProperty("bare", True)
        self.setProperty(plain.DATA, True)
        self.setAccessibleName(tr("Preview of the template"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_template(self, template: Template | None) -> None:
        """Another one, or none."""
        self.clear()
        if template is None:
            return
        cursor = QTextCursor(self.document())
        for number, section in enumerate(template.sections):
            self._line(cursor, first=number == 0, above=10 if number else 0)
            cursor.insertText(section.title, _format("text.low", bold=True, small=True))
            labels = {spec.id: spec.label or spec.id for spec in section.fields}
            for spec in section.fields:
                self._line(cursor, indent=18 if spec.only_if[0] else 0)
                self._field(cursor, spec, labels)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _line(
        self, cursor: QTextCursor, *, first: bool = False, above: int = 2, indent: int = 0
    ) -> None:
        made = QTextBlockFormat()
        made.setTopMargin(above)
        made.setLeftMargin(indent)
        if first:
            cursor.setBlockFormat(made)
        else:
            cursor.insertBlock(made)

    def _field(self, cursor: QTextCursor, spec: FieldSpec, labels: dict[str, str]) -> None:
        if spec.only_if[0]:
            name, choice = spec.only_if
            words = tr("if {name} is {choice}:", name=labels.get(name, name), choice=choice)
            cursor.insertText(f"{words} ", _format("text.low", small=True))
        if spec.label:
            cursor.insertText(f"{spec.label}: ", _format("text.hi", bold=True))
        if spec.options:
            self._choices(cursor, spec)
        elif spec.kind is FieldKind.CHECKBOX:
            cursor.insertText("☑" if spec.default else "☐", _format("text.hi"))
        elif spec.default:
            cursor.insertText(spec.default, _format("text.default"))
        else:
            self._empty(cursor, spec)
        if spec.unit:
            cursor.insertText(f" {spec.unit}", _format("text.low"))
        if spec.low is not None and spec.high is not None:
            cursor.insertText(f"  {spec.low:g}–{spec.high:g}", _format("text.low", small=True))
        if spec.normal:
            words = tr("normal: {words}", words=spec.normal)
            cursor.insertText(f"  {words}", _format("text.low", small=True))

    def _choices(self, cursor: QTextCursor, spec: FieldSpec) -> None:
        chosen = [part.strip() for part in spec.default.split(",")]
        for number, option in enumerate(spec.options):
            if number:
                cursor.insertText("  |  ", _format("text.low"))
            tone = "text.default" if option in chosen else "text.mid"
            cursor.insertText(option, _format(tone))
        if spec.required and not spec.default:
            cursor.insertText(f"  {tr('required')}", _format("hue.open", small=True))

    def _empty(self, cursor: QTextCursor, spec: FieldSpec) -> None:
        if spec.required:
            cursor.insertText(tr("required"), _format("hue.open"))
        elif spec.advised:
            cursor.insertText(tr("should be filled"), _format("hue.open", small=True))
        else:
            cursor.insertText(tr("optional"), _format("text.low"))


def _format(tone: str, *, bold: bool = False, small: bool = False) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFont(theme.font("small" if small else "body", 600 if bold else 400))
    made.setForeground(theme.color(tone))
    return made
