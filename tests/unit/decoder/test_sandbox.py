"""What foreign code in a decoder child could still do: tried from inside, not believed."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workstation.decoder import sandbox
from workstation.decoder.sandbox.levels import EXPECTED, KNOWN, closed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox of Linux")

HERE = Path(__file__).parent
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}


@pytest.fixture
def victim() -> Iterator[int]:
    """A process of the same user: what a child that was taken over would go for."""
    process = subprocess.Popen(["sleep", "60"])
    yield process.pid
    process.kill()
    process.wait()


def attempt(victim: int, folder: Path, locks: str) -> dict[str, Any]:
    canary = folder / "canary"
    canary.touch()
    ran = subprocess.run(
        [sys.executable, HERE / "sandbox_attempts.py", str(victim), canary, locks],
        env=os.environ | ONE_THREAD, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def inside(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that entered the sandbox."""
    before = "import mmap, resource, threading\nfrom workstation.decoder import sandbox"
    entered = f"{before}\nsandbox.enter()\n{code}"
    return subprocess.run(
        [sys.executable, "-c", entered], env=os.environ | ONE_THREAD, capture_output=True, text=True
    )


def test_nothing_that_a_taken_over_decoder_would_try_succeeds(victim: int, tmp_path: Path) -> None:
    """Files, network, processes, the memory of others: a hostile image reaches none of them."""
    met = attempt(victim, tmp_path, "both")["met"]

    assert met == dict.fromkeys(met, errno.EPERM)
    assert len(met) == 35
    assert os.listdir(tmp_path) == ["canary"]
    assert (tmp_path / "canary").stat().st_mode & 0o777 != 0o777
    os.kill(victim, 0)  # it lives


def test_without_the_sandbox_the_same_attempts_are_not_denied(victim: int, tmp_path: Path) -> None:
    """Or the test above would prove nothing."""
    met = attempt(victim, tmp_path, "free")["met"]

    assert errno.EPERM not in met.values()
    assert met.pop("tcp") == errno.ECONNREFUSED
    assert met == dict.fromkeys(met, 0)


@pytest.mark.parametrize("lock", ["landlock", "seccomp"])
def test_each_lock_alone_keeps_files_and_network_shut(
    lock: str, victim: int, tmp_path: Path
) -> None:
    """An older kernel, or a container that forbids one of them, still has the other."""
    tried = attempt(victim, tmp_path, lock)

    assert set(tried["met"].values()) <= {errno.EPERM, errno.EACCES}
    assert closed(tuple(tried["levels"]))
    assert set(tried["levels"]) < set(EXPECTED)


def test_what_is_reached_has_a_known_name(victim: int, tmp_path: Path) -> None:
    """`selftest` tells an administrator which level a machine reaches; on this one, all."""
    levels = attempt(victim, tmp_path, "both")["levels"]

    assert levels == list(EXPECTED)
    assert set(levels) <= KNOWN


@pytest.mark.parametrize(
    ("levels", "shut"),
    [((), False), (("memory", "no-files"), False), (("no-tcp",), False),
     (("no-files", "no-tcp"), True), (("system-calls",), True)],
)  # fmt: skip
def test_a_child_is_closed_only_with_files_and_network_shut(
    levels: tuple[str, ...], shut: bool
) -> None:
    """Half a lock must not be reported as one."""
    assert closed(levels) is shut


def test_a_second_thread_is_not_left_outside() -> None:
    """Landlock holds for one thread: with another one it is not claimed, and seccomp takes all."""
    code = """
import os, threading, errno
go, met = threading.Event(), []
def other():
    go.wait()
    try: os.open("/etc/passwd", os.O_RDONLY)
    except OSError as error: met.append(error.errno)
worker = threading.Thread(target=other); worker.start()
from workstation.decoder import sandbox
levels = sandbox.enter()
go.set(); worker.join()
print(met == [errno.EPERM], "no-files" in levels, "system-calls" in levels)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert ran.stdout.split() == ["True", "False", "True"]


def test_threads_of_a_codec_still_start() -> None:
    """JPEG XL and OpenJPEG decode on several; without them they would fail, not be slow."""
    code = """
done = []
worker = threading.Thread(target=lambda: done.append(1)); worker.start(); worker.join()
print(done)
"""
    assert inside(code).stdout.strip() == "[1]"


def test_memory_beyond_what_a_request_may_take_is_refused() -> None:
    """Whatever a file claims, the reader's machine does not begin to swap."""
    code = """
sandbox.allow(64 << 20)
mmap.mmap(-1, 32 << 20).close()
try: mmap.mmap(-1, 128 << 20)
except OSError as error: print(error.errno)
sandbox.allow(256 << 20)
print(len(mmap.mmap(-1, 128 << 20)))
"""
    assert inside(code).stdout.split() == [str(errno.ENOMEM), str(128 << 20)]


def test_an_endless_loop_ends_by_itself_without_the_program() -> None:
    """A child whose program was killed must not run on for ever."""
    code = """
sandbox.allow(64 << 20)
soft, _ = resource.getrlimit(resource.RLIMIT_CPU)
print(soft)
"""
    used = int(inside(code).stdout)

    assert sandbox.CPU_SECONDS <= used <= sandbox.CPU_SECONDS + 30


def test_a_worker_called_as_a_function_leaves_its_caller_unbounded() -> None:
    """`allow` outside of a sandbox would end the tests, or the program."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
    sandbox.allow(1)

    assert before == (
        resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU),
    )  # fmt: skip


def test_a_child_ends_with_the_program_even_in_the_middle_of_a_frame() -> None:
    """A killed program leaves no process with a patient's image behind."""
    starter = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", '''
from workstation.decoder import sandbox
sandbox.enter()
print("in", flush=True)
while True: pass
'''], stdout=subprocess.PIPE, env={ONE_THREAD!r} | dict(PATH="/usr/bin"))
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert gone(child)


def gone(pid: int) -> bool:
    """Until it is, or for as long as a busy machine may need to end a process."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False
