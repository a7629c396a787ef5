"""A power cut at any moment: what was promised durable is there when the machine is back.

The store lies on an ext4 of its own in a file. A copy of that file, made while reports are
being signed, is what a disk holds when the current fails: what had not reached the device is
not in it. The copy is mounted (the journal is replayed, as at the next start) and read.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sealing_child import words

from workstation.adapters.store import SqlCipherStore
from workstation.errors import StoreUnavailable
from workstation.services.delivery.outbox import Parcel

pytestmark = [pytest.mark.soak, pytest.mark.peer]

CUTS = 50
_MIB = 1 << 20
_SIZE = 32 * _MIB


def test_no_signed_report_is_lost_in_fifty_power_cuts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """REL-04: the reader was told "signed"; the hospital waits for nothing else."""
    promised, lost = _cuts(tmp_path, "FULL", CUTS)

    assert lost == 0
    assert promised > CUTS
    with capsys.disabled():
        sys.stdout.write(f"\n{CUTS} power cuts, {promised} promises, {lost} lost\n")


def test_the_same_cuts_find_what_a_store_loses_that_does_not_wait_for_the_disk(
    tmp_path: Path,
) -> None:
    """A sampler that cannot find a loss proves nothing."""
    _, lost = _cuts(tmp_path, "OFF", 8)

    assert lost > 0


def _cuts(folder: Path, synchronous: str, count: int) -> tuple[int, int]:
    """Promises that were looked for after all cuts, and how many of them were broken."""
    key, image, mounted = secrets.token_bytes(32), folder / "disk.img", folder / "disk"
    with image.open("wb") as file:
        file.truncate(_SIZE)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    promised = lost = 0
    with (
        _mounted(image, mounted),
        _signing(mounted / "x.sealed", key, synchronous) as (
            child,
            told,
        ),
    ):
        for _ in range(count):
            before = len(told)
            while len(told) < before + 3:
                time.sleep(0.005)
            promises, cut = tuple(told), folder / "cut.img"
            with _standing_still(child):
                shutil.copyfile(image, cut)
            promised += len(promises)
            lost += _broken(cut, folder / "cut", key, promises)
    return promised, lost


def _broken(cut: Path, where: Path, key: bytes, promises: tuple[str, ...]) -> int:
    """How many of the promised reports are not there, whole, after the next start."""
    with _mounted(cut, where):
        try:
            store = SqlCipherStore(where / "x.sealed", key)
        except StoreUnavailable:
            return len(promises)
        try:
            kept = dict(store.all("outbox"))
            signed = [leaf for leaf in store.audit() if json.loads(leaf)["action"] == "sign"]
        except StoreUnavailable:
            return len(promises)
        finally:
            store.close()
    whole = {report for report, body in kept.items() if _is_whole(report, body)}
    assert len(signed) >= len(whole), "a report without its audit record"
    return len(set(promises) - whole)


def _is_whole(report: str, body: str) -> bool:
    letter = Parcel.of(body).letter
    return words(report).strip() in json.dumps(letter.entries[0], ensure_ascii=False)


@contextmanager
def _mounted(image: Path, where: Path) -> Iterator[None]:
    where.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-o", "loop", str(image), str(where)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"this machine lets nobody mount a file: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(where)], check=True)


@contextmanager
def _standing_still(child: "subprocess.Popen[str]") -> Iterator[None]:
    """Time stands between two of its system calls, wherever it is: a copy takes a while."""
    child.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        child.send_signal(signal.SIGCONT)


@contextmanager
def _signing(
    store: Path, key: bytes, synchronous: str
) -> Iterator[tuple["subprocess.Popen[str]", list[str]]]:
    """A reader who signs without end; the list of what was promised grows."""
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    paths = os.pathsep.join([*folders, os.environ.get("PYTHONPATH", "")])
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("sealing_child.py")),
         str(store), key.hex(), synchronous],
        env=os.environ | {"PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told: list[str] = []
    assert child.stdout is not None
    lines = child.stdout

    def listen() -> None:
        for line in lines:
            told.append(line.strip())  # one by one: each is looked for as soon as it is promised

    reading = threading.Thread(target=listen)
    reading.start()
    try:
        yield child, told
    finally:
        child.kill()
        child.wait()
        reading.join()
        lines.close()
