"""Rendered volumes look as they did: an alarm, not a proof (that is in test_volume_cast).

Whoever means to change how a preset looks makes the stored pictures anew, and looks at them:
`python tests/preset_pictures.py`.
"""

import numpy as np
import preset_pictures
import pytest
from likeness import likeness
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from workstation.imaging.transfer import VolumePreset
from workstation.rendering.bricks import Brick

ALIKE = 0.98  # row 113


@pytest.fixture(scope="module")
def stored() -> NDArray[np.uint8]:
    read = QImage(str(preset_pictures.STORED)).convertToFormat(QImage.Format.Format_RGBX8888)
    pixels = np.frombuffer(read.constBits(), np.uint8)
    return pixels.reshape(read.height(), read.width(), 4)[..., :3].copy()


@pytest.fixture(scope="module")
def phantom() -> Brick:
    return preset_pictures.phantom()


@pytest.mark.parametrize(
    ("number", "preset"), list(enumerate(preset_pictures.presets())),
    ids=[each.name for each in preset_pictures.presets()],
)  # fmt: skip
def test_a_preset_shows_what_it_showed(
    number: int, preset: VolumePreset, phantom: Brick, stored: NDArray[np.uint8]
) -> None:
    """A light or a curve that shifts by accident is another picture of the same patient."""
    before = preset_pictures.tile(stored, number)

    now = preset_pictures.picture(phantom, preset)

    assert before.std() > 5  # something is seen
    for channel in range(3):
        alike = likeness(now[..., channel], before[..., channel])
        lit = before[..., channel][4:-3, 4:-3] > 0  # black corners are no merit
        assert alike.mean() > ALIKE
        assert not lit.any() or alike[lit].mean() > ALIKE
    assert np.abs(now.astype(int) - before).max() <= 40


def test_each_preset_has_a_picture(stored: NDArray[np.uint8]) -> None:
    """One that is new is looked at by its maker first."""
    rows = -(-len(preset_pictures.presets()) // 7)

    assert stored.shape == (rows * preset_pictures.SIDE, 7 * preset_pictures.SIDE, 3)
