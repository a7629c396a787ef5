"""Views of one case beside each other: each is painted when it shows something else, and once."""

import pytest
from fakes import FakeClock, InlineJobs
from fakes_viewer import opened, runner
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from volume_phantoms import SCANS, display_set

from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer import reformats
from workstation.ui.viewer.canvas import Canvas
from workstation.ui.viewer.grid import Grid

CT = display_set(SCANS["straight"], 34, (42, 46))
AXIAL, STACK, CORONAL, SAGITTAL = range(4)


class Watch(QObject):
    """Notes each paint of all of a view; its bar and counts are painted by themselves."""

    def __init__(self, canvas: Canvas, painted: list[int]) -> None:
        super().__init__(canvas)
        self._canvas, self._painted = canvas, painted

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent) and event.region() == QRegion(self._canvas.rect()):
            self._painted.append(self._canvas.index)
        return False


class Desk:
    """Planes in four views; pictures wait until they are let go. `painted` counts by view."""

    def __init__(self, qtbot: QtBot) -> None:
        self.viewer: Viewer = opened(CT)[0]
        self.jobs = InlineJobs(FakeClock())
        self.grid = Grid(self.viewer, runner(self.viewer), self.jobs)
        qtbot.addWidget(self.grid)
        self.grid.resize(900, 700)
        self.grid.show()
        qtbot.waitExposed(self.grid)
        self.viewer.toggle_mpr()
        self.painted: list[int] = []
        self.turn()
        for canvas in self.grid.canvases:
            canvas.installEventFilter(Watch(canvas, self.painted))
        self.turn()
        self.painted.clear()
        self.jobs.hold()

    def turn(self) -> None:
        """Until every view had its turn."""
        for _ in range(12):
            QApplication.processEvents()

    def move(self) -> None:
        """The crosshair by a hand on the axial plane, which stays where it is."""
        cross = self.viewer.crosshair(AXIAL)
        assert cross is not None
        self.viewer.point_at((cross.at[0], cross.at[1] + 3))
        self.turn()


@pytest.fixture
def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(qtbot)
    monkeypatch.setattr(reformats, "AT_ONCE_S", 0.0)
    return made


def test_a_plane_that_is_being_made_is_painted_when_it_is_there(desk: Desk) -> None:
    """A crosshair that is dragged: to paint the plane before it once more costs the hand time."""
    desk.move()
    meanwhile = desk.painted.count(CORONAL), desk.painted.count(AXIAL)
    while desk.jobs.waiting:
        desk.jobs.go()
    desk.turn()

    assert meanwhile == (0, 1)  # the lines on the axial plane follow the hand at once
    assert desk.painted.count(CORONAL) == 1
    assert desk.painted.count(AXIAL) == 1


def test_planes_that_move_are_painted_before_the_stack_that_bears_their_lines(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a hand drags for is seen in the planes; every view has its turn with each move."""
    monkeypatch.setattr(reformats, "AT_ONCE_S", 60.0)

    desk.move()

    assert desk.painted == [AXIAL, CORONAL, SAGITTAL, STACK]


def test_what_else_changes_on_a_view_is_painted_while_its_plane_is_being_made(desk: Desk) -> None:
    """Which view the keys act on stands on its edge; it must not be wrong for a moment."""
    desk.move()
    desk.painted.clear()

    desk.viewer.activate(CORONAL)
    desk.turn()
    desk.viewer.activate(AXIAL)
    desk.turn()

    assert desk.painted.count(CORONAL) == 2
    assert desk.painted.count(AXIAL) == 2
