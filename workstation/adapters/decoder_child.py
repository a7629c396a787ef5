"""One decoder child: its process, its end of the channel, and what it may answer."""

import contextlib
import itertools
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import workstation
from workstation.adapters.shared_memory import Block, Slot
from workstation.decoder.messages import HEADER, BadMessage, body_length, pack, unpack
from workstation.dicom.reasons import WORDS, Undecodable

START_SECONDS: Final = 60.0
_DROP_SECONDS: Final = 5.0
_MIB: Final = 1 << 20

#: Number of a request and the frames it asks for: what its answer is held against.
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
        self._text: Slot | None = None
        self._attached: dict[int, None] = {}
        self._drop: list[int] = []
        self._forgotten: queue.SimpleQueue[set[int]] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._link, self.process = _start()

    def send(
        self, op: str, data: bytes, slots: Sequence[Slot], body: dict[str, Any]
    ) -> tuple[int, list[Any]]:
        """Send one request; `receive` takes what this returns. Raises `Lost`."""
        number = next(self._numbers)
        self._take_forgotten()
        blocks = self._new_blocks(data, slots)
        attach = [{"id": i, "size": b.size, "name": b.name} for i, b in blocks]
        request = {"id": number, "op": op, "length": len(data), "attach": attach}
        request |= {"drop": self._drop, "memory": working_memory(len(data), slots, blocks), **body}
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
            return checked(self._link.receive(seconds), *asked)
        except TimeoutError as error:
            raise Lost("decoder-hung") from error
        except (OSError, EOFError, BadMessage) as error:
            raise Lost("decoder-crashed") from error

    def room_for_text(self, size: int) -> Slot:
        """Where the child writes a text; a large one is not kept for the next."""
        if self._text is not None and size <= self._text.size <= 4 * _MIB:
            return self._text
        if self._text is not None:
            self._forgotten.put({self._text.block.number})
        block = Block(max(_MIB, size))
        self._text = Slot(block, block.read_only(), 0, block.size)
        return self._text

    def forget(self, blocks: set[int]) -> None:
        """Unmap blocks of a closed study at the next request. From any thread."""
        self._forgotten.put(blocks)

    def drop_now(self) -> None:
        """Tell the child at once what it was to forget; only while it is idle."""
        if self.levels is not None and not self._forgotten.empty():
            with contextlib.suppress(Lost):
                self.receive(self.send("drop", b"", (), {}), time.monotonic() + _DROP_SECONDS)

    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self._link.close()
        self.process.wait()

    def _take_forgotten(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                forgotten = self._forgotten.get_nowait()
                gone = [block for block in self._attached if block in forgotten]
                for block in gone:
                    del self._attached[block]
                self._drop += gone

    def _greet(self) -> None:
        """Its first message: that it is in its sandbox, and how deep."""
        if self.levels is None:
            levels = self._link.receive(START_SECONDS).get("ready")
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


def working_memory(length: int, slots: Sequence[Slot], new: Sequence[tuple[int, Block]]) -> int:
    """Bytes that a request may take in a child, what it maps included.

    The hungriest codec (OpenJPEG, 8 bit) holds 6.6 times the decoded frame, a copy of the
    input comes on top; the rest is for headers.
    """
    largest = max((slot.size for slot in slots), default=0)
    return 192 * _MIB + 2 * length + 10 * largest + sum(block.size for _, block in new)


def checked(answer: dict[str, Any], number: int, frames: list[Any]) -> dict[str, Any]:
    """An answer to this very request, with known codes alone."""
    results = answer.get("frames")
    if answer.get("id") != number or not isinstance(results, list) or len(results) != len(frames):
        raise BadMessage("not an answer to this request")
    for asked, result in zip(frames, results, strict=True):
        if not isinstance(result, dict) or result.get("index") != asked["index"]:
            raise BadMessage("another frame")
        reason = result.get("reason")
        if not isinstance(reason, str) or (reason and reason not in WORDS):
            raise BadMessage("unknown reason")
        if result.get("colours", "") not in ("", "RGB", "YBR_FULL"):
            raise BadMessage("unknown colours")
    if not isinstance(answer.get("sop", ""), str):
        raise BadMessage("not a UID")
    return answer


def text_length(answer: dict[str, Any], room: int) -> int:
    """How long the text is that was asked for; raises `Undecodable` with the reason for none."""
    length, reason = answer.get("text"), answer.get("reason")
    if type(length) is not int or not 0 <= length <= room:
        raise BadMessage("not a length")
    if not isinstance(reason, str) or (reason and reason not in WORDS):
        raise BadMessage("unknown reason")
    if reason:
        raise Undecodable(reason)
    return length


class _SocketLink:
    """The parent's end on Linux and macOS."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, message: bytes, descriptors: list[int]) -> None:
        sent = 0
        if descriptors:
            sent = _send_with(self._sock, message, descriptors)
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


def _send_with(sock: socket.socket, message: bytes, descriptors: list[int]) -> int:
    if sys.platform == "win32":
        raise OSError("Windows passes memory by name")
    else:
        return socket.send_fds(sock, [message], descriptors)


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
    else:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                command(),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        return _SocketLink(ours), process
