"""A graphics card that renders volumes: used where it is right, left where it is not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray
from volume_phantoms import SCANS, filled, middle, sphere, volume

from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import Frame, PixelFormat
from workstation.imaging.structure_grid import Grid
from workstation.imaging.surface import Border, Surface
from workstation.imaging.transfer import Projection, Stop, VolumePreset
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.bricks import Brick, Kept
from workstation.rendering.card_room import CardRoom
from workstation.rendering.engine import CardLost, EngineChoice, Slices
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.rays_card import proof
from workstation.rendering.volume_cast import Caster
from workstation.rendering.volume_painter import Detail, RaysRequest, Rendered, VolumePainter
from workstation.rendering.volume_picture import pixels_of
from workstation.viewing.planes import Axes
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState
from workstation.viewing.volume_cuts import Freehand
from workstation.viewing.volume_look import VolumeLook, screen_of

SHAPE = (34, 42, 46)
SOLID = VolumePreset("s", "S", (), Projection.UNSHADED, (Stop(499.0, 0.0), Stop(501.0, 1.0)))
MIP = VolumePreset("mip", "MIP", (), Projection.MIP)
WINDOW = Voi(500.0, 1000.0)
TRIANGLE = ((0.0, 0.0), (5.0, 0.0), (0.0, 5.0))


def made(name: str = "straight") -> Volume:
    placed = SCANS[name]
    ball = filled(sphere(middle(placed, SHAPE), 8.0), placed, SHAPE)
    return volume(ball, placed, rescale=Rescale(1.0, 0.0, "HU"))


class Card:
    """Draws as the CPU does, or whatever it is told to; counts what it is asked for."""

    def __init__(
        self, wrong: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None = None
    ) -> None:
        self.asked: list[CastRequest] = []
        self.bricks: list[Brick] = []
        self.room = CardRoom(2048, 1 << 30)
        self.purged = 0
        self._wrong = wrong

    def picture(self, brick: Brick, kept: Kept | None, request: CastRequest) -> NDArray[np.uint8]:
        self.asked.append(request)
        self.bricks.append(brick)
        drawn = pixels_of(Caster(brick, kept).cast(request), request.preset, request.window)
        if drawn.ndim == 2:
            drawn = np.repeat(drawn[..., np.newaxis], 3, axis=2)
        return drawn if self._wrong is None else self._wrong(drawn)

    def purge(self) -> None:
        self.purged += 1


class Planes:
    """The card of the planes, which nobody asks for any here."""

    def sample(self, *_: object) -> NDArray[Any]:
        raise AssertionError

    def purge(self) -> None: ...


class Desk:
    def __init__(self, card: Card) -> None:
        self.card = card
        self.slices = Slices()
        self.told: list[str] = []
        self.slices.told = lambda choice: self.told.append(choice.notice)
        self.slices.use(Planes(), EngineChoice("gpu"))
        self.slices.rays = card
        self.painter = VolumePainter(self.slices)

    def draw(self, request: RaysRequest, detail: Detail = Detail.WHOLE) -> Rendered:
        found = self.painter.picture(request, detail, lambda: False)
        assert found is not None
        return found


def request(shown: Volume | None = None, preset: VolumePreset = SOLID) -> RaysRequest:
    shown = shown or made()
    look = VolumeLook("s")
    corners = tuple(tuple(corner) for corner in shown.corners)
    placed = screen_of(look, shown.centre, corners, 0.7)
    rows, columns = placed.size
    screen = Frame(shown.frame.key, PixelFormat(rows, columns, 16, 16, 15, True), 1,
                   plane=placed.plane)  # fmt: skip
    view = ResolvedView.of(ViewportState(), screen, 300, 220)
    return RaysRequest(shown, placed.plane, view, preset, WINDOW, inverted=False)


def test_the_card_draws_and_the_cpu_says_how_deep() -> None:
    """A click still goes to what lies there."""
    desk = Desk(Card())

    found = desk.draw(request())

    assert len(desk.card.asked) == 1
    assert found.picture.part == 1
    middle_depth = found.depth_mm[found.depth_mm.shape[0] // 2, found.depth_mm.shape[1] // 2]
    assert middle_depth == pytest.approx(-8.0, abs=1.0)
    assert found.depth_part > 1


def test_while_a_hand_turns_it_the_card_alone_works() -> None:
    desk = Desk(Card())
    desk.draw(request(), Detail.WHOLE)

    found = desk.draw(request(desk.painter._volume), Detail.MOVING)

    assert found.picture.part == 2
    assert np.isnan(found.depth_mm).all()


@pytest.mark.parametrize("change", [
    {"cuts": (Freehand((0.0, 0.0, 0.0), Axes((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)), TRIANGLE),)},
    {"preset": evolve(MIP, projection=Projection.MINIP)},
    {"preset": evolve(MIP, inverted=True)},
    {"preset": MIP, "inverted": True},
    {"surfaces": (Surface(Border(Grid(np.ones((2, 2, 2), np.bool_), np.eye(4))), (1, 0, 0)),)},
])  # fmt: skip
def test_what_a_card_does_not_do_as_we_do_is_the_cpus(change: dict[str, object]) -> None:
    """Nothing is left out of a picture because a card cannot draw it."""
    desk = Desk(Card())

    desk.draw(evolve(request(), **change))

    assert desk.card.asked == []
    assert desk.slices.rays is desk.card


@pytest.mark.parametrize(
    ("room", "side", "why"),
    [
        (CardRoom(30, 1 << 30), 23, "a side of 46 voxels, the graphics card takes 30"),
        (CardRoom(2048, 20_000), 23, "volumes may take 0 MB of the card"),
        (CardRoom(12, 1 << 30), 12, "a side of 46 voxels, the graphics card takes 12"),
    ],
)
def test_a_volume_that_is_too_large_is_a_preview_by_the_card_and_whole_by_the_cpu(
    room: CardRoom, side: int, why: str
) -> None:
    """Half or a quarter of it while a hand turns it, where the ball lies; at rest every voxel."""
    desk = Desk(Card())
    desk.card.room = room

    moving, whole = desk.draw(request(), Detail.MOVING), desk.draw(request())

    assert [brick.voxels.shape[2] for brick in desk.card.bricks] == [side]
    assert moving.picture.part == 2
    assert whole.picture.part == 1
    coarse, fine = (np.nonzero(each.picture.pixels[..., 0] > 127) for each in (moving, whole))
    assert np.mean(coarse, axis=1) * 2 == pytest.approx(np.mean(fine, axis=1), abs=2.0)
    assert desk.told[1:] == ["software rendering of a volume: " + why]


def test_a_card_too_small_for_a_quarter_of_a_volume_is_not_asked() -> None:
    desk = Desk(Card())
    desk.card.room = CardRoom(8, 1 << 30)

    desk.draw(request(), Detail.MOVING)

    assert desk.card.asked == []


def test_a_tilted_gantry_is_the_cpus() -> None:
    desk = Desk(Card())

    desk.draw(request(made("gantry tilt")))

    assert desk.card.asked == []


def test_a_card_that_draws_nothing_is_left_and_said() -> None:
    """Without room for the volume a driver draws black and says nothing: no finding is lost so."""
    desk = Desk(Card(np.zeros_like))

    found = desk.draw(request())

    assert (found.picture.pixels > 127).any()
    assert desk.slices.rays is None
    assert desk.told[-1].startswith("volumes are rendered by the CPU: ")


def test_a_card_that_is_lost_costs_a_sentence_and_no_picture() -> None:
    def lost(_: NDArray[np.uint8]) -> NDArray[np.uint8]:
        raise CardLost("the OpenGL context was lost")

    desk = Desk(Card(lost))

    found = desk.draw(request())

    assert (found.picture.pixels > 127).any()
    assert desk.slices.rays is None
    assert desk.told[-1] == "volumes are rendered by the CPU: the OpenGL context was lost"


def test_a_card_proves_itself_on_a_ball() -> None:
    """Mirrored, shifted or empty it is not used."""
    assert proof(Card()) == ""
    assert proof(Card(np.zeros_like)) != ""
    assert proof(Card(lambda drawn: np.roll(drawn, 4, axis=1))) != ""


def test_without_slices_by_a_card_there_are_no_volumes_by_it() -> None:
    """It was lost: what is left of it draws nothing."""
    desk = Desk(Card())
    desk.slices.use(None, EngineChoice("cpu"))

    assert desk.slices.rays is None


def test_a_case_that_is_left_is_not_on_the_card() -> None:
    desk = Desk(Card())

    desk.slices.tidy()

    assert desk.card.purged == 1
