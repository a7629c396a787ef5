"""Widgets whose texts are texts. Nothing a patient, a site or a file says is markup.

Qt guesses: a label, a tooltip or a message box that is given ``<img src=...>`` loads the
image. So every widget with words is made here, as plain text (a test reads the sources).
Texts that come from data, not from our catalogue, are marked `data`: the test of the
translation leaves them out.
"""

import html
from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workstation.ui import icons, theme
from workstation.ui.buttons import Button, ButtonLook, CheckBox
from workstation.ui.chips import shown_key
from workstation.ui.theme import Size

Tone = Literal["hi", "mid", "low", "here", "act", "open", "done", "ai"]


Ground = Literal["app", "panel", "raised", "field", "act"]


DATA: str = "data_text"


def tooltip_text(text: str) -> str:
    """For `Qt.ToolTipRole` and the like: the words, and no markup in them.

    Qt takes a tooltip for rich text when it looks like it; so it is, and escaped.
    """
    return f"<span>{html.escape(text)}</span>" if text else ""


def set_tooltip(widget: QWidget, text: str, key: str = "") -> None:
    """Name, and the key beside it."""
    words = f"{text}  {shown_key(key)}" if key else text
    widget.setToolTip(tooltip_text(words))
    if not widget.accessibleName():
        widget.setAccessibleName(text)


def set_tone(widget: QLabel, tone: Tone) -> None:
    """Another colour of the text, by its meaning."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def label(
    text: str = "",
    *,
    tone: Tone = "mid",
    size: Size | int = "body",
    weight: int = 400,
    data: bool = False,
    wrap: bool = False,
) -> QLabel:
    """Words that do not act. `data`: they come from a site, not from our catalogue."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    _dress(made, tone, size, weight, data)
    made.setWordWrap(wrap)
    return made


def _dress(made: QLabel, tone: Tone, size: Size | int, weight: int, data: bool) -> None:
    made.setFont(theme.font(size, weight))
    made.setProperty("tone", tone)
    made.setProperty(DATA, data)


class ElidedLabel(QLabel):
    """One line that gives way: it ends (or middles) in an ellipsis and has a tooltip then."""

    def __init__(self, mode: Qt.TextElideMode) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._mode = mode
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def take_the_rest(self) -> None:
        """Of its row, instead of a stretch that would cut it in half."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def whole(self) -> str:
        """What it says, uncut."""
        return self._whole

    def say(self, text: str) -> None:
        """Show another text."""
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self._fit()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._whole) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(24, QFontMetrics(self.font()).height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        cut = QFontMetrics(self.font()).elidedText(self._whole, self._mode, max(0, self.width()))
        self.setText(cut)
        self.setToolTip(tooltip_text(self._whole if cut != self._whole else ""))


def elided(
    text: str = "",
    *,
    tone: Tone = "mid",
    size: Size | int = "body",
    weight: int = 400,
    data: bool = True,
    middle: bool = False,
) -> ElidedLabel:
    """A procedure or site (cut at the end) or a name (cut in the `middle`)."""
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    made = ElidedLabel(mode)
    _dress(made, tone, size, weight, data)
    made.say(text)
    return made


def button(
    text: str,
    on_click: Callable[[], object],
    *,
    key: str = "",
    look: ButtonLook = "normal",
    icon: str = "",
) -> Button:
    """A control 30 px high. `main` is the one thing to do here: one per window."""
    made = Button(text, key, look, icon)
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def icon_button(icon: str, name: str, on_click: Callable[[], object], *, key: str = "") -> Button:
    """For the tool strip alone: 30 x 28, name and key in the tooltip."""
    made = Button("", "", "quiet", icon)
    made.setFixedSize(QSize(30, 28))
    set_tooltip(made, name, key)
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def check_box(text: str, on_toggle: Callable[[bool], object] | None = None) -> QCheckBox:
    made = CheckBox(text)
    made.setFont(theme.font())
    if on_toggle is not None:
        made.toggled.connect(on_toggle)
    return made


def line_edit(placeholder: str = "", *, secret: bool = False) -> QLineEdit:
    """One line to type in; `secret` shows dots."""
    made = QLineEdit()
    made.setPlaceholderText(placeholder)
    made.setFont(theme.font())
    made.setMinimumHeight(30)
    if secret:
        made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


def rule(*, vertical: bool = False) -> QFrame:
    """A hair line."""
    made = QFrame()
    made.setProperty("rule", "v" if vertical else "h")
    return made


def ground(widget: QWidget, name: Ground) -> QWidget:
    """Give a widget one of the neutral grounds."""
    widget.setProperty("ground", name)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return widget


def column(
    *parts: QWidget | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 0
) -> QWidget:
    """Parts one below the other; a number is a gap, 0 takes the rest."""
    made = QWidget()
    layout = QVBoxLayout(made)
    _fill(layout, parts, margins, spacing)
    return made


def row(
    *parts: QWidget | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 0
) -> QWidget:
    """Parts one beside the other; a number is a gap, 0 takes the rest."""
    made = QWidget()
    layout = QHBoxLayout(made)
    _fill(layout, parts, margins, spacing)
    return made


def _fill(
    layout: QVBoxLayout | QHBoxLayout,
    parts: tuple[QWidget | int, ...],
    margins: tuple[int, int, int, int],
    spacing: int,
) -> None:
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        elif part:
            layout.addSpacing(part)
        else:
            layout.addStretch(1)


class Mark(QWidget):
    """An icon beside words; it says nothing by itself."""

    def __init__(self, icon: str, tone: str, size: int) -> None:
        super().__init__()
        self._icon, self._tone, self._size = icon, tone, size
        self.setFixedSize(QSize(size, size + 2))

    def show_icon(self, icon: str, tone: str) -> None:
        self._icon, self._tone = icon, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._icon:
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                icons.paint(painter, self._icon, 0, 1, self._tone, self._size)


def mark(icon: str, tone: str = "text.mid", size: int = 16) -> Mark:
    """An icon as a widget; `tone` is the name of a token."""
    return Mark(icon, tone, size)


def menu(parent: QWidget) -> QMenu:
    """A menu that is gone once it is closed."""
    made = QMenu(parent)
    made.setFont(theme.font())
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return made


def checkable(menu: QMenu, text: str, checked: bool, on_toggle: Callable[[str], object]) -> QAction:
    """A choice of data in a menu; an `&` in it is an ampersand, not a key."""
    made = menu.addAction(text.replace("&", "&&"))
    made.setCheckable(True)
    made.setChecked(checked)
    made.triggered.connect(lambda _checked=False: on_toggle(text))
    return made
