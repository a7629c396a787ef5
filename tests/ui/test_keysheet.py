"""The key sheet: whole names and whole caps, in the room that a dialog has."""

import pytest
from PySide6.QtWidgets import QMainWindow, QScrollArea
from pytestqt.qtbot import QtBot

from workstation.commands import catalogue
from workstation.commands.bindings import Scope, load
from workstation.settings import resource
from workstation.ui.chips import KeyCap, shown_key
from workstation.ui.keysheet import KeySheet
from workstation.ui.plain import ElidedLabel

EVERYTHING = frozenset(
    {"signed-in", "row", "case", "files", "image", "prior", "measurement", "key-image", "report"}
)


@pytest.mark.parametrize("all_keys", [False, True])
def test_no_name_and_no_key_of_the_sheet_is_cut(qtbot: QtBot, *, all_keys: bool) -> None:
    """A name that ends in dots and a column behind the edge: the sheet is there to be read."""
    registry = catalogue.registry()
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    bindings = load(resource("keymaps", "default.toml"), registry)
    sheet = KeySheet(window, bindings, registry, Scope.IMAGES, EVERYTHING, print)
    sheet.open()
    if all_keys:
        sheet._turn()
    qtbot.wait(20)

    area = sheet.findChild(QScrollArea)
    assert area is not None
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
