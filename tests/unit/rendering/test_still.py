"""One image without a window: what follows from the words of the command line."""

from typing import Any

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame
from volume_phantoms import SCANS, display_set, noise, pixels, volume

from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import PixelFormat
from workstation.errors import CommandError
from workstation.rendering.still import Wanted, of_frame, of_volume, wanted
from workstation.viewing.planes import STANDARD, Plane

SHAPE = (9, 12, 14)
HU = Rescale(1.0, 0.0, "HU")


def words(**given: Any) -> dict[str, Any]:
    none = dict.fromkeys(("frame", "plane", "normal", "up", "at", "spacing", "size", "window"))
    return {**none, "slab": 0.0, "mode": "mip", "volume": "", "engine": "cpu", **given}


def test_words_become_what_is_wanted() -> None:
    found = wanted(words(plane="coronal", slab=5.0, mode="minip", window=(40.0, 400.0)))

    assert found == Wanted(
        axes=STANDARD[Plane.CORONAL], slab_mm=5.0, mode=found.mode, voi=Voi(40.0, 400.0),
        of_body=True,
    )  # fmt: skip
    assert found.mode.value == "minip"
    assert found.is_reformat


@pytest.mark.parametrize(
    "given",
    [
        {"frame": 2, "at": (0.0, 0.0, 0.0)},
        {"up": (0.0, 0.0, 1.0)},
        {"normal": (0.0, 0.0, 0.0)},
        {"volume": "mip", "slab": 5.0},
        {"volume": "mip", "frame": 2},
    ],
)
def test_words_that_contradict_each_other_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="--"):
        wanted(words(**given))


def test_without_any_words_it_is_the_middle_frame_as_it_is() -> None:
    found = wanted(words())

    assert not found.is_reformat
    assert found.index_in(display_set(SCANS["straight"], 9, (4, 4))) == 4


@pytest.mark.parametrize("given", [{}, {"frame": 3}, {"volume": "ct-bone"}])
def test_what_the_card_does_not_draw_is_said(given: dict[str, Any]) -> None:
    """Never by another engine than the one asked for."""
    with pytest.raises(CommandError, match="planes and slabs"):
        wanted(words(engine="gpu", **given))


def test_the_card_may_be_asked_for_planes_and_slabs() -> None:
    assert wanted(words(engine="gpu", plane="axial")).is_reformat
    assert wanted(words(engine="gpu", slab=3.0)).is_reformat


def test_a_slab_of_the_plain_stack_lies_on_its_frame() -> None:
    """The plane of acquisition, tilted as it is, without naming one."""
    placed, voxels = SCANS["gantry tilt"], noise(SHAPE)
    found = display_set(placed, SHAPE[0], SHAPE[1:])

    made = of_volume(
        volume(voxels, placed, rescale=HU), found, Wanted(frame_index=3, slab_mm=0.001), shown=False
    )

    plane = found.frames[3].plane
    assert plane is not None
    assert made.values is not None
    assert made.plane["row"] == list(plane.row)
    assert made.plane["origin"] == pytest.approx(list(plane.origin))
    assert np.abs(made.values - voxels[3]).max() < 1.0


def test_a_frame_is_resampled_in_its_own_millimetres() -> None:
    """Pixels of 0.5 by 1.0 mm at 0.5 mm: every second row is one of the image."""
    stored = noise((1, 8, 6))[0]
    one = frame(shape=(8, 6), spacing=(1.0, 0.5), rescale=HU)

    made = of_frame(one, pixels(stored), Wanted(spacing_mm=0.5), shown=False)

    assert made.values is not None
    assert made.values.shape == (16, 6)
    assert made.plane["spacing"] == [0.5, 0.5]
    between = made.values[1:-1].reshape(7, 2, 6).mean(axis=1)
    assert np.abs(between - (stored[:-1] + stored[1:].astype(float)) / 2).max() < 0.5


def test_an_image_without_millimetres_has_no_plane_and_no_spacing() -> None:
    """A length is refused rather than guessed."""
    one = frame(shape=(8, 6), axes=None, rescale=HU)
    made = of_frame(one, pixels(noise((1, 8, 6))[0]), Wanted(), shown=False)

    assert made.plane == {"origin": None, "row": None, "column": None, "spacing": None}
    with pytest.raises(CommandError, match="millimetres"):
        of_frame(one, pixels(noise((1, 8, 6))[0]), Wanted(spacing_mm=1.0), shown=False)


def test_display_pixels_of_a_frame_are_those_of_the_viewer() -> None:
    """Turned over where the object says that its lowest value is white."""
    stored = np.array([[0, 200], [400, 800]], np.int16)
    form = PixelFormat(2, 2, 16, 16, 15, True, photometric="MONOCHROME1")
    one = frame(shape=(2, 2), pixels=form, rescale=HU, vois=())
    voi = Voi(400, 801)

    made = of_frame(one, pixels(stored), Wanted(voi=voi), shown=True)

    assert made.pixels is not None
    assert made.pixels.tolist() == [[255, 191], [127, 0]]


def test_a_picture_of_a_volume_proposes_the_window_of_its_images() -> None:
    placed, voxels = SCANS["straight"], np.full(SHAPE, 40, np.int16)
    found = display_set(placed, SHAPE[0], SHAPE[1:])
    made = volume(voxels, placed, rescale=HU)
    bare = evolve(found, frames=tuple(evolve(each, vois=()) for each in found.frames))
    asked = Wanted(axes=STANDARD[Plane.CORONAL])

    proposed = of_volume(made, found, asked, shown=True).pixels
    automatic = of_volume(made, bare, asked, shown=True).pixels

    assert proposed is not None
    assert automatic is not None
    assert np.unique(proposed).tolist() == [128]  # 40 in the middle of 40/400
    assert automatic.shape == proposed.shape


def test_a_volume_in_axes_of_its_own_has_no_axial_plane() -> None:
    """An ultrasound volume: a picture named axial would be taken for the patient's."""
    placed = SCANS["straight"]
    found = display_set(placed, SHAPE[0], SHAPE[1:])
    made = volume(noise(SHAPE), placed, rescale=HU)
    own = evolve(made, frame=evolve(made.frame, in_patient=False))

    with pytest.raises(CommandError, match="axes of their own"):
        of_volume(own, found, wanted(words(plane="axial")), shown=False)
    still = of_volume(own, found, wanted(words(normal=(0.0, 0.0, 1.0))), shown=False)

    assert still.plane["in_patient"] is False
    assert "in_patient" not in of_volume(made, found, Wanted(at=made.centre), shown=False).plane
