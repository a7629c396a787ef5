"""The reader's own shift in three numbers, below the lists; a click opens it site by site."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from workstation.services.reading.shift import SoFar
from workstation.text import tr
from workstation.ui import theme

_HIGH = 78


class ShiftBlock(QPushButton):
    """Signed, in the last hour, and how many of those that were accepted kept their promise."""

    def __init__(self, run: Callable[[str], None]) -> None:
        super().__init__()
        self._shown = SoFar()
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked=False: run("app.shift"))
        self._name()

    def show_shift(self, shown: SoFar) -> None:
        if shown != self._shown:
            self._shown = shown
            self._name()
            self.update()

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Each with what it counts; a dash where nothing was accepted yet."""
        kept = self._shown.percent_in_time
        return (
            (str(self._shown.signed), tr("signed")),
            (str(self._shown.last_hour), tr("last hour")),
            ("–" if kept is None else f"{kept} %", tr("on time")),
        )

    def _name(self) -> None:
        said = ", ".join(f"{value} {what}" for value, what in self.numbers)
        self.setAccessibleName(tr("This shift: {said}", said=said))

    def sizeHint(self) -> QSize:
        return QSize(0, _HIGH)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self.underMouse():
                painter.fillRect(self.rect(), theme.color("bg.hover"))
            painter.fillRect(0, 0, self.width(), 1, theme.color("line.hair"))
            painter.setFont(theme.font("small", 600))
            painter.setPen(theme.color("text.mid"))
            painter.drawText(
                QRectF(12, 8, 200, 18), Qt.AlignmentFlag.AlignVCenter, tr("This shift")
            )
            kept = self._shown.percent_in_time
            broken = kept is not None and kept < 100
            for place, (value, what) in enumerate(self.numbers):
                left = 12 + place * 72
                tone = "hue.open" if broken and place == 2 else "text.hi"
                painter.setFont(theme.font("title", 500))
                painter.setPen(theme.color(tone))
                box = QRectF(left, 28, 72, 24)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, value)
                painter.setFont(theme.font("micro"))
                painter.setPen(theme.color("text.low"))
                box = QRectF(left, 52, 72, 16)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, what)
