"""Cases that nobody opened yet leave the line to those who read."""

from fakes import FakeClock

from workstation.services.images.line_budget import LineBudget

MBIT = 1_000_000 // 8  # bytes


class Sleeper:
    """Waits as it is told to, and says whether to go on."""

    def __init__(self, clock: FakeClock, *, goes_on: bool = True) -> None:
        self._clock, self._goes_on = clock, goes_on
        self.slept = 0.0

    def __call__(self, seconds: float) -> bool:
        self.slept += seconds
        self._clock.advance(seconds)
        return self._goes_on


def test_what_comes_ahead_keeps_to_its_share_of_the_line() -> None:
    """A practice whose telephones share the line agrees on 8 Mbit/s: 4 MB take 4 seconds."""
    clock = FakeClock()
    budget, sleeper = LineBudget(8, clock), Sleeper(clock)

    for _ in range(40):
        budget.pace(100_000, sleeper)

    assert 3.7 < sleeper.slept < 4.1  # a quarter of a second is saved at most


def test_two_workers_share_one_budget() -> None:
    """The line to a site is one, however many series are fetched from it."""
    clock = FakeClock()
    budget = LineBudget(8, clock)
    one, other = Sleeper(clock), Sleeper(clock)

    for _ in range(10):
        budget.pace(MBIT, one)
        budget.pace(MBIT, other)

    assert 2.2 < one.slept + other.slept < 2.6  # 20 Mbit at 8 Mbit/s


def test_the_waiting_ends_at_once_when_somebody_opens_a_case_and_is_not_owed_after_it() -> None:
    """Two hundred milliseconds to the case that was asked for, whatever was fetched before it."""
    clock = FakeClock()
    budget, sleeper = LineBudget(1, clock), Sleeper(clock, goes_on=False)

    budget.pace(10 * MBIT, sleeper)

    assert sleeper.slept <= 0.2

    budget.pace(MBIT // 10, sleeper)

    assert sleeper.slept <= 0.4  # not the ten seconds that were given up


def test_without_a_budget_nothing_waits() -> None:
    budget = LineBudget(0, FakeClock())

    budget.pace(10**9, lambda _seconds: 1 / 0 > 0)
