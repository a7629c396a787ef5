"""The way home for threads."""

import threading

from pytestqt.qtbot import QtBot

from workstation.ui.bridge import HomePost


def test_calls_from_other_threads_run_at_home_in_their_order(qtbot: QtBot) -> None:
    """Widgets and services may be touched by one thread alone."""
    home = HomePost()
    ran: list[tuple[int, threading.Thread]] = []

    def work() -> None:
        for number in range(100):
            home.post(lambda n=number: ran.append((n, threading.current_thread())))  # type: ignore[misc]

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert ran == []

    qtbot.waitUntil(lambda: len(ran) == 100)

    assert [number for number, _ in ran] == list(range(100))
    assert {where for _, where in ran} == {threading.current_thread()}
