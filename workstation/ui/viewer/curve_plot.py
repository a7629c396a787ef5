"""The curve of a rendered volume as it is drawn: histogram, lines, points, colours below."""

import math
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPainterPath, QPolygonF

from workstation.imaging.histogram import BINS, Histogram
from workstation.imaging.transfer import VolumePreset
from workstation.text import tr
from workstation.ui import theme
from workstation.viewing.volume_curve import Stops, between, height, opacity_at

#: Logical pixels.
POINT: Final = 6.0
REACH: Final = 12.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 16.0, 12.0, 40.0
_BAND: Final = 10.0
#: Opacities of 1 mm that have a line, per cent.
_LEVELS: Final = (0.1, 1.0, 10.0, 50.0, 100.0)
#: Of all voxels, what lies beyond on each side is not worth the room.
_TAIL: Final = 0.0005
_ROOM: Final = 0.04
_TICKS: Final = 8


@frozen(eq=False)
class Plot:
    """A preset's curve, its stops as modality values, on a box of the screen."""

    preset: VolumePreset
    unit: str
    histogram: Histogram | None
    width: float
    height: float

    @property
    def box(self) -> QRectF:
        return QRectF(
            _LEFT, _TOP, max(self.width - _LEFT - _RIGHT, 1), max(self.height - _TOP - _BOTTOM, 1)
        )

    @property
    def span(self) -> tuple[float, float]:
        """From which value to which it is drawn: nearly all voxels, and the curve if it is not
        far beside all of them."""
        low, high = self.preset.stops[0].value, self.preset.stops[-1].value
        if self.histogram is not None:
            first, last = _most_of(self.histogram)
            apart = self.histogram.high - self.histogram.low
            low = min(first, max(low, self.histogram.low - apart))
            high = max(last, min(high, self.histogram.high + apart))
        room = max(high - low, 1e-6) * _ROOM
        return low - room, high + room

    def at(self, value: float, opacity: float) -> QPointF:
        low, high = self.span
        box, along = self.box, (value - low) / (high - low)
        return QPointF(
            box.left() + min(max(along, 0.0), 1.0) * box.width(),
            box.bottom() - height(opacity) * box.height(),
        )

    def under(self, at: QPointF) -> tuple[float, float]:
        """Value and opacity at a place of the screen."""
        low, high = self.span
        box = self.box
        value = low + (at.x() - box.left()) / box.width() * (high - low)
        return value, opacity_at((box.bottom() - at.y()) / box.height())

    def near(self, at: QPointF) -> int | None:
        """The point that a hand at a place takes hold of; of several the nearest."""
        away = [
            math.hypot(place.x() - at.x(), place.y() - at.y())
            for stop in self.preset.stops
            if (place := self.at(stop.value, stop.opacity))
        ]
        nearest = min(range(len(away)), key=away.__getitem__)
        return nearest if away[nearest] <= REACH else None

    def paint(self, painter: QPainter, chosen: int, *, focused: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.box, theme.color("bg.field"))
        self._levels(painter)
        if self.histogram is not None:
            self._counts(painter, self.histogram)
        self._ticks(painter)
        self._line(painter)
        self._band(painter)
        self._points(painter, chosen, focused=focused)

    def _levels(self, painter: QPainter) -> None:
        painter.setFont(theme.font("micro"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for level in _LEVELS:
            y = self.at(0.0, level / 100).y()
            painter.setPen(theme.pen("line.hair"))
            painter.drawLine(QPointF(self.box.left(), y), QPointF(self.box.right(), y))
            painter.setPen(theme.color("text.low"))
            painter.drawText(QRectF(0, y - 8, _LEFT - 6, 16), right, tr("{n:g} %", n=level))

    def _counts(self, painter: QPainter, counted: Histogram) -> None:
        """By their logarithm: what is rare is what is looked for."""
        drawn = np.log1p(counted.counts.astype(np.float64))
        most = drawn.max() or 1.0
        step = (counted.high - counted.low) / BINS
        box, path = self.box, QPainterPath(self.at(counted.low, 0.0))
        for index, each in enumerate(drawn / most):
            x = self.at(counted.low + (index + 0.5) * step, 0.0).x()
            path.lineTo(x, box.bottom() - float(each) * box.height() * 0.92)
        path.lineTo(self.at(counted.high, 0.0))
        painter.fillPath(path, theme.color("line.edge"))

    def _ticks(self, painter: QPainter) -> None:
        low, high = self.span
        step = _round(high - low)
        painter.setFont(theme.font("micro"))
        painter.setPen(theme.color("text.low"))
        top = self.box.bottom() + _BAND + 6
        first = math.ceil(low / step)
        for number in range(first, math.floor(high / step) + 1):
            x = self.at(number * step, 0.0).x()
            room = QRectF(x - 40, top, 80, 16)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, f"{number * step:g}")
        right = QRectF(0, top, _LEFT - 6, 16)
        painter.drawText(right, Qt.AlignmentFlag.AlignRight, self.unit)

    def _line(self, painter: QPainter) -> None:
        """Straight in opacity, so not on the screen, whose heights are not even."""
        low, high = self.span
        stops = self.preset.stops
        values = sorted({*np.linspace(low, high, 200).tolist(), *(stop.value for stop in stops)})
        places = QPolygonF(
            [self.at(value, between(stops, value).opacity) for value in values if low <= value]
        )
        for token, wide in (("bg.image", 4.0), ("text.hi", 1.6)):
            painter.setPen(theme.pen(token, wide))
            painter.drawPolyline(places)

    def _band(self, painter: QPainter) -> None:
        box = QRectF(self.box.left(), self.box.bottom() + 3, self.box.width(), _BAND)
        painter.fillRect(box, _gradient(self.preset.stops, self.span, box))

    def _points(self, painter: QPainter, chosen: int, *, focused: bool) -> None:
        for index, stop in enumerate(self.preset.stops):
            if index == chosen:
                continue
            self._point(painter, stop.value, stop.opacity, stop.colour)
        stop = self.preset.stops[chosen]
        place = self.at(stop.value, stop.opacity)
        painter.setPen(theme.pen("hue.here", 2.0 if focused else 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, POINT + 4, POINT + 4)
        self._point(painter, stop.value, stop.opacity, stop.colour)

    def _point(
        self, painter: QPainter, value: float, opacity: float, colour: tuple[float, float, float]
    ) -> None:
        painter.setPen(theme.pen("text.hi", 1.4))
        painter.setBrush(theme.color_of_data(colour))
        painter.drawEllipse(self.at(value, opacity), POINT, POINT)


def _gradient(stops: Stops, span: tuple[float, float], box: QRectF) -> QLinearGradient:
    made = QLinearGradient(box.left(), 0, box.right(), 0)
    low, high = span
    for stop in stops:
        part = (stop.value - low) / (high - low)
        if 0 <= part <= 1:
            made.setColorAt(part, theme.color_of_data(stop.colour))
    return made


def _most_of(counted: Histogram) -> tuple[float, float]:
    summed: NDArray[np.float64] = np.cumsum(counted.counts) / max(int(counted.counts.sum()), 1)
    step = (counted.high - counted.low) / BINS
    first = int(np.searchsorted(summed, _TAIL))
    last = int(np.searchsorted(summed, 1 - _TAIL)) + 1
    return counted.low + first * step, counted.low + last * step


def _round(span: float) -> float:
    """A step of 1, 2 or 5 and a power of ten, for some ticks."""
    rough = span / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
