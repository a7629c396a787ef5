"""Which engine draws: a card has to be there, to be right, and to stay; reading goes on without."""

from typing import Any

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray
from volume_phantoms import noise

from workstation.domain.geometry import Affine
from workstation.rendering.engine import (
    Asked,
    CardLost,
    EngineChoice,
    NoRoom,
    Slices,
    Wish,
    proof,
    why_cpu,
)
from workstation.rendering.slice_cpu import SliceEngine, SliceRequest
from workstation.viewing.viewport import Interpolation

VOLUME = noise((12, 16, 14))
PLACED = Affine(np.diag([0.8, 0.8, 2.0, 1.0]))
REQUEST = SliceRequest((1.0, 1.0, 4.0), (1, 0, 0), (0, 0.8, 0.6), (0.5, 0.5), (18, 16))


class Card:
    """Samples as the CPU does, some `off`; or fails as cards do. `asked` counts."""

    def __init__(self, fault: Exception | None = None, off: float = 0.0) -> None:
        self.fault, self.off, self.asked, self.purged = fault, off, 0, 0

    def sample(self, asked: Asked) -> NDArray[Any]:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        engine = SliceEngine(asked.voxels, asked.affine, asked.outside, asked.kind.type)
        made: NDArray[Any] = (engine.slice(asked.request) + np.asarray(self.off)).astype(asked.kind)
        return made

    def purge(self) -> None:
        self.purged += 1


def using(card: Card) -> tuple[Slices, list[EngineChoice]]:
    slices, told = Slices(), list[EngineChoice]()
    slices.told = told.append
    slices.use(card, EngineChoice("gpu"))
    return slices, told


def by_cpu(request: SliceRequest = REQUEST) -> NDArray[Any]:
    return SliceEngine(VOLUME, PLACED).slice(request)


def test_without_a_card_the_processor_draws() -> None:
    """A home laptop reads everything."""
    slices = Slices()

    assert np.array_equal(slices.over(VOLUME, PLACED).slice(REQUEST), by_cpu())
    assert slices.choice == EngineChoice("cpu", "software rendering")


def test_a_card_draws_also_what_was_begun_without_it() -> None:
    """The card is taken up some seconds after the windows stand: nobody opens a case twice."""
    slices, card = Slices(), Card(off=1)
    sampling = slices.over(VOLUME, PLACED)
    before = sampling.slice(REQUEST)

    slices.use(card, EngineChoice("gpu"))

    assert np.array_equal(sampling.slice(REQUEST), before + 1)


def test_a_card_that_is_lost_is_left_and_the_slice_comes_all_the_same() -> None:
    """Context lost, driver dead: the reader has the picture, and one sentence."""
    card = Card(CardLost("the graphics card was reset"))
    slices, told = using(card)
    sampling = slices.over(VOLUME, PLACED)

    first, second = sampling.slice(REQUEST), sampling.slice(REQUEST)

    assert np.array_equal(first, by_cpu())
    assert np.array_equal(second, by_cpu())
    assert card.asked == 1
    assert told[1:] == [
        EngineChoice("cpu", "software rendering: the graphics card was reset"),
    ]


def test_a_volume_without_room_goes_by_the_processor_and_others_by_the_card() -> None:
    """The card's memory is full, or its textures are too small for one of two volumes."""
    card = Card(NoRoom("the graphics card is out of memory"))
    slices, told = using(card)
    large, small = slices.over(VOLUME, PLACED), slices.over(VOLUME.copy(), PLACED)

    assert np.array_equal(large.slice(REQUEST), by_cpu())
    card.fault, card.off = None, 1.0

    assert np.array_equal(large.slice(REQUEST), by_cpu())
    assert np.array_equal(small.slice(REQUEST), by_cpu() + 1)
    assert slices.choice == EngineChoice(
        "gpu", "software rendering of a volume: the graphics card is out of memory"
    )
    assert len(told) == 2


def test_many_volumes_without_room_are_said_once() -> None:
    """A notice that comes again and again is no notice."""
    card = Card(NoRoom("too large"))
    slices, told = using(card)

    for _ in range(5):
        slices.over(VOLUME.copy(), PLACED).slice(REQUEST)

    assert card.asked == 5
    assert len(told) == 2


class Half(Card):
    """Has room for previews alone, which are brighter by 1 here."""

    def sample(self, asked: Asked) -> NDArray[Any]:
        self.fault = None if asked.request.coarse > 1.0 else NoRoom("too large")
        return super().sample(asked)


def test_of_a_volume_without_room_previews_are_the_cards_and_the_exact_is_not() -> None:
    """Issue 5, part 1: while it moves, fewer voxels by the card; at rest every one of them."""
    slices, told = using(Half(off=1))
    sampling, preview = slices.over(VOLUME, PLACED), evolve(REQUEST, coarse=2.0)

    assert np.array_equal(sampling.slice(preview), by_cpu(preview) + 1)
    assert not slices.is_split(VOLUME)  # nothing is known yet
    assert np.array_equal(sampling.slice(REQUEST), by_cpu())
    assert np.array_equal(sampling.slice(preview), by_cpu(preview) + 1)
    assert slices.is_split(VOLUME)
    assert told[-1].notice == "software rendering of a volume: too large"


def test_views_of_one_volume_ask_the_card_for_it_once() -> None:
    """What it refused one of twelve views it has no room for in the other eleven."""
    card = Card(NoRoom("too large"))
    slices, _ = using(card)

    for _ in range(12):
        slices.over(VOLUME, PLACED).slice(REQUEST)

    assert card.asked == 1


@pytest.mark.parametrize("interpolation", [Interpolation.CUBIC])
def test_what_the_shader_does_not_know_is_never_asked_of_the_card(
    interpolation: Interpolation,
) -> None:
    card = Card(off=1)
    slices, _ = using(card)
    request = evolve(REQUEST, interpolation=interpolation)

    assert np.array_equal(slices.over(VOLUME, PLACED).slice(request), by_cpu(request))
    assert card.asked == 0


@pytest.mark.parametrize("voxels", [VOLUME.astype(np.int32), np.zeros((4, 5, 6, 3), np.uint8)])
def test_voxels_that_single_precision_does_not_hold_stay_here(voxels: NDArray[Any]) -> None:
    """32-bit values above 16 million would be rounded on the way; colour has three parts."""
    card = Card()
    slices, _ = using(card)

    slices.over(voxels, PLACED).slice(REQUEST)

    assert card.asked == 0
    assert slices.choice.notice.endswith("colour and 32-bit values are the processor's")


def test_a_card_that_is_right_has_proved_it() -> None:
    assert proof(Card()) == ""


@pytest.mark.parametrize("off", [2.0, float("nan")])
def test_a_card_that_is_wrong_is_found_out(off: float) -> None:
    """A driver that interpolates wrongly shows values that are not in the patient."""

    class Wrong(Card):
        def sample(self, asked: Asked) -> NDArray[Any]:
            made = super().sample(asked)
            if made.dtype == np.float32:
                made[3, 4] += off
            return made

    assert "differ" in proof(Wrong())


def test_a_case_that_is_left_leaves_the_card_too() -> None:
    """Voxels of a patient stay nowhere after the case."""
    card = Card()
    slices, _ = using(card)

    slices.tidy()

    assert card.purged == 1


def test_what_is_said_of_a_volume_goes_with_its_case() -> None:
    """A notice about another patient's images is a wrong one."""
    slices, told = using(Card(NoRoom("too large")))
    slices.over(VOLUME, PLACED).slice(REQUEST)

    slices.tidy()
    slices.tidy()

    assert slices.choice == EngineChoice("gpu")
    assert len(told) == 3


SOFTWARE = "software rendering: llvmpipe (LLVM 15) is no graphics card"


@pytest.mark.parametrize(
    ("wish", "renderer", "is_hardware", "said"),
    [
        ("auto", "NVIDIA H200", True, ""),
        ("auto", "llvmpipe (LLVM 15)", False, SOFTWARE),
        ("gpu", "llvmpipe (LLVM 15)", False, ""),
        ("auto", "", False, "software rendering: no context"),
        ("gpu", "", False, "software rendering: no context"),
        ("cpu", "NVIDIA H200", True, "software rendering, as it was set"),
    ],
)
def test_the_engine_follows_the_wish_and_what_the_driver_is(
    wish: Wish, renderer: str, is_hardware: bool, said: str
) -> None:
    """Mesa's software is slower than our own: it is used by who asks for it alone."""
    assert why_cpu(wish, renderer, is_hardware=is_hardware, why="no context") == said
