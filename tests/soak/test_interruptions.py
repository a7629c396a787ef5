"""The machine sleeps, its line is cut, its clock is set, its token ends: in the middle of signing.

The case goes on, or the program says why it does not; nothing is lost, nothing is there twice.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from demo_platform import DemoPlatform, start_platform
from reading import QA, Done, Reading, qa_read, reports, words

pytestmark = pytest.mark.soak

IMPRESSION = "Constant within limits."
READ = qa_read(IMPRESSION)
SIGN = ("state {ready}", "report.sign", "wait delivered", "state {after}", "quit")
ASLEEP_S = 60.0
PATIENCE_S = 180.0  # of a busy machine


def test_a_machine_that_slept_through_lease_line_and_token_goes_on(tmp_path: Path) -> None:
    """REL-08, REL-09: the lid is closed between "sign" and the answer, for a minute."""
    reader, data = Reading(tmp_path / "reader"), tmp_path / "data"
    port = _free_ports(7)  # the platform comes back on the same ones
    with start_platform(tmp_path, data=data, port=port) as platform, reader.keyring() as bus:
        settings = _short_leases(platform, tmp_path / "short.toml")
        child = _started(reader, platform, settings, bus)
        _until(reader.files / "ready.json", child)
        child.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        platform.kill()  # every socket is dropped; what it knew is on its disk
        platform.start()
        platform.expire_tokens()
        time.sleep(ASLEEP_S - (time.monotonic() - began))
        child.send_signal(signal.SIGCONT)
        done = _ended(child, reader)
        if done.code:  # it said why: then the same words are there, and go out
            assert done.stderr.strip(), "it went down without a word"
            environment = reader.signed_in(platform, DBUS_SESSION_BUS_ADDRESS=bus)
            _must_have_kept_the_words(reader, settings, environment)
            again = reader.command(settings, [*READ, *SIGN])
            reader.go(again, environment, PATIENCE_S).must_be_good()
        found = reports(platform, "nord", QA)

    assert "Traceback" not in done.stderr, done.stderr
    _must_be_there_once(found)


@pytest.mark.parametrize("days", [3.0, -3.0])
def test_a_clock_that_is_set_by_three_days_changes_nothing(tmp_path: Path, days: float) -> None:
    """REL-10: an empty battery, or a helpful person, between "sign" and the answer."""
    reader = Reading(tmp_path / "reader")
    with start_platform(tmp_path) as platform:
        shifted = [sys.executable, str(Path(__file__).with_name("shifted_program.py"))]
        shifted += [str(days), str(reader.files / "ready.json")]
        command = reader.command(platform.settings, [*READ, *SIGN])
        at = command.index("run")
        done = reader.go([*shifted, *command[at:]], reader.signed_in(platform), PATIENCE_S)
        found = reports(platform, "nord", QA)
        seen = done.must_be_good().state("after")

    _must_be_there_once(found)
    assert seen["report"]["delivery"][0]["state"] == "acknowledged"
    assert seen["worklist"]["stale_sites"] == []


def test_a_token_that_ends_between_signature_and_sending_is_renewed(tmp_path: Path) -> None:
    """REL-09: one silent renewal, the same report."""
    reader = Reading(tmp_path / "reader")
    with start_platform(tmp_path) as platform:
        child = _started(reader, platform, platform.settings, "disabled:")
        _until(reader.files / "ready.json", child)
        for _ in range(10):  # at every step from here on
            platform.expire_tokens()
            time.sleep(0.1)
        done = _ended(child, reader).must_be_good()
        found = reports(platform, "nord", QA)

    _must_be_there_once(found)
    assert done.state("after")["report"]["delivery"][0]["state"] == "acknowledged"


def _must_have_kept_the_words(reader: Reading, settings: Path, environment: dict[str, str]) -> None:
    """A draft is looked for behind the images: it may stand there a moment later."""
    look = reader.command(settings, [f"case.open {QA}", "wait loaded", "state {again}", "quit"])
    for _ in range(5):
        seen = reader.go(look, environment, PATIENCE_S).must_be_good().state("again")
        if {each["title"]: each["text"] for each in seen["report"]["sections"]} == {
            "Findings": "Inserts as specified.", "Impression": IMPRESSION,
        }:  # fmt: skip
            return
    raise AssertionError("the words are gone")


def _must_be_there_once(found: list[dict[str, object]]) -> None:
    (report,) = found
    assert report["status"] == "final"
    assert words(report).endswith(f"Impression\n{IMPRESSION}\n")


def _free_ports(count: int) -> int:
    """The first of so many in a row that nobody listens on."""
    for first in range(21_000 + os.getpid() % 10_000, 60_000, count):
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError("this machine has no ports left")


def _short_leases(platform: DemoPlatform, file: Path) -> Path:
    """A claim that is not renewed for half a minute is over."""
    text = platform.settings.read_text("utf-8")
    short = "lease_seconds = 30\nheartbeat_seconds = 5\n"
    file.write_text(text.replace("[[site]]\n", f"[[site]]\n{short}"), "utf-8")
    return file


def _started(
    reader: Reading, platform: DemoPlatform, settings: Path, bus: str
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        reader.command(settings, [*READ, *SIGN]),
        env=reader.signed_in(platform, DBUS_SESSION_BUS_ADDRESS=bus),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _until(file: Path, child: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not file.exists():
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.002)


def _ended(child: "subprocess.Popen[str]", reader: Reading) -> Done:
    said = child.communicate(timeout=PATIENCE_S)[1]
    return Done(child.returncode, said, reader.files)
