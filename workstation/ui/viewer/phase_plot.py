"""The curve of a region over the phases, below the images: wash-in and wash-out at a glance."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.services.viewer.phase_curve import PhaseCurve
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.ui import plain, theme

HEIGHT: Final = 180
_LEFT, _RIGHT, _ABOVE, _BELOW = 64.0, 24.0, 10.0, 24.0
_DOT: Final = 3.0


def places(made: PhaseCurve, room: QRectF) -> tuple[QPointF, ...]:
    """Where each known value is drawn in a room; the lowest at its bottom."""
    xs, ys = zip(*made.known, strict=True)
    wide, high = (made.at[-1] - made.at[0]) or 1.0, (max(ys) - min(ys)) or 1.0
    return tuple(
        QPointF(
            room.left() + (x - made.at[0]) / wide * room.width(),
            room.bottom() - (y - min(ys)) / high * room.height(),
        )
        for x, y in zip(xs, ys, strict=True)
    )


class _Plot(QWidget):
    """A click goes to the phase that is nearest."""

    def __init__(self, run: Callable[[str], None]) -> None:
        super().__init__()
        self._run = run
        self.made: PhaseCurve | None = None
        self.setMinimumHeight(HEIGHT - 44)

    @property
    def room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT, _ABOVE, -_RIGHT, -_BELOW)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        made, room = self.made, self.room
        if made is None or room.width() <= 0:
            return
        wanted = made.at[0] + (event.position().x() - room.left()) / room.width() * (
            made.at[-1] - made.at[0]
        )
        nearest = min(range(len(made.at)), key=lambda index: abs(made.at[index] - wanted))
        self._run(f"phase.go {nearest + 1}")

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("bg.panel"))
            if self.made is not None and self.made.known:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._draw(painter, self.made)

    def _draw(self, painter: QPainter, made: PhaseCurve) -> None:
        room, drawn = self.room, places(made, self.room)
        painter.setPen(theme.pen("line.hair"))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.drawLine(room.bottomLeft(), room.topLeft())
        painter.setFont(theme.font("micro"))
        painter.setPen(theme.color("text.low"))
        ys = [y for _, y in made.known]
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, y in ((max(ys), room.top()), (min(ys), room.bottom())):
            painter.drawText(QRectF(0, y - 8, _LEFT - 8, 16), right, f"{value:.1f}")
        unit = " s" if made.in_seconds else ""
        for value, x in ((made.at[0], room.left()), (made.at[-1], room.right())):
            box = QRectF(x - 40, room.bottom() + 4, 80, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{value:g}{unit}")
        painter.setPen(theme.pen("ink.measure", 1.5))
        painter.drawPolyline(drawn)
        painter.setBrush(theme.color("ink.measure"))
        for point in drawn:
            painter.drawEllipse(point, _DOT, _DOT)
        if made.means[made.now] is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme.pen("hue.here", 2.0))
            here = sum(mean is not None for mean in made.means[: made.now])
            painter.drawEllipse(drawn[here], 2 * _DOT, 2 * _DOT)


class PhasePlot(QWidget):
    """Folded away until it is asked for. GUI thread."""

    def __init__(self, viewer: Viewer, run: Callable[[str], None]) -> None:
        super().__init__()
        self._viewer, self._run = viewer, run
        plain.ground(self, "panel")
        self.plot = _Plot(run)
        self._words = plain.label(tone="low", size="small")
        head = plain.row(
            self._words, 0, plain.button(tr("Close"), self._close),
            margins=(14, 4, 12, 2),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(self.plot)
        self.setFixedHeight(HEIGHT)
        viewer.changed.connect(lambda _: self._follow())
        viewer.measurements_changed.connect(lambda _: self._follow())
        self.hide()

    def _close(self) -> None:
        self._run(f"phase.curve {self._viewer.phase_curve_of}")

    def _follow(self) -> None:
        made = self._viewer.phase_curve if self._viewer.phase_curve_of else None
        self.setVisible(made is not None)
        if made is not None:
            self.plot.made = made
            self._words.setText(made.words)
            self.plot.setAccessibleName(made.words)
            self.plot.update()
