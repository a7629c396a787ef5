"""How a decoder child is started, and how one speaks with it."""

import contextlib
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

import workstation
from workstation.decoder.messages import HEADER, BadMessage, body_length, unpack

#: A message that was begun is whole within this time, sent or received.
_MESSAGE_SECONDS: Final = 2.0
#: How much later than the reader's own thread a child gets a processor: while a study loads
#: every core is wanted, and a paint that waits for two decoders takes five times as long.
_AFTER_THE_READER: Final = 10


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


class SocketLink:
    """The parent's end on Linux and macOS."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, message: bytes, descriptors: list[int]) -> None:
        sent = 0
        self._sock.settimeout(_MESSAGE_SECONDS)
        if descriptors:
            sent = _send_with(self._sock, message, descriptors)
        self._sock.sendall(message[sent:])

    def wait(self, seconds: float) -> bool:
        """Whether something came: a message, a piece of one, or the end."""
        self._sock.settimeout(seconds)
        try:
            self._sock.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False
        return True

    def receive(self) -> dict[str, Any]:
        """The message that has begun to come."""
        deadline = time.monotonic() + _MESSAGE_SECONDS
        return unpack(self._exactly(body_length(self._exactly(HEADER.size, deadline)), deadline))

    def _exactly(self, count: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            self._sock.settimeout(max(0.001, deadline - time.monotonic()))
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


class PipeLink:
    """The parent's end on Windows: a thread reads, so that waiting can end."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._next: list[dict[str, Any] | None] = []
        threading.Thread(target=self._read, name="decoder-pipe", daemon=True).start()

    def send(self, message: bytes, descriptors: list[int]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(message)
        self._process.stdin.flush()

    def wait(self, seconds: float) -> bool:
        with contextlib.suppress(queue.Empty):
            self._next.append(self._messages.get(timeout=seconds))
        return bool(self._next)

    def receive(self) -> dict[str, Any]:
        message = self._next.pop(0)
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


Link = SocketLink | PipeLink


def start() -> tuple[Link, "subprocess.Popen[bytes]"]:
    """A new child and the link to it. Of ours it has that link alone."""
    if sys.platform == "win32":
        process = subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            creationflags=subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS,
        )
        return PipeLink(process), process
    else:
        ours, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as undone:
            undone.enter_context(ours)
            process = subprocess.Popen(
                command(),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
            undone.pop_all()
        with contextlib.suppress(OSError):  # gone already: who waits for its greeting is told
            os.setpriority(os.PRIO_PROCESS, process.pid, _AFTER_THE_READER)  # its start too
        return SocketLink(ours), process
