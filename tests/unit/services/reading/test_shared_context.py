"""Programs at one desk have one case open; no open case is left because another left it."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_worklist import HARBOR, MESA, NOW, SITES, Wanted, row

from workstation.adapters.memory_store import MemoryStore
from workstation.domain.identifiers import StudyRef
from workstation.domain.report import ReportState
from workstation.errors import CommandError, Conflict, SiteUnavailable
from workstation.protocols.fhircast import Confirmed, Event, Message, OutOfStep, Unreadable
from workstation.services.jobs import Job
from workstation.services.queue.rows import Row
from workstation.services.reading.launching import Launching
from workstation.services.reading.shared_context import SharedContext
from workstation.services.signal import Signal

FIRST, SECOND = row(1), row(2)
OPEN, CLOSE = "DiagnosticReport-open", "DiagnosticReport-close"


class Line:
    """A line to a hub that writes down what goes over it."""

    topic = "desk-1"

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.take: Callable[[Message | None], None] | None = None
        self.posted: list[dict[str, Any]] = []
        self.answers: list[tuple[str, int]] = []
        self.down = self.closed = False

    def open(self, take: Callable[[Message | None], None]) -> None:
        self.take, self.closed = take, False

    def now(self) -> datetime:
        return self.clock.now()

    def post(self, body: bytes) -> None:
        if self.down:
            raise SiteUnavailable("no hub")
        self.posted.append(json.loads(body))

    def answer(self, id_: str, status: int) -> None:
        self.answers.append((id_, status))

    def close(self) -> None:
        self.closed = True

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was told, and of which study."""
        return [(each["event"]["hub.event"], _study(each)) for each in self.posted]


def _study(message: dict[str, Any]) -> str:
    found = [e["resource"] for e in message["event"]["context"] if e["key"] == "study"]
    return found[0]["identifier"][0]["value"].removeprefix("urn:oid:") if found else ""


class Desk:
    """The list, the session and a hub around it; the windows' part is a line of the test."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        jobs = self.jobs = InlineJobs(self.clock)
        self.worklist = SimpleNamespace(
            changed=Signal[None](), signed_out=Signal[None](), rows=(FIRST, SECOND), sites=SITES,
            reader=lambda _site: None,
        )  # fmt: skip
        self.session = SimpleNamespace(
            changed=Signal[None](), opening=Signal[tuple[StudyRef, Job[None]]](), case=None,
            site=lambda _site: SimpleNamespace(name="Harbor"), note=self._note,
        )  # fmt: skip
        self.noted: list[str] = []
        self.told: list[str] = []
        self.line = Line(self.clock)
        audit = SimpleNamespace(record=lambda *_, **__: None)
        self.launching = Launching(
            (), cast(Any, self.worklist), cast(Any, self.session), cast(Any, audit), MemoryStore(),
            jobs, self.clock,
        )  # fmt: skip
        self.opens: Callable[[Row], None] = self.read
        self.launching.ready.connect(lambda _: self.opens(self.launching.row()))
        self.shared = SharedContext(
            {HARBOR: self.line}, cast(Any, self.worklist), cast(Any, self.session),
            self.launching, jobs,
        )  # fmt: skip
        self.shared.told.connect(self.told.append)
        self.worklist.changed.emit(None)
        self.hears(Confirmed())

    def _note(self, words: str) -> None:
        self.noted.append(words)

    def hears(self, message: Message | None) -> None:
        assert self.line.take is not None
        self.line.take(message)

    def read(self, wanted: Row | None) -> None:
        """The session opens a case, or leaves the one that is open."""
        if self.session.case is not None:
            self.session.case = None
            self.session.changed.emit(None)
        if wanted is not None:
            self.session.opening.emit((wanted.item.ref, Job()))
            self.session.case = SimpleNamespace(item=wanted.item)
            self.session.changed.emit(None)


def opened(wanted: Row, name: str = "e1", **more: Any) -> Event:
    return Event(name, OPEN, studies=(wanted.item.study,), **more)


def closed(wanted: Row, name: str = "e2") -> Event:
    return Event(name, CLOSE, studies=(wanted.item.study,))


def test_what_is_opened_and_left_here_is_told() -> None:
    """The reporting program beside it must stand at the same patient."""
    desk = Desk()
    desk.read(FIRST)
    desk.read(SECOND)
    desk.read(None)

    assert desk.line.told == [
        (OPEN, "1.2.3.1"), (CLOSE, "1.2.3.1"), (OPEN, "1.2.3.2"), (CLOSE, "1.2.3.2"),
    ]  # fmt: skip
    reports = [each["event"]["context"][0]["resource"]["id"] for each in desk.line.posted]
    assert reports[0] == reports[1] != reports[2] == reports[3]


def test_the_echo_of_our_own_event_is_not_followed() -> None:
    """The hub tells every subscriber, who asked too (2.6)."""
    desk = Desk()
    desk.read(FIRST)
    desk.read(None)

    desk.hears(opened(FIRST, desk.line.posted[0]["id"]))

    assert desk.session.case is None
    assert desk.line.answers == [(desk.line.posted[0]["id"], 200)]


def test_a_case_of_another_program_opens_where_none_is_open_and_is_not_told_back() -> None:
    """Two programs that answer each other's events would never come to rest."""
    desk = Desk()
    desk.hears(opened(FIRST, report="their-report"))

    assert desk.session.case.item is FIRST.item
    assert desk.line.answers == [("e1", 202)]
    assert desk.line.posted == []
    desk.jobs.advance(11)
    desk.read(None)
    assert desk.line.told == [(CLOSE, "1.2.3.1")]
    assert desk.line.posted[0]["event"]["context"][0]["resource"]["id"] == "their-report"


def test_an_open_case_stays_and_the_others_learn_it_in_time() -> None:
    """Words that are dictated belong to the case on the screen (2.5: within ten seconds)."""
    desk = Desk()
    desk.read(FIRST)
    desk.line.posted.clear()

    desk.hears(opened(SECOND))

    assert desk.session.case.item is FIRST.item
    assert desk.launching.asks == "Harbor"
    assert (desk.line.answers, desk.line.posted) == ([("e1", 202)], [])
    desk.jobs.advance(11)
    (message,) = desk.line.posted
    outcome = message["event"]["context"][0]["resource"]["issue"][0]
    assert (message["event"]["hub.event"], outcome["details"]["coding"][0]["code"]) == (
        "SyncError", "e1",
    )  # fmt: skip
    assert desk.launching.asks == "Harbor"  # the reader may still go there


def test_the_reader_goes_there_or_not() -> None:
    """One key each; not now is told at once."""
    desk = Desk()
    desk.read(FIRST)
    desk.hears(opened(SECOND))
    desk.read(desk.launching.row())
    assert desk.line.told[1:] == [(CLOSE, "1.2.3.1")]  # and no opening of what is open there

    desk.hears(opened(FIRST, "e3"))
    desk.launching.dismiss()
    desk.jobs.advance(11)

    assert [name for name, _ in desk.line.told[2:]] == ["SyncError"]
    assert desk.session.case.item is SECOND.item


def test_a_case_that_is_open_here_already_is_in_step() -> None:
    """Both were sent to it by the list: nothing happens, and a warning goes."""
    desk = Desk()
    desk.read(FIRST)
    desk.hears(OutOfStep("s1", "Dictation", "busy"))
    assert desk.shared.problem == "Dictation does not show this case: busy"

    desk.hears(opened(FIRST))

    assert desk.line.answers == [("s1", 200), ("e1", 200)]
    assert desk.shared.problem == ""


@pytest.mark.parametrize(
    ("rows", "event", "why"),
    [
        ((SECOND,), opened(FIRST), "it is not on your list"),
        ((row(1, Wanted(site=MESA)),), opened(FIRST), "it is not on your list"),
        ((row(1, Wanted(allowed=False)),), opened(FIRST), "No licence: US-NM"),
        ((FIRST,), opened(FIRST, born=date(1950, 1, 1)), "it is not on your list"),
    ],
)
def test_what_may_not_be_read_here_is_refused_and_said(
    rows: tuple[Row, ...], event: Event, why: str
) -> None:
    """The hub then names this desk to the others (409), and the reader knows why."""
    desk = Desk()
    desk.worklist.rows = rows

    desk.hears(event)

    assert (desk.session.case, desk.line.answers) == (None, [("e1", 409)])
    assert desk.told == [f"Another program opened a case of Harbor: {why}"]


def test_an_event_from_before_what_is_open_does_not_change_it() -> None:
    """2.5: a message that was held up somewhere must not turn back the page."""
    desk = Desk()
    desk.read(FIRST)
    before = datetime(2026, 1, 1, tzinfo=UTC)

    desk.hears(opened(SECOND, at=before))

    assert (desk.launching.asks, desk.line.answers) == ("", [("e1", 409)])


def test_clocks_that_differ_shut_nobody_out() -> None:
    """One program's clock is ten minutes fast, another's three seconds slow: both are at the
    desk, and the hub tells what they do in its own order."""
    desk = Desk()
    desk.hears(opened(FIRST, at=NOW + timedelta(minutes=10)))
    desk.read(None)

    desk.hears(opened(SECOND, "e2", at=NOW - timedelta(seconds=3)))

    assert desk.session.case.item is SECOND.item
    assert desk.line.answers == [("e1", 202), ("e2", 202)]


def test_a_case_that_somebody_else_took_is_not_followed() -> None:
    """The claim decides; the other program shows a case that is not ours."""
    desk = Desk()

    def lost(wanted: Row) -> None:
        job: Job[None] = Job()
        desk.session.opening.emit((wanted.item.ref, job))
        job.settle(None, Conflict("Dr. Ash has it"))

    desk.opens = lost
    desk.hears(opened(FIRST))

    assert [name for name, _ in desk.line.told] == ["SyncError"]
    desk.jobs.advance(11)
    assert len(desk.line.posted) == 1


def test_closed_elsewhere_it_stays_open_here() -> None:
    """Nothing that is written or measured may go because another window was shut."""
    desk = Desk()
    desk.read(FIRST)
    desk.hears(closed(FIRST))

    assert desk.session.case.item is FIRST.item
    assert desk.line.answers == [("e2", 409)]
    assert desk.noted == ["Closed in another program; here it stays open until you leave it"]
    desk.line.posted.clear()
    desk.read(None)
    assert desk.line.posted == []  # it is closed there already


def test_a_case_that_was_asked_about_and_is_closed_again_asks_no_more() -> None:
    """Otherwise the bar would offer what nobody has open."""
    desk = Desk()
    desk.read(FIRST)
    desk.line.posted.clear()
    desk.hears(opened(SECOND))
    desk.hears(closed(SECOND))

    assert desk.launching.asks == ""
    desk.jobs.advance(11)
    assert (desk.line.answers, desk.line.posted) == ([("e1", 202), ("e2", 200)], [])


def test_a_hub_that_is_away_changes_nothing_and_learns_it_when_it_is_back() -> None:
    """Reading goes on; the others are told what is open by then."""
    desk = Desk()
    for _ in range(3):
        desk.hears(None)
    desk.read(FIRST)

    assert desk.told == ["Harbor: other programs at this desk do not follow now"]
    assert desk.line.posted == []
    with pytest.raises(CommandError, match="no other program"):
        desk.shared.tell_again()
    desk.hears(Confirmed())
    assert desk.line.told == [(OPEN, "1.2.3.1")]


def test_what_the_hub_does_not_take_is_said() -> None:
    """The reader knows that the other screen may show another patient."""
    desk = Desk()
    desk.line.down = True
    desk.read(FIRST)

    assert desk.session.case.item is FIRST.item
    assert desk.told == ["Harbor: other programs were not told of it"]


def test_told_again_the_warning_goes() -> None:
    """2.6: who hears that another did not follow tells it again."""
    desk = Desk()
    shown: list[str] = []
    desk.shared.changed.connect(lambda _: shown.append(desk.shared.problem))
    desk.read(FIRST)
    desk.hears(OutOfStep("s1", "", ""))
    desk.shared.tell_again()

    assert shown == ["Another program does not show this case", ""]
    assert desk.line.told == [(OPEN, "1.2.3.1"), (OPEN, "1.2.3.1")]


def test_a_signature_is_told_where_the_hub_shares_content() -> None:
    """By the version that the hub gave last (2.10); a hub without one is not asked."""
    desk = Desk()
    signed = cast(Any, SimpleNamespace(status=ReportState.FINAL))
    desk.read(FIRST)
    desk.shared.signed(signed)
    assert len(desk.line.posted) == 1

    echo = evolve(opened(FIRST, desk.line.posted[0]["id"]), version="v7")
    desk.hears(echo)
    desk.shared.signed(signed)

    told = desk.line.posted[1]["event"]
    assert (told["hub.event"], told["context.versionId"]) == ("DiagnosticReport-update", "v7")
    (entry,) = told["context"][2]["resource"]["entry"]
    assert entry["resource"]["status"] == "final"


def test_what_cannot_be_read_is_answered_and_opens_nothing() -> None:
    """400: the hub tells the others that this desk did not follow."""
    desk = Desk()
    desk.hears(Unreadable("e9"))
    desk.hears(Unreadable())

    assert desk.line.answers == [("e9", 400)]


def test_it_listens_from_the_first_list_until_the_reader_leaves() -> None:
    """What the hub tells first is what is open: it needs the list. Then it is no longer one of
    them, and what comes late opens nothing for nobody."""
    desk = Desk()
    other = Line(desk.clock)
    unlisted = evolve(SITES[0], last_answer=None)
    worklist = SimpleNamespace(**{**vars(desk.worklist), "changed": Signal[None]()})
    worklist.sites = (unlisted,)
    SharedContext(
        {HARBOR: other}, cast(Any, worklist), cast(Any, desk.session), desk.launching,
        InlineJobs(desk.clock),
    )  # fmt: skip
    seen = []
    for worklist.sites in ((unlisted,), SITES):
        worklist.changed.emit(None)
        seen.append(other.take is not None)
    assert seen == [False, True]

    desk.worklist.signed_out.emit(None)
    desk.hears(opened(FIRST))

    assert desk.line.closed
    assert desk.session.case is None
