"""Keys of every window to command lines; the one place that turns a press into an act."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from workstation.commands.bindings import Bindings, Scope, Stroke
from workstation.ui import dialogs

_CHORD_MS = 1500
#: Set on a field while it offers something that Tab takes.
OFFERS = "offers"
_NAMES = {
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Escape: "Esc",
    Qt.Key.Key_PageUp: "PgUp",
    Qt.Key.Key_PageDown: "PgDown",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backtab: "Tab",
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Delete: "Del",
    Qt.Key.Key_Backspace: "Backspace",
    Qt.Key.Key_Menu: "Menu",
}
_MODIFIERS = {
    Qt.KeyboardModifier.ControlModifier: "Ctrl",
    Qt.KeyboardModifier.AltModifier: "Alt",
    Qt.KeyboardModifier.ShiftModifier: "Shift",
    Qt.KeyboardModifier.MetaModifier: "Meta",
}


def stroke_of(event: QKeyEvent) -> Stroke | None:
    """A press in the words of the keymap; None for a modifier alone and for unknown keys."""
    key, code = "", event.key()
    modifiers = {name for flag, name in _MODIFIERS.items() if event.modifiers() & flag}
    if code in _NAMES:
        key = _NAMES[Qt.Key(code)]
    elif Qt.Key.Key_F1 <= code <= Qt.Key.Key_F24:
        key = f"F{code - Qt.Key.Key_F1 + 1}"
    elif 0x21 <= code <= 0x7E:
        key = chr(code).upper()
        if not key.isalnum():
            modifiers.discard("Shift")  # a sign is what it prints
    return Stroke(key, frozenset(modifiers)) if key else None


def is_typing(focus: QWidget | None) -> bool:
    """Whether letters are letters here."""
    if isinstance(focus, QLineEdit | QPlainTextEdit | QTextEdit | QAbstractSpinBox):
        return not focus.isReadOnly()
    return False


def scope_of(widget: QWidget | None, otherwise: Scope) -> Scope:
    """By the pane that holds the widget: panes carry their scope as a property."""
    while widget is not None:
        named = widget.property("scope")
        if named:
            return Scope(named)
        widget = widget.parentWidget()
    return otherwise


class Keys(QObject):
    """Watches the widget that has the focus, wherever it goes.

    Not the application: then every paint and every move of the pointer of every widget
    would pass through Python, and so would widgets that are being destroyed.
    `otherwise` is the scope when nothing has the focus.
    """

    def __init__(
        self,
        app: QApplication,
        bindings: Bindings,
        run: Callable[[str], None],
        otherwise: Callable[[], Scope],
    ) -> None:
        super().__init__(app)
        self.bindings = bindings
        self._app, self._run, self._otherwise = app, run, otherwise
        self._pending: tuple[Stroke, ...] = ()
        self._held: tuple[int, str] | None = None  # a key that acts until it is let go
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(_CHORD_MS)
        self._forget.timeout.connect(self._clear)
        self._watched: QWidget | None = None
        app.focusChanged.connect(self._moved)
        app.focusWindowChanged.connect(self._moved)
        self._moved()

    def stop(self) -> None:
        """No key does anything any more."""
        self._app.focusChanged.disconnect(self._moved)
        self._app.focusWindowChanged.disconnect(self._moved)
        self._watch(None)

    def _moved(self, *_: object) -> None:
        """Keys go to the widget that has the focus, else to its window."""
        self._watch(self._app.focusWidget() or self._app.activeWindow())

    def _watch(self, widget: QWidget | None) -> None:
        if widget is self._watched:
            return
        before = self._watched if self._watched is not None and isValid(self._watched) else None
        if widget is None or scope_of(widget, Scope.ALWAYS) is not scope_of(before, Scope.ALWAYS):
            self._let_go()  # its release may never come here
        if before is not None:
            before.removeEventFilter(self)
        self._watched = widget
        if widget is not None:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            if self._held is not None and event.key() == self._held[0]:
                return event.isAutoRepeat() or self._let_go()
            return False
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if watched is not self._watched or self._app.activePopupWidget():
            return False
        return self._pressed(event, self._app.focusWidget())

    def _pressed(self, event: QKeyEvent, focus: QWidget | None) -> bool:
        pressed = stroke_of(event)
        if pressed is None or (focus is not None and _in_dialog(focus)):
            return False
        if pressed.key == "Tab" and focus is not None and focus.property(OFFERS):
            return False
        if pressed.key == "Esc" and not pressed.modifiers and _wanted_by(focus, event):
            return False
        if pressed.key in ("Enter", "Space") and isinstance(focus, QAbstractButton):
            focus.click()
            return True
        typing = is_typing(focus)
        if typing and pressed.types and not self._pending:
            return False
        if pressed.key == "Tab" and not typing and scope_of(focus, Scope.ALWAYS) is Scope.REPORT:
            return False
        return self._act(pressed, scope_of(focus, self._otherwise()), event, typing=typing)

    def _act(self, pressed: Stroke, scope: Scope, event: QKeyEvent, *, typing: bool) -> bool:
        strokes = (*self._pending, pressed)
        found = self.bindings.find(strokes, scope)
        begun = found is None and self.bindings.begins(strokes, scope)
        if found is None and not begun and typing and "Alt" in pressed.modifiers:
            strokes = (*self._pending, pressed.without_alt)
            found = self.bindings.find(strokes, scope)
            begun = found is None and self.bindings.begins(strokes, scope)
        if begun:
            self._pending = strokes
            self._forget.start()
            return True
        had_pending = bool(self._pending)
        self._clear()
        if found is None:
            # a letter that means nothing must not jump in a list either; in a text it is a letter
            return not (typing and pressed.types) and (
                had_pending or (len(pressed.key) == 1 and pressed.types)
            )
        if not event.isAutoRepeat() or found.run.startswith("viewport."):
            self._let_go()
            self._run(found.run)
            self._held = (event.key(), found.until) if found.until else None
        return True

    def _let_go(self) -> bool:
        """What a key does while it is held is over."""
        held, self._held = self._held, None
        if held is not None:
            self._run(held[1])
        return held is not None

    def _clear(self) -> None:
        self._pending = ()
        self._forget.stop()


def _in_dialog(focus: QWidget) -> bool:
    """Keys belong to the dialog, the palette or the key sheet that is open."""
    at: QWidget | None = focus
    while at is not None:
        if isinstance(at, dialogs.Dialog) or at.property("keeps_keys"):
            return True
        at = at.parentWidget()
    return False


def _wanted_by(focus: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the widget has something of its own to cancel (a line that is being drawn)."""
    if focus is None:
        return False
    asked = QKeyEvent(QEvent.Type.ShortcutOverride, event.key(), event.modifiers())
    asked.setAccepted(False)
    QApplication.sendEvent(focus, asked)
    return asked.isAccepted()
