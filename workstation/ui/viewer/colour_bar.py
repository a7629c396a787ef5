"""Which colour is which value of what is laid over an image: a bar at the right of the view."""

from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from workstation.imaging.colour import palette_to_rgb
from workstation.imaging.palettes import ENTRIES
from workstation.services.screen.overlay import NARROW
from workstation.services.screen.place_words import number
from workstation.services.screen.viewed import Fused
from workstation.ui import theme
from workstation.ui.viewer import glyphs

#: Logical pixels; its lower end stays above the letter in the middle of the edge.
WIDTH: Final = 10.0
HEIGHT: Final = 120.0
_RIGHT: Final = 22.0


def draw(painter: QPainter, fused: Fused, width: int, height: int) -> QRectF | None:
    """Hottest on top, with the ends of the window; None where the view has no room for it."""
    if fused.voi is None or width < NARROW or height < 4 * HEIGHT - 120:
        return None
    every = np.arange(ENTRIES)[::-1, np.newaxis]
    pixels = np.ascontiguousarray(palette_to_rgb(every, fused.colours.palette))
    image = QImage(pixels.data, 1, ENTRIES, 3, QImage.Format.Format_RGB888)
    box = QRectF(width - _RIGHT - WIDTH, height / 2 - HEIGHT - 24, WIDTH, HEIGHT)
    painter.drawImage(box, image)
    painter.setPen(theme.color("ink.halo"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
    low, high = (fused.voi.center + half * fused.voi.width for half in (-0.5, 0.5))
    line = glyphs.line_height("micro")
    right = Qt.AlignmentFlag.AlignRight
    for value, top in ((high, box.top()), (low, box.bottom() - line)):
        glyphs.draw(painter, number(value), box.left() - 4, top, align=right, size="micro")
    return box
