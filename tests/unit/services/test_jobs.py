"""Work beside the screen: in its order, bounded, and forgotten when it is asked to be."""

import threading
import time
import weakref
from collections.abc import Iterator

import pytest
from fakes import Home

from workstation.services.jobs import Jobs


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.fixture
def jobs(home: Home) -> Iterator[Jobs]:
    made = Jobs(home.post)
    yield made
    made.close()


def test_what_is_due_first_comes_first(home: Home, jobs: Jobs) -> None:
    """A draft is saved after two seconds even where a minute's wait was asked for before."""
    called: list[str] = []
    jobs.later(0.2, lambda: called.append("second"))
    jobs.later(0.0, lambda: called.append("first"))

    home.drain(lambda: len(called) == 2)

    assert called == ["first", "second"]


def test_a_timer_that_is_forgotten_calls_nobody(home: Home, jobs: Jobs) -> None:
    """A heartbeat of a claim that was given back must not take the case again."""
    called: list[str] = []
    forget = jobs.later(0.05, lambda: called.append("forgotten"))
    jobs.later(0.1, lambda: called.append("kept"))
    forget()

    home.drain(lambda: bool(called))

    assert called == ["kept"]


def test_after_the_end_no_timer_calls(home: Home, jobs: Jobs) -> None:
    """What comes home after the windows are gone would touch what is no more."""
    called: list[str] = []
    jobs.later(0.0, lambda: called.append("late"))
    jobs.close()
    home.post(lambda: called.append("end"))

    home.drain(lambda: "end" in called)

    assert called == ["end"]


def test_a_lane_takes_the_urgent_first_and_no_more_at_once_than_it_has_workers(
    home: Home, jobs: Jobs
) -> None:
    """What is looked at overtakes what is only fetched ahead; a slow site keeps its bound."""
    jobs.lane("site", 1)
    busy, go_on, order = threading.Event(), threading.Event(), list[str]()

    def first() -> None:
        busy.set()
        go_on.wait()

    jobs.run(first, lane="site")
    assert busy.wait(20)
    ahead = jobs.run(lambda: order.append("ahead"), lane="site", priority=5)
    looked = jobs.run(lambda: order.append("looked at"), lane="site", priority=0)
    go_on.set()
    home.drain(lambda: ahead.done and looked.done)

    assert order == ["looked at", "ahead"]


def test_a_worker_that_waits_holds_nothing_of_what_it_did(home: Home, jobs: Jobs) -> None:
    """The last picture of a case held its whole volume, patient and all, until the next one."""

    class Voxels:
        pass

    voxels = Voxels()
    gone = weakref.ref(voxels)

    def look(held: Voxels = voxels) -> None:
        assert held is not None

    home.settled(jobs.run(look, lane="pictures"))
    del voxels, look
    for _ in range(500):  # the worker is about to wait
        if gone() is None:
            break
        time.sleep(0.01)

    assert gone() is None
