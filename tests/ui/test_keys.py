"""Keys, palette and key sheet: the same command lines from the same keymap."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPushButton, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from workstation.commands import app, case, catalogue
from workstation.commands.bindings import Bindings, Scope, load, stroke
from workstation.commands.everyday import WORDS
from workstation.commands.finding import matches, ranked
from workstation.commands.offers import WHEN, Offer, offers
from workstation.commands.registry import Registry
from workstation.settings import resource
from workstation.ui.actions import Keys
from workstation.ui.dialogs import Dialog
from workstation.ui.keysheet import groups
from workstation.ui.palette import Palette

NOTHING, CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return catalogue.registry()


@pytest.fixture(scope="module")
def bindings(registry: Registry) -> Bindings:
    return load(resource("keymaps", "default.toml"), registry)


@pytest.fixture(scope="module")
def every_now(registry: Registry, bindings: Bindings) -> tuple[Offer, ...]:
    """With a case open, so that everything can be run."""
    return offers(registry, bindings, frozenset(WHEN))


class Room(QWidget):
    """A window with a list, images and a report to type in."""

    def __init__(self) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        self.table, self.images, self.report = QWidget(), QWidget(), QTextEdit()
        self.button = QPushButton("x")
        for pane, scope in (
            (self.table, "worklist"),
            (self.images, "images"),
            (self.report, "report"),
        ):
            pane.setProperty("scope", scope)
            pane.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            layout.addWidget(pane)
        layout.addWidget(self.button)


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    made = Room()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def asked(qapp: QApplication, bindings: Bindings) -> Iterator[list[str]]:
    lines: list[str] = []
    keys = Keys(qapp, bindings, lines.append, lambda: Scope.WORKLIST)
    yield lines
    keys.stop()


def press(
    widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = NOTHING, text: str = ""
) -> None:
    widget.setFocus()
    QTest.keyClick(widget, key, modifiers)


def test_a_letter_over_the_images_is_a_command(room: Room, asked: list[str]) -> None:
    press(room.images, Qt.Key.Key_I)
    press(room.images, Qt.Key.Key_F, SHIFT)
    press(room.images, Qt.Key.Key_Question, SHIFT)
    press(room.images, Qt.Key.Key_3)

    assert asked == ["viewport.invert", "viewport.one-to-one", "app.keys", "viewport.window 3"]


def test_a_letter_in_the_report_is_a_letter_and_alt_makes_it_a_command(
    room: Room, asked: list[str]
) -> None:
    """`Diffuse` must not start a length measurement; the hands still reach the images."""
    press(room.report, Qt.Key.Key_D)
    press(room.report, Qt.Key.Key_N, SHIFT)
    press(room.report, Qt.Key.Key_D, ALT)

    assert room.report.toPlainText().lower() == "dn"
    assert asked == ["tool.length"]


def test_function_keys_and_tab_work_while_typing(room: Room, asked: list[str]) -> None:
    """Signing and moving between fields need no other hand."""
    press(room.report, Qt.Key.Key_F12)
    press(room.report, Qt.Key.Key_Tab)
    press(room.report, Qt.Key.Key_Backtab, SHIFT)
    press(room.report, Qt.Key.Key_K, CTRL)
    press(room.report, Qt.Key.Key_Left)

    assert asked == ["report.sign", "report.next-field", "report.previous-field", "app.palette"]


def test_enter_means_what_the_pane_says(room: Room, asked: list[str]) -> None:
    press(room.table, Qt.Key.Key_Return)
    press(room.images, Qt.Key.Key_Return)
    press(room.report, Qt.Key.Key_Return)

    assert asked == ["case.open", "viewport.maximize"]
    assert room.report.toPlainText() == "\n"


def test_enter_on_a_button_presses_it_and_opens_nothing(room: Room, asked: list[str]) -> None:
    """The focus ring says what Enter does."""
    pressed: list[int] = []
    room.button.clicked.connect(lambda: pressed.append(1))
    press(room.button, Qt.Key.Key_Return)

    assert pressed == [1]
    assert asked == []


def test_a_chord_that_ends_in_a_letter_works_while_typing(room: Room, asked: list[str]) -> None:
    """Its first key is no letter; the second one completes it, and any other is a letter."""
    room.report.setFocus()
    QTest.keyClick(room.report, Qt.Key.Key_G, CTRL | ALT)
    QTest.keyClick(room.report, Qt.Key.Key_N)
    assert (asked, room.report.toPlainText()) == (["segment.begin"], "")

    QTest.keyClick(room.report, Qt.Key.Key_G, CTRL | ALT)
    QTest.keyClick(room.report, Qt.Key.Key_7)
    QTest.keyClick(room.report, Qt.Key.Key_N)
    assert (asked, room.report.toPlainText()) == (["segment.begin"], "7n")


def test_a_held_key_does_not_sign_or_take_case_after_case(room: Room, asked: list[str]) -> None:
    """Auto-repeat is for scrolling; ten claims by a resting finger are ten patients."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    room.images.setFocus()
    for key in (Qt.Key.Key_N, Qt.Key.Key_Down):
        for repeat in (False, True, True):
            event = QKeyEvent(QEvent.Type.KeyPress, key, NOTHING, "", repeat)
            QApplication.sendEvent(room.images, event)

    assert asked == ["case.next", *["viewport.scroll 1"] * 3]


def test_keys_of_a_dialog_stay_in_it(room: Room, asked: list[str], qtbot: QtBot) -> None:
    """While a password is asked for, nothing else may happen."""
    dialog = Dialog(room, "Sign")
    field = QLineEdit()
    dialog.body.addWidget(field)
    dialog.open(field)
    QTest.keyClick(field, Qt.Key.Key_N)
    QTest.keyClick(field, Qt.Key.Key_F12)
    QTest.keyClick(field, Qt.Key.Key_N, ALT)

    assert asked == []


def test_a_chord_waits_for_its_second_key(room: Room, qapp: QApplication, tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "k.toml"
    file.write_text('[a]\n[a.keys]\n"G I" = "app.keys"\n"X" = "case.next"\n')
    registry = Registry((*app.COMMANDS, *case.COMMANDS))
    lines: list[str] = []
    keys = Keys(qapp, load(file, registry), lines.append, lambda: Scope.ALWAYS)
    press(room.images, Qt.Key.Key_G)
    press(room.images, Qt.Key.Key_X)  # not a chord: both are forgotten
    press(room.images, Qt.Key.Key_G)
    press(room.images, Qt.Key.Key_I)
    keys.stop()

    assert lines == ["app.keys"]


# --- the palette --------------------------------------------------------------


def test_every_command_is_found_by_a_part_of_its_name(
    registry: Registry, bindings: Bindings
) -> None:
    """What has no key must still be reachable without a pointer."""
    every = offers(registry, bindings, frozenset())
    lines = {choice.line.split(" ")[0] for choice in every}

    assert lines >= {command.id for command in registry if not command.hidden}


def test_what_cannot_run_now_says_what_is_missing_and_comes_last(
    registry: Registry, bindings: Bindings
) -> None:
    every = offers(registry, bindings, frozenset({"signed-in"}))
    sign = next(choice for choice in every if choice.line == "report.sign")
    order = [choice for choice, _ in ranked("s", every)]

    assert sign.needs == "a report"
    assert sign.key == "F12"
    assert [bool(c.needs) for c in order] == sorted(bool(c.needs) for c in order)


@pytest.mark.parametrize(
    ("typed", "title", "hit"),
    [
        ("win", "Window tool", (0, 1, 2)),
        ("tool", "Window tool", (7, 8, 9, 10)),
        ("wt", "Window tool", (0, 7)),
        ("xyz", "Window tool", None),
        ("", "Window tool", ()),
    ],
)
def test_letters_match_in_order(typed: str, title: str, hit: tuple[int, ...] | None) -> None:
    assert matches(typed, title) == hit


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("ruler", "tool.length"),
        ("measure distance", "tool.length"),
        ("3d", "viewport.volume"),
        ("coronal", "viewport.mpr"),
        ("curved mpr", "viewport.curved"),
        ("roi", "tool.ellipse"),
        ("hounsfield", "tool.probe"),
        ("finalize", "report.sign"),
        ("macro", "autotext.edit"),
        ("tags", "attributes.show"),
        ("shortcuts", "app.keys"),
        ("logout", "app.sign-out"),
        ("synchronise", "link.toggle"),
        ("mirror", "viewport.flip"),
        ("microphone", "dictation.toggle"),
        ("previous studies", "prior.list"),
        ("pause", "case.put-aside"),
        ("toolbar", "app.strip"),
    ],
)
def test_a_command_is_found_by_what_people_call_it(
    typed: str, line: str, every_now: tuple[Offer, ...]
) -> None:
    """Who comes from another workstation types the word of that one, in the first hour."""
    best = [choice.line.split(" ")[0] for choice, _ in ranked(typed, every_now)[:4]]

    assert line in best


def test_what_people_call_a_command_names_commands_that_exist(registry: Registry) -> None:
    """A command that is renamed takes its words along."""
    assert WORDS.keys() <= {command.id for command in registry}


class Opened(Palette):
    def __init__(
        self, room: Room, registry: Registry, bindings: Bindings, recent: list[str] | None = None
    ) -> None:
        self.lines: list[str] = []
        every = offers(registry, bindings, frozenset({"case", "image", "report", "signed-in"}))
        super().__init__(room, every, self.lines.append, recent)
        self.open()


def test_enter_runs_the_line_that_is_chosen(
    room: Room, registry: Registry, bindings: Bindings
) -> None:
    palette = Opened(room, registry, bindings)
    QTest.keyClicks(palette.field, "invert")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)

    assert palette.lines == ["viewport.invert"]


def test_a_command_with_an_argument_waits_for_it(
    room: Room, registry: Registry, bindings: Bindings
) -> None:
    """`Go to image` alone would have to guess."""
    palette = Opened(room, registry, bindings)
    QTest.keyClicks(palette.field, "go to image")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    QTest.keyClicks(palette.field, "50")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)

    assert palette.lines == ["viewport.go 50"]


def test_words_are_asked_for_with_the_line_begun(
    room: Room, registry: Registry, bindings: Bindings
) -> None:
    """After an arrow is placed the reader only types what it shows."""
    palette = Opened(room, registry, bindings)
    palette.open("measurement.label A3 ")
    QTest.keyClicks(palette.field, "nodule, 8 mm")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)

    assert palette.lines == ["measurement.label A3 nodule, 8 mm"]


def test_a_line_that_is_begun_says_what_it_takes(
    room: Room, registry: Registry, bindings: Bindings
) -> None:
    """After a line is drawn over a ruler: an empty list does not tell to type millimetres."""
    palette = Opened(room, registry, bindings)
    palette.open("image.calibrate ")

    assert [choice.title for choice, _ in palette.rows.found] == ["Calibrate by the drawn line…"]
    assert palette._count.text() == "mm (a number), scope (one of image, series)"


def test_words_are_asked_for_by_the_name_that_a_reader_knows(
    room: Room, registry: Registry, bindings: Bindings
) -> None:
    """`image.calibrate ` is what a script says; Backspace goes back to all commands."""
    palette = Opened(room, registry, bindings)
    palette.open("image.calibrate ")

    assert palette.field.text() == ""
    assert palette._prompt.text() == "Calibrate by the drawn line ›"
    assert palette.field.placeholderText().startswith("mm")
    assert "How long the line is in mm" in palette.rows.accessibleDescription()

    QTest.keyClick(palette.field, Qt.Key.Key_Backspace)
    assert palette._prompt.text() == "›"
    assert len(palette.rows.found) == len(palette._every)


def test_only_what_is_still_lacking_is_asked_for(
    room: Room, registry: Registry, bindings: Bindings
) -> None:
    """`how_much (one of none, minor, major)` after `major` was chosen asks for it again."""
    palette = Opened(room, registry, bindings)
    palette.open("report.discrepancy major ")

    assert palette._prompt.text() == "Discrepancy major ›"
    assert palette.field.placeholderText() == palette._count.text() == "why (words)"


def test_what_was_run_last_stands_first_before_anything_is_typed(
    room: Room, registry: Registry, bindings: Bindings
) -> None:
    """The same three commands a night: they are there without a letter typed."""
    recent: list[str] = []
    palette = Opened(room, registry, bindings, recent)
    for words in ("invert", "maximize", "invert"):
        palette.field.setText(words)
        palette._pick()

    again = Opened(room, registry, bindings, recent)

    assert again.rows.found[0][0].line == "viewport.invert"
    assert [choice.line for choice, _ in again.rows.found[:2]] == recent
    assert len(again.rows.found) == len(again._every)


def test_a_command_that_is_not_available_does_not_run(
    room: Room, registry: Registry, bindings: Bindings
) -> None:
    palette = Opened(room, registry, bindings)
    QTest.keyClicks(palette.field, "delete measurement")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)

    assert palette.lines == []


def test_escape_gives_the_focus_back(room: Room, registry: Registry, bindings: Bindings) -> None:
    room.report.setFocus()
    palette = Opened(room, registry, bindings)
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)

    assert room.focusWidget() is room.report


# --- the key sheet ------------------------------------------------------------


def test_the_key_sheet_lists_every_key_once(bindings: Bindings) -> None:
    """It is made from the keymap in force, so it cannot be out of date."""
    shown = [entry for _, entries in groups(bindings.all) for entry in entries]

    assert {entry.title for entry in shown} == {each.title for each in bindings.all}
    windows = next(entry for entry in shown if entry.title == "Window 1 to 9")
    assert windows.keys == ("1", "…", "9")
    assert next(e for e in shown if e.title == "Commands").keys == ("Ctrl", "K")
    assert str(stroke("Ctrl+K")) == "Ctrl+K"


def held(widget: QWidget, key: Qt.Key, *, repeats: int = 0) -> None:
    """Down, and down again as the keyboard repeats it: with a release between, each time."""
    widget.setFocus()
    QTest.keyPress(widget, key)
    for _ in range(repeats):
        for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
            QApplication.sendEvent(widget, QKeyEvent(kind, key, NOTHING, "", True))


def test_the_magnifier_is_there_for_as_long_as_its_key_is_held(
    room: Room, asked: list[str]
) -> None:
    """A keyboard that repeats must not make it flicker, nor leave it on."""
    held(room.images, Qt.Key.Key_C, repeats=5)
    while_held = list(asked)

    QTest.keyRelease(room.images, Qt.Key.Key_C)

    assert while_held == ["magnifier.show on"]
    assert asked == ["magnifier.show on", "magnifier.show off"]


def test_a_click_on_the_next_view_does_not_end_what_a_key_holds(
    room: Room, asked: list[str]
) -> None:
    """The magnifier goes along from view to view, and its key is let go there."""
    other = QWidget(room)
    other.setProperty("scope", "images")
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    other.show()
    held(room.images, Qt.Key.Key_C)

    other.setFocus()
    before = list(asked)
    QTest.keyRelease(other, Qt.Key.Key_C)

    assert before == ["magnifier.show on"]
    assert asked == ["magnifier.show on", "magnifier.show off"]


def test_a_key_that_is_let_go_in_another_pane_is_let_go(room: Room, asked: list[str]) -> None:
    """Its release never comes to the pane that it was pressed in."""
    held(room.images, Qt.Key.Key_C)

    room.report.setFocus()

    assert asked == ["magnifier.show on", "magnifier.show off"]
