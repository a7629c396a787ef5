"""The key sheet: whole names and whole caps, in the room that a dialog has."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from workstation.commands import catalogue
from workstation.commands.bindings import Scope, load
from workstation.settings import resource
from workstation.ui.chips import KeyCap, shown_key
from workstation.ui.keysheet import KeySheet, _caps
from workstation.ui.plain import ElidedLabel

EVERYTHING = frozenset(
    {"signed-in", "row", "case", "files", "image", "prior", "measurement", "key-image", "report"}
)


def opened(
    qtbot: QtBot, wide: int, high: int, *, all_keys: bool = False
) -> tuple[KeySheet, QScrollArea]:
    """The sheet of the images over a window of that size, and what scrolls in it."""
    registry = catalogue.registry()
    bindings = load(resource("keymaps", "default.toml"), registry)
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(wide, high)
    window.show()
    sheet = KeySheet(window, bindings, registry, Scope.IMAGES, EVERYTHING, print)
    sheet.open()
    if all_keys:
        sheet._turn()
    qtbot.wait(20)
    area = sheet.findChild(QScrollArea)
    assert area is not None
    return sheet, area


@pytest.mark.parametrize("all_keys", [False, True])
def test_no_name_and_no_key_of_the_sheet_is_cut(qtbot: QtBot, *, all_keys: bool) -> None:
    """A name that ends in dots and a column behind the edge: the sheet is there to be read."""
    sheet, area = opened(qtbot, 1920, 1080, all_keys=all_keys)
    inside = area.widget()
    cut = [e.whole() for e in inside.findChildren(ElidedLabel) if e.text() != e.whole()]
    caps = inside.findChildren(KeyCap)
    room = area.viewport().width()
    assert cut == []
    assert len(caps) > 100
    assert [c for c in caps if c.mapTo(inside, c.rect().topRight()).x() >= room] == []
    assert all(c.parentWidget().rect().contains(c.geometry()) for c in caps)
    sheet.back()


@pytest.mark.parametrize(
    ("keys", "cap"),
    [("Ctrl+K", "Ctrl K"), ("+", "+"), ("Shift+Up", "Shift ↑"), ("Ctrl+PgDown", "Ctrl PgDn")],
)
def test_a_cap_shows_what_stands_on_the_key(keys: str, cap: str) -> None:
    assert shown_key(keys) == cap


def test_what_the_pointer_does_stands_beside_the_keys_where_images_are(qtbot: QtBot) -> None:
    """Nobody finds Shift and the pointer by pressing keys."""
    registry = catalogue.registry()
    bindings = load(resource("keymaps", "default.toml"), registry)
    window = QMainWindow()
    qtbot.addWidget(window)
    there = []
    for scope, active in (
        (Scope.IMAGES, {"image"}),
        (Scope.IMAGES, set()),
        (Scope.WORKLIST, {"image"}),
    ):
        sheet = KeySheet(window, bindings, registry, scope, frozenset(active), print)
        names = {name.whole() for name in sheet.findChildren(ElidedLabel)}
        there.append({"Drag finely", "Zoom about the pointer"} <= names)

    assert there == [True, False, False]


def test_what_every_case_takes_is_seen_without_scrolling(qtbot: QtBot) -> None:
    """Whoever asks at night how to window or to sign does not look below an edge for it."""
    sheet, area = opened(qtbot, 1366, 768)
    inside, fold = area.widget(), area.viewport().height()

    heads = {"Case", "Images", "Window", "Layout", "Compare", "Measure", "Report", "Finish"}
    below = [
        label.text()
        for label in inside.findChildren(QLabel)
        if label.text() in heads and label.mapTo(inside, label.rect().bottomLeft()).y() > fold
    ]
    assert below == []
    assert {each.text() for each in inside.findChildren(QLabel)} >= heads
    sheet.back()


def test_the_end_of_the_sheet_is_reached_by_keys(qtbot: QtBot) -> None:
    """What is seldom wanted stands last: it is below the edge, and found without a mouse."""
    sheet, area = opened(qtbot, 1366, 768)
    bar = area.verticalScrollBar()
    assert bar.maximum() > 0

    below = next(b for b in sheet.findChildren(QPushButton) if b.text() == "Close")
    assert area.geometry().bottom() < below.geometry().top(), "keys over the buttons"

    QTest.keyClick(sheet, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    QTest.keyClick(sheet, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    QTest.keyClick(sheet, Qt.Key.Key_Home)
    assert bar.value() == 0
    sheet.back()


@pytest.mark.parametrize(
    ("keys", "caps"),
    [
        (["Ctrl++"], ("Ctrl", "+")),
        (["+"], ("+",)),
        (["Ctrl+-"], ("Ctrl", "-")),
        (["Ctrl+Alt+G N"], ("Ctrl", "Alt", "G N")),
        (["Alt+Left", "Alt+Right"], ("Alt", "Left", "Right")),
        (["1", "2", "3"], ("1", "…", "3")),
        (["Menu", "Shift+F10"], ("Menu",)),
    ],
)
def test_a_line_of_the_sheet_shows_the_caps_to_press(
    keys: list[str], caps: tuple[str, ...]
) -> None:
    """Ctrl and plus, not Ctrl and plus and plus."""
    assert _caps(keys) == caps
