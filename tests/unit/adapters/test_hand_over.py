"""A second start reaches the program that runs, and nobody else does."""

import json
import socket
import stat
from pathlib import Path

import pytest

from workstation.adapters.hand_over import Desk, at_home, hand_over


def test_what_is_sent_arrives_and_the_answer_comes_back(tmp_path: Path) -> None:
    """The portal is told why a case was not opened."""
    got: list[str] = []

    def taken(launch: str) -> str:
        got.append(launch)
        return "" if launch == "good" else "used before"

    desk = Desk(tmp_path / "run" / "desk.json", taken)
    place = tmp_path / "run" / "desk.json"

    assert hand_over(place, "good") == ""
    assert hand_over(place, "bad") == "used before"
    assert got == ["good", "bad"]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    desk.close()
    assert hand_over(place, "good") is None


def test_where_no_program_runs_there_is_nobody_to_hand_over_to(tmp_path: Path) -> None:
    """A file that a crash left is no program."""
    place = tmp_path / "desk.json"
    assert hand_over(place, "x") is None
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    place.write_text(json.dumps({"port": port, "secret": "s"}))
    assert hand_over(place, "x") is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b'{"secret": "guessed", "launch": "x"}\n', "another reader's desk"),
        (b'{"launch": "x"}\n', "no launch"),
        (b"[1]\n", "no launch"),
        (b"\xff\x00\n", "no launch"),
        (b'{"secret": "' + b"a" * 20_000, "no launch"),
    ],
)
def test_another_user_of_the_machine_gets_nothing(tmp_path: Path, said: bytes, why: str) -> None:
    """The port is open to all; the secret is this user's alone."""
    got: list[str] = []

    def taken(launch: str) -> str:
        got.append(launch)
        return ""

    desk = Desk(tmp_path / "desk.json", taken)
    port = json.loads((tmp_path / "desk.json").read_text())["port"]

    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(said)
        answer = json.loads(line.recv(4096))

    assert why in answer["why"]
    assert got == []
    desk.close()


def test_the_home_thread_is_waited_for() -> None:
    """Its answer is the caller's."""
    taken = at_home(lambda call: call(), lambda launch, answer: answer(f"no {launch}"))

    assert taken("case") == "no case"
