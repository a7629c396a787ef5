"""Large pictures are made elsewhere: words and pixels stay together, the last request wins."""

import threading
from collections.abc import Iterator

import pytest
from fakes_viewer import opened, runner, stack
from pytestqt.qtbot import QtBot

from workstation.errors import NotDisplayable
from workstation.rendering.picture import FramePainter, Picture, PictureRequest
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer import pictures
from workstation.ui.viewer.canvas import Canvas
from workstation.ui.viewer.pictures import Drawn, Pictures

STACK = stack(9, shape=(64, 64))


class Held:
    """Pictures whose workers wait until they are let go; `ready` is counted."""

    def __init__(self) -> None:
        self.jobs = Jobs(HomePost().post)
        self.gate = threading.Event()
        self.told = 0
        self.pictures = Pictures(self.jobs, self._ready)
        for _ in range(pictures.WORKERS):
            self.jobs.run(self.gate.wait, lane=pictures.LANE)

    def _ready(self) -> None:
        self.told += 1


@pytest.fixture
def held(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Every picture counts as a large one."""
    monkeypatch.setattr(pictures, "AT_ONCE", 0)
    made = Held()
    yield made
    made.gate.set()
    made.jobs.close()


@pytest.fixture
def viewer() -> Viewer:
    viewer, _ = opened(STACK)
    viewer.resized(0, 200, 200, 1.0)
    return viewer


def frame_drawn(drawn: Drawn) -> int | None:
    """Number of the frame whose words are drawn."""
    return None if drawn.scene.shown is None else drawn.scene.shown.frame.number


def test_until_the_first_picture_is_there_nothing_is_shown_in_its_place(
    held: Held, viewer: Viewer, qtbot: QtBot
) -> None:
    waiting = held.pictures.draw(viewer.scene(0))
    held.gate.set()
    qtbot.waitUntil(lambda: held.told == 1)
    after = held.pictures.draw(viewer.scene(0))

    assert waiting.picture is None
    assert "the picture is being made" in waiting.words.notices
    assert after.picture is not None
    assert after.words.notices == ()


def test_the_picture_before_stays_with_its_own_words(
    held: Held, viewer: Viewer, qtbot: QtBot
) -> None:
    """New words over old pixels would be a finding on the wrong image."""
    first = held.pictures.draw_now(viewer.scene(0))
    viewer.go(5)

    meanwhile = held.pictures.draw(viewer.scene(0))
    held.gate.set()
    qtbot.waitUntil(lambda: held.told == 1)
    after = held.pictures.draw(viewer.scene(0))

    assert (frame_drawn(meanwhile), meanwhile.picture) == (1, first.picture)
    assert "Im 1 / 9" in meanwhile.words.lines
    assert frame_drawn(after) == 6
    assert "Im 6 / 9" in after.words.lines
    assert after.picture is not first.picture


def test_of_many_requests_only_the_last_is_made(
    held: Held, viewer: Viewer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A burst of the wheel on a mammogram must not be worked off image by image."""
    made: list[int] = []
    whole = FramePainter.picture

    def noted(self: FramePainter, request: PictureRequest) -> Picture | None:
        made.append(request.frame.number)
        return whole(self, request)

    monkeypatch.setattr(FramePainter, "picture", noted)
    for index in range(1, 8):
        viewer.go(index)
        held.pictures.draw(viewer.scene(0))
    held.gate.set()
    qtbot.waitUntil(lambda: held.told == 2)

    assert made == [2, 8]
    assert frame_drawn(held.pictures.draw(viewer.scene(0))) == 8
    assert not held.pictures.behind


def test_another_series_never_borrows_the_picture_before(held: Held, qtbot: QtBot) -> None:
    """Not for an instant: it may be another patient's."""
    other = stack(3, name="Other", series="1.1.2", shape=(64, 64))
    viewer, _ = opened(STACK, other)
    viewer.resized(0, 200, 200, 1.0)
    held.pictures.draw_now(viewer.scene(0))
    viewer.show_set(other.id, 0)

    drawn = held.pictures.draw(viewer.scene(0))

    assert drawn.picture is None
    assert drawn.scene.shown is not None
    assert drawn.scene.shown.display_set.id == other.id


def test_what_is_forgotten_while_it_is_made_never_comes(
    held: Held, viewer: Viewer, qtbot: QtBot
) -> None:
    """The case was closed meanwhile."""
    held.pictures.draw(viewer.scene(0))
    held.pictures.forget()
    held.gate.set()
    done: list[None] = []
    held.jobs.run(lambda: None, lane=pictures.LANE, priority=99, on_done=done.append)
    qtbot.waitUntil(lambda: bool(done))

    assert held.told == 0
    assert not held.pictures.behind


def test_a_picture_that_cannot_be_made_says_why(
    held: Held, viewer: Viewer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: FramePainter, request: PictureRequest) -> Picture | None:
        raise NotDisplayable("the palette is shorter than it says", "bad-palette")

    monkeypatch.setattr(FramePainter, "picture", broken)
    held.gate.set()
    held.pictures.draw(viewer.scene(0))
    qtbot.waitUntil(lambda: held.told == 1)

    drawn = held.pictures.draw(viewer.scene(0))

    assert drawn.picture is None
    assert drawn.words.notices == ("not shown: the palette is shorter than it says",)


def test_a_click_belongs_to_the_picture_that_is_seen(
    held: Held, viewer: Viewer, qtbot: QtBot
) -> None:
    """While the next picture is being made, a measurement goes to the image on the screen."""
    canvas = Canvas(viewer, 0, runner(viewer), held.jobs)
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    canvas.settle()
    viewer.pick_tool("probe")
    canvas.follow_tool()
    canvas.grab()
    viewer.go(4)
    canvas.refresh()
    canvas.grab()

    assert "Im 1 / 9" in canvas.accessibleName()
    assert canvas.pointed_at is not None
    assert canvas.pointed_at.frame.number == 1
    canvas.settle()
    assert canvas.pointed_at.frame.number == 5
