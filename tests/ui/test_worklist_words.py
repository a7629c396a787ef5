"""How the worklist says things."""

from datetime import timedelta

import pytest
from attrs import evolve
from fakes_worklist import HARBOR, NORD, NOW, Wanted, row, shift

from workstation.domain.folding import folded
from workstation.domain.identifiers import ReportId
from workstation.domain.report import ReportState
from workstation.domain.worklist import Lack, Priority, ReadState, Tier
from workstation.protocols.delivery import Delivery, State
from workstation.services.queue.lacking import in_short
from workstation.services.queue.lacking import lacking as lacks
from workstation.services.queue.urgency import urgency
from workstation.ui import worklist_forms as forms
from workstation.ui.worklist_forms import SlaKind
from workstation.ui.worklist_lines import Added, Filter, Line, ListId


def line(wanted: Wanted, number: int = 1, **more: object) -> Line:
    return Line(row(number, wanted), "Harbor General", me="Practitioner/17", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "00:00"),
        (59, "00:59"),
        (2300, "38:20"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (4360, "1:12:40"),
        (7199, "1:59:59"),
        (7200, "2:00"),
        (7440, "2:04"),
        (63600, "17:40"),
    ],
)
def test_a_duration_keeps_the_precision_that_matters(seconds: int, said: str) -> None:
    """Seconds matter under two hours; above, they would only flicker."""
    assert forms.duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("left_min", "waited_min", "kind", "text"),
    [
        (31, 69, SlaKind.PLENTY, "31:00"),  # 31 of 100 min: more than a quarter
        (25, 75, SlaKind.SOON, "25:00"),  # exactly a quarter is soon
        (1, 99, SlaKind.SOON, "01:00"),
        (0, 60, SlaKind.SOON, "00:00"),  # due this second, not broken yet
        (-4.2, 34, SlaKind.BREACH, "+04:12"),
    ],
)
def test_the_promise_takes_another_shape_before_and_after_it_breaks(
    left_min: float, waited_min: float, kind: SlaKind, text: str
) -> None:
    """The reader finds what burns by shape, not by reading every number."""
    wanted = Wanted(left=timedelta(minutes=left_min), waited=timedelta(minutes=waited_min))
    sla = line(wanted).sla(NOW)

    assert (sla.kind, sla.text, sla.tier) == (kind, text, "F")


@pytest.mark.parametrize("unknown", [{"allowed": False}, {"stale": timedelta(seconds=282)}])
def test_a_blocked_or_stale_promise_is_not_dressed_as_a_known_one(
    unknown: dict[str, object],
) -> None:
    """A site that does not answer may have given the case to somebody else."""
    sla = line(evolve(Wanted(), **unknown)).sla(NOW)

    assert (sla.kind, sla.text) == (SlaKind.UNKNOWN, "2:00")


def test_an_accepted_report_stops_the_clock() -> None:
    sla = line(Wanted(state=ReadState.FINAL, left=timedelta(minutes=-9))).sla(NOW)

    assert (sla.kind, sla.text) == (SlaKind.STOPPED, "accepted")


PROMISED = Wanted(tier=Tier.PRELIMINARY, state=ReadState.PRELIMINARY, left=timedelta(minutes=-9))


def test_a_preliminary_read_that_was_promised_stops_the_clock_too() -> None:
    """The night's promise was kept: it counted on into a breach, in the queue, in red."""
    read = line(PROMISED)
    final_owed = line(evolve(PROMISED, tier=Tier.FINAL))

    assert (read.sla(NOW).kind, read.sla(NOW).text) == (SlaKind.STOPPED, "accepted")
    assert forms.sla_words(read.item, NOW) == "Preliminary report accepted"
    assert (read.status.words, read.lists) == ("Prelim accepted", {ListId.DONE})
    assert final_owed.sla(NOW).kind is SlaKind.BREACH
    assert {ListId.QUEUE, ListId.PRELIMINARY} <= final_owed.lists


@pytest.mark.parametrize(
    ("status", "tier", "words", "done"),
    [
        (ReportState.FINAL, Tier.FINAL, "Final", True),
        (ReportState.ADDENDED, Tier.FINAL, "Final", True),
        (ReportState.WET_READ, Tier.FINAL, "Prelim", False),
        (ReportState.PRELIMINARY, Tier.FINAL, "Prelim", False),
        (ReportState.PRELIMINARY, Tier.PRELIMINARY, "Prelim accepted", True),
    ],
)
def test_a_first_impression_that_the_site_has_is_not_the_final_report(
    status: ReportState, tier: Tier, words: str, done: bool
) -> None:
    """A wet read stood as "Final" and left the queue: nobody would have read the case."""
    entry = Delivery(ReportId("r"), status=status, state=State.ACKNOWLEDGED)
    shown = line(Wanted(state=ReadState.PRELIMINARY, tier=tier), delivery=forms.delivered(entry))

    assert (shown.status.words, shown.done) == (words, done)


def test_a_report_to_one_hospital_says_nothing_of_the_same_number_at_another() -> None:
    """Two hospitals number alike: the other patient's case was "Final", and out of the queue."""
    rows = [row(1, Wanted(site=HARBOR)), row(1, Wanted(site=NORD))]
    added = Added({}, {}, {rows[0].item.key: "acknowledged"}, frozenset())

    assert rows[0].item.accession == rows[1].item.accession
    assert [added.line(each).done for each in rows] == [True, False]
    before = Added({}, {}, {}, frozenset())
    changed = added.since(before, [added.line(each) for each in rows])
    assert [each.item.site for each in changed] == [HARBOR]


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 m"), (59, "59 m"), (60, "1 h"), (116, "1 h 56"), (4320, "3 d")]
)
def test_waiting_is_said_in_the_largest_unit_that_tells(minutes: int, said: str) -> None:
    item = row(1, Wanted(waited=timedelta(minutes=minutes))).item

    assert forms.waiting(item, NOW) == said


def test_missing_images_are_never_hidden_behind_the_ones_that_are_here() -> None:
    """236 alone would read as complete."""
    assert forms.images(row(1, Wanted(images=236, expected=312)).item) == ("236 / 312", 236 / 312)
    assert forms.images(row(1, Wanted(images=1204, expected=1204)).item) == ("1,204", None)
    assert forms.images(row(1, Wanted(images=8, expected=None)).item) == ("8", None)


@pytest.mark.parametrize(("code", "said"), [("US-WA", "WA"), ("DE-HH", "DE"), ("DE", "DE")])
def test_a_place_is_said_as_readers_say_it(code: str, said: str) -> None:
    assert forms.place(code) == said


def test_the_side_stands_in_front_of_a_procedure_that_will_be_cut() -> None:
    """`MR knee arthrogram with contrast le…` is the wrong knee half of the time."""
    item = row(1, Wanted(procedure="MR knee arthrogram with contrast left")).item

    assert forms.side_first(item) == "Left: MR knee arthrogram with contrast"
    assert forms.side_first(row(1, Wanted(procedure="CT head")).item) == "CT head"


def test_the_status_says_what_of_signed_sent_and_accepted_has_happened() -> None:
    """Signed, sent and accepted are three things."""
    claimed = Wanted(state=ReadState.CLAIMED, holder="K. Ash", holder_id="Practitioner/4")
    mine = evolve(claimed, holder_id="Practitioner/17")
    as_it_is_sent = evolve(claimed, holder="Resident, Rae")

    assert line(Wanted()).status.words == "Unread"
    assert line(claimed).status.words == "Claimed · K. Ash"
    assert line(as_it_is_sent).status.words == "Claimed · R. Resident"
    assert line(mine).status.words == "Claimed · you"
    assert line(mine, aside=True).status.words == "Put aside · you"
    assert line(mine, delivery="queued").status.words == "Sent, not accepted"
    assert line(mine, delivery="refused").status.tone == "act"
    assert line(Wanted(allowed=False)).status.words == "No licence: US-NM"
    assert line(Wanted(allowed=False, jurisdiction="US-NM")).status.words == "No licence: NM"


def test_every_state_of_a_row_has_a_shape_of_its_own() -> None:
    """No state is told by colour alone."""
    states = [
        line(Wanted()),
        line(Wanted(state=ReadState.CLAIMED, holder_id="x")),
        line(Wanted(state=ReadState.PRELIMINARY)),
        line(Wanted(state=ReadState.FINAL)),
        line(Wanted(allowed=False)),
        line(Wanted(), aside=True),
        line(Wanted(), delivery="queued"),
        line(Wanted(), delivery="refused"),
    ]

    assert len({each.status.icon for each in states}) == len(states)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("muller", "Müller-Beispiel, Jo"),
        ("MÜLLER jo", "Müller-Beispiel, Jo"),
        ("пример", "Пример, Анна"),
        ("strasse", "Straße, Eva"),
        ("a-0001", "Anybody, At"),
        ("hg-100401", "Anybody, At"),
        ("chest anybody", "Anybody, At"),
    ],
)
def test_the_search_finds_what_was_meant(typed: str, name: str) -> None:
    """Names come in every script; nobody types the accents under time pressure."""
    assert Filter(text=typed).admits(line(Wanted(name=name)))


def test_the_search_does_not_find_what_was_not_meant() -> None:
    assert not Filter(text="muller anna").admits(line(Wanted(name="Müller-Beispiel, Jo")))
    assert folded("  Ünï-Cödé ") == "uni code"


def test_each_list_holds_what_its_name_says() -> None:
    lines = [Line(each, "Site", me="Practitioner/17") for each in shift()]
    sizes = {each: sum(each.has(entry) for entry in lines) for each in ListId}

    assert sizes[ListId.STAT] == sum(x.item.priority is Priority.STAT for x in lines)
    assert sizes[ListId.BLOCKED] == 1
    assert sizes[ListId.DONE] == 1
    assert sizes[ListId.PRELIMINARY] == 2
    assert sizes[ListId.QUEUE] == len(lines) - 1


def test_filters_by_site_and_modality_hold_together() -> None:
    chosen = Filter(modalities=frozenset({"CT"}), sites=frozenset({NORD}))

    assert chosen.admits(line(Wanted(site=NORD)))
    assert not chosen.admits(line(Wanted(site=HARBOR)))
    assert not chosen.admits(line(Wanted(site=NORD, procedure="MR knee")))
    assert forms.tier_letter(Tier.PRELIMINARY) == "P"


def test_a_list_without_promises_shows_none_and_says_what_else_it_lacks() -> None:
    """A made-up deadline would be believed, and a claim that nobody sees counted on."""
    lacking = evolve(row(1, Wanted(left=timedelta(hours=-3))).item, lacks=frozenset(Lack))
    shown = forms.sla(lacking, NOW, blocked=False, stale=False)
    known = evolve(row(1, Wanted()), item=lacking)

    assert (shown.kind, shown.text) == (SlaKind.NONE, "no deadline")
    assert forms.sla_words(lacking, NOW) == "No deadline is known"
    assert Line(known, "Hill Clinic").status.words == "Archive · no claim"
    assert len(lacks(lacking)) == len(Lack)
    assert in_short(lacking).startswith("Another reader may have this open too")
    assert in_short(row(1).item) == ""
    assert urgency(lacking, NOW).words == "no deadline is known"


def test_a_case_given_to_a_reader_says_to_whom() -> None:
    """It is not offered to anybody else, and everybody must see why it waits."""
    given = evolve(row(1, Wanted()).item, meant_for="Visitor, Kim", meant_for_id="Practitioner/8")
    verdict = row(1, Wanted()).verdict

    assert forms.status(given, verdict, me="Practitioner/17", aside=False).words == "For K. Visitor"
    assert forms.status(given, verdict, me="Practitioner/8", aside=False).words == "Given to you"
