"""Decoder children: what one loses is one frame; what they give is read-only and nameless."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from attrs import evolve

from workstation.adapters.decoders import Decoders
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyRef, StudyUID
from workstation.domain.study import Frame, PixelFormat
from workstation.errors import NotDisplayable

pytestmark = pytest.mark.slow  # children are started, or every kind is gone through

NATIVE = "1.2.840.10008.1.2.1"
REF = StudyRef(SiteId("here"), StudyUID("1.2.3"))
KEY = FrameKey(REF.site, REF.study, SeriesUID("1.2.3.4"), SopUID("1.2.3.4.5"))
FRAME = Frame(KEY, PixelFormat(16, 16, 16, 16, 15, False, photometric="MONOCHROME2"), 1)
RAMP = np.arange(256, dtype="<u2").reshape(16, 16)


@pytest.fixture
def decoders() -> Iterator[Decoders]:
    pool = Decoders(children=2, patience_seconds=1.0)
    yield pool
    pool.close()


def ready(decoders: Decoders) -> None:
    """Each child in turn has said that it is in its sandbox: starting is not hanging."""
    for _ in decoders.pids:
        decoders.levels()


def test_pixels_come_back_as_they_were(decoders: Decoders) -> None:
    """Through another process and shared memory, and still the same values."""
    decoded = decoders.decode(RAMP.tobytes(), FRAME, NATIVE)

    assert np.array_equal(decoded.stored, RAMP)


def test_children_give_way_to_the_reader(decoders: Decoders) -> None:
    """While a study loads every core is wanted; the wheel must not wait for a decoder, nor for
    one that only starts."""
    pids = decoders.pids

    own = os.getpriority(os.PRIO_PROCESS, 0)

    assert all(os.getpriority(os.PRIO_PROCESS, pid) > own for pid in pids)


def test_decoded_pixels_cannot_be_written(decoders: Decoders) -> None:
    """Every view shares them: a filter that wrote in place would change the image."""
    decoded = decoders.decode(RAMP.tobytes(), FRAME, NATIVE)

    with pytest.raises(ValueError, match="WRITEABLE"):
        decoded.stored.flags.writeable = True


def test_shared_memory_has_no_name(decoders: Decoders) -> None:
    """A name in /dev/shm would outlive a killed program, with a patient's image in it."""
    before = set(os.listdir("/dev/shm"))

    decoders.decode(RAMP.tobytes(), FRAME, NATIVE)

    assert set(os.listdir("/dev/shm")) == before


def test_a_child_gave_up_files_and_network(decoders: Decoders) -> None:
    """Whoever takes over a decoder finds nothing to read, write or call."""
    levels = decoders.levels()

    assert {"no-files", "no-tcp", "memory", "core", "not-traceable"} <= set(levels)


def test_a_killed_child_costs_one_frame_and_the_next_is_right(decoders: Decoders) -> None:
    """A decoder that a hostile file takes down must not take the case with it."""
    ready(decoders)
    errors = []

    def decode() -> None:
        try:
            decoders.decode(RAMP.tobytes(), FRAME, NATIVE)
        except NotDisplayable as error:
            errors.append(error.reason)

    before = decoders.pids
    for pid in before:
        os.kill(pid, signal.SIGSTOP)
    worker = threading.Thread(target=decode)
    worker.start()
    worker.join(0.2)  # it has sent its frame, and waits
    for pid in before:
        os.kill(pid, signal.SIGSEGV)
        os.kill(pid, signal.SIGCONT)
    worker.join(10)
    for pid in before:  # the one that was replaced is gone, the other one dies idle
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    assert errors == ["decoder-crashed"]
    assert np.array_equal(decoders.decode(RAMP.tobytes(), FRAME, NATIVE).stored, RAMP)


def test_a_child_that_hangs_is_replaced(decoders: Decoders) -> None:
    """An endless loop in a codec must not hold up the reading of the rest."""
    ready(decoders)
    before = decoders.pids
    for pid in before:
        os.kill(pid, signal.SIGSTOP)

    with pytest.raises(NotDisplayable) as lost:
        decoders.decode(RAMP.tobytes(), FRAME, NATIVE)

    assert lost.value.reason == "decoder-hung"
    assert decoders.pids != before


def test_children_that_died_idle_cost_nothing(decoders: Decoders) -> None:
    """A frame is not to blame for what happened before it."""
    decoders.decode(RAMP.tobytes(), FRAME, NATIVE)
    for pid in decoders.pids:
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    assert np.array_equal(decoders.decode(RAMP.tobytes(), FRAME, NATIVE).stored, RAMP)


def test_a_claim_beyond_the_budget_reaches_no_child(decoders: Decoders) -> None:
    """Refused by arithmetic: nothing is allocated for it."""
    huge = evolve(FRAME, pixels=evolve(FRAME.pixels, rows=65535, columns=65535))

    with pytest.raises(NotDisplayable) as refused:
        decoders.decode(b"\0", huge, NATIVE)

    assert refused.value.reason == "budget"


def test_many_studies_do_not_use_up_descriptors(decoders: Decoders) -> None:
    """A day has hundreds of cases; a forgotten study gives everything back."""
    ready(decoders)
    decoders.decode(RAMP.tobytes(), FRAME, NATIVE)
    before = len(os.listdir("/proc/self/fd"))
    for number in range(30):
        key = evolve(KEY, study=StudyUID(f"1.2.{number}"))
        decoders.decode(RAMP.tobytes(), evolve(FRAME, key=key), NATIVE)
        decoders.forget(StudyRef(key.site, key.study))

    assert len(os.listdir("/proc/self/fd")) <= before + 2


def _mapped(pid: int) -> int:
    """Bytes of shared memory without a name that a process has touched."""
    maps = Path(f"/proc/{pid}/smaps").read_text("ascii", "replace").split("VmFlags")
    shared = [each for each in maps if "memfd:" in each]
    return sum(int(each.split("Rss:")[1].split()[0]) * 1024 for each in shared)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="the system does not tell")
def test_what_is_decoded_apart_goes_with_its_pixels(decoders: Decoders) -> None:
    """A series that memory has no room for goes through it, image by image: neither here nor in
    a child anything of an image stays that nobody holds."""
    ready(decoders)
    pixels = evolve(FRAME.pixels, rows=512, columns=512)
    large, ramp = evolve(FRAME, pixels=pixels), np.arange(512 * 512, dtype="<u2")
    first = decoders.decode_apart(ramp.tobytes(), large, NATIVE)
    assert np.array_equal(first.stored.ravel(), ramp)
    processes = (os.getpid(), *decoders.pids)
    idle = list(map(_mapped, processes))
    descriptors = len(os.listdir("/proc/self/fd"))

    for _ in range(40):
        decoders.decode_apart(ramp.tobytes(), large, NATIVE)

    grown = [_mapped(pid) - before for pid, before in zip(processes, idle, strict=True)]
    assert max(grown) <= 2 * ramp.nbytes
    assert len(os.listdir("/proc/self/fd")) <= descriptors + 4
    assert np.array_equal(first.stored.ravel(), ramp)


def test_a_damaged_frame_between_good_ones_is_the_only_one_refused(decoders: Decoders) -> None:
    """One bad image never costs its neighbours."""
    good = bytes(imagecodecs.jpegls_encode(RAMP))
    results = []
    for data in (good, good[:40], good):
        try:
            decoders.decode(data, FRAME, "1.2.840.10008.1.2.4.80")
            results.append("shown")
        except NotDisplayable as error:
            results.append(error.reason)

    assert results == ["shown", "truncated", "shown"]


def test_a_closed_pool_leaves_no_process() -> None:
    """A program that ended must not leave patients' images in children."""
    pool = Decoders(children=1)
    (pid,) = pool.pids

    pool.close()

    assert not Path(f"/proc/{pid}").exists()
