"""A place that fails is not waited for again and again."""

import pytest
from fakes import FakeClock

from workstation.adapters.breaker import Breaker
from workstation.errors import Refused, SiteUnavailable


def fails() -> None:
    raise SiteUnavailable("Harbor does not answer in time")


def refuses() -> None:
    raise Refused("not permitted")


def after_a_pause() -> Breaker:
    """Open, and the next may ask."""
    clock = FakeClock()
    breaker = Breaker(clock.monotonic)
    for _ in range(3):
        with pytest.raises(SiteUnavailable):
            breaker.call(fails)
    clock.advance(5.1)
    return breaker


def test_after_three_failures_nobody_waits_for_the_fourth() -> None:
    """A list of thirty series must not stand for thirty time-outs."""
    clock, asked = FakeClock(), []
    breaker = Breaker(clock.monotonic)
    for _ in range(3):
        with pytest.raises(SiteUnavailable, match="in time"):
            breaker.call(fails)

    with pytest.raises(
        SiteUnavailable, match="Harbor does not answer in time; asked again in 5 s"
    ) as told:
        breaker.call(lambda: asked.append("asked"))

    assert told.value.unsent

    assert asked == []


def test_after_a_pause_one_asks_for_all_and_an_answer_closes_it_again() -> None:
    """The site that came back is used at once, by everybody."""
    breaker = after_a_pause()

    def while_one_asks() -> str:
        with pytest.raises(SiteUnavailable, match="asked again"):
            breaker.call(lambda: "another")
        return "here"

    assert breaker.call(while_one_asks) == "here"
    assert breaker.call(lambda: "and again") == "and again"


def test_each_failure_doubles_the_pause_up_to_a_minute() -> None:
    """A site that is down for a night is asked sixty times an hour, not thousands."""
    clock, told = FakeClock(), []
    breaker = Breaker(clock.monotonic)
    for _ in range(2):
        with pytest.raises(SiteUnavailable):
            breaker.call(fails)
    for _ in range(6):
        with pytest.raises(SiteUnavailable, match=r"in time$"):
            breaker.call(fails)
        with pytest.raises(SiteUnavailable) as left_alone:
            breaker.call(fails)
        told.append(int(str(left_alone.value).split()[-2]))
        clock.advance(60.1)

    assert told == [5, 10, 20, 40, 60, 60]


def test_a_refusal_is_an_answer() -> None:
    """A site that says no is there."""
    breaker = Breaker(FakeClock().monotonic)

    for _ in range(5):
        with pytest.raises(Refused):
            breaker.call(refuses)


def test_a_refusal_after_the_pause_closes_it_for_everybody() -> None:
    """The site is back, and the first that asks happens to ask for what it may not have."""
    breaker = after_a_pause()

    with pytest.raises(Refused):
        breaker.call(refuses)
    assert breaker.call(lambda: "here") == "here"
