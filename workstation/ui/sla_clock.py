"""The promise as a clock of its own: in the case bar and above the details."""

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.text import tr
from workstation.ui import icons, plain, theme
from workstation.ui.worklist_forms import Sla, SlaKind

_TONES = {
    SlaKind.PLENTY: "text.hi",
    SlaKind.SOON: "hue.open",
    SlaKind.BREACH: "hue.act",
    SlaKind.STOPPED: "hue.done",
    SlaKind.UNKNOWN: "text.low",
    SlaKind.NONE: "text.low",
}
_ICONS = {
    SlaKind.SOON: "triangle-filled",
    SlaKind.BREACH: "octagon-filled",
    SlaKind.STOPPED: "check",
    SlaKind.UNKNOWN: "barred",
}


class SlaClock(QWidget):
    """One width whatever it shows; `boxed` with the word for what is due in front."""

    def __init__(self, size: Literal["title", "clock"] = "clock", *, boxed: bool = False) -> None:
        super().__init__()
        self._sla: Sla | None = None
        self._size = size
        self._boxed = boxed
        self.setProperty(plain.DATA, True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_sla(self, sla: Sla | None) -> None:
        if sla != self._sla:
            self._sla = sla
            self.setAccessibleName(f"{self._due()} {sla.text}" if sla else "")
            self.update()

    def _due(self) -> str:
        if self._sla is None or self._sla.kind is SlaKind.STOPPED or not self._sla.tier:
            return ""
        return tr("Final due") if self._sla.tier == tr("F") else tr("Prelim due")

    def sizeHint(self) -> QSize:
        digits = QFontMetricsF(theme.font(self._size, 600)).horizontalAdvance("+00:00:00")
        extra = 22 + (QFontMetricsF(theme.font("small")).horizontalAdvance(tr("Prelim due")) + 34)
        return QSize(round(digits + (extra if self._boxed else 26)), 30 if self._boxed else 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        sla = self._sla
        if sla is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            box = QRectF(self.rect())
            tone = _TONES[sla.kind]
            filled = self._boxed and sla.kind is SlaKind.BREACH
            if filled:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("hue.act"))
                painter.drawRoundedRect(box, 4, 4)
                tone = "text.inverse"
            elif self._boxed:
                line = tone if sla.kind in (SlaKind.SOON, SlaKind.STOPPED) else "line.edge"
                painter.setPen(theme.pen(line))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            inside = box.adjusted(10, 0, -10, 0) if self._boxed else box
            words = sla.kind is SlaKind.NONE
            painter.setFont(theme.font("small") if words else theme.font(self._size, 600))
            painter.setPen(theme.color(tone))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(inside, right, sla.text)
            self._paint_left(painter, inside, sla, "text.inverse" if filled else tone)

    def _paint_left(self, painter: QPainter, box: QRectF, sla: Sla, tone: str) -> None:
        """The shape of the state, and what is due."""
        left = box.left()
        wide = QFontMetricsF(theme.font(self._size, 600)).horizontalAdvance(sla.text)
        if not self._boxed:
            left = box.right() - wide - 24
        name = _ICONS.get(sla.kind)
        if name:
            name = "octagon-alert" if tone == "text.inverse" else name
            icons.paint(painter, name, left, box.center().y() - 8, tone)
        if self._boxed:
            painter.setFont(theme.font("small"))
            quiet = tone if tone in ("text.inverse", "hue.open") else "text.mid"
            painter.setPen(theme.color(quiet))
            words = box.adjusted(22 if name else 0, 0, 0, 0)
            left_side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(words, left_side, self._due())
