"""Objects that come one after another: read beside the line, told of now and then."""

import threading
from collections.abc import Iterable, Iterator

import pytest
from fakes import FakeClock

from workstation.adapters.dimse_intake import Intake, Seldom
from workstation.domain.identifiers import SopUID
from workstation.errors import NotDisplayable


def read(objects: Iterable[bytes]) -> Iterator[bytes | NotDisplayable]:
    """The header of an object is its bytes, in capitals."""
    for each in objects:
        yield each.upper()


def test_the_first_is_told_of_while_the_line_brings_the_second() -> None:
    """A reader looks at the first image of six hundred when it is here, not with the last."""
    kept: list[tuple[str, bytes, bytes | NotDisplayable]] = []
    told = threading.Event()
    with Intake(read, lambda *one: kept.append(one), told.set) as intake:
        intake.take(SopUID("1"), b"a")
        assert told.wait(10)
        assert kept == [("1", b"a", b"A")]
        intake.take(SopUID("2"), b"b")

    assert kept == [("1", b"a", b"A"), ("2", b"b", b"B")]


def test_a_flood_is_not_described_anew_at_each_object() -> None:
    """A series is described as a whole each time: six hundred times would take the decoders
    from the pictures."""
    clock = FakeClock()
    told: list[float] = []
    tell = Seldom(lambda: told.append(clock.monotonic() - 1000), clock.monotonic)
    for _ in range(200):
        tell()
        clock.advance(0.01)

    assert told == pytest.approx([0.0, 0.5, 1.0, 1.5], abs=0.05)


def test_telling_that_takes_long_is_done_seldom() -> None:
    """A slow machine shows images, and does not describe series all the time."""
    clock = FakeClock()
    told: list[float] = []

    def act() -> None:
        told.append(clock.monotonic() - 1000)
        clock.advance(0.3)

    tell = Seldom(act, clock.monotonic)
    for _ in range(60):
        tell()
        clock.advance(0.1)

    assert told == pytest.approx([0.0, 3.0, 6.0], abs=0.11)
