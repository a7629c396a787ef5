"""Calls on their way home: in order, and never in the reader's way."""

import threading
import time

import pytest
import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workstation.ui import bridge
from workstation.ui.bridge import HomePost


def test_calls_of_another_thread_run_here_in_their_order(qtbot: QtBot) -> None:
    """A frame that arrives before its series is known would have nowhere to go."""
    home, heard = HomePost(), list[tuple[int, int]]()
    here = threading.get_ident()

    def work() -> None:
        for n in range(500):
            home.post(lambda n=n: heard.append((n, threading.get_ident())))

    thread = threading.Thread(target=work)
    thread.start()
    qtbot.waitUntil(lambda: len(heard) == 500)
    thread.join()

    assert heard == [(n, here) for n in range(500)]


def test_a_flood_of_calls_does_not_keep_others_waiting(qtbot: QtBot) -> None:
    """Keys and mouse come between images: six hundred of them arrive in a second."""
    home, order = HomePost(), list[str]()

    def slow() -> None:
        time.sleep(0.001)
        order.append("image")

    for _ in range(100):
        home.post(slow)
    QTimer.singleShot(0, lambda: order.append("key"))
    qtbot.waitUntil(lambda: len(order) == 101)

    assert order.index("key") < 50


def test_a_call_that_raises_does_not_take_the_others_with_it(qtbot: QtBot) -> None:
    """One bug must not end the flow of images, answers and acknowledgements."""
    home, heard = HomePost(), list[int]()
    with qtbot.captureExceptions() as raised:
        home.post(lambda: heard.append(1))
        home.post(lambda: heard.append(1 // 0))
        home.post(lambda: heard.append(3))
        qtbot.waitUntil(lambda: len(heard) == 2)

    assert heard == [1, 3]
    assert [kind for kind, _, _ in raised] == [ZeroDivisionError]


def test_what_comes_home_after_qt_is_gone_is_dropped(qtbot: QtBot) -> None:
    """A worker that finishes in the last moment must not turn a good day into exit code 1."""
    home = HomePost()
    shiboken6.delete(home)

    home.post(lambda: None)


def test_between_two_slices_of_work_the_screen_is_painted(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that opens: its first words stand there while the rest of it is taken in."""
    monkeypatch.setattr(bridge, "_SLICE_S", 0.0)
    seen: list[str] = []

    class View(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            seen.append("painted")

    view = View()
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    qtbot.waitUntil(lambda: "painted" in seen)
    seen.clear()
    home = HomePost()

    def opened() -> None:
        seen.append("opened")
        view.update()

    home.post(opened)
    home.post(lambda: seen.append("taken in"))
    qtbot.waitUntil(lambda: "taken in" in seen)

    assert seen == ["opened", "painted", "taken in"]
