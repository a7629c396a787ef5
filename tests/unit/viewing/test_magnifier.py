"""The magnifier shows the image under the pointer, and nothing else."""

import pytest
from fakes_viewer import frame

from workstation.viewing.magnifier import factor_of, magnified
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState, rotate, turn, zoom


@pytest.mark.parametrize("turned", [lambda s: s, lambda s: rotate(s, 1), lambda s: turn(s, 33.0)])
def test_what_lies_under_the_pointer_lies_in_its_middle(turned) -> None:  # type: ignore[no-untyped-def]
    """Else a reader would point at one calcification and see another."""
    state = turned(zoom(ViewportState("x"), 3.0, (10, 12), (31.5, 31.5)))
    view = ResolvedView.of(state, frame(), 640, 480)

    lens = magnified(view, (250.0, 130.0), 300)

    assert lens.to_image((150, 150)) == pytest.approx(view.to_image((250, 130)))


def test_it_is_twice_as_large_as_the_view() -> None:
    """Ten screen pixels to the right of the pointer are twenty in the magnifier."""
    view = ResolvedView.of(ViewportState("x"), frame(), 640, 640)

    lens = magnified(view, (250, 130), 300)

    assert lens.to_image((170, 150)) == pytest.approx(view.to_image((260, 130)))
    assert factor_of(view) == 2.0


def test_of_an_image_larger_than_the_screen_every_pixel_is_shown() -> None:
    """A mammogram of 4000 rows fitted into 500: twice an eighth still hides three of four."""
    view = ResolvedView.of(ViewportState("x"), frame(shape=(4000, 3000)), 500, 500)

    lens = magnified(view, (250, 250), 300)

    assert view.scale == pytest.approx(1 / 8)
    assert lens.scale == pytest.approx(1.0)
