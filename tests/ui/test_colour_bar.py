"""The bar of colours beside a fused picture: without it a colour is no number."""

import numpy as np
import pytest
from fakes_viewer import stack
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from workstation.domain.presentation import Voi, VoiFunction
from workstation.domain.registration import IDENTITY
from workstation.services.screen.viewed import Fused
from workstation.services.viewer.fusing import colour_maps
from workstation.ui.viewer import colour_bar

SUV = Voi(3.5, 7.0, VoiFunction.LINEAR_EXACT)


def layer() -> Fused:
    return Fused(stack(1, modality="PT"), None, SUV, colour_maps()["hot-iron"], 0.5, IDENTITY)


def test_the_hottest_colour_is_on_top(qtbot: QtBot) -> None:
    """White of hot iron above, black below, red between: as the map has them."""
    image = QImage(700, 700, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.blue)
    painter = QPainter(image)
    box = colour_bar.draw(painter, layer(), 700, 700)
    painter.end()

    assert box is not None
    x = round(box.center().x())
    along = [image.pixelColor(x, round(box.top() + part * box.height())) for part in (0.02, 0.98)]
    middle = image.pixelColor(x, round(box.center().y()))
    assert along[0].lightness() > 240
    assert along[1].lightness() < 15
    assert (middle.red() > 200, middle.blue() < 30) == (True, True)


@pytest.mark.parametrize("size", [(300, 700), (700, 300)])
def test_a_small_view_has_no_room_for_it(size: tuple[int, int], qtbot: QtBot) -> None:
    """Identity goes before everything."""
    image = QImage(*size, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    box = colour_bar.draw(painter, layer(), *size)
    painter.end()

    assert box is None
    assert not np.frombuffer(image.constBits(), np.uint8).any()
