"""The crosshair: nothing over the place it shows, and every part of it within reach of a hand."""

import math
from itertools import pairwise

import pytest
from attrs import evolve

from workstation.rendering import crosshair
from workstation.rendering.ink import Canvas, Letter, Oval, Stroke
from workstation.services.screen.view_lines import Crosshair, CrossLine
from workstation.viewing.planes import Plane
from workstation.viewing.resolve import ResolvedView

VIEW = ResolvedView(2.0, 0.0, 0.0, 2.0, 0.0, 0.0, 300, 200, 600, 400)
CANVAS = Canvas(VIEW, 1.0, None, lambda first, second: (0.0, 0.0))
COS, SIN = math.cos(math.radians(20)), math.sin(math.radians(20))
CROSS = Crosshair(
    (149.5, 99.5),  # in the middle of the view: 300, 200
    (
        CrossLine(Plane.CORONAL, (COS, SIN), (-10 * SIN, 10 * COS)),
        CrossLine(Plane.SAGITTAL, (-SIN, COS)),
    ),
)


def middle() -> tuple[float, float]:
    return CANVAS.at(CROSS.at)


def beside(p: tuple[float, float], q: tuple[float, float], at: tuple[float, float]) -> float:
    """From a segment to a place."""
    (ax, ay), (bx, by) = p, q
    length = (bx - ax) ** 2 + (by - ay) ** 2
    t = max(0.0, min(1.0, ((at[0] - ax) * (bx - ax) + (at[1] - ay) * (by - ay)) / length))
    return math.dist(at, (ax + t * (bx - ax), ay + t * (by - ay)))


@pytest.mark.parametrize("at", [(149.5, 99.5), (30.0, 99.5), (149.5, 5.0), (2.0, 2.0)])
def test_the_place_looked_at_is_never_drawn_over(at: tuple[float, float]) -> None:
    """A line through the lesion hides the lesion (frown 3)."""
    cross = Crosshair(at, tuple(CrossLine(line.plane, line.direction) for line in CROSS.lines))
    place = CANVAS.at(at)

    for item in crosshair.ink(CANVAS, cross):
        if isinstance(item, Stroke):
            for p, q in pairwise(item.points):
                assert beside(p, q, place) >= crosshair.GAP - 1e-6


def test_lines_bear_the_hue_the_dash_and_the_letter_of_their_plane() -> None:
    items = crosshair.ink(CANVAS, CROSS)
    lines = {(item.token, item.dash) for item in items if isinstance(item, Stroke)}

    assert {("ink.plane_c", "dash"), ("ink.plane_s", "dashdot")} <= lines
    assert {item.text for item in items if isinstance(item, Letter)} == {"C", "S"}


def test_the_slab_that_is_drawn_is_as_thick_as_the_slab() -> None:
    """Edges beside what is really shown would mislead (frown 8): 10 mm to either side here."""
    edges = [item for item in crosshair.ink(CANVAS, CROSS)
             if isinstance(item, Stroke) and item.dash == "dot"]  # fmt: skip

    assert len(edges) == 4
    for edge in edges:
        x, y = edge.points[0][0] - middle()[0], edge.points[0][1] - middle()[1]
        assert abs(-x * SIN + y * COS) == pytest.approx(20.0)  # two pixels of the view for a mm


def test_a_hand_finds_each_part() -> None:
    x, y = middle()
    ovals = [item for item in crosshair.ink(CANVAS, CROSS) if isinstance(item, Oval)]
    grip = next(item for item in ovals if item.token == "ink.plane_c")
    turning = grip.box[0] + crosshair.GRIP, grip.box[1] + crosshair.GRIP

    assert crosshair.held(CANVAS, CROSS, (x + 4, y)) == crosshair.Held("middle")
    assert crosshair.held(CANVAS, CROSS, turning) == crosshair.Held("turn", Plane.CORONAL)
    on_line = (x - 40 * SIN, y + 40 * COS)
    assert crosshair.held(CANVAS, CROSS, on_line) == crosshair.Held("line", Plane.SAGITTAL)
    assert crosshair.held(CANVAS, CROSS, (20.0, 20.0)) is None


def test_the_edge_of_a_slab_is_taken_hold_of() -> None:
    squares = [item for item in crosshair.ink(CANVAS, CROSS)
               if isinstance(item, Stroke) and item.closed]  # fmt: skip
    points = squares[0].points
    at = sum(p[0] for p in points) / 4, sum(p[1] for p in points) / 4

    assert crosshair.held(CANVAS, CROSS, at) == crosshair.Held("slab", Plane.CORONAL)


def test_a_crosshair_beside_the_view_draws_nothing_on_it() -> None:
    away = Crosshair((-500.0, -500.0), (CrossLine(Plane.CORONAL, (1.0, 0.0)),))

    assert crosshair.ink(CANVAS, away) == ()
    assert crosshair.held(CANVAS, away, (300.0, 200.0)) is None


def test_lines_of_a_volume_in_axes_of_its_own_bear_its_letters() -> None:
    """An S at the line of an ultrasound plane would name a side that nobody knows."""
    own = Crosshair(CROSS.at, tuple(evolve(line, letter="B") for line in CROSS.lines))

    said = {each.text for each in crosshair.ink(CANVAS, own) if isinstance(each, Letter)}

    assert said == {"B"}
