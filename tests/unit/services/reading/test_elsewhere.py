"""Priors at other sites: asked where it was agreed, and one person only by a reader."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from attrs import define, evolve, field
from fakes import FakeClock, InlineJobs
from fakes_platform import READER, item, site

from workstation.adapters.memory_store import MemoryStore
from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.domain.patient import Patient
from workstation.domain.prior import Person, PriorStudy
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError, SiteUnavailable
from workstation.services.jobs import Job
from workstation.services.queue.rows import SiteStatus
from workstation.services.reading.case import Case
from workstation.services.reading.elsewhere import Elsewhere
from workstation.services.reading.identities import Identities
from workstation.services.signal import Signal
from workstation.services.waiting import settled

HARBOR, MESA, NORD = SiteId("harbor"), SiteId("mesa"), SiteId("nord")
CLOCK = FakeClock()
ALDER = Patient("Alder, Robin", "HG-1", "urn:h", date(1962, 3, 2), "M")
SAME = Person(
    Patient("ALDER, ROBIN", "MV-1", "urn:m", date(1962, 3, 2), "M"), frozenset(), "Patient/5"
)
TWIN = Person(
    Patient("Rowan, Alex", "MV-2", "urn:m", date(1962, 3, 2), "M"), frozenset(), "Patient/6"
)
CASE = item(1, CLOCK.now(), patient=ALDER)
OLD = PriorStudy(
    StudyRef(MESA, StudyUID("1.2.77")), datetime(2024, 1, 11, tzinfo=UTC), "CR chest", "CR", "MV-9"
)


@define(eq=False)
class FakeIndex:
    """Who a site knows."""

    known: tuple[Person, ...] = (SAME, TWIN)
    asked: list[str] = field(factory=list)
    silent: bool = False

    def persons(self, item: WorklistItem) -> tuple[Person, ...]:
        self.asked.append("persons")
        if self.silent:
            raise SiteUnavailable("silent")
        return self.known

    def studies_of(self, person: Person) -> tuple[PriorStudy, ...]:
        self.asked.append(person.reference)
        return (OLD,)


@define(eq=False)
class FakeSession:
    case: Case | None = None
    changed: Signal[None] = field(factory=Signal)
    noted: list[str] = field(factory=list)
    added: list[tuple[Patient, tuple[PriorStudy, ...]]] = field(factory=list)
    removed: list[Patient] = field(factory=list)
    shown: bool = False  # images of somebody confirmed stand on the screen

    def need_case(self) -> Case:
        assert self.case is not None
        return self.case

    @property
    def priors(self) -> "FakeSession":
        return self

    def add(self, patient: Patient, priors: tuple[PriorStudy, ...]) -> None:
        self.added.append((patient, priors))

    def remove(self, patient: Patient) -> bool:
        self.removed.append(patient)
        return self.shown

    def note(self, words: str) -> None:
        self.noted.append(words)

    def turn_to(self, item: WorklistItem | None) -> None:
        self.case = Case(item) if item is not None else None
        self.changed.emit(None)


@define(eq=False)
class FakeList:
    readers: dict[SiteId, Reader] = field(
        factory=lambda: dict.fromkeys((HARBOR, MESA, NORD), READER)
    )
    changed: Signal[None] = field(factory=Signal)
    unlicensed: set[SiteId] = field(factory=set)

    def is_licensed(self, site: SiteId) -> bool:
        return site in self.readers and site not in self.unlicensed

    def reader(self, site: SiteId) -> Reader | None:
        return self.readers.get(site)

    @property
    def sites(self) -> tuple[SiteStatus, ...]:
        return tuple(
            SiteStatus(each, each, "ok", None, "", "UTC", self.readers.get(each))
            for each in (HARBOR, MESA, NORD)
        )


@define(eq=False)
class FakeAudit:
    records: list[tuple[str, object, object, object]] = field(factory=list)

    def record(
        self, action: str, *, study: StudyRef | None = None, site: SiteId | None = None,
        detail: Mapping[str, str] | None = None,
    ) -> Job[None]:  # fmt: skip
        self.records.append((action, study, site, detail))
        return settled()


class Desk:
    def __init__(self, shares: Mapping[str, str]) -> None:
        self.session, self.list, self.audit = FakeSession(), FakeList(), FakeAudit()
        self.mesa, self.nord = FakeIndex(), FakeIndex()
        self.sites = {SiteId(n): site(n, shares_priors=s) for n, s in shares.items()}
        self.store, self.jobs = MemoryStore(), InlineJobs(CLOCK)
        self.elsewhere = self.again()
        self.elsewhere.begin("harbor|17")

    def again(self) -> Elsewhere:
        """The program started again, on the same store."""
        self.session = FakeSession()
        return Elsewhere(
            self.session, self.list, {HARBOR: FakeIndex(), MESA: self.mesa, NORD: self.nord},  # type: ignore[arg-type]
            self.sites, Identities(self.store, self.jobs), self.audit, self.jobs,  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.fixture
def desk() -> Desk:
    return Desk({"harbor": "mesa", "mesa": "harbor", "nord": "harbor"})


def test_a_person_of_another_site_is_a_candidate_and_no_prior(desk: Desk) -> None:
    """Two patients under one name in one report: it must not happen by itself."""
    desk.session.turn_to(CASE)

    (found,) = desk.elsewhere.candidates
    assert (found.site, found.person, found.priors, found.confirmed) == (MESA, SAME, (OLD,), False)
    assert desk.session.added == []
    assert desk.session.noted == ["Mesa may have priors: the same person?"]
    assert desk.mesa.asked == ["persons", "Patient/5"]  # of somebody else nothing is asked


def test_only_sites_that_agreed_both_ways_are_asked(desk: Desk) -> None:
    """Who is a patient where is a secret; a hospital in the EU has not agreed to tell it."""
    desk.session.turn_to(CASE)

    assert desk.nord.asked == []  # it would, harbor would not
    assert [(r[0], r[2]) for r in desk.audit.records] == [("query", MESA)]


def test_where_the_reader_is_not_signed_in_nothing_is_asked(desk: Desk) -> None:
    """The other hospital answers its own readers alone."""
    del desk.list.readers[MESA]
    desk.session.turn_to(CASE)

    assert desk.mesa.asked == []


def test_where_the_reader_holds_no_licence_nothing_is_asked(desk: Desk) -> None:
    """Somebody's studies in a place whose law lets this reader look at none of them."""
    desk.list.unlicensed = {MESA}
    desk.session.turn_to(CASE)

    assert desk.mesa.asked == []
    assert desk.audit.records == []


def test_the_reader_says_that_it_is_the_same_person_and_that_is_on_record(desk: Desk) -> None:
    desk.session.turn_to(CASE)
    desk.elsewhere.confirm(1)

    assert desk.session.added == [(SAME.patient, (OLD,))]
    assert desk.elsewhere.open_candidates == ()
    action, study, _, detail = desk.audit.records[-1]
    assert (action, study) == ("identity", CASE.ref)
    assert detail == {"site": "mesa", "confidence": "0.99", "said": "same"}


def test_what_was_confirmed_holds_for_the_next_case_of_the_patient(desk: Desk) -> None:
    """Asked once in a night; the next reader at this desk is asked anew."""
    desk.session.turn_to(CASE)
    desk.elsewhere.confirm(1)
    desk.session.turn_to(item(2, CLOCK.now(), patient=ALDER))

    assert desk.elsewhere.open_candidates == ()
    assert len(desk.session.added) == 2

    desk.session.turn_to(None)
    desk.elsewhere.begin("")
    desk.elsewhere.begin("harbor|4")
    desk.session.turn_to(item(3, CLOCK.now(), patient=ALDER))

    assert len(desk.elsewhere.open_candidates) == 1


def test_what_was_confirmed_holds_the_next_night_for_the_same_reader(desk: Desk) -> None:
    """Compared once with care; a question that comes each night is answered without looking."""
    desk.session.turn_to(CASE)
    desk.elsewhere.confirm(1)
    desk.elsewhere = desk.again()
    desk.session.turn_to(CASE)  # the candidates are here before the store has answered
    before = desk.elsewhere.open_candidates
    desk.elsewhere.begin("harbor|17")

    assert len(before) == 1
    assert desk.elsewhere.open_candidates == ()
    assert desk.session.added == [(SAME.patient, (OLD,))]
    names = [name for name, _ in desk.store.all("meta")]
    assert all(secret not in name for name in names for secret in ("HG-1", "MV-1", "ALDER"))


def test_what_was_confirmed_in_error_is_taken_back_for_good_and_on_record(desk: Desk) -> None:
    """Twins: what was said of one of them must not stay said because there is no way back."""
    desk.session.turn_to(CASE)
    desk.elsewhere.confirm(1)
    desk.session.shown = True
    desk.elsewhere.take_back(1)

    assert desk.session.removed == [SAME.patient]
    assert len(desk.elsewhere.open_candidates) == 1
    assert "check what the report says" in desk.session.noted[-1]
    _, _, _, detail = desk.audit.records[-1]
    assert detail == {"site": "mesa", "confidence": "0.99", "said": "not the same"}
    with pytest.raises(CommandError, match="nobody said"):
        desk.elsewhere.take_back(1)
    desk.elsewhere = desk.again()
    desk.elsewhere.begin("harbor|17")
    desk.session.turn_to(CASE)
    assert len(desk.elsewhere.open_candidates) == 1


def test_a_silent_site_and_a_case_that_is_left_change_nothing(desk: Desk) -> None:
    """Priors elsewhere are a help; no case waits for them."""
    desk.mesa.silent = True
    desk.session.turn_to(CASE)
    silent = desk.elsewhere.candidates
    desk.session.turn_to(None)

    assert silent == desk.elsewhere.candidates == ()


def test_a_number_that_nobody_has_is_refused(desk: Desk) -> None:
    desk.session.turn_to(evolve(CASE))
    with pytest.raises(CommandError, match="no candidate 2"):
        desk.elsewhere.confirm(2)
