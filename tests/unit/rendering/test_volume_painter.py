"""A rendered volume on a view: each pixel shows what lies there, coarse and whole alike."""

import numpy as np
import pytest
from volume_phantoms import SCANS, filled, middle, positions, sphere, volume

from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import Frame, PixelFormat
from workstation.imaging.transfer import Projection, Stop, VolumePreset
from workstation.rendering.volume_painter import Detail, RaysRequest, VolumePainter
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState
from workstation.viewing.volume_look import VolumeLook, screen_of, turned

SHAPE = (34, 42, 46)
PLACED = SCANS["oblique"]
BALL = middle(PLACED, SHAPE) + np.array([3.0, -2.0, 4.0])
MADE = volume(filled(sphere(BALL, 6.0), PLACED, SHAPE), PLACED, rescale=Rescale(1.0, 0.0, "HU"))
SOLID = VolumePreset("s", "S", (), Projection.UNSHADED, (Stop(499.0, 0.0), Stop(501.0, 1.0)))


def request(state: ViewportState, size: tuple[int, int] = (300, 220)) -> RaysRequest:
    look = turned(VolumeLook("s"), 35.0, 20.0)
    corners = tuple(tuple(corner) for corner in MADE.corners)
    placed = screen_of(look, MADE.centre, corners, 0.7)
    rows, columns = placed.size
    screen = Frame(MADE.frame.key, PixelFormat(rows, columns, 16, 16, 15, True), 1,
                   plane=placed.plane)  # fmt: skip
    view = ResolvedView.of(state, screen, *size)
    return RaysRequest(MADE, placed.plane, view, SOLID, Voi(500.0, 1000.0), inverted=False)


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("state", [ViewportState(), ViewportState(zoom=1.7, pan=(6.0, -4.0))])
def test_a_ball_is_where_it_lies_in_the_patient(state: ViewportState, detail: Detail) -> None:
    """Zoomed, moved, turned: what is coarse does not jump when it becomes whole."""
    asked = request(state)

    made = VolumePainter().picture(asked, detail, lambda: False)

    assert made is not None
    picture = made.picture
    rows, columns = np.nonzero(picture.pixels[..., 0] > 127)
    seen = ((columns.mean() + 0.5) * picture.part, (rows.mean() + 0.5) * picture.part)
    expected = asked.view.to_view(asked.plane.to_pixel(tuple(BALL))[:2])
    assert seen == pytest.approx(expected, abs=0.4 * picture.part)
    radius = np.sqrt(rows.size / np.pi) * picture.part
    assert radius * asked.plane.row_spacing / asked.view.scale == pytest.approx(6.0, abs=0.6)
    assert picture.pixels.shape[0] * picture.part >= asked.view.height


def test_while_it_moves_there_is_a_fraction_of_the_rays() -> None:
    """What a hand waits for must not grow with the monitor."""
    painter, asked = VolumePainter(), request(ViewportState(), (2560, 1440))

    made = painter.picture(asked, Detail.MOVING, lambda: False)

    assert made is not None
    assert made.picture.pixels.shape[0] * made.picture.pixels.shape[1] < 100_000


def test_what_nobody_waits_for_is_no_picture() -> None:
    made = VolumePainter().picture(request(ViewportState()), Detail.WHOLE, lambda: True)

    assert made is None


def test_the_phantom_is_off_the_middle() -> None:
    """Else a mirrored or shifted picture would pass the test above."""
    lies = positions(PLACED, SHAPE)[MADE.voxels > 500].mean(axis=0)

    assert np.abs(lies - np.array(MADE.centre)).min() > 1.5
