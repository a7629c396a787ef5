"""One queue over sites that come and go, and claims that are won, kept and lost."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_platform import OTHER, READER, FakePlatform, ended, item, site

from workstation.domain.identifiers import SiteId
from workstation.domain.reader import Colleague, Licence
from workstation.domain.worklist import Priority, ReadState, Tier, WorklistItem
from workstation.errors import Conflict, Refused, SignInFailed, SiteUnavailable, WorkstationError
from workstation.services.ports.hosting import Credentials
from workstation.services.queue.rows import SiteStatus
from workstation.services.queue.urgency import order_key
from workstation.services.queue.worklist import Row, Worklist

HARBOR, MESA = SiteId("harbor"), SiteId("mesa")
SILENT = SiteUnavailable("Harbor cannot be reached")
SOMEBODY = {"state": ReadState.CLAIMED, "holder": OTHER.name, "holder_id": OTHER.id}


class Shift:
    """Two sites, three cases, one reader, time that stands."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        now = self.clock.now()
        self.harbor = FakePlatform("harbor", self.clock, [item(1, now), item(2, now)])
        self.mesa = FakePlatform("mesa", self.clock, [item(7, now, due=now + timedelta(hours=1))])
        self.jobs = InlineJobs(self.clock)
        platforms = {HARBOR: self.harbor, MESA: self.mesa}
        places = (site("harbor"), site("mesa"))
        self.worklist = Worklist(platforms, places, self.jobs, self.clock, poll_seconds=5)
        self.changes = 0
        self.lost: list[WorklistItem] = []
        self.worklist.changed.connect(lambda _: setattr(self, "changes", self.changes + 1))
        self.worklist.claim_lost.connect(self.lost.append)

    def begun(self) -> "Shift":
        self.worklist.sign_in(None).result()
        self.worklist.start()
        return self

    def row(self, accession: str) -> Row:
        found = self.worklist.find(accession)
        assert found is not None
        return found

    def accessions(self) -> list[str]:
        return [row.item.accession for row in self.worklist.rows]

    def status(self, which: SiteId) -> SiteStatus:
        return next(each for each in self.worklist.sites if each.id == which)


@pytest.fixture
def shift() -> Shift:
    return Shift().begun()


# --- signing in --------------------------------------------------------------------


def test_signing_in_shows_every_site_in_one_order(shift: Shift) -> None:
    """What is due first is read first, wherever it was scanned."""
    assert shift.accessions() == ["A-7", "A-1", "A-2"]
    assert [each.state for each in shift.worklist.sites] == ["ok", "ok"]
    assert shift.worklist.reader(HARBOR) == READER


def test_one_site_that_does_not_know_the_reader_does_not_keep_them_from_the_other() -> None:
    """A night shift is not lost to one hospital's identity service."""
    shift = Shift()
    shift.harbor.fails = SignInFailed("Harbor does not know you")

    shift.begun()

    assert shift.accessions() == ["A-7"]
    assert shift.status(HARBOR).state == "signed-out"
    assert shift.status(HARBOR).message == "Harbor does not know you"


def test_a_site_that_is_down_at_sign_in_is_asked_again_until_it_answers() -> None:
    """A hospital that comes back at two in the morning must not wait for somebody to notice."""
    shift = Shift()
    shift.harbor.fails = SiteUnavailable("Harbor does not answer")
    met: list[SiteId] = []
    shift.worklist.signed_in.connect(met.append)
    shift.worklist.sign_in(Credentials("jo", "pw")).result()
    shift.worklist.start()
    assert shift.status(HARBOR).state == "signed-out"
    assert shift.status(HARBOR).message == "asked again by itself: Harbor does not answer"

    shift.jobs.advance(10)
    assert shift.harbor.calls == ["sign-in", "sign-in"]
    shift.harbor.fails = None
    shift.jobs.advance(60)

    assert shift.status(HARBOR).state == "ok"
    assert shift.accessions() == ["A-7", "A-1", "A-2"]
    assert met == [MESA, HARBOR]


@pytest.mark.parametrize(
    ("error", "credentials"),
    [(SignInFailed("wrong password"), Credentials("jo", "pw")), (SiteUnavailable("silent"), None)],
)
def test_a_refused_password_and_a_browser_are_not_tried_again_unasked(
    error: WorkstationError, credentials: Credentials | None
) -> None:
    """The first would lock the account, the second open windows in the reader's face."""
    shift = Shift()
    shift.harbor.fails = error
    shift.worklist.sign_in(credentials).result()
    shift.worklist.start()

    shift.jobs.advance(300)

    assert shift.harbor.calls == ["sign-in"]


def test_signing_out_ends_the_asking() -> None:
    """Nobody's password is used after they left."""
    shift = Shift()
    shift.harbor.fails = SiteUnavailable("silent")
    shift.worklist.sign_in(Credentials("jo", "pw")).result()
    shift.worklist.sign_out()
    shift.harbor.fails = None

    shift.jobs.advance(300)

    assert shift.harbor.calls == ["sign-in", "sign-out"]


def test_where_no_site_knows_the_reader_the_sign_in_fails_once_with_the_reason() -> None:
    """Three sites saying the same is one sentence."""
    shift = Shift()
    shift.harbor.fails = shift.mesa.fails = SignInFailed("The name or the password is wrong.")

    job = shift.worklist.sign_in(None)

    assert isinstance(job.error, SignInFailed)
    assert str(job.error) == "The name or the password is wrong."


def test_settings_without_a_site_are_told_as_such() -> None:
    """An empty line says nothing to whoever sets up a desk."""
    shift = Shift()
    alone = Worklist({}, (), shift.jobs, shift.clock, poll_seconds=5)

    assert str(alone.sign_in(None).error) == "no site is set up: the settings name none"


def test_a_slow_site_is_not_waited_for_at_sign_in() -> None:
    """The first cases can be read while a third hospital still thinks."""
    shift = Shift()
    shift.jobs.hold()
    job = shift.worklist.sign_in(None)
    shift.jobs.go(1)  # mesa: signed in
    shift.jobs.go(1)  # mesa: its rows
    assert not job.done

    shift.jobs.advance(3.1)

    assert job.done
    assert job.error is None
    assert shift.accessions() == ["A-7"]
    assert shift.status(HARBOR).state == "signing-in"


def test_signing_out_takes_the_patients_off_the_screen(shift: Shift) -> None:
    """The next person at the desk sees nothing of this one's list."""
    shift.worklist.sign_out()

    assert shift.worklist.rows == ()
    assert shift.worklist.reader(HARBOR) is None
    assert shift.harbor.calls[-1] == "sign-out"


# --- polling ------------------------------------------------------------------------


def test_a_poll_asks_for_what_changed_and_nothing_else(shift: Shift) -> None:
    """Ten thousand rows every five seconds would be too much for everybody."""
    shift.harbor.put(item(3, shift.clock.now(), priority=Priority.STAT))

    shift.jobs.advance(5)

    assert shift.harbor.calls[-1] == "feed 2"
    assert shift.accessions()[0] == "A-3"


def test_a_poll_without_news_does_not_disturb_the_screen(shift: Shift) -> None:
    """Nothing changed: nothing is drawn again, no selection can jump."""
    before = shift.changes

    shift.jobs.advance(60)

    assert shift.changes == before


def test_after_any_changes_the_rows_stand_as_if_sorted_anew() -> None:
    """Only what changed is put in its place again; ten thousand rows are not sorted each time."""
    shift, dice = Shift(), random.Random(5)
    for number in range(10, 60):
        shift.harbor.put(item(number, shift.clock.now()))
    shift.begun()
    for _ in range(20):
        for _ in range(dice.randrange(1, 6)):
            due = shift.clock.now() + timedelta(minutes=dice.randrange(-60, 600))
            shift.harbor.change(f"{dice.randrange(10, 60)}", due=due)
        if dice.random() < 0.3:
            shift.harbor.withdraw(f"{dice.randrange(10, 60)}")
        shift.jobs.advance(5)
        rows = shift.worklist.rows

        assert [row.order for row in rows] == sorted(order_key(row.item) for row in rows)
        assert len(rows) == sum(len(f.rows) for f in shift.worklist._feeds.values())


def test_a_case_that_is_withdrawn_leaves_the_list(shift: Shift) -> None:
    """A cancelled order must not be read."""
    shift.harbor.withdraw("1")

    shift.jobs.advance(5)

    assert "A-1" not in shift.accessions()


def test_a_silent_site_keeps_its_rows_with_their_age(shift: Shift) -> None:
    """A stale row is better than a vanished patient, if it says that it is stale."""
    last = shift.status(HARBOR).last_answer
    shift.harbor.fails = SILENT

    shift.jobs.advance(5)

    assert shift.row("A-1").stale_since == last
    assert not shift.row("A-1").is_free
    assert shift.row("A-7").stale_since is None
    assert shift.status(HARBOR) == evolve(
        shift.status(HARBOR), state="stale", message=str(SILENT), last_answer=last
    )


def test_a_silent_site_is_asked_ever_less_often_and_the_other_as_before(shift: Shift) -> None:
    """A hospital that restarts is not hammered by fifty workstations."""
    shift.harbor.fails = SILENT
    shift.harbor.calls.clear()
    shift.mesa.calls.clear()

    shift.jobs.advance(300)

    assert len(shift.harbor.calls) == 7  # after 5, 15, 35, 75 s, then every 60 s
    assert len(shift.mesa.calls) == 60


def test_a_site_that_answers_again_is_current_at_once(shift: Shift) -> None:
    """Its rows can be claimed again without a restart."""
    shift.harbor.fails = SILENT
    shift.jobs.advance(5)
    shift.harbor.fails = None

    shift.worklist.refresh()

    assert shift.row("A-1").is_free
    assert shift.status(HARBOR).state == "ok"


def test_an_ended_session_is_not_asked_again_until_signed_in(shift: Shift) -> None:
    """Asking with a dead token locks accounts at some providers."""
    shift.harbor.fails = ended()
    shift.jobs.advance(5)
    shift.harbor.calls.clear()

    shift.jobs.advance(300)

    assert shift.harbor.calls == []
    assert shift.status(HARBOR).state == "signed-out"
    assert shift.row("A-1").stale_since is not None
    shift.harbor.fails = None
    shift.worklist.sign_in(None).result()
    assert shift.harbor.calls == ["sign-in", "feed 2"]
    assert shift.row("A-1").is_free


def test_a_site_that_is_asked_by_its_second_way_says_so_until_it_returns(shift: Shift) -> None:
    """Nothing is missing from the list; who wonders why it is slow sees why."""
    before = shift.changes
    shift.worklist.go_by(HARBOR, second=True)

    assert [each.on_second for each in shift.worklist.sites] == [True, False]
    assert [each.state for each in shift.worklist.sites] == ["ok", "ok"]
    assert shift.changes == before + 1

    shift.worklist.go_by(HARBOR, second=False)
    assert not shift.status(HARBOR).on_second


def test_the_site_keeps_its_own_time(shift: Shift) -> None:
    """The promise is counted by the hospital's clock, whatever this machine believes."""
    shift.harbor.ahead = timedelta(minutes=7)
    shift.jobs.advance(5)
    there = shift.clock.now() + timedelta(minutes=7)
    shift.clock.set_wall(datetime(2031, 1, 1, tzinfo=UTC))

    shift.clock.advance(2)

    assert shift.worklist.server_now(HARBOR) == there + timedelta(seconds=2)


# --- claiming ------------------------------------------------------------------------


def test_a_claim_is_won_and_the_list_says_so_at_once(shift: Shift) -> None:
    """Not at the next poll: the reader is reading."""
    mine = shift.worklist.claim(shift.row("A-1")).result()

    assert mine.holder_id == READER.id
    assert shift.row("A-1").item == mine


def test_a_lost_claim_names_the_winner_and_the_row_follows(shift: Shift) -> None:
    """The loser is told who reads it, and sees the same on the list."""
    row = shift.row("A-1")
    shift.harbor.change("1", **SOMEBODY)

    job = shift.worklist.claim(row)

    assert isinstance(job.error, Conflict)
    assert job.error.holder == OTHER.name
    assert shift.row("A-1").item.holder == OTHER.name


def test_without_a_licence_the_claim_is_refused_and_the_site_is_not_asked(shift: Shift) -> None:
    """The right to read comes before the first request."""
    shift.harbor.put(item(4, shift.clock.now(), jurisdiction="US-NM"))
    shift.jobs.advance(5)
    shift.harbor.calls.clear()

    job = shift.worklist.claim(shift.row("A-4"))

    assert isinstance(job.error, Refused)
    assert str(job.error) == "No licence: US-NM"
    assert shift.harbor.calls == []


def test_a_licence_ends_at_midnight_of_the_place_of_the_scan() -> None:
    """The reader may sit nine hours ahead; the law of the patient counts."""
    shift = Shift()
    last_day = Licence("MD-1", "US-WA", None, date(2026, 11, 22))
    shift.harbor.reader = evolve(READER, licences=(last_day,))
    shift.begun()  # 21:40 UTC is 13:40 in Seattle
    shift.jobs.advance(10 * 3600)  # 23:40 there, already the next day in Europe
    assert shift.row("A-1").verdict.allowed

    shift.jobs.advance(3600)

    assert shift.row("A-1").verdict.reason == "Licence US-WA ended 2026-11-22"


def test_a_licence_ends_at_midnight_while_its_site_is_silent_too() -> None:
    """What was on the list before midnight is not read after it because nobody answered."""
    shift = Shift()
    last_day = Licence("MD-1", "US-WA", None, date(2026, 11, 22))
    shift.harbor.reader = evolve(READER, licences=(last_day,))
    shift.begun()  # 13:40 in Seattle
    shift.jobs.advance(600)
    shift.harbor.fails = SILENT
    shift.jobs.advance(10 * 3600)  # 23:50
    before = shift.row("A-1").verdict.allowed
    shift.jobs.advance(900)

    assert before
    assert shift.row("A-1").verdict.reason == "Licence US-WA ended 2026-11-22"


def test_without_a_licence_for_its_place_nothing_of_a_site_is_looked_at(shift: Shift) -> None:
    """Studies that no list names, such as priors of a patient known elsewhere."""
    with_licence = shift.worklist.is_licensed(HARBOR)
    shift.mesa.reader = evolve(READER, licences=(Licence("1", "US-TX"),))
    other = Shift()
    other.mesa.reader = shift.mesa.reader
    other.begun()

    assert with_licence
    assert not other.worklist.is_licensed(MESA)  # this Mesa is in Washington
    assert not Shift().worklist.is_licensed(HARBOR)  # nobody is signed in


def test_a_site_that_scans_elsewhere_too_keeps_the_midnight_of_each_place() -> None:
    """A clinic over the border is an hour ahead: its patients' law ends the day earlier."""
    shift = Shift()
    last_day = date(2026, 11, 22)
    licences = tuple(Licence(where, where, None, last_day) for where in ("US-WA", "US-NM"))
    shift.harbor.reader = evolve(READER, licences=licences)
    shift.harbor.put(item(4, shift.clock.now(), jurisdiction="US-NM"))
    places = (site("harbor", zones="US-NM = America/Denver"), site("mesa"))
    shift.worklist = Worklist(
        {HARBOR: shift.harbor, MESA: shift.mesa}, places, shift.jobs, shift.clock, poll_seconds=5
    )
    shift.begun()  # 21:40 UTC: 13:40 in Seattle, 14:40 in Santa Fe
    shift.jobs.advance(9.5 * 3600)  # 23:10 in Seattle, past midnight in Santa Fe

    assert shift.row("A-4").verdict.reason == "Licence US-NM ended 2026-11-22"
    assert shift.row("A-1").verdict.allowed
    shift.jobs.advance(3600)
    assert shift.row("A-1").verdict.reason == "Licence US-WA ended 2026-11-22"


def test_a_declined_case_stays_for_others_and_is_not_offered_again(shift: Shift) -> None:
    """A reader who does not read children's knees must not be given the same one with each N."""
    first = shift.worklist.next()
    assert first is not None
    assert first.item.accession == "A-7"
    shift.worklist.decline(first, "not my field").result()

    following = shift.worklist.next()
    assert following is not None
    assert following.item.accession == "A-1"
    assert shift.row("A-7").is_free
    assert shift.mesa.reasons == ["not my field"]
    shift.worklist.sign_out()
    shift.begun()
    again = shift.worklist.next()
    assert again is not None
    assert again.item.accession == "A-7"  # for the next reader at this desk it is a case


def test_a_case_that_another_reader_has_cannot_be_declined(shift: Shift) -> None:
    shift.mesa.change("7", **SOMEBODY)

    job = shift.worklist.decline(shift.row("A-7"), "no")

    assert isinstance(job.error, Conflict)
    assert shift.worklist.passed == set()


def test_a_poll_under_way_does_not_undo_a_claim(shift: Shift) -> None:
    """The poll's answer was made before the claim; showing it would free the case on screen."""
    shift.harbor.change("1", indication="new")
    made_before = shift.harbor.feed("2")
    shift.jobs.hold()
    shift.worklist.refresh()
    claim = shift.worklist.claim(shift.row("A-1"))
    shift.jobs.go(2)
    shift.harbor.overtaken = made_before

    shift.jobs.go(0)

    assert shift.row("A-1").item == claim.result()
    shift.jobs.go(1)  # what was passed over is asked for again
    assert shift.harbor.calls[-1] == "feed 2"
    assert shift.row("A-1").item == claim.result()


def test_next_is_the_most_urgent_that_may_be_claimed(shift: Shift) -> None:
    """Held, read, forbidden and stale cases are passed over."""
    now = shift.clock.now()
    shift.harbor.put(item(3, now, priority=Priority.STAT, jurisdiction="US-NM"))
    shift.harbor.put(item(4, now, priority=Priority.STAT, **SOMEBODY))
    shift.harbor.put(item(5, now, priority=Priority.STAT, state=ReadState.FINAL))
    shift.harbor.put(
        item(6, now, priority=Priority.STAT, state=ReadState.PRELIMINARY, tier=Tier.PRELIMINARY)
    )
    shift.mesa.fails = SILENT

    shift.jobs.advance(5)

    first = shift.worklist.next()
    assert first is not None
    assert first.item.accession == "A-1"
    second = shift.worklist.next(frozenset({first.item.key}))
    assert second is not None
    assert second.item.accession == "A-2"


def test_a_case_given_back_is_free_for_the_next_reader(shift: Shift) -> None:
    """The reason travels, the claim ends."""
    mine = shift.worklist.claim(shift.row("A-1")).result()

    shift.worklist.release(mine, "needs a neuroradiologist").result()

    assert shift.row("A-1").is_free


# --- keeping a claim -------------------------------------------------------------------


def test_a_claim_is_renewed_while_the_case_is_open(shift: Shift) -> None:
    """A long case must not be taken away in the middle."""
    mine = shift.worklist.claim(shift.row("A-1")).result()
    stop = shift.worklist.keep(mine)
    shift.jobs.advance(300)
    kept = shift.harbor.calls.count("heartbeat")
    stop()

    shift.jobs.advance(300)

    assert kept == 5
    assert shift.harbor.calls.count("heartbeat") == 5
    held = shift.worklist.held(mine.key)
    assert held is not None
    assert held.version == str(2 + 5)


def test_a_claim_that_went_to_somebody_else_is_told_at_once(shift: Shift) -> None:
    """Writing on for an hour into a case that another reader signs is the harm."""
    mine = shift.worklist.claim(shift.row("A-1")).result()
    shift.worklist.keep(mine)
    shift.harbor.change("1", **SOMEBODY)

    shift.jobs.advance(5)
    shift.jobs.advance(300)

    assert [each.holder for each in shift.lost] == [OTHER.name]
    assert shift.harbor.calls.count("heartbeat") == 0


def test_a_heartbeat_that_is_refused_is_a_lost_claim(shift: Shift) -> None:
    """The platform says so before the next poll does."""
    mine = shift.worklist.claim(shift.row("A-1")).result()
    shift.worklist.stop()
    shift.worklist.keep(mine)
    shift.harbor.change("1", **SOMEBODY)

    shift.jobs.advance(60)

    assert len(shift.lost) == 1


def test_a_site_that_is_silent_for_a_while_does_not_cost_the_claim(shift: Shift) -> None:
    """The lease is longer than most outages; it is tried again soon."""
    mine = shift.worklist.claim(shift.row("A-1")).result()
    shift.worklist.keep(mine)
    shift.harbor.fails = SILENT
    shift.jobs.advance(120)
    shift.harbor.fails = None
    shift.harbor.calls.clear()

    shift.jobs.advance(10)

    assert shift.lost == []
    assert shift.harbor.calls.count("heartbeat") == 1


def out_for_long(shift: Shift) -> WorklistItem:
    """The line is out for longer than the lease, and the site frees what was held."""
    mine = shift.worklist.claim(shift.row("A-1")).result()
    shift.worklist.keep(mine)
    shift.harbor.fails = SILENT
    shift.jobs.advance(16 * 60)
    shift.harbor.change("1", state=ReadState.UNREAD, holder="", holder_id="", lease_until=None)
    shift.harbor.fails = None
    return mine


def test_a_claim_that_ran_out_with_the_line_is_taken_again(shift: Shift) -> None:
    """Twenty minutes without a line in the middle of a long case: it is still the reader's."""
    mine = out_for_long(shift)
    shift.jobs.advance(60)
    held = shift.worklist.held(mine.key)
    shift.harbor.calls.clear()
    shift.jobs.advance(60)

    assert shift.lost == []
    assert held is not None
    assert held.holder_id == READER.id
    assert shift.harbor.calls.count("heartbeat") == 1  # and it is kept again


def test_a_heartbeat_that_finds_the_lease_over_takes_the_case_again(shift: Shift) -> None:
    """It comes before the next poll does, and is refused."""
    mine = out_for_long(shift)
    shift.worklist.stop()
    shift.jobs.advance(60)
    held = shift.worklist.held(mine.key)

    assert shift.lost == []
    assert held is not None
    assert held.holder_id == READER.id


def test_a_claim_that_ran_out_and_that_somebody_took_is_lost(shift: Shift) -> None:
    out_for_long(shift)
    shift.harbor.change("1", **SOMEBODY)
    shift.jobs.advance(60)

    assert [each.holder for each in shift.lost] == [OTHER.name]


@pytest.mark.parametrize(
    "taken",
    [
        {"state": ReadState.UNREAD, "holder": "", "holder_id": ""},
        {"state": ReadState.UNREAD, "holder": "", "holder_id": "", "meant_for_id": OTHER.id},
    ],
)
def test_what_the_site_takes_back_is_not_taken_again(shift: Shift, taken: dict[str, str]) -> None:
    """An administrator frees a case, or gives it to a colleague: it stays so."""
    shift.worklist.keep(shift.worklist.claim(shift.row("A-1")).result())
    shift.harbor.change("1", **taken)
    shift.jobs.advance(120)

    assert [each.holder for each in shift.lost] == [""]
    assert shift.harbor.calls.count("claim") == 1


def test_a_refused_heartbeat_names_who_has_it_and_never_the_reader(shift: Shift) -> None:
    """The list says the old thing for a while: "claimed by Sample, Jo" told Jo nothing."""
    shift.worklist.keep(shift.worklist.claim(shift.row("A-1")).result())
    shift.worklist.stop()
    shift.harbor.fails = Conflict("Kim holds this case.", OTHER.name)
    shift.jobs.advance(60)

    assert [each.holder for each in shift.lost] == [OTHER.name]


def test_a_report_of_ours_that_was_filed_is_no_lost_claim(shift: Shift) -> None:
    """The platform frees the case because it is done."""
    mine = shift.worklist.claim(shift.row("A-1")).result()
    shift.worklist.keep(mine)
    shift.harbor.change("1", state=ReadState.PRELIMINARY, holder="", holder_id="")

    shift.jobs.advance(5)

    assert shift.lost == []


def test_a_case_that_is_withdrawn_while_it_is_read_is_a_lost_claim(shift: Shift) -> None:
    """An order cancelled in the middle: the reader must know before signing."""
    shift.worklist.keep(shift.worklist.claim(shift.row("A-1")).result())
    shift.harbor.withdraw("1")

    shift.jobs.advance(5)

    assert len(shift.lost) == 1


def test_two_sites_that_number_their_tasks_alike_are_not_mixed_up(shift: Shift) -> None:
    """The news of another site's task 1 once replaced the open case: a wrong patient."""
    shift.mesa.put(item(1, shift.clock.now(), site=MESA, accession="B-1"))
    shift.jobs.advance(10)
    alike = [row.item for row in shift.worklist.rows if row.item.task == "1"]

    assert sorted(item.accession for item in alike) == ["A-1", "B-1"]
    assert [shift.worklist.held(item.key) for item in alike] == alike


# --- films, and readers by name -----------------------------------------------------


def test_where_films_are_read_nothing_else_comes_between(shift: Shift) -> None:
    """Twelve chest films in a row are read in one rhythm; a CT in the middle breaks it."""
    shift.harbor.change("2", modality="DX")
    shift.jobs.advance(5)
    shift.worklist.films_only = True
    first = shift.worklist.next()
    assert first is not None
    film = first.item.modality
    shift.worklist.passed.add(first.item.key)

    assert film == "DX"
    assert shift.worklist.next() is None


def test_a_case_given_to_a_reader_by_name_is_not_offered_to_another(shift: Shift) -> None:
    """It waits for whom it is meant; whoever takes it knowingly still can."""
    shift.harbor.change("1", meant_for="Ash, Kim", meant_for_id=OTHER.id)
    shift.jobs.advance(5)
    for_kim = {r.item.accession for r in shift.worklist.rows if shift.worklist.is_offered(r)}
    shift.harbor.change("1", meant_for="Sample, Jo", meant_for_id=READER.id)
    shift.jobs.advance(5)
    for_jo = {r.item.accession for r in shift.worklist.rows if shift.worklist.is_offered(r)}

    assert for_jo - for_kim == {"A-1"}
    assert shift.row("A-1").is_free


class Staff(FakePlatform):
    """A platform that knows who reads there."""

    people = (Colleague("Practitioner/4", "Ash, Kim"), Colleague("Practitioner/5", "Ash, Robin"))

    def colleagues(self) -> tuple[Colleague, ...]:
        return self.people

    def reassign(self, item: WorklistItem, to: Colleague, reason: str) -> WorklistItem:
        self.release(item, reason)
        return self.change(item.task, meant_for=to.name, meant_for_id=to.id)


def test_a_case_goes_to_the_reader_who_was_named_with_the_reason() -> None:
    """Paediatrics to the paediatric reader; why, stands on the row."""
    clock = FakeClock()
    harbor, jobs = Staff("harbor", clock, [item(1, clock.now())]), InlineJobs(clock)
    worklist = Worklist({HARBOR: harbor}, (site("harbor"),), jobs, clock)
    worklist.sign_in(None).result()
    kim = worklist.colleague(HARBOR, "kim").result()
    worklist.decline(worklist.rows[0], "paediatric", kim).result()
    (row,) = worklist.rows

    assert (row.item.meant_for, row.item.holder, harbor.reasons) == ("Ash, Kim", "", ["paediatric"])
    assert worklist.next() is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [("ash", "several readers are meant: Ash, Kim; Ash, Robin"), ("lee", "nobody of that name")],
)
def test_a_name_that_could_be_two_people_is_asked_for_again(asked: str, said: str) -> None:
    """A case must not land with the wrong reader, and wait there."""
    clock = FakeClock()
    harbor = Staff("harbor", clock, [item(1, clock.now())])
    worklist = Worklist({HARBOR: harbor}, (site("harbor"),), InlineJobs(clock), clock)
    worklist.sign_in(None).result()

    with pytest.raises(Refused, match=said):
        worklist.colleague(HARBOR, asked).result()


def test_a_site_without_a_list_of_readers_says_so(shift: Shift) -> None:
    with pytest.raises(Refused, match="takes no case for a reader"):
        shift.worklist.colleague(HARBOR, "kim").result()
