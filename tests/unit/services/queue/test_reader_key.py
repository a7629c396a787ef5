"""A reader's own filters, keys and words are theirs, whichever hospital answers first."""

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_platform import OTHER, READER, FakePlatform, site

from workstation.adapters.memory_store import MemoryStore
from workstation.domain.identifiers import SiteId
from workstation.errors import SignInFailed, SiteUnavailable
from workstation.services.ports.hosting import Credentials
from workstation.services.queue.reader_key import ReaderKey
from workstation.services.queue.worklist import Worklist

HARBOR, MESA = SiteId("harbor"), SiteId("mesa")
PASSWORD = Credentials("jo", "pw")
AT_MESA = evolve(READER, id="Practitioner/204")


class Night:
    """Two sites that know the reader by different numbers; the store outlives the program."""

    def __init__(self, store: MemoryStore) -> None:
        self.clock = FakeClock()
        self.harbor = FakePlatform("harbor", self.clock)
        self.mesa = FakePlatform("mesa", self.clock)
        self.mesa.reader = AT_MESA
        self.jobs = InlineJobs(self.clock)
        self.worklist = Worklist(
            {HARBOR: self.harbor, MESA: self.mesa}, (site("harbor"), site("mesa")),
            self.jobs, self.clock,
        )  # fmt: skip
        self.own = ReaderKey(self.worklist, store, self.jobs)
        self.said: list[str] = []
        self.own.changed.connect(self.said.append)

    def begun(self) -> "Night":
        self.worklist.sign_in(PASSWORD).result()
        self.worklist.start()
        return self


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_a_site_that_comes_later_changes_nothing_under_the_readers_hands(
    store: MemoryStore,
) -> None:
    """Keys and filters that change in the middle of a case are a wrong keystroke."""
    night = Night(store)
    night.harbor.fails = SiteUnavailable("silent")
    night.begun()
    night.harbor.fails = None
    night.jobs.advance(60)

    assert night.worklist.reader(HARBOR) == READER
    assert night.said == ["mesa|Practitioner/204"]


@pytest.mark.parametrize("down", ["harbor", "mesa"])
def test_the_night_after_it_is_the_same_reader_whichever_site_is_down(
    store: MemoryStore, down: str
) -> None:
    """What was set up once is there, also while the hospital it was set up with is silent."""
    first = Night(store).begun().own.key
    night = Night(store)
    getattr(night, down).fails = SiteUnavailable("silent")

    assert night.begun().own.key == first == "harbor|Practitioner/17"


def test_one_who_is_known_already_by_a_slower_site_is_taken_for_that(store: MemoryStore) -> None:
    """A hospital is new, and answers before the one under which all is kept."""
    first = Night(store)
    first.mesa.fails = SignInFailed("Mesa does not know you yet")
    first.begun()
    second = Night(store)
    second.harbor.fails = SiteUnavailable("silent")
    second.begun()
    second.harbor.fails = None
    second.jobs.advance(60)
    third = Night(store)
    third.harbor.fails = SiteUnavailable("silent")

    assert second.said == ["mesa|Practitioner/204", "harbor|Practitioner/17"]
    assert third.begun().own.key == "harbor|Practitioner/17"


def test_after_a_sign_out_nothing_of_the_reader_is_left(store: MemoryStore) -> None:
    night = Night(store).begun()
    night.worklist.sign_out()

    assert night.said == ["harbor|Practitioner/17", ""]


def test_somebody_else_without_a_sign_out_is_somebody_else(store: MemoryStore) -> None:
    """Sessions end over night, and another reader sits down and signs in."""
    night = Night(store).begun()
    night.harbor.reader, night.mesa.reader = OTHER, evolve(OTHER, id="Practitioner/9")
    for each in (night.harbor, night.mesa):
        each.fails = SignInFailed("Your session has ended.")
    night.worklist.refresh()
    for each in (night.harbor, night.mesa):
        each.fails = None
    night.worklist.sign_in(PASSWORD).result()

    assert night.said[-1] == "harbor|Practitioner/4"
    assert READER.id not in night.said[-1]


def test_two_people_at_two_sites_never_become_one(store: MemoryStore) -> None:
    """A colleague who helps out with their own sign-in does not inherit the reader's keys."""
    night = Night(store)
    night.mesa.reader = evolve(OTHER, id="Practitioner/9")
    night.begun()
    colleague = Night(store)
    colleague.harbor.fails = SignInFailed("not here")
    colleague.mesa.reader = evolve(OTHER, id="Practitioner/9")

    assert colleague.begun().own.key == "mesa|Practitioner/9"
