"""What is being recognised, at the caret: shown, and no part of the text until it is final.

By an input method's preedit, which neither enters the document nor the steps of undo
(research R11). Where a real input method is composing, it has the caret.
"""

from PySide6.QtCore import QCoreApplication, QSignalBlocker
from PySide6.QtGui import QFont, QInputMethodEvent, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QTextEdit

from workstation.services.speech.dictation import Dictation
from workstation.ui import theme


class BeingSaid:
    """Owned by the report pane. GUI thread."""

    def __init__(self, editor: QTextEdit, dictation: Dictation) -> None:
        self._editor, self._dictation = editor, dictation
        self._shown = ""
        dictation.changed.connect(lambda _: self._follow())

    def _follow(self) -> None:
        partial = self._dictation.partial
        if partial == self._shown:
            return
        self._shown = partial
        form = QTextCharFormat()
        form.setFontItalic(True)
        form.setFontWeight(QFont.Weight.Normal)
        form.setForeground(theme.color("text.low"))
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.NoUnderline)
        words = f" {partial}" if partial else ""
        kind = QInputMethodEvent.AttributeType.TextFormat
        said = [QInputMethodEvent.Attribute(kind, 0, len(words), form)] if words else []
        QCoreApplication.sendEvent(self._editor, QInputMethodEvent(words, said))
        if words:
            self._over_the_field(form, len(words))

    def _over_the_field(self, form: QTextCharFormat, length: int) -> None:
        """The highlighter draws the look of the field on over it: words that nobody said yet
        would look like those of the template."""
        block, document = self._editor.textCursor().block(), self._editor.document()
        layout = block.layout()
        if not layout.preeditAreaText():  # the field takes no words now
            return
        last = QTextLayout.FormatRange()
        last.start, last.length, last.format = layout.preeditAreaPosition(), length, form
        layout.setFormats([*layout.formats(), last])
        with QSignalBlocker(document):  # laid out anew, and not highlighted over again
            document.markContentsDirty(block.position(), block.length())
