"""Priors that are registered by themselves: once, both whole, and never against the reader."""

from typing import Any

import numpy as np
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import FakeLoader, opened, stack, viewed

from workstation.domain.registration import IDENTITY, Registered, SaidBy
from workstation.domain.study import DisplaySet, Geometry, GeometryVerdict
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.registering_priors import RegisteringPriors
from workstation.services.viewer.viewer import Viewer

BOTH = (viewed(), viewed("1.2", "prior", days_before=379))
VOLUME = Geometry(GeometryVerdict.REGULAR, mpr=True)


class Asked:
    """Who would register: keeps what it was asked for."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []

    def register(self, source: Shown, other: Shown) -> None:
        self.pairs.append((source.study.role, other.study.role))


class Room:
    def __init__(self, current: DisplaySet, prior: DisplaySet, *, load: bool = True) -> None:
        self.viewer: Viewer
        self.loader: FakeLoader
        self.viewer, self.loader = opened(current, prior, studies=BOTH, load=load)
        self.asked, self.jobs = Asked(), InlineJobs(FakeClock())
        store: Any = self.loader.store
        asked: Any = self.asked
        RegisteringPriors(self.viewer, asked, store, self.jobs).begin()

    def hang(self, seconds: float = 5.0) -> list[tuple[str, str]]:
        self.viewer.compare_prior()
        for _ in range(round(seconds)):
            self.jobs.advance(1.0)
        return self.asked.pairs


def current(**more: Any) -> DisplaySet:
    return evolve(stack(4, **more), geometry=VOLUME)


def prior(space: str = "9.2", **more: Any) -> DisplaySet:
    return evolve(stack(4, study="1.2", series="1.2.1", space=space, **more), geometry=VOLUME)


@pytest.fixture
def room() -> Room:
    return Room(current(), prior())


def test_a_prior_beside_the_current_study_is_registered_once(room: Room) -> None:
    """F122: the level is found before it is looked for; what was rejected is not said again."""
    assert room.hang() == [("current", "prior")]

    room.viewer.go(2)
    room.viewer.set_layout(1, 1)
    assert room.hang() == [("current", "prior")]


def test_it_waits_until_both_are_whole() -> None:
    """Half a chest beside a whole one fits nowhere."""
    room = Room(current(), prior(), load=False)
    assert room.hang() == []

    for each in (current(), prior()):
        for frame in each.frames:
            shape = frame.pixels.rows, frame.pixels.columns
            room.loader.arrive(frame, np.zeros(shape, np.int16))
    room.jobs.advance(1.0)

    assert room.asked.pairs == [("current", "prior")]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (current(), prior(space="9.1")),  # one space: it is known already
        (current(), prior(modality="MR")),
        (current(), evolve(prior(), geometry=Geometry())),
    ],
)
def test_what_needs_none_or_allows_none_is_left_alone(here: DisplaySet, there: DisplaySet) -> None:
    assert Room(here, there).hang() == []


def test_what_the_reader_said_stands(room: Room) -> None:
    """By hand at one level, or by a registration that was accepted."""
    room.viewer.compare_prior()
    found = Registered("9.1", "9.2", IDENTITY, SaidBy.OBJECT, "PLANNING")
    room.viewer.register(found)

    assert room.hang() == []


def test_views_that_the_reader_does_not_link_are_not_registered(room: Room) -> None:
    room.viewer.compare_prior()
    room.viewer.toggle_links()

    assert room.hang() == []
