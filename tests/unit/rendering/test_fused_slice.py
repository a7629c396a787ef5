"""Fusion: uptake that lies a centimetre off is in another organ."""

import numpy as np
import pytest
from attrs import evolve
from volume_phantoms import SCANS, filled, middle, sphere, volume

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.presentation import Palette, Rescale, Voi, VoiFunction
from workstation.domain.registration import IDENTITY, Rigid
from workstation.rendering.fused_slice import LayerPainter, LayerRequest, in_colour
from workstation.rendering.slice_cpu import SliceRequest
from workstation.rendering.volume_slice import Sampled, VolumeSampler
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import SlabMode

SHAPE = (34, 42, 46)
#: Red rises with the level, green falls: every level has a colour of its own.
RAMP = bytes(range(256))
PALETTE = Palette(0, 8, RAMP, RAMP[::-1], bytes(256))
VOI = Voi(500.0, 1000.0, VoiFunction.LINEAR_EXACT)
PIXELS, ZOOM = 60, 3.0
SIZE = int(PIXELS * ZOOM)


def below(centre: Vector) -> ImagePlane:
    """An axial CT image of 0.8 mm pixels with `centre` in its middle."""
    half = (PIXELS - 1) / 2 * 0.8
    origin = (centre[0] - half, centre[1] - half, centre[2])
    return ImagePlane(origin, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.8, 0.8)


def request(
    name: str, centre: Vector, *, rigid: Rigid = IDENTITY, opacity: float = 0.5
) -> LayerRequest:
    """A ball of 6 mm and 1000 in a scan of any kind, laid over an image through `centre`."""
    placed = SCANS[name]
    ball = middle(placed, SHAPE)
    voxels = filled(sphere(ball, 6.0), placed, SHAPE)
    made = volume(voxels, placed, rescale=Rescale(1.0, 0.0, "SUVbw"))
    half = (PIXELS - 1) / 2
    view = ResolvedView(
        ZOOM, 0.0, 0.0, ZOOM, SIZE / 2 - ZOOM * half, SIZE / 2 - ZOOM * half, PIXELS, PIXELS,
        SIZE, SIZE,
    )  # fmt: skip
    return LayerRequest(made, below(centre), view, rigid, 0.0, SlabMode.MIP, VOI, PALETTE, opacity)


def centre_of(name: str) -> Vector:
    x, y, z = middle(SCANS[name], SHAPE)
    return float(x), float(y), float(z)


@pytest.mark.parametrize("name", SCANS)
def test_uptake_lies_where_it_is_in_the_patient(name: str) -> None:
    """Whatever plane either was acquired in: within half a pixel of the CT image below."""
    layer = LayerPainter().layer(request(name, centre_of(name)))

    assert layer is not None
    hot = layer.pixels[..., 0] > 64  # half of the ball and more
    rows, columns = np.nonzero(hot)
    at_row = layer.top + (rows.mean() + 0.5) * layer.part
    at_column = layer.left + (columns.mean() + 0.5) * layer.part
    area_mm2 = hot.sum() * (layer.part * 0.8 / ZOOM) ** 2
    assert (at_row, at_column) == pytest.approx((SIZE / 2, SIZE / 2), abs=0.5 * ZOOM)
    assert area_mm2 == pytest.approx(np.pi * 36.0, rel=0.15)


def test_a_layer_of_another_space_goes_through_its_registration() -> None:
    """A PET of last year: 5 mm to the right in its own millimetres, found where it belongs."""
    name = "straight"
    x, y, z = centre_of(name)
    rigid = Rigid(((1.0, 0.0, 0.0, 5.0), (0.0, 1.0, 0.0, -4.0), (0.0, 0.0, 1.0, 3.0)))

    layer = LayerPainter().layer(request(name, (x - 5.0, y + 4.0, z - 3.0), rigid=rigid))

    assert layer is not None
    rows, columns = np.nonzero(layer.pixels[..., 0] > 64)
    middle_of = (rows.mean() + 0.5) * layer.part, (columns.mean() + 0.5) * layer.part
    assert middle_of == pytest.approx((SIZE / 2, SIZE / 2), abs=0.5 * ZOOM)


def test_what_the_layer_says_nothing_of_is_clear() -> None:
    """Beyond its volume, and at the bottom of its window: the anatomy must not be dimmed."""
    levels = np.array([[0, 32, 64, 255, 255]], np.uint8)
    empty = np.array([[False, False, False, False, True]])

    layer = in_colour(levels, empty, PALETTE, 0.5)

    # red: the level itself times its opacity; at 32 of 64 it is half as opaque
    assert layer[0, :, 3].tolist() == [0, 64, 128, 128, 0]
    assert layer[0, :, 0].tolist() == [0, 8, 32, 128, 0]
    assert layer[0, :, 1].tolist() == [0, 56, 96, 0, 0]


def test_a_layer_covers_as_much_as_it_was_told() -> None:
    """Half of red, and half of what lies below it."""
    levels, empty = np.full((1, 1), 255, np.uint8), np.zeros((1, 1), bool)

    opaque, half = (in_colour(levels, empty, PALETTE, opacity) for opacity in (1.0, 0.5))

    assert opaque[0, 0].tolist() == [255, 0, 0, 255]
    assert half[0, 0].tolist() == pytest.approx([127.5, 0, 0, 127.5], abs=0.5)


def test_a_pet_that_is_black_on_white_by_itself_is_coloured_all_the_same() -> None:
    """Else what is cold would be hot on the fused view."""
    name = "straight"
    asked = request(name, centre_of(name))
    white = evolve(asked.volume, frame=evolve(asked.volume.frame, inverse=True))

    plain, turned = (
        LayerPainter().layer(evolve(asked, volume=each)) for each in (asked.volume, white)
    )

    assert plain is not None
    assert turned is not None
    assert np.array_equal(plain.pixels, turned.pixels)


def test_another_opacity_samples_nothing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drag of the opacity must not cost a reslice at each step."""
    planes = []
    sampled = VolumeSampler.shown

    def counted(sampler: VolumeSampler, wanted: SliceRequest) -> Sampled:
        planes.append(wanted)
        return sampled(sampler, wanted)

    monkeypatch.setattr(VolumeSampler, "shown", counted)
    painter, asked = LayerPainter(), request("straight", centre_of("straight"))
    layers = [painter.layer(evolve(asked, opacity=part)) for part in (0.5, 0.6, 0.6)]

    assert len(planes) == 1
    assert layers[1] is layers[2] is not layers[0]
