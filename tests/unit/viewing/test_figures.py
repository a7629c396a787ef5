"""Figures of others lie where they were drawn: by arithmetic of their own."""

import math

import pytest
from attrs import evolve
from fakes_viewer import frame

from workstation.domain.identifiers import SopUID
from workstation.domain.presentation_state import (
    Annotation,
    DisplayedArea,
    Graphic,
    PresentationState,
    Shape,
    Units,
    Words,
)
from workstation.domain.referenced import ReferencedImage
from workstation.viewing.figures import Caption, Figure, figures, outline
from workstation.viewing.presenting import presented
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState

ONE = frame(shape=(40, 60), axes=None)
STATE = PresentationState(SopUID("7"), "S", (ReferencedImage(ONE.key.sop),))


def test_a_circle_goes_round_its_centre() -> None:
    line = outline(Shape.CIRCLE, [(10.0, 20.0), (13.0, 24.0)])

    assert all(math.dist(point, (10, 20)) == pytest.approx(5) for point in line)


def test_an_oblique_ellipse_goes_through_the_ends_of_its_axes() -> None:
    """Long axis at 45 degrees: a box would draw another one."""
    ends = [(0.0, 0.0), (8.0, 8.0), (6.0, 2.0), (2.0, 6.0)]

    line = outline(Shape.ELLIPSE, ends)

    for end in ends:
        assert min(math.dist(end, point) for point in line) < 1e-9
    long, short = math.hypot(4, 4), math.hypot(2, 2)
    for x, y in line:
        u, v = ((x - 4) + (y - 4)) / math.sqrt(2), ((x - 4) - (y - 4)) / math.sqrt(2)
        assert (u / long) ** 2 + (v / short) ** 2 == pytest.approx(1)


def test_a_smooth_line_goes_through_all_of_its_points() -> None:
    points = [(0.0, 0.0), (5.0, 9.0), (12.0, 3.0), (20.0, 20.0)]

    line = outline(Shape.INTERPOLATED, points)

    assert all(point in line for point in points)
    assert len(line) > 20


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flipped", [False, True])
def test_parts_of_the_displayed_area_are_parts_of_the_view(turns: int, flipped: bool) -> None:
    """However the state turns the image, 0.25 along is a quarter of the view (C.10.5.1.1)."""
    mark = Graphic(Shape.POINT, Units.DISPLAY, ((0.25, 0.75),))
    area = DisplayedArea((11, 6), (30, 25))
    state = evolve(
        STATE, areas=(area,), quarter_turns=turns, flipped=flipped,
        annotations=(Annotation("A", (mark,)),),
    )  # fmt: skip
    made = presented(state, ONE)
    assert made is not None
    view = ResolvedView.of(ViewportState(), made.frame, 400, 400, made.framing)

    (found,) = figures(made)

    assert isinstance(found, Figure)
    assert view.to_view(found.points[0]) == pytest.approx((100, 300))


def test_a_text_stands_at_its_box_and_leads_to_its_anchor_where_that_is_shown() -> None:
    box = ((5.0, 6.0), (20.0, 9.0))
    shown = Words("12 mm", box, anchor=(1.0, 2.0), anchor_shown=True)
    hidden, alone = evolve(shown, anchor_shown=False), evolve(shown, box=None)
    state = evolve(STATE, annotations=(Annotation("A", words=(shown, hidden, alone)),))
    made = presented(state, ONE)
    assert made is not None

    found = figures(made)

    assert found == (
        Caption("12 mm", (5.0, 6.0), (1.0, 2.0)),
        Caption("12 mm", (5.0, 6.0)),
        Caption("12 mm", (1.0, 2.0)),
    )
