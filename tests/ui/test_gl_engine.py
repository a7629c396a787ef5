"""How a graphics card is taken up, and what becomes of one that says nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from attrs import frozen
from fakes import FakeClock, InlineJobs
from fakes_viewer import opened
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set, noise

from workstation.domain.geometry import Affine
from workstation.rendering.engine import Asked, CardLost, EngineChoice, NoRoom, Slices, Wish
from workstation.rendering.slice_cpu import SliceEngine, SliceRequest
from workstation.ui.viewer import gl_engine
from workstation.ui.viewer.gl_engine import CardOnAWorker, GraphicsStart
from workstation.ui.viewer.pictures import Pictures

VOXELS = noise((12, 16, 14))
PLACED = Affine(np.diag([0.8, 0.8, 2.0, 1.0]))
REQUEST = SliceRequest((1.0, 1.0, 4.0), (1, 0, 0), (0, 0.8, 0.6), (0.5, 0.5), (18, 16))


@frozen
class Found:
    """What the child says."""

    renderer: str = "Radeon"
    why: str = ""
    is_hardware: bool = True


class Card:
    """Takes the place of `GlSlices`; `off` by so much where it is wrong."""

    off = 0.0
    limit = 2048
    fault: Exception | None = None

    def __init__(self, _surface: object, _budget: int) -> None:
        if self.fault is not None:
            raise self.fault

    def sample(self, asked: Asked) -> NDArray[Any]:
        made: NDArray[Any] = SliceEngine(
            asked.voxels, asked.affine, asked.outside, asked.kind.type
        ).slice(asked.request)
        return (made + np.asarray(self.off)).astype(asked.kind)

    def purge(self) -> None: ...


class Wrong(Card):
    off = 3.0


class WithoutContext(Card):
    fault = CardLost("there is no OpenGL context here")


class WithoutMemory(Card):
    fault = NoRoom("the graphics card is out of memory")


class Start:
    """The first seconds of a program on a screen with OpenGL."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, wish: Wish = "auto", card: type[Card] = Card,
        platform: str = "xcb", probe: Callable[[], Found] = Found,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(gl_engine, "GlSlices", card)
        monkeypatch.setattr(gl_engine, "taken_up", lambda *_: "not here")
        monkeypatch.setattr(gl_engine.QGuiApplication, "platformName", lambda: platform)
        self.jobs, self.slices, self.asked = InlineJobs(FakeClock()), Slices(), 0

        def counted() -> Found:
            self.asked += 1
            return probe()

        start = GraphicsStart(self.slices, self.jobs, wish, 1 << 30, counted)
        start.surface = lambda: None  # type: ignore[assignment, return-value]
        start.begin()

    def goes_on(self) -> EngineChoice:
        self.jobs.advance(gl_engine.SOON_S)
        return self.slices.choice


def test_the_windows_stand_before_anybody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that compiles for seconds must not be what a reader waits for."""
    start = Start(monkeypatch)

    assert start.asked == 0
    assert start.slices.choice.name == "cpu"
    assert start.goes_on() == EngineChoice("gpu")
    assert start.asked == 1


def test_who_wants_the_processor_starts_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Start(monkeypatch, wish="cpu")

    assert start.goes_on() == EngineChoice("cpu", "software rendering, as it was set")
    assert start.asked == 0


def test_a_platform_without_opengl_starts_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Start(monkeypatch, platform="offscreen")

    assert start.goes_on().notice == "software rendering: this platform has no OpenGL"
    assert start.asked == 0


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (Wrong, "software rendering: its slices differ from ours by 3"),
        (WithoutContext, "software rendering: there is no OpenGL context here"),
        (WithoutMemory, "software rendering: the graphics card is out of memory"),
    ],
)
def test_a_card_that_does_not_prove_itself_is_not_used(
    card: type[Card], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child found a driver; ours has to be right too."""
    assert Start(monkeypatch, card=card).goes_on() == EngineChoice("cpu", said)


def test_a_driver_that_ended_the_child_is_not_tried_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 139 without EGL: of the child, not of the program."""
    dead = Found("", "the driver ended the probe (-11)", is_hardware=False)
    start = Start(monkeypatch, wish="gpu", probe=lambda: dead)

    assert start.goes_on().notice == "software rendering: the driver ended the probe (-11)"


def test_a_driver_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait has an end: then the processor makes the slice that was asked for."""
    monkeypatch.setattr(gl_engine, "PATIENCE_S", 0.01)
    jobs, slices = InlineJobs(FakeClock()), Slices()
    jobs.hold()  # the worker never comes to it
    slices.use(CardOnAWorker(Card(None, 0), jobs), EngineChoice("gpu"))  # type: ignore[arg-type]

    made = slices.over(VOXELS, PLACED).slice(REQUEST)

    assert np.array_equal(made, SliceEngine(VOXELS, PLACED).slice(REQUEST))
    assert slices.choice.notice == "software rendering: the graphics card does not answer"


def test_the_windows_never_wait_for_a_driver() -> None:
    """Even a plane of a few pixels is asked of the card by a worker: a stall freezes no window."""
    jobs, slices = InlineJobs(FakeClock()), Slices()
    slices.use(Card(None, 0), EngineChoice("gpu"))
    viewer, _ = opened(display_set(SCANS["straight"], 34, (42, 46)))
    for index in range(4):
        viewer.resized(index, 60, 50, 1.0)
    viewer.toggle_mpr()
    viewer.activate(2)
    jobs.hold()

    drawn = Pictures(jobs, lambda: None, slices).draw(viewer.scene(2))

    assert drawn.picture is None
    assert [lane for lane, _ in jobs.waiting] == ["pictures"]
