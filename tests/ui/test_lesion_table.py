"""The table of lesions below the images, as hands and eyes have it."""

from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from fakes_viewer import SITE
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyUID
from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.services.signal import Signal
from workstation.services.viewer.lesions import Lesion, lesion_of
from workstation.ui.viewer.lesion_table import LesionTable

IMAGE = FrameKey(SITE, StudyUID("1.1"), SeriesUID("1.1.9"), SopUID("1.1.9.1"))
PET: Mapping[str, float] = {
    "max": 12.04, "peak": 11.2, "mean": 8.06, "tlg": 115.21, "longest": 31.0,
}  # fmt: skip


def lesion(number: int, stats: Mapping[str, float] = PET, unit: str = "SUVbw") -> Lesion:
    made = lesion_of(
        Measurement(
            f"S{number}", MeasurementKind.SEGMENT, IMAGE, (), 14.3, "ml",
            stats=MappingProxyType(dict(stats)), stats_unit=unit, image_number=29,
            series_label="PET AC", text="Hilum",
        )
    )  # fmt: skip
    assert made is not None
    return made


class Room:
    """The table over rows that a test gives, and the command lines it sent."""

    def __init__(self, qtbot: QtBot, *rows: Lesion) -> None:
        self.sent: list[str] = []
        self.lesions: Any = SimpleNamespace(
            changed=Signal[None](), shown=False, chosen="", rows=rows
        )
        self.table = LesionTable(self.lesions, self.sent.append, lambda: None)
        qtbot.addWidget(self.table)
        self.table.resize(1000, 200)

    def open(self) -> None:
        self.lesions.shown = True
        self.lesions.changed.emit(None)

    def row(self, number: int) -> list[str]:
        model = self.table.model
        return [model.data(model.index(number, at)) for at in range(model.columnCount())]


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    return Room(qtbot, lesion(1), lesion(2))


def test_each_lesion_is_a_line_of_figures_with_one_decimal(room: Room) -> None:
    room.open()

    assert room.row(0) == [
        "S1  Hilum", "SUVbw", "12.0", "11.2", "8.1", "14.3", "115.2", "31.0", "PET AC, image 29",
    ]  # fmt: skip


def test_what_is_not_defined_is_no_number(qtbot: QtBot) -> None:
    """A lesion of a CT has no TLG, and 0 would be one."""
    room = Room(qtbot, lesion(1, {"mean": 45.0, "max": 90.0, "longest": 31.0}, "HU"))
    room.open()

    assert room.row(0)[2:7] == ["90.0", "–", "45.0", "14.3", "–"]


def test_opening_it_moves_no_image(room: Room) -> None:
    """The crosshair stays where the reader works until he walks the table."""
    room.open()

    assert room.sent == []


def test_the_arrows_walk_it_and_enter_cites(room: Room, qtbot: QtBot) -> None:
    room.open()
    room.table.table.selectRow(0)
    qtbot.keyClick(room.table.table, Qt.Key.Key_Down)

    room.table.table.activated.emit(room.table.table.currentIndex())

    assert room.sent == ["lesions.go S1", "lesions.go S2", "lesions.cite S2"]


def test_without_lesions_it_says_what_makes_one(qtbot: QtBot) -> None:
    room = Room(qtbot)
    room.open()

    assert room.table.table.isHidden()
    assert not room.table.isHidden()
