"""The site changes a case while it is open: what is said, and what stops the reader."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from fakes_platform import OTHER, READER, item, site

from workstation.domain.identifiers import AccessionNumber, SiteId, StudyUID
from workstation.domain.patient import Patient
from workstation.domain.worklist import Priority, ReadState, Tier, WorklistItem
from workstation.services.reading.case import Case
from workstation.services.reading.live_changes import change
from workstation.services.reading.session import ReadingSession, Services
from workstation.services.signal import Signal

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
OPENED = evolve(item(1, NOW), state=ReadState.CLAIMED, holder=READER.name, holder_id=READER.id)
SOMEBODY_ELSE = Patient("Maple, Dana", "P-2", "urn:h", None, "F")

TOLD: dict[str, tuple[dict[str, Any], str]] = {
    "stat": ({"priority": Priority.STAT}, "This case is STAT now"),
    "routine again": ({"priority": Priority.ASAP}, "Priority now: asap"),
    "tier": ({"tier": Tier.PRELIMINARY}, "Promised now: a preliminary read"),
    "indication": ({"indication": "Fall"}, "Indication now: Fall"),
    "first report": (
        {"state": ReadState.PRELIMINARY},
        "A preliminary report came; close and open to see it",
    ),
    "due": ({"due": NOW + timedelta(minutes=20)}, "Now due 22:00 UTC"),
}
STOPS: dict[str, dict[str, Any]] = {
    "another patient": {"patient": SOMEBODY_ELSE},
    "the same name, another number": {"patient": evolve(OPENED.patient, id="P-9")},
    "another record of the patient": {"patient_ref": "Patient/99"},
    "another study": {"study": StudyUID("1.2.99")},
    "read": {"state": ReadState.FINAL},
    "another order": {"accession": AccessionNumber("A-99")},
}


@pytest.mark.parametrize("what", TOLD)
def test_what_concerns_the_reader_is_said_and_stops_nothing(what: str) -> None:
    """A case that became STAT in the middle of dictation is finished, only faster."""
    changes, words = TOLD[what]

    found = change(OPENED, evolve(OPENED, **changes))

    assert found is not None
    assert (found.words, found.stops) == (words, False)


@pytest.mark.parametrize("what", STOPS)
def test_a_case_that_became_another_one_is_stopped(what: str) -> None:
    """Images of one patient under the name of another: the worst that can happen here."""
    found = change(OPENED, evolve(OPENED, **STOPS[what]))

    assert found is not None
    assert found.stops


def test_heartbeats_images_and_claims_are_no_news() -> None:
    """They have their own places; a bar that always says something says nothing."""
    beat = evolve(OPENED, version="9", lease_until=NOW, images_received=40)

    assert change(OPENED, beat) is None


# --- in the session --------------------------------------------------------------------


class Open:
    """A session with a case open; its services note what is asked of them."""

    def __init__(self) -> None:
        self.held: WorklistItem | None = OPENED
        self.shut: list[str] = []
        self.refreshed = 0
        worklist = SimpleNamespace(
            claim_lost=Signal(), changed=Signal(), held=lambda _key: self.held,
            reader=lambda _site: READER,
        )  # fmt: skip
        signals: Callable[..., Any] = lambda *names: {name: Signal() for name in names}  # noqa: E731
        self.loader = SimpleNamespace(
            **signals("study_ready", "frame_arrived"), refresh=self._refresh,
            display_sets=lambda _ref: (), progress=lambda _id: None, problems=Signal(),
            lost_series=lambda _ref: 0,
        )  # fmt: skip
        viewer = SimpleNamespace(
            **signals("measurements_changed", "changed", "counted"),
            studies=(),
            display_sets=lambda _ref: (),
        )
        reporting = SimpleNamespace(
            **signals("draft_taken_up"), make_read_only=self.shut.append,
            received=lambda _images: None,
        )  # fmt: skip
        self.worklist = worklist
        self.recorded: list[str] = []
        audit = SimpleNamespace(
            record=lambda action, study, detail: self.recorded.append(f"{action} {detail['what']}")
        )
        services: Any = (worklist, viewer, self.loader, reporting, audit, None, {})
        self.session = ReadingSession(Services(*services))
        self.session.case = Case(OPENED)

    def _refresh(self, _ref: object) -> None:
        self.refreshed += 1

    def hear(self, **changes: Any) -> Case:
        """The site's list says so now."""
        assert self.held is not None
        self.held = evolve(self.held, version="2", **changes)
        self.worklist.changed.emit(None)
        assert self.session.case is not None
        return self.session.case


def test_news_of_the_open_case_stands_in_its_bar_until_it_is_left() -> None:
    opened = Open()
    case = opened.hear(priority=Priority.STAT)
    later = opened.hear(images_received=7)

    assert (case.news, case.read_only) == ("This case is STAT now", False)
    assert later.news == "This case is STAT now"
    assert opened.refreshed == 1
    assert opened.recorded == ["changed priority", "changed images"]


def test_images_that_come_are_counted_in_the_bar_from_the_opening_on() -> None:
    """What was read at 300 images may be another thing at 312; how many is what one asks."""
    opened = Open()
    first = opened.hear(images_received=1)
    more = opened.hear(images_received=13)
    quiet = opened.hear(due=NOW + timedelta(minutes=20))
    still = opened.hear(images_received=20)

    assert first.news == "1 more image since you opened the case"
    assert more.news == "13 more images since you opened the case"
    assert quiet.news == still.news == "Now due 22:00 UTC"  # graver than a count
    assert opened.refreshed == 3


def test_fewer_images_are_taken_in_and_are_no_more_images() -> None:
    """A site that takes images back must not seem to have sent some."""
    opened = Open()
    opened.hear(images_received=10)
    fewer = opened.hear(images_received=4)

    assert fewer.news == "10 more images since you opened the case"
    assert opened.refreshed == 2
    assert opened.recorded == ["changed images"]


def test_another_patient_under_an_open_case_shuts_it_and_changes_nothing_on_the_screen() -> None:
    """The words that were written stay bound to whom they were written about."""
    opened = Open()
    case = opened.hear(patient=SOMEBODY_ELSE)
    opened.hear(images_received=9)

    assert case.read_only
    assert case.item.patient == OPENED.patient
    assert len(opened.shut) == 1  # said once, not with every poll
    assert opened.refreshed == 0
    assert opened.recorded == ["changed patient"]


def test_a_case_that_was_withdrawn_is_not_said_to_be_claimed() -> None:
    opened = Open()
    opened.held = None
    opened.worklist.claim_lost.emit(OPENED)

    assert opened.shut == ["Withdrawn by the site; your text is kept"]
    assert opened.recorded == ["changed withdrawn"]


def test_a_case_that_another_took_names_the_reader() -> None:
    opened = Open()
    taken = evolve(OPENED, holder=OTHER.name, holder_id=OTHER.id)
    opened.held = taken
    opened.worklist.claim_lost.emit(taken)

    assert opened.shut == ["claimed by Dr. Kim Ash; your text is kept"]
    assert opened.recorded == ["changed reader"]
    assert opened.session.case is not None
    assert opened.session.case.item.holder == OTHER.name


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({"holder": "", "holder_id": ""}, "the site ended your claim; your text is kept."),
        ({"holder": "", "holder_id": "", "meant_for": "Ash, Kim"}, "given to Ash, Kim by the"),
        ({"holder": OTHER.name, "state": ReadState.FINAL}, "Read meanwhile by Dr. Kim Ash;"),
        ({"holder": "", "state": ReadState.FINAL}, "Read meanwhile by somebody else;"),
    ],
)
def test_why_a_claim_is_gone_is_said_as_it_is(now: dict[str, Any], words: str) -> None:
    """ "Claimed by another reader" where nobody holds it sends people looking for nobody."""
    opened = Open()
    opened.held = evolve(OPENED, **now)
    opened.worklist.claim_lost.emit(opened.held)

    assert len(opened.shut) == 1
    assert opened.shut[0].startswith(words)


def test_a_report_from_elsewhere_shuts_the_open_case_and_ones_own_does_not() -> None:
    """Another system filed the final report: a second one would contradict it."""
    opened, signed = Open(), Open()
    assert signed.session.case is not None
    signed.session.case = evolve(signed.session.case, read_only=True)
    elsewhere = opened.hear(state=ReadState.FINAL, holder=OTHER.name, holder_id=OTHER.id)
    own = signed.hear(state=ReadState.FINAL)

    assert (elsewhere.read_only, opened.recorded) == (True, ["changed read"])
    assert (own.news, signed.shut) == ("", [])


def test_the_site_of_these_tests_is_the_one_of_the_case() -> None:
    """Else none of the above would have looked at the case at all."""
    assert site("harbor").id == OPENED.site == SiteId("harbor")


def test_a_new_promise_is_told_in_the_time_of_the_site() -> None:
    """As the details tell it: two clocks for one promise are reckoned wrong at three at night."""
    before = evolve(OPENED, acquired=NOW.astimezone(ZoneInfo("America/Chicago")))
    found = change(before, evolve(before, due=datetime(2026, 11, 22, 6, 5, tzinfo=UTC)))
    assert found is not None
    assert found.words == "Now due 00:05 CST"
