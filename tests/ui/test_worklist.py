"""The worklist on the screen."""

from datetime import timedelta

import pytest
from attrs import evolve
from fakes_worklist import (
    HARBOR,
    NORD,
    READER,
    SHIFT,
    SITES,
    Wanted,
    row,
    shift,
)
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from worklist_pane import Pane

from workstation.domain.folding import folded
from workstation.domain.identifiers import ReportId, TaskId
from workstation.domain.worklist import Lack, Priority, ReadState
from workstation.protocols import archive_rows, ups
from workstation.protocols.delivery import Delivery, State
from workstation.services.ports.hosting import RowProblem
from workstation.services.queue.list_views import ListColumn, ListOrder
from workstation.services.queue.worklist import Row
from workstation.ui.worklist import WorklistPane
from workstation.ui.worklist_lists import SiteCard
from workstation.ui.worklist_model import Column


def cell(pane: WorklistPane, number: int, column: Column) -> str:
    return str(pane.model.index(number, column).data())


def test_the_rows_stand_in_the_order_of_the_service(pane: Pane) -> None:
    """Urgency is decided in one place; the window must not have an opinion of its own."""
    assert pane.names() == [wanted.name for wanted in SHIFT[:-1]]  # the last is finished


def test_a_row_says_everything_needed_to_choose_it(pane: Pane) -> None:
    """Patient, procedure, place, promise, images, priors and holder, without opening it."""
    pane.service.clock.advance(-10)
    texts = [cell(pane, 3, column) for column in Column]

    assert texts == [
        "Prelim · J. Hazel", "38:20 F", "Urgent", "Alder, Robin  M 64", "CT chest with contrast",
        "Harbor General WA", "2 h 23", "236 / 312", "2", "", "Prelim · J. Hazel",
    ]  # fmt: skip


def test_the_clock_runs_by_the_time_of_the_site(pane: Pane) -> None:
    """The promise is the site's; this machine's clock may be wrong."""
    before = cell(pane, 3, Column.TIME)
    pane.service.clock.advance(60)
    after = cell(pane, 3, Column.TIME)

    assert (before, after) == ("38:10 F", "37:10 F")


def test_the_minutes_beside_the_clock_go_with_it(pane: Pane) -> None:
    """Two times for one promise, side by side: one of them is believed, and it may be the old."""
    pane.table.choose(3)

    def due() -> list[str]:
        said = [each.text() for each in pane.details.findChildren(QLabel)]
        return [each for each in said if "due in" in each]

    assert due() == ["due in 38 min"]
    pane.service.clock.advance(5 * 60)
    pane.tick()
    assert due() == ["due in 33 min"]


def test_a_tick_repaints_the_clocks_and_nothing_else(pane: Pane, qtbot: QtBot) -> None:
    """Twenty rows of text redrawn each second cost the images their frames."""
    changed: list[tuple[int, int, int, int]] = []
    pane.model.dataChanged.connect(
        lambda a, b: changed.append((a.row(), a.column(), b.row(), b.column()))
    )
    pane.tick()

    last = pane.model.rowCount() - 1
    assert changed == [(0, Column.TIME, last, Column.TIME)]


def test_the_selection_stays_on_its_case_when_rows_come_and_go(pane: Pane) -> None:
    """Enter must open the case that was read a moment ago, not the one that slid under it."""
    pane.move_selection(3)
    chosen = pane.selected
    urgent = row(99, evolve(SHIFT[1], name="New, Stat"))
    pane.service.say((urgent, *(r for r in shift() if r.item.task != TaskId("Task/1"))))

    assert pane.names()[0] == "New, Stat"
    assert pane.selected is not None
    assert chosen is not None
    assert pane.selected.item.task == chosen.item.task


def test_rows_stay_where_they_are_while_the_reader_is_at_work(pane: Pane) -> None:
    """A row that jumps under the pointer opens the wrong patient."""
    before = pane.names()
    pane.touch()
    pane.service.say((row(99, evolve(SHIFT[1], name="New, Stat")), *reversed(shift())))

    assert pane.names() == [*before, "New, Stat"]

    pane.service.clock.advance(1.9)
    pane.tick()

    assert pane.names() == [*before, "New, Stat"]

    pane.service.clock.advance(0.2)
    pane.tick()

    assert pane.names() == ["New, Stat", *reversed(before)]


def test_what_a_row_says_changes_at_once_even_while_nothing_moves(pane: Pane) -> None:
    """That somebody else took the case must not wait for a still pointer."""
    pane.touch()
    rows = list(shift())
    item = evolve(rows[1].item, holder="L. Oak", holder_id="Practitioner/9", version="2")
    rows[1] = evolve(rows[1], item=evolve(item, images_received=1480))
    pane.service.say(rows)

    assert cell(pane, 1, Column.IMAGES) == "1,480"


def test_a_site_that_does_not_answer_keeps_its_rows_and_says_how_old_they_are(
    pane: Pane,
) -> None:
    """Three patients do not vanish because a line is down."""
    line = next(x for x in pane.model.lines if x.item.site == NORD)
    number = pane.model.row_of(line.key)

    assert number is not None
    words = pane.model.index(number, Column.SITE).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Klinikum Nord: no answer for 4:52"


def test_a_case_that_may_not_be_read_says_why_and_cannot_be_opened(pane: Pane) -> None:
    """The reason is found before the claim, not after."""
    pane.move_selection(6)

    assert cell(pane, 6, Column.STATUS) == "No licence: NM"
    assert not pane.details.open.isEnabled()


def test_typing_in_the_search_narrows_the_list_and_counts_what_it_hides(pane: Pane) -> None:
    """What is hidden is said, above all STAT cases."""
    QTest.keyClicks(pane.bar.search, "muller")
    told = pane.footer.findChildren(type(pane.footer._hidden))

    assert pane.names() == ["Müller-Beispiel, Jo"]
    assert pane.hidden_rows == len(SHIFT) - 1
    assert "hidden by filter: 19 (3 STAT)" in [label.text() for label in told]
    assert pane.banner._title.text() == "2 STAT outside this list"


def test_escape_empties_the_search_and_gives_the_list_back(pane: Pane) -> None:
    QTest.keyClicks(pane.bar.search, "muller")

    assert pane.back()
    assert len(pane.names()) == len(SHIFT) - 1
    assert not pane.back()


def test_the_banner_shows_the_stat_list_whatever_was_filtered(pane: Pane) -> None:
    """One key from any list to the patients who cannot wait."""
    QTest.keyClicks(pane.bar.search, "muller")
    pane.show_stat()

    assert {line.item.priority for line in pane.model.lines} == {Priority.STAT}
    assert pane.bar.search.text() == ""


def test_the_banner_takes_no_focus_and_moves_nothing(pane: Pane) -> None:
    """News must not steal the keys from somebody who types."""
    before = pane.table.geometry()
    pane.focus_search()
    QTest.keyClicks(pane.bar.search, "muller")

    assert pane.banner.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert pane.window().focusWidget() is pane.bar.search
    assert pane.table.geometry() == before


def test_no_row_left_says_what_helps(pane: Pane) -> None:
    QTest.keyClicks(pane.bar.search, "nobody at all")

    assert pane._empty.text() == "No case matches. 20 hidden by the filter."
    assert pane.selected is None


def test_a_double_click_opens_by_a_command_line(pane: Pane) -> None:
    """Pointer, key and script go the same way."""
    pane.table.doubleClicked.emit(pane.model.index(2, 3))

    assert pane.asked == ["case.open"]


def test_a_report_on_its_way_is_said_on_its_row(pane: Pane) -> None:
    """Sent is not accepted."""
    sent = Delivery(ReportId("r"), site=HARBOR, task=TaskId("Task/7"), state=State.IN_DOUBT)
    pane.sent.say((sent,))

    assert cell(pane, 7, Column.STATUS) == "Sent, not accepted"


def test_a_narrow_window_gives_the_room_to_the_table(pane: Pane) -> None:
    """Under 1400 the details go; then what is least needed, never patient or promise."""
    pane.resize(1366, 700)

    assert not pane.details.isVisible()
    assert not pane.table.isColumnHidden(Column.PATIENT)

    pane.resize(1024, 700)

    shown = {c for c in Column if not pane.table.isColumnHidden(c)}
    assert {Column.TIME, Column.PRIORITY, Column.PATIENT, Column.PROCEDURE, Column.SITE} <= shown
    width = sum(pane.table.columnWidth(c) for c in shown)
    assert width <= pane.table.viewport().width()


def test_times_of_the_details_carry_the_zone_of_the_site(pane: Pane) -> None:
    """18:52 without a zone is a different promise in Hamburg."""
    pane.move_selection(3)
    texts = [w.text() for w in pane.details.findChildren(type(pane.footer._time))]

    assert "18:52:56 PST, 21 Nov 2026" in texts


def test_a_thousand_rows_are_taken_in_without_a_pause(qtbot: QtBot) -> None:
    """A national network has them; an update must not be felt. Only the work is counted."""
    rows = tuple(row(n, Wanted(left=timedelta(minutes=n))) for n in range(1000))
    pane = Pane(rows)
    qtbot.addWidget(pane)
    moves: list[int] = []
    pane.model.layoutChanged.connect(lambda: moves.append(1))
    pane.model.dataChanged.connect(lambda *_: moves.append(1))
    pane.service.say(rows)

    assert pane.model.rowCount() == 1000
    assert moves == []  # the same news again changes nothing


def test_until_the_reader_chooses_the_most_urgent_case_is_chosen(pane: Pane) -> None:
    """Sites answer one after the other; Enter must not open what happened to come first."""
    pane.service.say((row(99, evolve(SHIFT[1], name="New, Stat")), *shift()))

    assert pane.selected is not None
    assert pane.selected.item.patient.name == "New, Stat"


def test_what_the_list_offers_bears_the_keys_of_the_keymap(pane: Pane) -> None:
    """Whoever gave `Read next` another key is not told the old one for the rest of the night."""
    before = pane.bar.search.grab().toImage()
    pane.show_keys({"case.next": "Ctrl+Space", "worklist.search": "S", "case.open": "Enter"})

    wide = pane.bar.next.sizeHint().width()
    assert pane.bar.search.grab().toImage() != before
    pane.show_keys({})
    assert pane.bar.next.sizeHint().width() < wide, "no key, no cap"


def test_nobody_is_offered_the_next_case_before_signing_in(pane: Pane) -> None:
    """The brightest button of a first start led to a refusal."""
    assert pane.bar.next.isEnabled()
    pane.service.sites = tuple(evolve(each, reader=None) for each in pane.service.sites)
    pane.service.say(())
    assert not pane.bar.next.isEnabled()


def test_nothing_moves_when_the_first_rows_arrive(qtbot: QtBot) -> None:
    """The final layout stands at once; rows replace the sentence that says there are none."""
    pane = Pane(())
    qtbot.addWidget(pane)
    pane.resize(1920, 1012)
    pane.show()
    pane.show_keys({"app.refresh": "F5"})
    before, said = pane.table.geometry(), pane._empty.text()
    pane.service.say(shift())

    assert said == "No case for you. F5 asks again."
    assert pane.table.geometry() == before
    assert not pane._empty.isVisible()


def test_rows_that_could_not_be_read_are_counted_at_their_site(pane: Pane) -> None:
    """A case nobody sees is a case nobody reads."""
    problem = RowProblem("Task/77", "its due time is not a time")
    sites = (evolve(SITES[0], problems=(problem,)), *SITES[1:])
    pane.service.sites = sites
    pane.refresh()

    cards = [card.accessibleName() for card in pane.findChildren(SiteCard)]
    assert "10 rows, 1 cannot be read" in cards[0]


def test_messages_of_a_site_that_were_not_taken_stand_beside_it_with_the_reason(
    pane: Pane,
) -> None:
    """An order that was announced and not understood is a patient nobody expects."""
    why = "the order has no accession number"
    pane.service.sites = (evolve(SITES[0], not_taken=("no such event", why)), *SITES[1:])
    pane.refresh()

    first, second, *_ = pane.findChildren(SiteCard)
    assert "2 messages not taken" in first.accessibleName()
    assert why in first.toolTip()
    assert "not taken" not in second.accessibleName()


def test_a_site_that_is_asked_by_its_second_way_says_so_first(pane: Pane) -> None:
    """The help desk is called with what stands there."""
    pane.service.sites = (evolve(SITES[0], on_second=True), *SITES[1:])
    pane.refresh()

    first, second, *_ = pane.findChildren(SiteCard)
    assert "second line · list" in first.accessibleName()
    assert "second line" in first.toolTip()
    assert "second line" not in second.accessibleName()


def _many(count: int) -> tuple[Row, ...]:
    return tuple(
        row(n, Wanted(name=f"Alder, {n:04d}" if n % 2 else f"Rowan, {n:04d}")) for n in range(count)
    )


def test_a_filter_over_many_rows_keeps_the_chosen_case_and_its_place(qtbot: QtBot) -> None:
    """Set anew instead of row by row: the reader must not notice which."""
    pane = Pane(_many(400))
    qtbot.addWidget(pane)
    pane.resize(1920, 1012)
    pane.show()
    pane.move_selection(201)
    chosen = pane.selected
    QTest.keyClicks(pane.bar.search, "alder")
    filtered, kept = pane.model.rowCount(), pane.selected
    pane.bar.search.clear()

    assert filtered == 200
    assert chosen is not None
    assert chosen.item.task == "Task/201"
    assert kept is not None
    assert kept.item.task == "Task/201"
    assert pane.selected is not None
    assert pane.selected.item.task == "Task/201"
    assert pane.model.rowCount() == 400


def test_news_of_one_case_makes_one_line_anew(pane: Pane) -> None:
    """What did not change is not made again: fifty changes a second over ten thousand rows."""
    before = list(pane.model.lines)
    rows = list(pane.service.rows)
    rows[3] = Row(evolve(rows[3].item, images_received=300), rows[3].verdict)
    pane.service.say(rows)

    made = [n for n, line in enumerate(pane.model.lines) if line is not before[n]]
    assert made == [3]
    assert cell(pane, 3, Column.IMAGES) == "300 / 312"


def test_the_tooltip_of_the_time_says_why_the_row_stands_where_it_stands(pane: Pane) -> None:
    """An order that nobody can explain is not trusted, and then not followed."""
    words = pane.model.index(1, Column.TIME).data(Qt.ItemDataRole.AccessibleTextRole)

    assert words.endswith("Place in the queue: STAT: before all others, due in 6 min")


# --- as the reader wants it -----------------------------------------------------------


def test_the_head_of_a_column_sorts_by_it_and_the_list_says_that_it_is_not_urgency(
    pane: Pane,
) -> None:
    """A reader who looks for a name must see at once that the top is not the most urgent."""
    pane.table.sort_by(Column.PATIENT)
    asked = pane.asked[-1]
    pane.views.sort(ListOrder.PATIENT)
    names = pane.names()
    head = pane.model.headerData(Column.PATIENT, Qt.Orientation.Horizontal)
    said = pane.bar.order.text()
    pane.views.sort(ListOrder.URGENCY)

    assert asked == "worklist.sort patient"
    assert names == sorted(names, key=folded)
    assert head == "Patient ▴"
    assert said == "Order: patient, not urgency"
    assert pane.names() == [wanted.name for wanted in SHIFT[:-1]]
    assert pane.bar.order.text() == "Order: urgency"


def test_news_does_not_undo_the_readers_order(pane: Pane) -> None:
    pane.views.sort(ListOrder.PATIENT)
    rows = list(pane.service.rows)
    rows[3] = Row(evolve(rows[3].item, images_received=311), rows[3].verdict)
    pane.service.say(rows)

    assert pane.names() == sorted(pane.names(), key=folded)


def test_a_column_that_was_put_away_stays_away_whatever_the_window(pane: Pane) -> None:
    pane.views.toggle(ListColumn.PRIORITY)
    pane.views.toggle(ListColumn.PRIORS)
    pane.resize(1500, 1012)
    away = [pane.table.isColumnHidden(c) for c in (Column.PRIORITY, Column.PRIORS, Column.PATIENT)]
    pane.views.toggle(ListColumn.PRIORITY)
    pane.resize(1920, 1012)

    assert away == [True, True, False]
    assert not pane.table.isColumnHidden(Column.PRIORITY)
    assert pane.table.isColumnHidden(Column.PRIORS)


def test_saved_filters_stand_beside_the_lists_with_their_counts(pane: Pane) -> None:
    """What is asked each night is one click, and says how much there is of it."""
    pane.views.look(modalities={"MR"})
    pane.views.save("MR alone")
    pane.views.look(modalities=())
    entry = pane.lists._saved["MR alone"]
    before = entry.isChecked()
    pane.views.show("MR alone")

    mr = [wanted for wanted in SHIFT[:-1] if wanted.procedure.startswith("MR")]
    assert entry.accessibleDescription() == str(len(mr))
    assert (before, entry.isChecked()) == (False, True)
    assert len(pane.names()) == len(mr)
    assert pane.hidden_rows == len(SHIFT) - len(mr)  # and what is hidden is said as ever


def test_a_stat_outside_a_saved_filter_is_still_announced(pane: Pane) -> None:
    """A filter is a wish, a STAT is not."""
    pane.views.look(modalities={"US"})

    assert pane.banner._title.isVisibleTo(pane)


def test_words_of_the_reader_before_stand_beside_the_case(pane: Pane) -> None:
    """What was said at the hand-over is read before the case is opened, not after."""
    rows = list(pane.service.rows)
    said = "Dr. Kim Ash: surgeon calls back at 8"
    rows[0] = Row(evolve(rows[0].item, handed_over=said), rows[0].verdict)
    pane.service.say(rows)
    pane.move_selection(-50)

    assert said in [label.text() for label in pane.details.findChildren(QLabel)]


@pytest.mark.parametrize(
    ("holder", "barred"),
    [("Practitioner/4", {"Claim", "Decline…", "Reassign…"}), (READER.id, {"Claim"})],
)
def test_a_case_that_somebody_holds_is_not_offered_to_be_claimed(
    pane: Pane, holder: str, barred: set[str]
) -> None:
    """Two readers on one patient begin with a button that promises what cannot be."""
    first, *rest = pane.service.rows
    held = evolve(first.item, state=ReadState.CLAIMED, holder="Ash, K", holder_id=holder)
    pane.service.say((evolve(first, item=held), *rest))
    pane.table.choose(0)
    details = pane.details
    buttons = (details.claim, details.decline, details.reassign)

    assert {each.text() for each in buttons if not each.isEnabled()} == barred
    assert ("Ash, K holds this case" in details.decline.toolTip()) == (holder != READER.id)


@pytest.mark.parametrize(
    ("lacks", "barred"),
    [
        (frozenset[Lack](), set[str]()),
        (ups.LACKING, {"Decline…", "Reassign…"}),
        (archive_rows.LACKING, {"Claim", "Decline…", "Reassign…"}),
    ],
)
def test_what_a_list_cannot_do_is_not_offered_and_says_why(
    pane: Pane, lacks: frozenset[Lack], barred: set[str]
) -> None:
    """A button that refuses when it is pressed costs a STAT its minute."""
    first, *rest = pane.service.rows
    waits = evolve(first.item, state=ReadState.UNREAD, holder="", holder_id="", lacks=lacks)
    pane.service.say((evolve(first, item=waits), *rest))
    pane.table.choose(0)
    details = pane.details
    buttons = (details.open, details.claim, details.decline, details.reassign)

    assert {each.text() for each in buttons if not each.isEnabled()} == barred
    assert all(bool(each.toolTip()) != each.isEnabled() for each in buttons)
