"""Pictures of a film: the volume as a view shows it, with the letters of its edges."""

import numpy as np
import pytest
from fakes_viewer import opened
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set

from workstation.domain.presentation import Rescale
from workstation.rendering import edge_letters
from workstation.rendering.volume_film import FilmPainter
from workstation.rendering.volume_painter import Detail, VolumePainter
from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer.pictures import rays_of
from workstation.viewing.orientation import EdgeLetters
from workstation.viewing.volume_look import From, seen_from

SIDE = 96
CT = display_set(SCANS["straight"], 34, (42, 46), rescale=Rescale(20.0, -20200.0, "HU"))
BLACK = np.zeros((60, 80, 3), np.uint8)


def rendered(preset: str) -> Viewer:
    viewer, _ = opened(CT)
    viewer.resized(0, SIDE, SIDE, 1.0)
    viewer.set_volume(preset)
    return viewer


@pytest.mark.parametrize("preset", ["ct-bone", "mip"])
def test_a_picture_is_what_the_view_shows(preset: str) -> None:
    """Shaded or a projection in grey: the film shows what its maker saw."""
    viewer = rendered(preset)
    scene = viewer.scene(0)
    request, shown = rays_of(scene), scene.shown
    assert request is not None
    assert shown is not None
    seen = VolumePainter().picture(request, Detail.WHOLE, lambda: False)
    assert seen is not None

    made = FilmPainter()(shown, (), SIDE, lambda: None)

    own = seen.picture.pixels if seen.picture.pixels.ndim == 3 else seen.picture.pixels[..., None]
    inner = slice(30, -30)  # clear of the letters
    assert own.std() > 5
    assert np.array_equal(made[inner, inner], np.broadcast_to(own, made.shape)[inner, inner])


def test_the_letters_turn_with_the_patient() -> None:
    """Left and right of a body that turns are not to be guessed."""
    viewer = rendered("mip")
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.state.look is not None
    there = viewer.seen_with(shown, seen_from(shown.state.look, From.L))

    front, left = (
        FilmPainter()(each, (), SIDE, lambda: None)[40:56, :20] for each in (shown, there)
    )

    assert ink(front) > 0
    assert ink(left) > 0
    assert not np.array_equal(front, left)


def ink(part: NDArray[np.uint8]) -> int:
    return int((part > 128).sum())


def test_each_letter_stands_at_its_edge() -> None:
    made = edge_letters.drawn(BLACK, EdgeLetters("R", "H", "LA", "F"))[..., 0]

    places = {
        "left": made[22:38, :20], "top": made[:22, 30:50], "right": made[22:38, -34:],
        "bottom": made[-22:, 30:50],
    }  # fmt: skip
    assert {name: ink(part) > 20 for name, part in places.items()} == dict.fromkeys(places, True)
    assert ink(made) == sum(ink(part) for part in places.values())
    assert ink(places["right"]) > ink(places["bottom"])  # two of them


def test_an_l_is_an_l() -> None:
    """A stroke down and one to the right: mirrored it would be no letter."""
    made = edge_letters.drawn(BLACK, EdgeLetters(left="L"))[..., 0]

    rows, columns = np.nonzero(made > 128)
    box = made[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] > 128
    assert box[:, :2].all(axis=0).any()
    assert box[-2:].all(axis=1).any()
    assert not box[:-3, 4:].any()


def test_letters_are_read_on_bone_too() -> None:
    """White on white is no letter: dark stands around it."""
    made = edge_letters.drawn(np.full_like(BLACK, 255), EdgeLetters(left="H"))[..., 0]

    assert (made[20:40, :20] < 100).sum() > 20


def test_without_orientation_there_are_no_letters() -> None:
    assert np.array_equal(edge_letters.drawn(BLACK, EdgeLetters()), BLACK)
