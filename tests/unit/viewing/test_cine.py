"""Which frame of a film is seen when: held against plain sums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.cine import CineTiming, Sequencing, Timed
from workstation.viewing.cine import film

DURATIONS = st.lists(st.integers(1, 500), min_size=2, max_size=40)


def timed(milliseconds: list[int], sequencing: Sequencing = Sequencing.LOOP) -> CineTiming:
    return CineTiming(tuple(ms / 1000 for ms in milliseconds), Timed.VECTOR, sequencing)


@given(DURATIONS, st.integers(0, 100_000))
def test_the_frame_seen_is_the_one_the_times_say(durations: list[int], moment: int) -> None:
    """Walked through in whole milliseconds, half a millisecond off every border."""
    left, expected = moment % sum(durations), 0
    while left >= durations[expected]:
        left -= durations[expected]
        expected += 1

    found = film(len(durations), timed(durations), 10)

    assert found.frame_at((moment + 0.5) / 1000) == expected
    assert found.until_next((moment + 0.5) / 1000) == pytest.approx(
        (durations[expected] - left - 0.5) / 1000, abs=1e-6
    )


@given(DURATIONS)
def test_a_turn_takes_as_long_as_its_frames_whatever_is_dropped(durations: list[int]) -> None:
    """A heart filmed over a second takes a second: times are never stretched."""
    found = film(len(durations), timed(durations), 10)

    assert found.length == pytest.approx(sum(durations) / 1000)
    assert found.rate == pytest.approx(len(durations) * 1000 / sum(durations))


def test_a_sweep_turns_back_and_shows_its_ends_once() -> None:
    """1, 2, 3, 4, 3, 2, 1: PS3.3 C.7.6.5."""
    found = film(4, timed([100] * 4, Sequencing.SWEEP), 10)

    assert [found.frame_at(0.05 + n / 10) for n in range(8)] == [0, 1, 2, 3, 2, 1, 0, 1]


def test_without_recorded_times_the_rate_is_the_setting() -> None:
    found = film(5, None, 10)

    assert [found.frame_at(0.05 + n / 10) for n in range(6)] == [0, 1, 2, 3, 4, 0]


def test_only_what_the_object_wants_played_is_played() -> None:
    trimmed = CineTiming((0.1,) * 6, Timed.FRAME_TIME, first=2, last=4)

    assert film(6, trimmed, 10).frames == (2, 3, 4)


def test_a_film_goes_on_where_the_reader_stands() -> None:
    found = film(3, timed([100, 300, 50]), 10)

    assert found.begin_of(2) == pytest.approx(0.4)
    assert found.frame_at(found.begin_of(2) + 0.001) == 2
