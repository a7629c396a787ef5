"""Planes as they are drawn: every pixel of the view is the patient under it."""

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray
from volume_phantoms import SCANS, noise, trilinear, volume

from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import Frame
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.picture import Picture
from workstation.rendering.reformat import PREVIEW, ReformatPainter, ReformatRequest, samples_of
from workstation.viewing import mpr
from workstation.viewing.mpr import Box
from workstation.viewing.planes import Plane
from workstation.viewing.reformat import common_frame, plane_frame
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import Interpolation, SlabMode, ViewportState

SHAPE = (34, 42, 46)
VOI = Voi(0.0, 2000.0)
VIEW = (150, 120)  # device pixels, across and down
LOOKS = {
    "as it comes": ViewportState(),
    "enlarged and moved": ViewportState(zoom=3.3, pan=(4.0, -7.0)),
    "turned by degrees and mirrored": ViewportState(quarter_turns=1, degrees=20.0, flipped=True),
}


def made(name: str) -> tuple[Volume, Box]:
    placed = SCANS[name]
    found = volume(noise(SHAPE), placed, rescale=Rescale(1.0, 0.0, "HU"))
    return found, Box.of(found.affine, SHAPE)


def request(
    scan: Volume, box: Box, plane: Plane, look: ViewportState, slab_mm: float = 0.0
) -> ReformatRequest:
    """A double oblique through a point beside the middle."""
    state = mpr.moved_to(mpr.begun(box), box, (box.centre[0] + 2.0, *box.centre[1:]))
    state = mpr.rotated(mpr.rotated(state, Plane.AXIAL, 17.0), Plane.CORONAL, -28.0)
    frame = plane_frame(common_frame([scan.frame]), plane, mpr.rectangle(state, box, plane))
    view = ResolvedView.of(look, frame, *VIEW)
    assert frame.plane is not None
    return ReformatRequest(
        scan, frame.plane, view, slab_mm, SlabMode.MIP, Interpolation.LINEAR, VOI, inverted=False
    )


def under(asked: ReformatRequest, picture: Picture) -> NDArray[np.float64]:
    """Places in the patient under the centres of pixels: inverse of the matrix, then the plane."""
    view, plane = asked.view, asked.plane
    rows, columns = picture.pixels.shape
    xs, ys = np.meshgrid(
        np.arange(columns) + picture.left + 0.5, np.arange(rows) + picture.top + 0.5
    )
    inverse = np.linalg.inv([[view.a, view.b], [view.c, view.d]])
    flat = np.stack((xs - view.e, ys - view.f), axis=-1) @ inverse.T
    along = flat[..., :1] * np.multiply(plane.row, plane.column_spacing)
    down = flat[..., 1:] * np.multiply(plane.column, plane.row_spacing)
    return np.asarray(plane.origin) + along + down


def grey(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """PS3.3 C.11.2.1.2.1, LINEAR."""
    return np.clip(((values - (VOI.center - 0.5)) / (VOI.width - 1) + 0.5) * 255, 0, 255)


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("look", LOOKS)
def test_each_pixel_shows_what_lies_under_it(name: str, plane: Plane, look: str) -> None:
    """What is pointed at, measured and drawn must be one place, however a view is turned."""
    scan, box = made(name)
    asked = request(scan, box, plane, LOOKS[look])

    picture = ReformatPainter().picture(asked)

    assert picture is not None
    points = under(asked, picture)
    wanted = trilinear(scan.voxels.astype(np.float64), SCANS[name], points)
    inside = ~np.isnan(wanted)
    assert inside.sum() > 500
    off = np.abs(picture.pixels[inside] - grey(wanted[inside]))
    assert off.max() <= 1.0


def test_a_preview_has_a_sample_in_the_middle_of_its_pixels() -> None:
    """Half a pixel beside, the picture would jump when it becomes exact."""
    scan, box = made("straight")
    asked = request(scan, box, Plane.CORONAL, LOOKS["as it comes"])

    exact, coarse = samples_of(asked), samples_of(asked, PREVIEW)

    assert exact is not None
    assert coarse is not None
    fine, wide = exact[0], coarse[0]
    step = [np.multiply(fine.row, fine.spacing[1]), np.multiply(fine.column, fine.spacing[0])]
    assert np.allclose(wide.origin, np.asarray(fine.origin) + (step[0] + step[1]) / 2)
    assert wide.spacing == pytest.approx((2 * fine.spacing[0], 2 * fine.spacing[1]))
    assert wide.size == tuple(-(-side // 2) for side in fine.size)
    assert exact[1:] == coarse[1:]


def test_a_window_drag_samples_nothing_anew() -> None:
    scan, box = made("straight")
    asked = request(scan, box, Plane.CORONAL, LOOKS["as it comes"], slab_mm=10.0)
    painter = ReformatPainter()
    whole = painter.work(asked)
    painter.picture(asked)

    again = evolve(asked, voi=Voi(100.0, 500.0))

    assert painter.work(again) * 10 < whole
    assert painter.picture(again) is not None


def test_what_no_voxel_speaks_for_is_black_inverted_too() -> None:
    """A white border would blind in the dark and look like air turned over."""
    scan, box = made("straight")
    asked = evolve(request(scan, box, Plane.AXIAL, LOOKS["as it comes"]), inverted=True)

    picture = ReformatPainter().picture(asked)

    assert picture is not None
    index = (under(asked, picture) - SCANS["straight"][:3, 3]) / 0.8
    outside = ((index < -0.51) | (index > np.array(SHAPE[::-1]) - 0.49)).any(-1)
    assert outside.sum() > 50
    assert (picture.pixels[outside] == 0).all()
    assert picture.pixels.max() > 100


def test_a_plane_moved_off_the_view_is_no_picture() -> None:
    scan, box = made("straight")
    asked = request(scan, box, Plane.AXIAL, ViewportState(zoom=9.0, pan=(500.0, 0.0)))

    assert ReformatPainter().picture(asked) is None
    assert ReformatPainter().work(asked) == 0


def test_a_plane_says_what_holds_for_all_its_images() -> None:
    """One image of the series was compressed with loss: every plane through it is (frown 7)."""
    scan, box = made("straight")
    first: Frame = scan.frame
    lossy = evolve(first, lossy_ratio=12.0, doubts=("patient-conflict",))

    frame = plane_frame(
        common_frame([first, lossy, first]),
        Plane.AXIAL,
        mpr.rectangle(mpr.begun(box), box, Plane.AXIAL),
    )

    assert frame.lossy_ratio == 12.0
    assert frame.doubts == ("patient-conflict",)
    assert frame.key.sop == ""
    assert frame.technique == ()
