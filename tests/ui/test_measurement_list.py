"""The list of measurements as a widget: its lines, its lines aloud, naming a lesion in place."""

import pytest
from attrs import evolve
from fakes_viewer import add_length, opened, ref, runner, stack, viewed
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListView
from pytestqt.qtbot import QtBot

from workstation.domain.identifiers import SopUID
from workstation.domain.mark_set import MarkSet
from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.domain.study import DisplaySetKind
from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer.measurement_list import MeasurementList

CURRENT = stack(5, name="Axial 2.5")
PRIOR = stack(5, name="Axial 5.0", study="1.2", series="1.2.1", space="9.2")


class Room:
    """Two studies with a length on each, the list beside them, and the lines that it sends."""

    def __init__(self, qtbot: QtBot) -> None:
        studies = (viewed(), viewed("1.2", "prior", days_before=379))
        self.viewer: Viewer = opened(CURRENT, PRIOR, studies=studies)[0]
        self.viewer.set_layout(1, 2)
        self.viewer.go(2)
        add_length(self.viewer, 0, 0, 20, 0)
        self.viewer.activate(1)
        add_length(self.viewer, 0, 0, 30, 0)
        self.sent: list[str] = []
        self._run = runner(self.viewer)
        self.list = MeasurementList(self.viewer, self.run)
        qtbot.addWidget(self.list)
        self.list.resize(300, 600)
        self.viewer.toggle_list()
        self.list.show()
        qtbot.waitExposed(self.list)

    def run(self, line: str) -> None:
        self.sent.append(line)
        self._run(line)

    @property
    def view(self) -> QListView:
        found = self.list.findChild(QListView)
        assert found is not None
        return found

    def index(self, row: int) -> QModelIndex:
        return self.view.model().index(row, 0)

    @property
    def field(self) -> QLineEdit:
        found = next(each for each in self.list.findChildren(QLineEdit) if each.isVisible())
        return found


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    return Room(qtbot)


def test_a_line_says_value_and_place_and_the_prior_is_called_so(room: Room) -> None:
    """20 pixels of 0.5 mm are 10 mm; a value of the prior must not be taken for today's."""
    told = [(each.id, each.value, each.place) for each in room.list.entries]

    assert told == [
        ("A1", "10.0 mm", "image 3  Axial 2.5"),
        ("B1", "15.0 mm", "Prior 1  image 1  Axial 5.0"),
    ]
    aloud = room.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert aloud == "B1, 15.0 mm, Prior 1  image 1  Axial 5.0"


def test_it_is_folded_away_until_it_is_asked_for(room: Room) -> None:
    room.viewer.toggle_list()

    assert room.list.isHidden()
    assert not room.list.edit("A1")


def test_a_click_selects_and_a_double_click_shows_the_image(room: Room) -> None:
    """Looking through the list must not turn the images; showing one is a second step."""
    room.viewer.activate(0)
    room.viewer.go(0)
    at = room.view.visualRect(room.index(0)).center()

    QTest.mouseClick(room.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    selected = room.viewer.selected_measurement
    stayed = room.viewer.viewports[0].frame_index
    QTest.mouseDClick(room.view.viewport(), Qt.MouseButton.LeftButton, pos=at)

    assert (selected, stayed) == ("A1", 0)
    assert room.viewer.viewports[0].frame_index == 2
    assert room.sent[0] == "measurement.select A1"
    assert room.sent[-1] == "measurement.go A1"


def test_what_is_selected_on_the_image_is_selected_in_the_list(room: Room) -> None:
    room.viewer.select_measurement("B1")
    on_prior = room.view.currentIndex().row()
    room.viewer.select_measurement("A1")

    assert (on_prior, room.view.currentIndex().row()) == (1, 0)


def test_a_lesion_is_named_in_its_line(room: Room) -> None:
    """Enter keeps the words as they were typed, quotes too, though a command line carries them."""
    assert room.list.edit("B1")
    QTest.keyClicks(room.field, "Crohn's node 'left'")
    QTest.keyClick(room.field, Qt.Key.Key_Return)

    assert [each.name for each in room.list.entries if each.id == "B1"] == ["Crohn's node 'left'"]
    assert room.list.entries[0].id == "B1"  # named lesions come first


def test_escape_leaves_a_name_as_it_was(room: Room) -> None:
    room.list.edit("A1")
    QTest.keyClicks(room.field, "nodule")
    QTest.keyClick(room.field, Qt.Key.Key_Escape)

    assert [each.name for each in room.list.entries] == ["", ""]
    assert room.sent == []


def test_a_measurement_that_is_hidden_stays_in_the_list_and_says_so(room: Room) -> None:
    """Hidden is not deleted: it is still cited, and sent with the report."""
    shown = room.view.grab().toImage()
    room.viewer.toggle_measurement("A1")

    assert room.list.entries[0].hidden
    assert room.list.entries[0].aloud.endswith("hidden")
    assert room.view.grab().toImage() != shown


def test_what_a_report_has_is_told_apart_from_what_the_reader_measured(room: Room) -> None:
    """Whose number it is must be heard and seen; the white diamond is of the white outline."""
    theirs = Measurement(
        "7", MeasurementKind.LENGTH, CURRENT.frames[1].key, ((0.0, 0.0), (9.0, 0.0)), 4.5, "mm",
        text="Nodule", author="Finder 2",
    )  # fmt: skip
    marks = MarkSet(SopUID("9.1"), "Report", "Finder 2", False, (), 1, measurements=(theirs,))
    report = evolve(
        stack(1, series="1.1.9"), kind=DisplaySetKind.REPORT, frames=(), annotation=marks
    )
    room.viewer.study_ready(ref("1.1"), (CURRENT, report))
    room.viewer.activate(0)
    room.run("marks.toggle")

    *own, last = room.list.entries
    assert [each.theirs for each in own] == [False, False]
    assert (last.id, last.theirs) == ("SR1", True)
    assert last.aloud == "SR1, Nodule, 4.5 mm, image 2  Axial 2.5, reported by Finder 2"
