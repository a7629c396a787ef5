"""A decoder that is taken over or broken by a file: what it costs, and what goes on.

The children here are of `broken_child.py`: real ones, but for a codec that does what the
bytes of a frame tell it.
"""

import contextlib
import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from workstation.adapters import decoder_link
from workstation.adapters.decoder_child import Child
from workstation.adapters.decoder_watch import Usage, Watch, usage
from workstation.adapters.decoders import Decoders
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyRef, StudyUID
from workstation.domain.study import Frame, PixelFormat
from workstation.errors import NotDisplayable

pytestmark = [
    pytest.mark.slow,  # some forty children
    pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc of Linux"),
]

NATIVE = "1.2.840.10008.1.2.1"
REF = StudyRef(SiteId("here"), StudyUID("1.2.3"))
KEY = FrameKey(REF.site, REF.study, SeriesUID("1.2.3.4"), SopUID("1.2.3.4.5"))
FRAME = Frame(KEY, PixelFormat(16, 16, 16, 16, 15, False, photometric="MONOCHROME2"), 1)
RAMP = np.arange(256, dtype="<u2").reshape(16, 16)
GOOD = RAMP.tobytes()
BROKEN_CHILD = [sys.executable, str(Path(__file__).with_name("broken_child.py"))]


@pytest.fixture
def decoders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Decoders]:
    monkeypatch.setattr(decoder_link, "command", lambda: BROKEN_CHILD)
    pool = Decoders(children=1, patience_seconds=0.5)
    yield pool
    pool.close()


def reason(decoders: Decoders, data: bytes) -> str:
    try:
        decoders.decode(data, FRAME, NATIVE)
    except NotDisplayable as error:
        return error.reason
    return ""


def bad(act: str) -> bytes:
    return (act.encode() + b"!").ljust(len(GOOD), b"\0")


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("crash", "decoder-crashed"),
        ("abort", "decoder-crashed"),
        ("leave", "decoder-crashed"),
        ("lie", "decoder-crashed"),
        ("shout", "decoder-crashed"),
        ("spin", "decoder-hung"),
        ("sleep", "decoder-hung"),
        ("mumble", "decoder-hung"),
        ("eat", "decoder-memory"),
        ("starve", "decoder-memory"),
    ],
)
def test_what_a_broken_decoder_does_is_said_and_the_next_image_is_right(
    act: str, expected: str, decoders: Decoders
) -> None:
    """The reader learns which image failed and why, and reads on."""
    assert reason(decoders, GOOD) == ""  # it works, and a reserve is on its way

    assert reason(decoders, bad(act)) == expected
    assert np.array_equal(decoders.decode(GOOD, FRAME, NATIVE).stored, RAMP)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(signal.SIGSEGV, "decoder-crashed"), (signal.SIGKILL, "decoder-crashed"),
     (signal.SIGSTOP, "decoder-hung")],
)  # fmt: skip
def test_a_signal_from_outside_costs_the_frame_in_work(
    number: signal.Signals, expected: str, decoders: Decoders
) -> None:
    """The kernel short of memory, an administrator, a debugger: one image, not the case."""
    decoders.levels()
    pid = decoders.pids[0]  # behind it is the one in reserve
    os.kill(pid, signal.SIGSTOP)
    pending = decoders.start(GOOD, [FRAME], NATIVE)
    assert pending is not None
    os.kill(pid, number)
    if number == signal.SIGSEGV:  # kept back from a process that stands still
        os.kill(pid, signal.SIGCONT)
    (lost,) = pending.results()

    assert isinstance(lost, NotDisplayable)
    assert lost.reason == expected
    assert pid not in decoders.pids
    assert reason(decoders, GOOD) == ""


def test_the_child_in_reserve_takes_over(decoders: Decoders) -> None:
    """To start one takes half a second or more; the next image must not wait for it."""
    decoders.levels()
    wait_for(lambda: len(decoders.pids) == 2)
    wait_for(lambda: decoders.reserves == 1)
    worker, reserve = decoders.pids

    assert reason(decoders, bad("crash")) == "decoder-crashed"
    assert worker not in decoders.pids
    assert reserve in decoders.pids
    os.kill(reserve, signal.SIGSTOP)  # if it is the one at work, a frame stays with it
    pending = decoders.start(GOOD, [FRAME], NATIVE)
    os.kill(reserve, signal.SIGKILL)
    assert pending is not None
    assert isinstance(pending.results()[0], NotDisplayable)


def test_a_reserve_that_died_is_not_handed_out(decoders: Decoders) -> None:
    """Two losses at once still cost no image but their own."""
    decoders.levels()
    wait_for(lambda: len(decoders.pids) == 2)
    _, reserve = decoders.pids
    os.kill(reserve, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # it may have been noticed already
        os.waitid(os.P_PID, reserve, os.WEXITED | os.WNOWAIT)

    assert reason(decoders, bad("crash")) == "decoder-crashed"
    assert reason(decoders, GOOD) == ""


def test_a_crash_leaves_the_image_in_the_other_child_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two images are decoded at once, one of them hostile."""
    monkeypatch.setattr(decoder_link, "command", lambda: BROKEN_CHILD)
    pool = Decoders(children=2)
    pool.levels()
    first = pool.start(bad("crash"), [FRAME], NATIVE)
    second = pool.start(GOOD, [FRAME], NATIVE)
    assert first is not None
    assert second is not None
    results = [*first.results(), *second.results()]
    pool.close()

    assert isinstance(results[0], NotDisplayable)
    assert not isinstance(results[1], NotDisplayable)
    assert np.array_equal(results[1].stored, RAMP)


def part10(frames: list[bytes]) -> bytes:
    """An explicit VR little endian multi-frame object, written by hand."""

    def element(tag: int, vr: bytes, value: bytes) -> bytes:
        value += b"\0" * (len(value) % 2)
        head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
        long = vr in (b"OB", b"OW")
        return (
            head
            + (struct.pack("<HI", 0, len(value)) if long else struct.pack("<H", len(value)))
            + value
        )

    def number(tag: int, value: int) -> bytes:
        return element(tag, b"US", struct.pack("<H", value))

    meta = element(0x00020010, b"UI", NATIVE.encode())
    body = element(0x00080018, b"UI", KEY.sop.encode()) + number(0x00280002, 1)
    body += element(0x00280004, b"CS", b"MONOCHROME2")
    body += element(0x00280008, b"IS", str(len(frames)).encode())
    for tag, value in ((0x10, 16), (0x11, 16), (0x100, 16), (0x101, 16), (0x102, 15), (0x103, 0)):
        body += number(0x00280000 + tag, value)
    body += element(0x7FE00010, b"OW", b"".join(frames))
    return (
        bytes(128)
        + b"DICM"
        + element(0x00020000, b"UL", struct.pack("<I", len(meta)))
        + meta
        + body
    )


def of_object(count: int) -> list[Frame]:
    return [evolve(FRAME, key=evolve(KEY, frame_index=at), number=at + 1) for at in range(count)]


def shown(results: list[object]) -> list[str]:
    return [each.reason if isinstance(each, NotDisplayable) else "" for each in results]


def test_one_hostile_frame_of_an_object_costs_that_frame_alone(decoders: Decoders) -> None:
    """The other ninety-nine of a multi-frame image are somebody's heart, too."""
    frames = [GOOD] * 7
    frames[3] = bad("crash")

    results = decoders.decode_object(part10(frames), of_object(7))

    assert shown(list(results)) == ["", "", "", "decoder-crashed", "", "", ""]


def test_an_object_of_hostile_frames_is_given_up(decoders: Decoders) -> None:
    """It must not start a hundred children one after another."""
    results = decoders.decode_object(part10([GOOD, *[bad("crash")] * 9]), of_object(10))

    assert shown(list(results)) == ["", *["decoder-crashed"] * 9]
    assert reason(decoders, GOOD) == ""


def test_large_frames_of_one_object_need_not_fit_into_one_request(decoders: Decoders) -> None:
    """A tomosynthesis has sixty frames of 20 MB, and a message only so many descriptors."""
    pixels = evolve(FRAME.pixels, rows=4096, columns=2100)
    frames = [evolve(FRAME, key=evolve(KEY, frame_index=n), pixels=pixels) for n in range(12)]
    pending = decoders.start(b"no DICOM at all", frames)
    assert pending is not None

    assert shown(list(pending.results())) == ["not-dicom"] * 12


def test_an_inflation_bomb_ends_in_a_reason(decoders: Decoders) -> None:
    """Two megabytes that become a gigabyte: refused before the machine begins to swap."""
    deflated = b"1.2.840.10008.1.2.1.99"
    meta = b"\x02\0\x10\0UI" + struct.pack("<H", len(deflated)) + deflated
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = squeezer.compress(b"\x09\0\x10\0OB\0\0" + struct.pack("<I", 1 << 30))
    bomb += b"".join(squeezer.compress(bytes(1 << 20)) for _ in range(1024)) + squeezer.flush()
    data = bytes(128) + b"DICM\x02\0\0\0UL\x04\0" + struct.pack("<I", len(meta)) + meta + bomb

    with pytest.raises(NotDisplayable) as refused:
        decoders.header(data)

    assert refused.value.reason in ("budget", "decoder-memory", "truncated")
    assert reason(decoders, GOOD) == ""


def test_a_child_has_no_descriptor_of_the_program(decoders: Decoders) -> None:
    """A socket to a site or the open store in the hands of foreign code would be the end."""
    readable, writable = os.pipe()
    os.set_inheritable(writable, True)
    pool = Decoders(children=1)
    pool.levels()
    (pid, *_) = pool.pids
    names = {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()}
    kinds = {name.split(":")[0] for name in names}
    pool.close()
    os.close(readable)
    os.close(writable)

    assert kinds == {"socket", "/dev/null", f"/proc/{pid}/statm"}


def test_a_child_knows_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of scripts stand there."""
    monkeypatch.setenv("WORKSTATION_PASSWORD", "canary")
    pool = Decoders(children=1)
    pool.levels()
    environment = Path(f"/proc/{pool.pids[0]}/environ").read_bytes()
    pool.close()

    assert b"canary" not in environment
    assert {each.split(b"=")[0] for each in environment.split(b"\0") if each} <= {
        b"PATH", b"VIRTUAL_ENV", b"PYTHONPATH", b"PYTHONUTF8", b"OPENBLAS_NUM_THREADS",
        b"OMP_NUM_THREADS", b"MKL_NUM_THREADS", b"LC_CTYPE",
    }  # fmt: skip


def test_where_no_child_starts_images_say_so_and_nothing_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A damaged installation must not look like a slow network."""
    monkeypatch.setattr(decoder_link, "command", lambda: ["/nowhere/at/all"])
    pool = Decoders(children=1)
    pending = pool.start(GOOD, [FRAME], NATIVE)
    assert pending is not None
    first, second = pending.results(), pool.levels()
    pool.close()

    assert shown(list(first)) == ["decoder-crashed"]
    assert second == ()


def test_a_child_that_ends_at_once_is_not_started_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A few starts for each image asked for, and no more."""
    started: list[int] = []

    def command() -> list[str]:
        started.append(1)
        return ["/bin/false"]

    monkeypatch.setattr(decoder_link, "command", command)
    pool = Decoders(children=1)
    pending = [pool.start(GOOD, [FRAME], NATIVE) for _ in range(3)]
    reasons = [shown(list(each.results())) for each in pending if each is not None]
    pool.close()

    assert reasons == [["decoder-crashed"]] * 3
    assert len(started) <= 20


def test_a_closed_pool_answers(decoders: Decoders) -> None:
    """A lane that still runs while the program leaves gets an answer, and no new child."""
    decoders.close()

    assert reason(decoders, GOOD) == "decoder-crashed"
    assert decoders.pids == ()


# --- the watch ----------------------------------------------------------------------


def watch(patience_seconds: float = 1.0, memory_bytes: int = 1000) -> tuple[Watch, float]:
    watched = Watch(os.getpid(), patience_seconds, memory_bytes)
    watched._first = watched._last = Usage(5.0, 100, runnable=True)
    watched._base_bytes = 100
    return watched, watched._begun


@pytest.mark.parametrize(
    ("seen", "after", "verdict"),
    [
        (Usage(5.1, 100, runnable=True), 0.2, ""),
        (Usage(5.1, 100, runnable=True), 5.0, ""),  # the machine is busy: it waits for a turn
        (Usage(6.2, 100, runnable=True), 1.3, "decoder-hung"),  # its time is used up
        (Usage(5.0, 100, runnable=False), 0.9, ""),  # asleep, but not for long
        (Usage(5.0, 100, runnable=False), 1.6, "decoder-hung"),  # stopped, or waits for ever
        (Usage(5.2, 100, runnable=False), 1.6, ""),  # a thread of it moves
        (Usage(5.1, 1101, runnable=True), 0.1, "decoder-memory"),
        (Usage(5.1, 100, runnable=True), 24.9, ""),
        (Usage(5.1, 100, runnable=True), 25.1, "decoder-hung"),  # enough is enough
        (None, 5.0, ""),  # no such figures on this system: the wall clock alone
        (None, 6.1, "decoder-hung"),
    ],
)
def test_the_watch_judges_by_what_the_child_itself_used(
    seen: Usage | None, after: float, verdict: str
) -> None:
    """On a busy machine an honest image must not be called a hanging one."""
    watched, begun = watch()

    assert watched.judged(seen, begun + after) == verdict


def test_usage_is_what_the_kernel_says() -> None:
    """Held against the process's own account of itself."""
    own = usage(os.getpid())
    before = time.process_time()

    assert own is not None
    assert abs(own.cpu_seconds - before) < 1.0
    assert own.own_bytes > 10 << 20
    assert own.runnable
    assert usage(2**22 + 1) is None


def test_a_stopped_process_is_not_runnable() -> None:
    """How a debugger, or a signal from outside, looks from here."""
    process = subprocess.Popen(["sleep", "60"])
    os.kill(process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    seen = usage(process.pid)
    process.kill()
    process.wait()

    assert seen is not None
    assert not seen.runnable


def seccomp(pid: int) -> str:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("Seccomp:"):
            return line.split()[1]
    return ""


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_child_is_in_its_sandbox_before_the_first_byte() -> None:
    """Judged by the kernel, not by the child."""
    child = Child(1.0)
    child.greet()
    state = seccomp(child.process.pid)
    threads = len(list(Path(f"/proc/{child.process.pid}/task").iterdir()))
    child.kill()

    assert state == "2"
    assert threads == 1
