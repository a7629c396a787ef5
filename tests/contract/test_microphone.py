"""The microphone through the system's own audio: PulseAudio with a room that has no walls.

What is played into the room is what the microphone in it hears.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHILD = Path(__file__).with_name("microphone_child.py")
#: How often a reader says it, and how long they listen for what comes of it.
_TIMES, _PAUSE_S = 5, 4.0


class Room:
    """A sound server of the test's own, and a program that listens in it."""

    def __init__(self, folder: Path) -> None:
        run = folder / "run"
        run.mkdir(mode=0o700)
        (folder / ".asoundrc").write_text("pcm.!default { type pulse }\n")
        self.env = {
            **os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(run),
            "PULSE_SINK": "room", "PULSE_SOURCE": "room.monitor",
        }  # fmt: skip
        pulseaudio = shutil.which("pulseaudio")
        assert pulseaudio, "installers/linux/packages-test.txt names pulseaudio"
        self.server = subprocess.Popen(
            [pulseaudio, "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
             "-L", "module-native-protocol-unix", "-L", "module-null-sink sink_name=room"],
            env=self.env, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait = ["pactl", "info"]
        while subprocess.run(wait, env=self.env, capture_output=True, check=False).returncode:
            assert self.server.poll() is None, "the sound server does not start"

        # A room in which nothing sounds sends nothing at all: no real one is that quiet.
        with Path("/dev/zero").open("rb") as hush:
            self.air = subprocess.Popen(["pacat", "--latency-msec=20"], stdin=hush, env=self.env)

    def program(self, device: str = "") -> "subprocess.Popen[str]":
        self.listens = subprocess.Popen(
            [sys.executable, CHILD, device], env=self.env, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL,  # alsa-lib tells of every device that is not there
        )  # fmt: skip
        return self.listens

    @contextmanager
    def saying(self, text: str) -> Iterator[None]:
        """In a synthetic voice, into the room, again and again as a reader does who is not heard:
        where other tests want the processor too, the sound server drops pieces."""
        file = Path(self.env["HOME"]) / "said.wav"
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", file], check=True)
        heard = threading.Event()

        def say() -> None:
            for _ in range(_TIMES):
                subprocess.run(["paplay", file], env=self.env, check=True)
                if heard.wait(_PAUSE_S):
                    return

        voice = threading.Thread(target=say)
        voice.start()
        try:
            yield
        finally:
            heard.set()
            voice.join()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.server.kill()
    made.server.wait()
    made.air.wait()
    with made.listens as program:
        program.kill()


def told(program: "subprocess.Popen[str]", what: str) -> str:
    """The rest of the next line that begins so."""
    assert program.stdout is not None
    for line in program.stdout:
        if line.startswith(what):
            return line.removeprefix(what).strip()
    return ""


@pytest.mark.peer
def test_what_is_said_in_the_room_is_heard_and_a_server_that_dies_is_told(room: Room) -> None:
    """By the whole way: PortAudio, its thread, the recogniser; and nobody speaks on unheard."""
    program = room.program()
    assert told(program, "open") == ""
    with room.saying("next field"):
        assert told(program, "heard") == "next field"
    room.server.kill()
    assert told(program, "lost") in ("no sound comes from it", "the system closed it")
    assert program.wait(timeout=30) == 0


@pytest.mark.peer
def test_a_microphone_that_is_not_there_is_named(room: Room) -> None:
    program = room.program("SpeechMike")
    assert "“SpeechMike” is not there" in told(program, "refused")
    assert program.wait(timeout=30) == 0
