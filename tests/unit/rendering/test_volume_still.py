"""A volume rendered without a window: what follows from the words of the command line."""

import numpy as np
import pytest
from volume_phantoms import SCANS, display_set, noise, volume

from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import PixelFormat
from workstation.errors import CommandError
from workstation.rendering.still import Wanted
from workstation.rendering.volume_still import of_rays, preset_for
from workstation.services.screen.preset_files import load_volume_presets
from workstation.viewing.planes import STANDARD, Plane

SHAPE = (9, 12, 14)
HU = Rescale(1.0, 0.0, "HU")
PLACED = SCANS["straight"]
VOXELS = noise(SHAPE)
MADE = volume(VOXELS, PLACED, rescale=HU)
SET = display_set(PLACED, SHAPE[0], SHAPE[1:])
PRESETS = load_volume_presets()


def test_values_of_a_mip_lie_where_the_file_beside_them_says() -> None:
    """From the feet, as axial images are looked at; one pixel a voxel."""
    mip = preset_for("mip", PRESETS)

    made = of_rays(MADE, SET, Wanted(axes=STANDARD[Plane.AXIAL]), mip, shown=False)

    assert made.values is not None
    assert np.abs(made.values - VOXELS.max(axis=0)).max() <= 1.0
    first = PLACED @ [0.0, 0.0, (SHAPE[0] - 1) / 2, 1.0]
    assert made.plane["origin"] == pytest.approx(list(first[:3]))
    assert made.plane["spacing"] == pytest.approx([0.8, 0.8])
    assert made.plane["volume"] == {"preset": "mip", "projection": "mip", "engine": "cpu"}


def test_without_a_plane_the_patient_is_seen_from_the_front() -> None:
    made = of_rays(MADE, SET, Wanted(size=(40, 30)), preset_for("ct-skin", PRESETS), shown=True)

    assert made.plane["row"] == [1.0, 0.0, 0.0]
    assert made.plane["column"] == [0.0, 0.0, -1.0]
    assert made.pixels is not None
    assert made.pixels.shape == (30, 40, 3)


def test_a_window_that_was_asked_for_is_the_one_of_the_picture() -> None:
    """White at its top and above, whatever the preset or the images propose."""
    wide = Wanted(axes=STANDARD[Plane.AXIAL], voi=Voi(-9000.0, 10.0))

    made = of_rays(MADE, SET, wide, preset_for("ct-mip", PRESETS), shown=True)

    assert made.pixels is not None
    assert (made.pixels == 255).all()


def test_a_preset_that_there_is_not_is_answered_with_those_there_are() -> None:
    with pytest.raises(CommandError, match=r"ct-bone, .*mip"):
        preset_for("ct-bones", PRESETS)


def test_colours_have_no_values() -> None:
    """A number in a file must be one of the patient's."""
    with pytest.raises(CommandError, match="no values"):
        of_rays(MADE, SET, Wanted(), preset_for("ct-bone", PRESETS), shown=False)


def test_images_in_colour_are_refused() -> None:
    rgb = np.zeros((*SHAPE, 3), np.uint8)
    colour = type(MADE)(rgb, MADE.affine, MADE.frame, 0.0, 255.0)

    with pytest.raises(CommandError, match="colour"):
        of_rays(colour, SET, Wanted(), preset_for("mip", PRESETS), shown=True)


def test_where_images_show_the_lowest_value_white_so_does_a_mip() -> None:
    """MONOCHROME1: what is dark on the slices is not bright on the whole."""
    form = PixelFormat(*SHAPE[1:], 16, 16, 15, True, photometric="MONOCHROME1")
    turned = volume(VOXELS, PLACED, rescale=HU, pixels=form)
    asked, mip = (
        Wanted(axes=STANDARD[Plane.AXIAL], voi=Voi(0.0, 2000.0)),
        preset_for("mip", PRESETS),
    )

    plain = of_rays(MADE, SET, asked, mip, shown=True).pixels
    other = of_rays(turned, SET, asked, mip, shown=True).pixels

    assert plain is not None
    assert other is not None
    assert (other == 255 - plain).all()
    pet = preset_for("pt-mip", PRESETS)
    assert (of_rays(MADE, SET, asked, pet, shown=True).pixels == other).all()
    assert (of_rays(turned, SET, asked, pet, shown=True).pixels == other).all()  # not twice


def test_beside_a_volume_it_is_black_even_where_it_is_inverted() -> None:
    """A white pane blinds a reader of PET in a dark room."""
    wide = Wanted(axes=STANDARD[Plane.AXIAL], size=(60, 40), spacing_mm=0.8, voi=Voi(0.0, 20000.0))

    made = of_rays(MADE, SET, wide, preset_for("pt-mip", PRESETS), shown=True)

    assert made.pixels is not None
    assert (made.pixels[:5] == 0).all()
    assert made.pixels[20, 30] > 0
