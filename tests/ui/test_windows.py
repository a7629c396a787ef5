"""The windows around the panes: identity, pages, what the bars say, capture, language."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from attrs import evolve
from fakes_windows import (
    SAVED,
    FakeAlarms,
    FakeCase,
    FakeFiles,
    FakeLoader,
    FakeReporting,
    FakeSession,
    FakeVoice,
    Sent,
    views,
)
from fakes_worklist import HARBOR, FakeDeliveries, FakeFiling, FakeWorklist, Wanted, row, shift
from pseudo_locale import another_language, untranslated
from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from workstation.commands import catalogue
from workstation.commands.bindings import Bindings, load
from workstation.commands.menus import load_menus
from workstation.domain.identifiers import (
    AccessionNumber,
    FrameKey,
    ReportId,
    SeriesUID,
    SopUID,
    StudyUID,
)
from workstation.domain.worklist import Priority
from workstation.errors import CommandError, SigningBlocked
from workstation.protocols.delivery import Delivery, State
from workstation.services.delivery.alarms import Alarm, Need
from workstation.services.delivery.filings import Filing, FilingKind
from workstation.services.images.fetching import SetProgress
from workstation.services.reading.chart import Sheet
from workstation.services.report.draft_saving import DraftState
from workstation.services.signal import Signal
from workstation.settings import resource
from workstation.ui.alarm_bar import AlarmBar
from workstation.ui.bars import CaseBar
from workstation.ui.chips import Chip, KeyCap
from workstation.ui.outbox import delivery_words
from workstation.ui.plain import ElidedLabel
from workstation.ui.standing import Shown
from workstation.ui.windows import Shell

AT = datetime(2026, 11, 22, 2, 23, 7, tzinfo=UTC)


class House:
    """A shell with its stand-ins at hand."""

    def __init__(self) -> None:
        rows = shift()
        self.worklist = FakeWorklist(rows)
        self.session = FakeSession()
        self.case = FakeCase(rows[3].item)
        self.deliveries = FakeDeliveries()
        self.loader = FakeLoader({"a": SetProgress(200, 0, 250), "b": SetProgress(36, 0, 62)})
        self.filing = FakeFiling()
        self.sent, self.reporting = Sent(), FakeReporting()
        self.alarms, self.voice = FakeAlarms(), FakeVoice()
        self.chart = SimpleNamespace(changed=Signal[None](), sheet=Sheet())
        shown = Shown(
            self.worklist, self.session, self.deliveries, self.filing,  # type: ignore[arg-type]
            self.loader, self.reporting, FakeFiles(), self.alarms, views(), None,  # type: ignore[arg-type]
            self.voice, self.voice, self.worklist.clock, self.chart,  # type: ignore[arg-type]
        )  # fmt: skip
        self.shell = Shell(
            shown,
            self.sent,
            lambda _credentials: None,  # type: ignore[arg-type, return-value]
            banner="DEMO · not for clinical use",
        )
        self.viewer, self.report = QWidget(), QWidget()
        self.shell.furnish(self.viewer, self.report)
        registry = catalogue.registry()
        bindings: Bindings = load(resource("keymaps", "default.toml"), registry)
        menus = load_menus(resource("menus.toml"), registry)
        self.shell.bind(registry, bindings, menus, lambda: frozenset({"signed-in"}))

    def open_case(self) -> None:
        self.session.case = self.case
        self.session.changed.emit(None)
        self.shell.show_page("reading")

    def buttons(self, text: str) -> list[QAbstractButton]:
        """Those with these words that can be pressed now."""
        found = self.shell.windows()[0].findChildren(QAbstractButton)
        return [each for each in found if each.text() == text and each.isVisible()]

    def texts(self) -> list[str]:
        """Every word that stands on the screen now."""
        return [
            label.text()
            for window in QApplication.topLevelWidgets()
            for label in window.findChildren(QLabel)
            if label.isVisible() and label.text()
        ]


@pytest.fixture
def house(qtbot: QtBot) -> Iterator[House]:
    made = House()
    made.shell.show()
    yield made
    made.shell.close_all()
    QApplication.processEvents()


def drawn(widget: QWidget) -> list[QSize]:
    """Its sizes, of each time it is painted from now on."""
    sizes: list[QSize] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                sizes.append(widget.size())
            return False

    widget.installEventFilter(Watch(widget))
    return sizes


def test_the_page_that_reads_is_drawn_once_before_a_case_is_opened(
    house: House, qtbot: QtBot
) -> None:
    """The first case of the night does not wait for letters and icons to be made; nothing of it
    is seen, and every part has the size at once that it has on the screen."""
    images, report = drawn(house.viewer), drawn(house.report)
    qtbot.waitUntil(lambda: bool(images and report))

    assert not house.viewer.isVisible()
    assert not house.report.isVisible()
    ahead = images[-1], report[-1]
    house.open_case()
    QApplication.processEvents()
    assert (images[-1], report[-1]) == ahead


def test_identity_stands_in_the_case_bar_in_the_same_words_as_everywhere(house: House) -> None:
    """Name, sex and age, birth date, ID: the reader checks them without thinking."""
    house.open_case()
    texts = house.texts()
    wanted = ["Alder, Robin", "M 64", "born 1962-03-02", "ID \u2068HG-100403\u2069"]

    assert [text for text in texts if text in wanted] == wanted


def caps(house: House) -> int:
    """How many key caps the case bar shows beside its buttons: that of the way back."""
    (bar,) = [each for each in house.shell.windows()[0].findChildren(CaseBar) if each.isVisible()]
    return sum(each.isVisible() for each in bar.findChildren(KeyCap))


def test_a_stat_case_says_so_while_it_is_read(house: House) -> None:
    """The clock alone does not tell a trauma from a routine case that waited."""
    (bar,) = house.shell.windows()[0].findChildren(CaseBar)
    urgent, routine = row(1, Wanted(priority=Priority.STAT)).item, row(2).item

    def marks() -> list[str]:
        return [each.text() for each in bar.findChildren(Chip) if not each.isHidden()]

    bar.show_case(urgent, "Harbor General", "")
    assert "STAT" in marks()
    bar.show_case(routine, "Harbor General", "")
    assert "STAT" not in marks()


def test_on_a_narrow_screen_the_procedure_gives_way_and_the_name_does_not(house: House) -> None:
    """1366 pixels of a laptop: "Al…in" is Alder, Robin and Albin, Austin."""
    house.open_case()
    house.shell.windows()[0].resize(1366, 768)
    QApplication.processEvents()
    elided = house.shell.windows()[0].findChildren(ElidedLabel)
    (name,) = [each for each in elided if each.whole() == "Alder, Robin" and each.isVisible()]

    assert name.text() == "Alder, Robin"
    assert caps(house) == 0
    procedure = next(each for each in elided if each.whole().startswith("CT chest"))
    assert procedure.text() == procedure.whole(), "with or without contrast is not to be guessed"

    house.shell.windows()[0].resize(1920, 1080)
    QApplication.processEvents()
    assert caps(house) == 1


def test_no_window_title_names_a_patient(house: House) -> None:
    """Titles stand in task lists, screen shares and other people's sight."""
    house.open_case()
    house.shell.arrange("many")
    titles = [w.windowTitle() for w in QApplication.topLevelWidgets() if w.isVisible()]

    assert sorted(titles) == [
        "Workstation · diagnostic 1", "Workstation · report", "Workstation · worklist",
    ]  # fmt: skip


def test_every_window_bears_the_demo_mark_and_the_patient(house: House) -> None:
    """Two windows on two screens: either may be the only one that is looked at."""
    house.open_case()
    house.shell.arrange("many")

    assert house.texts().count("DEMO · not for clinical use") == 3
    assert house.texts().count("ID \u2068HG-100403\u2069") == 2


def test_windows_that_stood_apart_stand_as_one_again(house: House) -> None:
    house.open_case()
    house.shell.arrange("many")
    apart = house.viewer.window() is not house.report.window()
    house.shell.arrange("one")

    assert apart
    assert house.viewer.window() is house.report.window()
    assert house.viewer.isVisibleTo(house.viewer.window())


def test_images_on_their_way_are_counted_in_the_bar(house: House) -> None:
    """Reading a part for the whole is how a finding is missed."""
    house.open_case()

    assert "236 of 312 images" in house.texts()


def test_a_picture_is_not_older_than_the_moment_it_was_taken(house: House) -> None:
    """A count that comes a moment later is missing from the picture somebody judges by."""
    house.open_case()
    loader = house.loader
    name, before = next((name, each) for name, each in loader.sets.items() if each.loaded)
    loader.sets[name] = evolve(before, loaded=before.loaded + 1)
    loader.frame_arrived.emit(FrameKey(HARBOR, StudyUID("1"), SeriesUID("2"), SopUID("3")))
    assert "237 of 312 images" not in house.texts()

    house.shell.picture("viewer")

    assert "237 of 312 images" in house.texts()


def test_what_went_wrong_is_said_in_its_slot_until_the_next_command(house: House) -> None:
    """Toasts do not exist: a message waits until it is read."""
    house.sent.error = CommandError("no row is selected")
    house.shell.run("case.open")
    said = house.shell.notices
    house.sent.error = None
    house.shell.run("app.refresh")

    assert said == ("DEMO · not for clinical use", "no row is selected")
    assert house.shell.notices == ("DEMO · not for clinical use",)


def test_a_password_typed_at_a_report_that_cannot_be_signed_goes_nowhere(
    house: House, qtbot: QtBot
) -> None:
    """Hands know F12 and the password as one move: it must not stand in the report."""
    house.open_case()
    editor = QLineEdit(house.report)
    editor.show()
    editor.setFocus()
    house.sent.error = SigningBlocked("Field “lungs” is empty")
    house.shell.run("report.sign")
    for letter in "open sesame":
        qtbot.keyClick(QApplication.focusWidget(), letter)
    said = house.texts()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Not signed yet" not in house.texts())

    assert editor.text() == ""
    assert house.sent.lines[-1] == "report.sign"  # nor did a letter choose a tool
    assert "Field “lungs” is empty" in said
    assert QApplication.focusWidget() is editor


def test_what_the_microphone_says_is_not_said_twice(house: House) -> None:
    """One line has room for one sentence: beside the microphone, where it stays."""
    house.voice.trouble = "there is no microphone, or another program has it to itself"
    house.shell.refuse(house.voice.trouble)
    house.shell.show_page("reading")

    assert house.texts().count(house.voice.trouble) <= 1


def test_a_card_that_is_lost_while_somebody_reads_is_news_and_one_that_never_was_is_not(
    house: House,
) -> None:
    """Which engine draws is of no interest until it changes under the hand."""
    never = "software rendering: llvmpipe is no graphics card"
    house.shell.say_engine(never)
    assert never not in house.texts()

    lost = "software rendering: the graphics card was reset"
    house.shell.say_engine(lost)
    assert "Software rendering: the graphics card was reset" in house.texts()


def test_reading_without_a_case_says_which_key_helps(house: House) -> None:
    house.shell.show_page("reading")

    assert any("N reads the next one" in text for text in house.texts())


def test_closing_the_window_leaves_by_the_command_that_loses_nothing(house: House) -> None:
    """The cross is pressed by accident; what was written must be saved first."""
    house.shell.windows()[0].close()

    assert house.sent.lines == ["quit"]
    assert house.shell.windows()[0].isVisible()


def test_a_capture_shows_the_window_at_its_full_size(house: House) -> None:
    picture = house.shell.picture("worklist")

    assert (picture.width(), picture.height()) == (1920, 1080)
    with pytest.raises(CommandError):
        house.shell.picture("kitchen")


def test_a_capture_of_the_worklist_leaves_the_reader_where_they_were(house: House) -> None:
    house.open_case()
    worklist, reading = house.shell.picture("worklist"), house.shell.picture("viewer")

    assert worklist != reading
    assert "Alder, Robin" in house.texts()
    assert not house.shell.worklist.isVisible()


def test_chrome_is_dark(house: House) -> None:
    """Mean luminance of the worklist at most 4 % of white (design guide, section 5)."""
    picture = house.shell.picture("worklist").scaled(192, 108)
    light = [
        picture.pixelColor(x, y).lightnessF() ** 2.2
        for x in range(picture.width())
        for y in range(picture.height())
    ]

    assert sum(light) / len(light) < 0.04


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.QUEUED, "Signed, waits to be sent to Harbor General"),
        (State.AWAITING_ACK, "Sent, waiting for acceptance by Harbor General"),
        (State.ACKNOWLEDGED, "Accepted by Harbor General at 18:23:07 PST"),
        (State.REFUSED, "Refused by Harbor General: unknown accession"),
    ],
)
def test_the_outbox_tells_signed_sent_and_accepted_apart(state: State, words: str) -> None:
    """A green tick for `sent` has hidden lost reports before."""
    entry = Delivery(
        ReportId("r"), site=HARBOR, accession=AccessionNumber("A-1"), state=state,
        accepted_at=AT, reason="unknown accession",
    )  # fmt: skip

    assert delivery_words(entry, "Harbor General", "America/Los_Angeles") == words


def test_what_goes_by_the_second_line_of_a_hospital_says_so(house: House) -> None:
    """Who telephones about a report that is under way knows which gateway to name."""
    site, *others = house.worklist.sites
    waiting = Delivery(
        ReportId("r"), site=site.id, accession=AccessionNumber("A-1"), state=State.QUEUED
    )
    accepted = evolve(waiting, report=ReportId("s"), state=State.ACKNOWLEDGED, accepted_at=AT)
    house.deliveries.say((waiting, accepted))
    house.shell.show_page("outbox")
    assert f"Signed, waits to be sent to {site.name}" in house.texts()

    house.worklist.sites = (evolve(site, on_second=True), *others)
    house.worklist.changed.emit(None)

    texts = house.texts()
    assert f"Signed, waits to be sent to {site.name} (second line)" in texts
    assert any(text.startswith(f"Accepted by {site.name} at") for text in texts)


def test_a_refused_report_can_be_sent_again_from_where_it_is_listed(house: House) -> None:
    """Who learns of a refusal needs the next step beside it, and whose report it is."""
    waiting = house.worklist.rows[0].item
    entry = Delivery(
        ReportId("r"), site=waiting.site, accession=waiting.accession, state=State.REFUSED,
        reason="unknown accession",
    )  # fmt: skip
    house.deliveries.say((entry, evolve(entry, report=ReportId("s"), state=State.QUEUED)))
    house.shell.show_page("outbox")

    (again,) = house.buttons("Send again")
    again.click()

    assert house.sent.lines[-1] == f"outbox.retry {waiting.accession} {waiting.site}"
    assert f"{waiting.patient.name} · {waiting.procedure}" in house.texts()
    assert "0 of 2 accepted" in house.texts()


def test_documents_of_marks_are_listed_with_the_reports_and_counted(house: House) -> None:
    """Measurements that an archive refuses are lost to the next reader unless somebody sees it."""
    waiting = house.worklist.rows[0].item
    marks = Filing(
        "2.25.7", FilingKind.MEASUREMENTS, waiting.ref, waiting.accession, "Practitioner/3",
        AT, 4, "", State.REFUSED, "the archive is full",
    )  # fmt: skip
    keys = evolve(marks, id="2.25.8", kind=FilingKind.KEY_IMAGES, state=State.QUEUED, reason="")
    house.filing.say((marks, keys))
    house.shell.refresh()
    house.shell.show_page("outbox")

    texts = house.texts()
    assert "2 not yet accepted" in texts
    assert "0 of 2 accepted" in texts
    assert any("Refused by" in text and "the archive is full" in text for text in texts)
    assert any(text.startswith("Sealed here, waits to be sent") for text in texts)
    (again,) = house.buttons("Send again")
    again.click()
    assert house.sent.lines[-1] == f"outbox.retry {waiting.accession} {waiting.site}"


def test_whoever_is_not_signed_in_everywhere_finds_the_way_in_on_every_list(house: House) -> None:
    """A site that dropped the reader costs its rows until somebody signs in again."""
    sites = house.worklist.sites
    house.worklist.sites = (evolve(sites[0], reader=None, state="signed-out"), *sites[1:])
    house.shell.refresh()

    (way_in,) = house.buttons("Sign in…")
    way_in.click()

    assert house.sent.lines[-1] == "app.sign-in"


def test_what_is_not_accepted_is_counted_on_every_page(house: House) -> None:
    entry = Delivery(ReportId("r"), site=HARBOR, state=State.IN_DOUBT)
    house.deliveries.say((entry,))
    house.shell.refresh()

    assert "1 not yet accepted" in house.texts()


@pytest.mark.parametrize("where", ["worklist", "reading", "outbox", "keys", "sign-in", "empty"])
def test_every_word_goes_through_the_translation(qtbot: QtBot, where: str) -> None:
    """A word that took another way stays English for every reader in the world."""
    with another_language():
        house = House()
        house.shell.show()
        if where == "reading":
            house.open_case()
        elif where in ("outbox", "empty"):
            house.shell.show_page("outbox" if where == "outbox" else "reading")
        elif where == "keys":
            house.shell.open_keys()
        elif where == "sign-in":
            house.shell.open_sign_in()
        found = untranslated(house.shell.windows()[0])
        house.shell.close_all()

    assert found == []


def test_a_picture_shows_whole_what_was_said_a_moment_ago(house: House) -> None:
    """Half a time in a picture of what happened stays half a time for good."""
    house.open_case()
    house.reporting.draft_state = DraftState("unsaved")
    house.shell.refresh()
    QApplication.processEvents()
    house.reporting.draft_state = SAVED
    house.shell.refresh()
    at_once = house.shell.picture()
    QApplication.processEvents()

    assert house.shell.picture() == at_once


# --- alarms ------------------------------------------------------------------------

UNANSWERED = Alarm(Need.UNANSWERED, HARBOR, AccessionNumber("HG-1"), AT)
REFUSED = Alarm(Need.REFUSED, HARBOR, AccessionNumber("HG-2"), AT, "the order was cancelled")
UNTOLD = Alarm(Need.UNTOLD, HARBOR, AccessionNumber("HG-4"), AT, call="Dr. Lee +1 206 555 0100")
LATE = Alarm(Need.LATE_IMAGES, HARBOR, AccessionNumber("HG-3"), AT, images=40)


def _bars(house: House) -> list[AlarmBar]:
    windows = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    return [bar for window in windows for bar in window.findChildren(AlarmBar)]


def test_a_stat_report_that_is_not_accepted_stands_in_every_window_with_the_number_to_call(
    house: House, qtbot: QtBot
) -> None:
    """Whichever screen the reader looks at; the telephone is the way that is left."""
    house.open_case()
    house.shell.arrange("many")
    house.alarms.say(UNANSWERED, REFUSED)
    qtbot.waitUntil(lambda: all(bar.isVisible() for bar in _bars(house)))
    said = " ".join(house.texts())

    assert len(_bars(house)) == 3
    assert said.count("STAT report not accepted") == 3
    assert said.count("Call +1 206 555 0142") == 3
    assert "HG-1 · Harbor General · signed 18:23 PST" in said
    assert said.count("1 of 2") == 3


def test_an_alarm_names_the_patient_and_what_the_site_said(house: House, qtbot: QtBot) -> None:
    """The first thing the site asks on the telephone is the name, the second what went wrong."""
    item = house.worklist.rows[0].item
    busy = Alarm(Need.UNANSWERED, item.site, item.accession, AT, "Mesa Valley is busy (503)")
    house.alarms.say(busy)
    qtbot.waitUntil(_bars(house)[0].isVisible)

    said = f"{item.patient.name} · {item.accession} · Mesa Valley is busy (503) · signed 20:23 CST"
    assert said in " ".join(house.texts())


def test_a_window_that_gets_the_keys_gives_them_to_its_page(house: House, qtbot: QtBot) -> None:
    """When what had them is gone, arrows go through the list and not to nobody."""
    frame = house.shell.windows()[0]
    frame.activateWindow()
    QApplication.processEvents()
    house.shell.focus_search()
    frame.setFocus()

    assert house.shell.worklist.table.hasFocus()


def test_an_alarm_takes_neither_focus_nor_keys(house: House, qtbot: QtBot) -> None:
    """The reader is in the middle of a sentence, or of a measurement."""
    house.shell.worklist.focus_search()
    before = QApplication.focusWidget()
    house.alarms.say(REFUSED)
    bar = _bars(house)[0]
    qtbot.waitUntil(bar.isVisible)

    assert QApplication.focusWidget() is before
    stops = [b.focusPolicy() for b in bar.findChildren(QAbstractButton)]
    assert set(stops) == {Qt.FocusPolicy.NoFocus}


@pytest.mark.parametrize(
    ("alarm", "offered", "line"),
    [
        (UNTOLD, {"look", "settle"}, "outbox.settle HG-4 harbor"),
        (UNANSWERED, {"settle"}, "outbox.settle HG-1 harbor"),
        (REFUSED, {"look", "again", "settle"}, "outbox.settle HG-2 harbor"),
        (LATE, {"look", "settle"}, "outbox.settle HG-3 harbor"),
    ],
)
def test_each_alarm_offers_what_helps(
    house: House, qtbot: QtBot, alarm: Alarm, offered: set[str], line: str
) -> None:
    house.alarms.say(alarm)
    bar = _bars(house)[0]
    qtbot.waitUntil(bar.isVisible)
    shown = {name for name in ("look", "again", "settle") if getattr(bar, name).isVisible()}
    bar.settle.click()
    house.alarms.say()
    qtbot.waitUntil(lambda: not bar.isVisible())

    assert shown == offered
    assert house.sent.lines == [line]
