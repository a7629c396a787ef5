"""The pool of decoder children: watchdog, respawn, checked answers.

`decode` is called from worker lanes. A child that dies, hangs or answers nonsense costs
the frame it was working on and nothing else: the child is replaced, the frame is
`NotDisplayable` with the reason.
"""

import contextlib
import itertools
import logging
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

import workstation
from workstation.adapters.shared_memory import Arena, Block, Slot
from workstation.decoder import budget
from workstation.decoder.messages import (
    HEADER,
    BadMessage,
    body_length,
    format_to_json,
    pack,
    unpack,
)
from workstation.dicom.reasons import WORDS, Undecodable, not_displayable
from workstation.domain.identifiers import StudyRef
from workstation.domain.study import Frame
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels

_log = logging.getLogger("decoder")
_START_SECONDS = 60.0
_DROP_SECONDS = 5.0
_MIB = 1 << 20

Result = FramePixels | NotDisplayable
Asked = tuple[int, list[Any]]


class Lost(Exception):
    """The child is of no more use; `reason` says what happened to its frame."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def command() -> list[str]:
    """How a child is started: by module, or by the frozen program itself."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--decode-worker"]
    return [sys.executable, "-m", "workstation.decoder.worker"]


def _environment() -> dict[str, str]:
    """Nothing of ours but what an interpreter needs to start."""
    kept = {k: os.environ[k] for k in ("PATH", "SYSTEMROOT", "VIRTUAL_ENV") if k in os.environ}
    root = str(Path(workstation.__file__).parent.parent)
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return kept | threads | {"PYTHONPATH": root, "PYTHONUTF8": "1"}


class Child:
    """One decoder process and the blocks it has mapped. Used by one thread at a time."""

    BLOCKS = 4  # mapped at once, apart from the input

    def __init__(self) -> None:
        self.levels: tuple[str, ...] | None = None
        self._input: Block | None = None
        self._attached: dict[int, None] = {}
        self._drop: list[int] = []
        self._numbers = itertools.count(1)
        self._link, self.process = _start()

    def send(
        self, op: str, data: bytes, slots: Sequence[Slot], body: dict[str, Any]
    ) -> tuple[int, list[Any]]:
        """Send one request; `receive` takes what this returns. Raises `Lost`."""
        number = next(self._numbers)
        blocks = self._new_blocks(data, slots)
        attach = [{"id": i, "size": b.size, "name": b.name} for i, b in blocks]
        request = {"id": number, "op": op, "length": len(data), "attach": attach}
        request |= {"drop": self._drop, **body}
        self._drop = []
        try:
            self._greet()
            self._link.send(pack(request), [b.handle for _, b in blocks])
        except TimeoutError as error:
            raise Lost("decoder-hung") from error
        except (OSError, EOFError, BadMessage) as error:
            raise Lost("decoder-crashed") from error
        return number, body.get("frames", [])

    def receive(self, asked: tuple[int, list[Any]], deadline: float) -> dict[str, Any]:
        """The checked answer to a request, until `deadline` (monotonic). Raises `Lost`."""
        try:
            seconds = max(0.001, deadline - time.monotonic())
            return _checked(self._link.receive(seconds), *asked)
        except TimeoutError as error:
            raise Lost("decoder-hung") from error
        except (OSError, EOFError, BadMessage) as error:
            raise Lost("decoder-crashed") from error

    def forget(self, blocks: set[int]) -> None:
        """Unmap blocks of a closed study at the next request."""
        gone = [each for each in self._attached if each in blocks]
        for each in gone:
            del self._attached[each]
        self._drop += gone

    def drop_now(self) -> None:
        if self._drop:
            with contextlib.suppress(Lost):
                self.receive(self.send("drop", b"", (), {}), time.monotonic() + _DROP_SECONDS)

    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self._link.close()
        self.process.wait()

    def _greet(self) -> None:
        """Its first message: that it is in its sandbox, and how deep."""
        if self.levels is None:
            levels = self._link.receive(_START_SECONDS).get("ready")
            if not isinstance(levels, list):
                raise BadMessage("no greeting")
            self.levels = tuple(str(each) for each in levels)

    def _new_blocks(self, data: bytes, slots: Sequence[Slot]) -> list[tuple[int, Block]]:
        """What the child has not mapped yet; the oldest make room."""
        new: list[tuple[int, Block]] = []
        if data:
            if self._input is None or self._input.size < len(data):
                self._input = Block(max(4 * _MIB, -(-len(data) // _MIB) * _MIB))
                new.append((0, self._input))
            self._input.write(data)
        for block in {slot.block.number: slot.block for slot in slots}.values():
            known = block.number in self._attached
            self._attached.pop(block.number, None)
            self._attached[block.number] = None  # the youngest now
            if not known:
                new.append((block.number, block))
        while len(self._attached) > self.BLOCKS:
            oldest = next(iter(self._attached))
            del self._attached[oldest]
            self._drop.append(oldest)
        return new


def _checked(answer: dict[str, Any], number: int, frames: list[Any]) -> dict[str, Any]:
    """An answer to this very request, with known codes alone."""
    results = answer.get("frames")
    if answer.get("id") != number or not isinstance(results, list) or len(results) != len(frames):
        raise BadMessage("not an answer to this request")
    for asked, result in zip(frames, results, strict=True):
        if not isinstance(result, dict) or result.get("index") != asked["index"]:
            raise BadMessage("another frame")
        if result.get("reason") != "" and result.get("reason") not in WORDS:
            raise BadMessage("unknown reason")
    if not isinstance(answer.get("sop", ""), str):
        raise BadMessage("not a UID")
    return answer


@define(eq=False)
class _Study:
    arena: Arena = field(factory=Arena)
    blocks: set[int] = field(factory=set)


class Decoders:
    """Decodes on a few children at once; any thread. `close` ends them all."""

    def __init__(self, children: int = 2, patience_seconds: float = 5.0) -> None:
        self._patience = patience_seconds
        self._studies: dict[StudyRef, _Study] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._all = [Child() for _ in range(children)]
        self._idle: queue.SimpleQueue[Child] = queue.SimpleQueue()
        for child in self._all:
            self._idle.put(child)

    @property
    def pids(self) -> tuple[int, ...]:
        with self._lock:
            return tuple(child.process.pid for child in self._all)

    def decode(self, data: bytes, frame: Frame, transfer_syntax: str) -> FramePixels:
        """One frame as it travelled. Raises `NotDisplayable`."""
        pending = self.start(data, [frame], transfer_syntax)
        assert pending is not None
        (result,) = pending.results()
        if isinstance(result, NotDisplayable):
            raise result
        return result

    def decode_object(self, data: bytes, frames: Sequence[Frame]) -> list[Result]:
        """Frames of one instance out of its Part 10 bytes, in the order asked."""
        pending = self.start(data, frames)
        assert pending is not None
        return pending.results()

    def start(
        self,
        data: bytes,
        frames: Sequence[Frame],
        transfer_syntax: str = "",
        *,
        wait: bool = True,
        any_object: bool = False,
    ) -> "Pending | None":
        """Begin to decode, so that the caller can go on reading; `results` brings it home.

        Without a transfer syntax `data` is a whole Part 10 object of these frames. None
        where every child is busy and `wait` is false: whoever holds pending work must
        finish the oldest before it waits for more. With `any_object` the object may be
        any one of the format of `frames`; `sop` of the result says which it was.
        """
        try:
            slots = self._slots(data, frames)
        except Undecodable as error:
            return Pending(self, frames, [], error.reason)
        child = self._acquire(wait)
        if child is None:
            return None
        pending = Pending(self, frames, slots, "", child)
        try:
            pending.send(data, transfer_syntax, self._patience, any_object)
        except Lost as lost:
            self._lose(child, lost)
            return Pending(self, frames, [], lost.reason)
        return pending

    def _acquire(self, wait: bool) -> Child | None:
        try:
            child = self._idle.get(block=wait)
        except queue.Empty:
            return None
        if not child.alive():  # died while idle: this frame has nothing to do with it
            child = self._replaced(child)
        return child

    def _lose(self, child: Child, lost: Lost) -> None:
        _log.warning("a decoder child was replaced: %s", lost.reason)
        self._idle.put(self._replaced(child))

    def settle(self, child: Child, asked: Asked, deadline: float) -> dict[str, Any]:
        """For `Pending`: the answer, and the child back in the pool, or a fresh one."""
        try:
            answer = child.receive(asked, deadline)
        except Lost as lost:
            self._lose(child, lost)
            raise
        self._idle.put(child)
        return answer

    def forget(self, ref: StudyRef) -> None:
        """Nothing of a closed study stays mapped in a child."""
        with self._lock:
            study = self._studies.pop(ref, None)
            children = list(self._all)
        if study is None:
            return
        for child in children:
            child.forget(study.blocks)
        self._sweep()

    def levels(self) -> tuple[str, ...]:
        """How deep the sandbox of a child is, for `selftest`."""
        child = self._idle.get()
        try:
            child.receive(child.send("drop", b"", (), {}), time.monotonic() + _START_SECONDS)
        finally:
            self._idle.put(child)
        return child.levels or ()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            children, self._all = self._all, []
        for child in children:
            child.kill()
        self._studies.clear()

    def _sweep(self) -> None:
        """Let the idle children unmap at once; a busy one does at its next request."""
        waiting = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._idle.get_nowait())
        for child in waiting:
            child.drop_now()
            self._idle.put(child)

    def _slots(self, data: bytes, frames: Sequence[Frame]) -> list[Slot]:
        """Room for each frame, after what is claimed was checked."""
        if not data:
            raise Undecodable("truncated")
        if len(data) > budget.OBJECT_BYTES:
            raise Undecodable("budget")
        for frame in frames:
            budget.check_format(frame.pixels)
        key = frames[0].key
        with self._lock:
            study = self._studies.setdefault(StudyRef(key.site, key.study), _Study())
            slots = [study.arena.slot(frame.pixels) for frame in frames]
            study.blocks.update(slot.block.number for slot in slots)
        return slots

    def _replaced(self, child: Child) -> Child:
        child.kill()
        with self._lock:
            if self._closed:
                return child
            fresh = Child()
            self._all = [fresh if each is child else each for each in self._all]
        return fresh


class Pending:
    """Frames a child is working on. `results` must be called once, by who started it."""

    def __init__(
        self,
        pool: Decoders,
        frames: Sequence[Frame],
        slots: Sequence[Slot],
        reason: str,
        child: Child | None = None,
    ) -> None:
        self._pool = pool
        self.frames = frames
        self._slots = slots
        self._reason = reason
        self._child = child
        self._asked: Asked = (0, [])
        self._deadline = 0.0
        self.sop = ""  # of the object that was decoded, once there are results

    def send(
        self, data: bytes, transfer_syntax: str, patience_seconds: float, any_object: bool
    ) -> None:
        assert self._child is not None
        first = self.frames[0]
        wanted = [
            {"index": frame.key.frame_index, "block": slot.block.number, "offset": slot.offset}
            for frame, slot in zip(self.frames, self._slots, strict=True)
        ]
        body = {"format": format_to_json(first.pixels), "frames": wanted}
        sop = "" if any_object else first.key.sop
        body |= {"syntax": transfer_syntax} if transfer_syntax else {"sop": sop}
        op = "frame" if transfer_syntax else "object"
        self._asked = self._child.send(op, data, self._slots, body)
        size = len(data) + sum(slot.size for slot in self._slots)
        self._deadline = time.monotonic() + patience_seconds + size / (4 * _MIB)

    def results(self) -> list[Result]:
        """Pixels or the reason why not, in the order of the frames."""
        if self._child is None:
            return [not_displayable(self._reason) for _ in self.frames]
        try:
            answer = self._pool.settle(self._child, self._asked, self._deadline)
        except Lost as lost:
            return [not_displayable(lost.reason) for _ in self.frames]
        self.sop = answer.get("sop", "")
        return [
            not_displayable(each["reason"])
            if each["reason"]
            else FramePixels(slot.array(frame.pixels))
            for each, slot, frame in zip(answer["frames"], self._slots, self.frames, strict=True)
        ]


class _SocketLink:
    """The parent's end on Linux and macOS."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, message: bytes, descriptors: list[int]) -> None:
        sent = 0
        if descriptors:
            sent = socket.send_fds(self._sock, [message], descriptors)
        self._sock.sendall(message[sent:])

    def receive(self, seconds: float) -> dict[str, Any]:
        self._sock.settimeout(seconds)
        try:
            return unpack(self._exactly(body_length(self._exactly(HEADER.size))))
        finally:
            self._sock.settimeout(None)

    def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = self._sock.recv(count - len(parts))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    def close(self) -> None:
        self._sock.close()


class _PipeLink:
    """The parent's end on Windows: a thread reads, so that waiting can end."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="decoder-pipe", daemon=True).start()

    def send(self, message: bytes, descriptors: list[int]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(message)
        self._process.stdin.flush()

    def receive(self, seconds: float) -> dict[str, Any]:
        try:
            message = self._messages.get(timeout=seconds)
        except queue.Empty as error:
            raise TimeoutError from error
        if message is None:
            raise EOFError
        return message

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        pipe = self._process.stdout
        with contextlib.suppress(BadMessage, ValueError, OSError):
            while len(header := pipe.read(HEADER.size)) == HEADER.size:
                self._messages.put(unpack(pipe.read(body_length(header))))
        self._messages.put(None)


def _start() -> "tuple[_SocketLink | _PipeLink, subprocess.Popen[bytes]]":
    if sys.platform == "win32":
        process = subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
        return _PipeLink(process), process
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [*command(), "--fd", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env=_environment(),
        )
    return _SocketLink(ours), process
