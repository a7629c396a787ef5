"""The browser of attributes: found as one types, copied by command alone."""

import json
from typing import Any

import pytest
from pseudo_locale import another_language, untranslated
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from workstation.protocols.dicom_listing import Listing, listing
from workstation.ui.attributes import AttributesDialog

NAMES = {"00080060": "Modality", "00180060": "KVP", "00081140": "Referenced Image Sequence",
         "00081150": "Referenced SOP Class UID"}  # fmt: skip
OBJECT: dict[str, Any] = {
    "00080060": {"vr": "CS", "Value": ["CT"]},
    "00081140": {"vr": "SQ", "Value": [
        {"00081150": {"vr": "UI", "Value": ["1.2.840"]}}, {"00081150": {"vr": "UI"}},
    ]},
    "00180060": {"vr": "DS", "Value": ["120"]},
    "00190010": {"vr": "LO", "Value": ["MAKER 01"]},
    "00191001": {"vr": "LO", "Value": ["Alder"]},
}  # fmt: skip


def of(row: dict[str, Any]) -> Listing:
    return listing(json.dumps([row]).encode(), lambda tag, _: NAMES.get(tag, ""))


class Room:
    def __init__(self, qtbot: QtBot) -> None:
        self.sent: list[str] = []
        window = QMainWindow()
        qtbot.addWidget(window)
        window.resize(1400, 900)
        window.show()
        self.dialog = AttributesDialog(
            window, of(OBJECT), "Attributes of image 51", self.sent.append
        )
        self.dialog.show_it()

    def find(self, text: str) -> list[str]:
        """The names and values that are there, after these letters were typed."""
        self.dialog.field.setFocus()
        self.dialog.field.clear()
        QTest.keyClicks(self.dialog.field, text)
        model = self.dialog.model
        rows = range(model.rowCount())
        return [
            f"{model.index(row, 2).data().strip()}={model.index(row, 3).data()}" for row in rows
        ]


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    return Room(qtbot)


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("kvp", ["KVP=120"]),
        ("(0018,0060)", ["KVP=120"]),
        ("00180060", ["KVP=120"]),
        ("modal ct", ["Modality=CT"]),
        ("maker", ["unknown=MAKER 01", "unknown, private: MAKER 01=Alder"]),
        (
            "840",
            ["Referenced Image Sequence=2 items", "Item 1=", "Referenced SOP Class UID=1.2.840"],
        ),
        ("nowhere", []),
    ],
)
def test_tag_name_and_value_are_found_with_the_item_that_they_stand_in(
    room: Room, typed: str, there: list[str]
) -> None:
    assert room.find(typed) == there


def test_arrows_go_through_what_was_found_while_the_field_has_the_keys(room: Room) -> None:
    """Type, look, type again: the hand stays where it is."""
    room.find("referenced")
    QTest.keyClick(room.dialog.field, Qt.Key.Key_Down)
    QTest.keyClick(room.dialog.field, Qt.Key.Key_Down)

    assert room.dialog.table.currentIndex().row() == 2
    assert QApplication.focusWidget() is room.dialog.field


def test_a_value_is_copied_by_the_command_that_refuses_what_names_a_person(room: Room) -> None:
    """Nothing reaches the clipboard by the table itself."""
    clipboard = QApplication.clipboard()
    clipboard.setText("before")
    room.find("kvp")
    QTest.keyClick(room.dialog.field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    room.dialog.table.setFocus()
    QTest.keyClick(room.dialog.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert room.sent == ["attributes.copy 00180060"] * 2
    assert clipboard.text() == "before"


def test_every_word_of_it_can_be_translated(qtbot: QtBot) -> None:
    with another_language():
        assert untranslated(Room(qtbot).dialog) == []
