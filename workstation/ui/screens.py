"""The size of a screen, matched by hand: a card as wide on the glass as the one held against it."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QScreen
from PySide6.QtWidgets import QWidget

from workstation.services.screen.screens import LEAST_MM, MOST_MM, key_of
from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.dialogs import Dialog

#: A bank card, identity card or driving licence, and the radius of its corners (ISO/IEC 7810 ID-1).
CARD_MM: Final = (85.60, 53.98)
_CORNER_MM: Final = 3.18
#: Where nobody knows better: 96 dots to the inch.
_GUESS_MM: Final = 264.6
_ROOM: Final = (1100, 560)


def identity(screen: QScreen) -> str:
    """The key of a screen as it stands there."""
    ratio = screen.devicePixelRatio()
    size = screen.size()
    return key_of(
        screen.name(),
        screen.serialNumber(),
        round(size.width() * ratio),
        round(size.height() * ratio),
    )


class Card(QWidget):
    """A card of so many device pixels, drawn to the pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(*_ROOM)
        self.wide = 0

    def show_width(self, pixels: int) -> None:
        self.wide = pixels
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        scale = self.wide / CARD_MM[0] / ratio  # logical pixels of a millimetre
        wide, high = self.wide / ratio, CARD_MM[1] * scale
        box = QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.pen("text.hi", 1.0))
            painter.setBrush(theme.color("bg.field"))
            painter.drawRoundedRect(box, _CORNER_MM * scale, _CORNER_MM * scale)
            middle = box.center().y()
            painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
            for x in (box.left(), box.right()):
                painter.setPen(theme.pen("hue.here", 1.0))
                painter.drawLine(QPointF(x, box.top() - 14), QPointF(x, box.bottom() + 14))
            painter.setPen(theme.color("text.mid"))
            painter.setFont(theme.font("small"))
            words = tr("{mm:.1f} mm", mm=CARD_MM[0])
            under = QRectF(box.left(), middle + 6, box.width(), 20)
            painter.drawText(under, Qt.AlignmentFlag.AlignHCenter, words)


class ScreenDialog(Dialog):
    """On the screen that it measures. `known_mm` is what 1000 of its pixels were last."""

    def __init__(self, host: QWidget, run: Callable[[str], None], known_mm: float = 0.0) -> None:
        super().__init__(host, tr("Measure the screen"), width=1160, height=808)
        self._run = run
        self.card = Card()
        said = tr(
            "Hold a bank card or a ruler against the box below. Make the box as wide as the card,"
            " {mm:.1f} mm, then accept. True size on this screen goes by it.",
            mm=CARD_MM[0],
        )
        self._told = plain.label(tone="hi", data=True)
        self.body.addWidget(plain.label(said, wrap=True))
        self.body.addWidget(plain.row(0, self.card, 0), 1)
        self.body.addWidget(plain.row(0, self._told, 0))
        self.add_back()
        self.add_button(tr("Narrower"), lambda: self.widen(-1), key="Left")
        self.add_button(tr("Wider"), lambda: self.widen(1), key="Right")
        self.add_main(tr("It matches"), self._accept)
        self.widen(round(CARD_MM[0] * 1000 / (known_mm or _GUESS_MM)))

    @property
    def mm(self) -> float:
        """Of 1000 device pixels, if the card matches now."""
        return CARD_MM[0] * 1000 / self.card.wide

    def widen(self, pixels: int) -> None:
        """By device pixels, as far as there are such screens and there is room."""
        most = min(CARD_MM[0] * 1000 / LEAST_MM, _ROOM[0] * self.devicePixelRatioF())
        least = CARD_MM[0] * 1000 / MOST_MM
        self.card.show_width(round(max(least, min(self.card.wide + pixels, most))))
        self._told.setText(tr("1000 pixels are {mm:.1f} mm", mm=self.mm))

    def _accept(self) -> None:
        self.answer()
        self._run(f"screen.set {self.mm:.4g}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows by a pixel, with Shift by ten."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        many = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.widen(step * (10 if many else 1))
        event.accept()
