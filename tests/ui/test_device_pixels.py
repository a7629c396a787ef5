"""Screens of every density: each pixel of an image on its own pixels, ink where it belongs."""

import numpy as np
import pytest
from fakes_viewer import opened, runner, stack
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from workstation.domain.presentation import Voi
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.canvas import Canvas

SIDE = 256
WIDE, HIGH = 400, 300  # logical pixels of the view
CT = stack(1, shape=(SIDE, SIDE), vois=(Voi(40, 400),))
NOISE = np.random.default_rng(7).integers(800, 1300, (SIDE, SIDE)).astype(np.int16)
DENSITIES = pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])


def painted(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, ratio: float, *lines: str
) -> tuple[Viewer, NDArray[np.uint8]]:
    """What a screen of this density shows of a view: (rows, columns, 3) of its own pixels."""
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda _: ratio)
    viewer, loader = opened(CT, load=False)
    loader.arrive(CT.frames[0], NOISE)
    canvas = Canvas(viewer, 0, runner(viewer), Jobs(HomePost().post))
    qtbot.addWidget(canvas)
    canvas.resize(WIDE, HIGH)
    canvas.show()
    for line in lines:
        runner(viewer)(line)
    canvas.settle()
    image = QImage(round(WIDE * ratio), round(HIGH * ratio), QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(ratio)
    canvas.render(image)
    rows = np.array(image.constBits(), np.uint8).reshape(image.height(), -1)
    return viewer, rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)


@DENSITIES
def test_one_to_one_is_one_pixel_of_the_screen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, ratio: float
) -> None:
    """A radiograph at 1:1 that is scaled by the system is blurred, and nobody says so."""
    viewer, pixels = painted(qtbot, monkeypatch, ratio, "viewport.one-to-one")
    view = viewer.resolved(0)
    assert view is not None
    ramp = (NOISE.astype(np.float64) - 1024 - 39.5) / 399 + 0.5
    levels = np.floor(np.clip(ramp, 0, 1) * 255 + 0.5)

    for column in range(100, 160):  # clear of words and bars
        for row in range(100, 160):
            x, y = (int(at) for at in view.to_view((column, row)))
            assert pixels[y, x].tolist() == [levels[row, column]] * 3


@DENSITIES
def test_a_line_lies_on_the_pixels_it_was_measured_on(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, ratio: float
) -> None:
    """Ink that is off by the density of the screen measures the tissue beside."""
    viewer, pixels = painted(
        qtbot, monkeypatch, ratio, "viewport.window 2000/1", "tool.length 100 90 170 90"
    )
    view = viewer.resolved(0)
    assert view is not None
    red, blue = pixels[..., 0].astype(int), pixels[..., 2].astype(int)
    is_ink = red - blue > 40  # yellow on black, thinned at its edges
    (left, y), (right, _) = view.to_view((100, 90)), view.to_view((170, 90))
    band = is_ink[round(y - 3 * ratio) : round(y + 3 * ratio)]
    rows, columns = np.nonzero(band[:, round(left) - 4 : round(right) + 5])

    assert rows.size > (right - left) * 0.5
    assert abs(rows.mean() + round(y - 3 * ratio) + 0.5 - y) < ratio
    assert abs(columns.min() - 4) <= 6 * ratio
    assert abs(columns.max() - (right - left + 4)) <= 6 * ratio
