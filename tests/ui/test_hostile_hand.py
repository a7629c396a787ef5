"""Whatever a hand does, and whatever happens under it, the viewer goes on and loses nothing."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import FakeLoader, add_length, build, opened, ref, runner, stack, viewed
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workstation.domain.measurement import MeasurementKind
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.errors import CommandError
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.canvas import Canvas
from workstation.ui.viewer.pane import ViewerPane
from workstation.ui.viewer.pointing import MEASURING

AXIAL = stack(12, shape=(64, 64))
SOFT = stack(7, name="Soft", series="1.1.2", shape=(48, 80))
DOT = stack(1, name="One pixel", series="1.1.3", shape=(1, 1))
ROW = stack(2, name="One row", series="1.1.4", shape=(1, 64))
EMPTY = evolve(stack(0, name="No images", series="1.1.5"), kind=DisplaySetKind.OTHER)
PRIOR = stack(5, study="1.2", series="1.2.1", space="9.2", shape=(64, 64))
ALL = (AXIAL, SOFT, DOT, ROW, EMPTY, PRIOR)
BOTH = (viewed(), viewed("1.2", "prior", days_before=379))
LEFT, MIDDLE, RIGHT, NONE = (
    Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton,
    Qt.MouseButton.NoButton,
)  # fmt: skip
PLAIN = Qt.KeyboardModifier.NoModifier
KEYS = (PLAIN, PLAIN, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier)
TOOLS = ("window", "pan", "zoom", "area", "turn", "scroll", "probe", "cursor3d", *sorted(MEASURING))
Place = tuple[float, float]


class Desk:
    """The viewer on glass, and a hand. `refused` are the sentences a reader would be shown."""

    def __init__(self, qtbot: QtBot, *sets: DisplaySet, load: bool = True) -> None:
        self.viewer: Viewer
        self.loader: FakeLoader
        self.viewer, self.loader = opened(*sets, studies=BOTH, load=load)
        self.refused: list[str] = []
        self._send = runner(self.viewer)
        self.pane = ViewerPane(self.viewer, self.run, Jobs(HomePost().post))
        qtbot.addWidget(self.pane)
        self.pane.resize(900, 600)
        self.pane.show()
        qtbot.waitExposed(self.pane)

    def run(self, line: str) -> None:
        """As the program does: a refusal is told, and everything goes on."""
        if line.startswith(("app.", "cine.", "measurement.word")):
            return  # of the windows around the viewer
        try:
            self._send(line)
        except CommandError as error:
            self.refused.append(f"{line}: {error}")

    def canvas(self, index: int = 0) -> Canvas:
        return self.pane.grid.canvases[index]

    def mouse(
        self, kind: str, at: Place, button: Qt.MouseButton = LEFT, *, index: int = 0,
        keys: Qt.KeyboardModifier = PLAIN, canvas: Canvas | None = None,
    ) -> None:  # fmt: skip
        where = canvas or self.canvas(index)
        types = {
            "press": QEvent.Type.MouseButtonPress, "move": QEvent.Type.MouseMove,
            "release": QEvent.Type.MouseButtonRelease, "twice": QEvent.Type.MouseButtonDblClick,
        }  # fmt: skip
        point = QPointF(*at)
        down = NONE if kind == "release" else button
        by = NONE if kind == "move" else button
        event = QMouseEvent(types[kind], point, where.mapToGlobal(point), by, down, keys)
        QApplication.sendEvent(where, event)

    def draw(self) -> None:
        for canvas in self.pane.grid.canvases:
            canvas.grab()

    def at(self, x: float, y: float, index: int = 0) -> Place:
        """Where an image point lies on a view."""
        view = self.viewer.resolved(index)
        assert view is not None
        return view.to_view((x, y))


def take_handle(desk: Desk) -> Place:
    """The second end of a line is in the hand, ten pixels from where it was."""
    add_length(desk.viewer, 10, 20, 40, 20)
    desk.draw()
    x, y = desk.at(40, 20)
    desk.mouse("press", (x, y))
    desk.mouse("move", (x + 10, y))
    return x + 10, y


@pytest.mark.parametrize("happens", [
    lambda desk: desk.viewer.delete_measurement("A1"),
    lambda desk: desk.viewer.marks.undo(),
    lambda desk: desk.viewer.scroll(1),
    lambda desk: desk.viewer.show_set(SOFT.id),
    lambda desk: desk.viewer.toggle_ink(),
])  # fmt: skip
def test_a_measurement_that_goes_while_it_is_in_the_hand_is_let_go(
    qtbot: QtBot, happens: Callable[[Desk], None]
) -> None:
    """Nobody is told of a measurement that is not there, and none is moved that is not seen."""
    desk = Desk(qtbot, *ALL)
    at = take_handle(desk)
    before = {m.id: m.points for m in desk.viewer.measurements}

    happens(desk)
    desk.mouse("move", (at[0] + 20, at[1]))
    desk.mouse("release", (at[0] + 20, at[1]))
    desk.draw()

    assert desk.refused == []
    after = {m.id: m.points for m in desk.viewer.measurements}
    assert all(before[name] == points for name, points in after.items())


def test_a_layout_that_changes_under_a_drag_leaves_nothing_in_the_hand(qtbot: QtBot) -> None:
    """The view that is dragged on is gone; its button goes up where nothing is."""
    desk = Desk(qtbot, *ALL)
    desk.viewer.set_layout(1, 2)
    gone = desk.canvas(1)
    desk.viewer.pick_tool("length")
    desk.draw()
    desk.mouse("press", (100, 100), index=1)
    desk.mouse("move", (140, 140), index=1)

    desk.viewer.set_layout(1, 1)
    desk.mouse("move", (180, 180), canvas=gone)
    desk.mouse("release", (180, 180), canvas=gone)
    desk.viewer.set_layout(1, 2)
    desk.draw()
    desk.mouse("move", (200, 200), index=1)

    assert desk.viewer.measurements == ()
    assert desk.refused == []
    assert gone._hand.preview.kind is None


def test_a_case_that_is_closed_under_the_hand_measures_nothing_in_the_next(
    qtbot: QtBot,
) -> None:
    """The first end was placed in another patient."""
    desk = Desk(qtbot, AXIAL)
    desk.viewer.pick_tool("length")
    desk.draw()
    desk.mouse("press", desk.at(10, 10))
    desk.mouse("move", desk.at(30, 30))
    desk.viewer.close()
    desk.mouse("move", (200, 200))
    desk.viewer.show((viewed(),))
    desk.viewer.study_ready(ref("1.1"), (AXIAL,))
    desk.viewer.permit(ref("1.1"))
    desk.draw()

    desk.mouse("release", (260, 260))
    desk.mouse("move", (270, 270))

    assert desk.viewer.measurements == ()
    assert desk.refused == []


def test_a_case_is_closed_while_it_loads(qtbot: QtBot) -> None:
    """Images that were on their way come home to nobody."""
    desk = Desk(qtbot, AXIAL, SOFT, load=False)
    desk.draw()
    for number, frame in enumerate(AXIAL.frames):
        if number == 5:
            desk.viewer.close()
        desk.loader.arrive(frame, np.full((64, 64), 900, np.int16))
        desk.draw()

    assert desk.canvas().grab().toImage().pixelColor(300, 250).red() == 0


def test_a_view_that_is_resized_under_a_drag_keeps_what_was_placed(qtbot: QtBot) -> None:
    """The first end is a place of the image, not one of the screen."""
    desk = Desk(qtbot, AXIAL)
    desk.viewer.pick_tool("length")
    desk.draw()
    desk.mouse("press", desk.at(10, 20))
    desk.pane.resize(1300, 500)
    QApplication.processEvents()
    desk.draw()

    desk.mouse("move", desk.at(40, 20))
    desk.mouse("release", desk.at(40, 20))

    (mark,) = desk.viewer.measurements
    assert mark.points == (pytest.approx((10, 20), abs=0.02), pytest.approx((40, 20), abs=0.02))


@pytest.mark.parametrize("tool", ["length", "angle", "polygon", "freehand", "ellipse", "area"])
def test_escape_in_the_middle_forgets_all_of_it(qtbot: QtBot, tool: str) -> None:
    desk = Desk(qtbot, AXIAL)
    desk.viewer.pick_tool(tool)
    desk.draw()
    before = desk.viewer.viewports
    desk.mouse("press", (200, 200))
    for x in (220, 240, 260):
        desk.mouse("move", (x, 210))

    escape(desk.canvas())
    desk.mouse("move", (300, 300))
    desk.mouse("release", (300, 300))

    assert desk.viewer.measurements == ()
    assert desk.viewer.viewports == before
    assert desk.canvas()._hand.preview.kind is None


def escape(canvas: Canvas) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(canvas, QKeyEvent(kind, Qt.Key.Key_Escape, PLAIN))


@pytest.mark.parametrize("ratio", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("size", [(160, 140), (200, 150), (220, 600), (900, 140)])
def test_a_tiny_view_shows_and_measures(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], ratio: float
) -> None:
    """Twelve views on a small screen, at any density: words, labels and magnifier have no room
    and must not hide whose image it is, nor fail."""
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda _: ratio)
    viewer, _ = opened(AXIAL)
    canvas = Canvas(viewer, 0, runner(viewer), Jobs(HomePost().post))
    viewer.viewport_changed.connect(lambda _: canvas.refresh())
    qtbot.addWidget(canvas)
    canvas.resize(*size)
    canvas.show()
    viewer.magnify(on=True)
    viewer.point_at((30, 30))
    viewer.set_overlay_level(3)
    add_length(viewer, 5, 5, 60, 60)
    viewer.add(MeasurementKind.RECTANGLE, ((0, 0), (63, 63)))
    viewer.zoom(40)
    canvas.settle()
    canvas.grab()
    viewer.zoom(0.001)
    canvas.settle()
    canvas.grab()

    assert "Alder" in canvas.accessibleName()
    for left, top, wide, high in canvas.labels.values():
        assert left + wide > 0
        assert top + high > 0
        assert left < size[0]
        assert top < size[1]


@pytest.mark.parametrize("one", [DOT, ROW], ids=["one pixel", "one row"])
def test_an_image_of_one_pixel_is_an_image(qtbot: QtBot, one: DisplaySet) -> None:
    """Scouts and calibration objects: every tool on them, and every turn."""
    desk = Desk(qtbot, one)
    desk.viewer.magnify(on=True)
    for tool in TOOLS:
        desk.viewer.pick_tool(tool)
        desk.draw()
        desk.mouse("press", desk.at(0, 0))
        desk.mouse("move", desk.at(0.4, 0.4))
        desk.mouse("release", desk.at(0.4, 0.4))
        desk.run("viewport.turn 33")
        desk.run("viewport.zoom 2")
    desk.run("viewport.fit")
    desk.draw()

    assert not [each for each in desk.refused if "Error" in each]


def test_a_series_without_images_takes_every_touch(qtbot: QtBot) -> None:
    desk = Desk(qtbot, AXIAL, EMPTY)
    desk.run(f"viewport.show-series {EMPTY.id} 1")
    for tool in TOOLS:
        desk.viewer.pick_tool(tool)
        desk.draw()
        desk.mouse("press", (200, 200))
        desk.mouse("move", (240, 240))
        desk.mouse("release", (240, 240))

    assert desk.viewer.measurements == ()


LINES = (
    "measurement.delete", "measurement.undo", "measurement.redo", "measurement.select",
    "measurement.place-label", "measurement.copy", "ink.toggle", "link.toggle",
    "magnifier.show", "cursor3d.clear", "overlay.level", "viewport.maximize", "viewport.undo",
    "viewport.reset", "viewport.turn 31", "viewport.flip", "viewport.rotate", "viewport.fit",
    "viewport.filter", "viewport.go last", "viewport.zoom 3", "viewport.window auto",
    "viewport.next", "viewport.mpr", "viewport.slab 5 mip", "viewport.slab", "mpr.turn 7",
    "viewport.thicken 2", "compare.prior", "link.offset 3", "image.key", "measurement.hide",
    "viewport.volume", "volume.turn 9", "fusion.toggle", "tool.probe 3 3",
)  # fmt: skip


class Monkey:
    """A hand without sense, the same every time."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.chance = desk, random.Random(seed)

    def act(self) -> None:
        viewer, chance, desk = self.desk.viewer, self.chance, self.desk
        acts: list[Callable[[], object]] = [
            *([self.touch] * 12),
            *([self.wheel] * 2),
            lambda: viewer.pick_tool(chance.choice(TOOLS)),
            lambda: desk.run(f"viewport.layout {chance.choice(['1x1', '1x2', '2x2', '3x4'])}"),
            lambda: desk.run(f"viewport.show-series {chance.choice(ALL).id}"),
            lambda: desk.run(chance.choice(LINES)),
            lambda: escape(self.canvas()),
            lambda: QApplication.sendEvent(self.canvas(), QEvent(QEvent.Type.Leave)),
            lambda: desk.pane.resize(chance.randrange(300, 1200), chance.randrange(200, 800)),
            self.reopen,
            self.arrive,
            self.desk.draw,
            QApplication.processEvents,
        ]
        chance.choice(acts)()

    def canvas(self) -> Canvas:
        return self.chance.choice(self.desk.pane.grid.canvases)

    def reopen(self) -> None:
        """The next case, of which nothing is here yet."""
        viewer = self.desk.viewer
        viewer.close()
        self.desk.loader.store.pixels.clear()
        if self.chance.random() < 0.5:
            self.desk.draw()
        viewer.show(BOTH)
        for study in ("1.1", "1.2"):
            viewer.study_ready(ref(study), tuple(s for s in ALL if s.study == study))
            viewer.permit(ref(study))

    def arrive(self) -> None:
        for frame in self.chance.choice(ALL).frames:
            pixels = frame.pixels
            self.desk.loader.arrive(frame, np.full((pixels.rows, pixels.columns), 9, np.int16))

    def touch(self) -> None:
        canvas, chance = self.canvas(), self.chance
        at = (chance.uniform(-10, canvas.width() + 10), chance.uniform(-10, canvas.height() + 10))
        self.desk.mouse(
            chance.choice(["press", "move", "move", "release", "twice"]), at,
            chance.choice([LEFT, LEFT, LEFT, MIDDLE, RIGHT]), keys=chance.choice(KEYS),
            canvas=canvas,
        )  # fmt: skip

    def wheel(self) -> None:
        canvas = self.canvas()
        middle = QPointF(canvas.rect().center())
        turned = QPoint(0, self.chance.choice([-240, -120, 60, 120]))
        QApplication.sendEvent(canvas, QWheelEvent(
            middle, canvas.mapToGlobal(middle), QPoint(), turned, NONE, self.chance.choice(KEYS),
            Qt.ScrollPhase.NoScrollPhase, False,
        ))  # fmt: skip


#: What a reader may be told for what he did; anything else is a fault of ours.
TOLD = (
    "there is no measurement", "nothing to undo", "nothing to do again", "no image on this view",
    "beside the image", "no place in a patient", "as they came", "is on another image",
    "there is no next image", "needs", "no such series", "not here", "there is no viewport",
    "not loaded yet", "uncalibrated", "nobody", "millimetres", "draw a line", "no reformat",
    "laid over", "offset", "parallel", "plane", "volume", "slab",
    "no prior", "key image",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_no_hand_brings_the_viewer_down(qtbot: QtBot, seed: int) -> None:
    """Four hundred senseless acts: every refusal is one that a reader understands, every
    measurement lies on an image that was there, and the patient's name is still on the view."""
    desk = Desk(qtbot, *ALL)
    monkey = Monkey(desk, seed)
    for _ in range(400):
        monkey.act()
    desk.pane.resize(1000, 700)
    QApplication.processEvents()
    desk.draw()

    known = {frame.key for each in ALL for frame in each.frames}
    assert [said for said in desk.refused if not any(each in said for each in TOLD)] == []
    assert all(mark.frame in known for mark in desk.viewer.measurements)
    assert all(np.isfinite(mark.points).all() for mark in desk.viewer.measurements)
    names = [canvas.accessibleName() for canvas in desk.pane.grid.canvases]
    shown = [desk.viewer.shown(i) is not None for i in range(len(names))]
    assert all("Alder" in name for name, there in zip(names, shown, strict=True) if there)


def test_a_case_that_is_never_painted_closes(qtbot: QtBot) -> None:
    """Opened and closed in one turn of the event loop."""
    viewer, _ = build()
    pane = ViewerPane(viewer, runner(viewer), Jobs(HomePost().post))
    qtbot.addWidget(pane)
    viewer.show((viewed(),))
    viewer.close()
    pane.show()
    pane.grid.canvases[0].grab()
