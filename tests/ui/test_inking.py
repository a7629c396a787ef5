"""What the painter makes of pictures: each on the pixels that it was made for."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from workstation.domain.presentation import Palette
from workstation.rendering.fused_slice import in_colour
from workstation.rendering.picture import Picture
from workstation.ui.viewer.inking import draw_picture

SIDE = 60
RAMP = bytes(range(256))
PALETTE = Palette(0, 8, RAMP, RAMP[::-1], bytes(256))


def painted(*pictures: Picture) -> NDArray[np.uint8]:
    """On black, RGB."""
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    for picture in pictures:
        draw_picture(painter, picture)
    painter.end()
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(SIDE, image.bytesPerLine())
    return lines[:, : 3 * SIDE].reshape(SIDE, SIDE, 3).copy()


@pytest.mark.parametrize("part", [1, 2, 3])
def test_a_coarse_picture_covers_what_a_fine_one_would(part: int, qtbot: QtBot) -> None:
    """A preview at half its size would be another place of the patient under every line."""
    grey = np.full((24 // part, 36 // part), 200, np.uint8)

    shown = painted(Picture(6, 12, grey, part))

    rows, columns = np.nonzero(shown[..., 0])
    assert (rows.min(), rows.max() + 1) == (12, 36)
    assert (columns.min(), columns.max() + 1) == (6, 42)


def test_a_layer_covers_as_much_as_arithmetic_says(qtbot: QtBot) -> None:
    """PET over CT, premultiplied; a level or two is the painter's rounding."""
    dice = np.random.default_rng(7)
    below, levels = (dice.integers(0, 256, (SIDE, SIDE), np.uint8) for _ in range(2))
    layer = in_colour(levels, dice.random((SIDE, SIDE)) < 0.2, PALETTE, 0.7)

    shown = painted(Picture(0, 0, below), Picture(0, 0, layer))

    clear = 1.0 - layer[..., 3:] / 255.0
    meant = layer[..., :3] + below[..., np.newaxis] * clear
    assert np.abs(shown - meant).max() <= 2
