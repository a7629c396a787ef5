"""What is being recognised, at the caret: shown, and no part of the text until it is final.

By an input method's preedit, which neither enters the document nor the steps of undo
(research R11). Where a real input method is composing, it has the caret.
"""

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFont, QInputMethodEvent, QTextCharFormat
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
        words = f" {partial}" if partial else ""
        kind = QInputMethodEvent.AttributeType.TextFormat
        said = [QInputMethodEvent.Attribute(kind, 0, len(words), form)] if words else []
        QCoreApplication.sendEvent(self._editor, QInputMethodEvent(words, said))
