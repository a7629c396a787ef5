"""A decoder child: the only process that parses bytes from outside.

It is started by `adapters.decoders`, enters its sandbox, and then answers one request
after another until the parent closes the channel. Bytes come in and pixels go out
through memory that the parent allocated; what is said is in `decoder.messages`.
"""

import mmap
import os
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np

import workstation.decoder.left_out  # noqa: F401 - before anything that brings them along
from workstation.decoder import archive, budget, codecs, memory, pdf, sandbox, texts
from workstation.decoder.messages import (
    HEADER,
    OUT_OF_MEMORY,
    BadMessage,
    body_length,
    format_from_json,
    pack,
    unpack,
)
from workstation.dicom import header, reader
from workstation.dicom.reasons import Undecodable
from workstation.domain.study import PixelFormat

#: The block that carries bytes to the child; all others carry pixels back.
INPUT = 0
#: Bytes of a frame whose pages are asked for before it is decoded, whatever it was stored in.
_SMALL_FRAME = 4 << 20
_PLAUSIBLE_RATIO = 32  # above what any scanner's compression reaches, far below a bomb's
_MAX_ATTACHED = 16


class Channel(Protocol):
    """Messages of one side, with descriptors where the system passes them."""

    def send(self, message: dict[str, Any]) -> None: ...

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """Raises EOFError when the parent is gone."""
        ...


class SocketChannel:
    """Linux and macOS: a local socket; descriptors come with the first byte."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, message: dict[str, Any]) -> None:
        self._sock.sendall(pack(message))

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        header, descriptors = _receive_with(self._sock, HEADER.size)
        header += self._exactly(HEADER.size - len(header)) if header else b""
        if not header:
            raise EOFError
        return unpack(self._exactly(body_length(header))), descriptors

    def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = self._sock.recv(count - len(parts))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)


def _receive_with(sock: socket.socket, count: int) -> tuple[bytes, list[int]]:
    if sys.platform == "win32":
        return sock.recv(count), []  # Windows passes memory by name
    else:
        data, descriptors, _, _ = socket.recv_fds(sock, count, _MAX_ATTACHED)
        return data, descriptors


class PipeChannel:
    """Windows: standard input and output; memory is found by its random name."""

    def send(self, message: dict[str, Any]) -> None:
        sys.stdout.buffer.write(pack(message))
        sys.stdout.buffer.flush()

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        header = sys.stdin.buffer.read(HEADER.size)
        if len(header) < HEADER.size:
            raise EOFError
        return unpack(sys.stdin.buffer.read(body_length(header))), []


class Worker:
    """Holds the mapped blocks between requests; one request at a time.

    `tell` hears of every frame of an object as it is done: what was decoded before a
    codec takes this process down is not lost.
    """

    def __init__(self, tell: Callable[[dict[str, Any]], None] = lambda _: None) -> None:
        self._tell = tell
        self._blocks: dict[int, mmap.mmap] = {}
        self._next: tuple[mmap.mmap, int, int] | None = None

    def answer(self, request: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        for block in request["drop"]:
            self._blocks.pop(int(block), None)
        sandbox.allow(int(request["memory"]))
        self._attach(request["attach"], descriptors)
        if request["op"] == "drop":
            return {"id": request["id"], "frames": []}
        data = self._blocks[INPUT][: int(request["length"])]
        if request["op"] in texts.ANSWERS:
            return {"id": request["id"], "frames": [], **self._text(data, request)}
        if request["op"] == "frame":
            return {"id": request["id"], "frames": self._one(data, request)}
        sop, frames = self._of_object(data, request)
        return {"id": request["id"], "sop": sop, "frames": frames}

    def _attach(self, blocks: Sequence[dict[str, Any]], descriptors: list[int]) -> None:
        for at, block in enumerate(blocks):
            size = int(block["size"])
            if sys.platform == "win32":
                mapped = mmap.mmap(-1, size, tagname=block["name"])
            else:
                mapped = mmap.mmap(descriptors[at], size)
                os.close(descriptors[at])
            self._blocks[int(block["id"])] = mapped

    def _text(self, data: bytes, request: dict[str, Any]) -> dict[str, Any]:
        """What was asked for into the parent's block; how long it is, or why there is none."""
        room = int(request["text"]["size"])
        try:
            text = texts.ANSWERS[request["op"]](data, request)
            if len(text) > room:
                raise Undecodable("budget")
        except Undecodable as error:
            return {"text": 0, "reason": error.reason}
        except MemoryError:
            return {"text": 0, "reason": "decoder-memory"}
        self._blocks[int(request["text"]["block"])][: len(text)] = text
        return {"text": len(text), "reason": ""}

    def _one(self, data: bytes, request: dict[str, Any]) -> list[dict[str, Any]]:
        (wanted,) = request["frames"]
        pixels = format_from_json(request["format"])
        try:
            budget.check_format(pixels)
        except Undecodable as error:
            return [{"index": wanted["index"], "reason": error.reason}]
        return [self._decoded(lambda: data, pixels, request["syntax"], wanted)]

    def _of_object(self, data: bytes, request: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
        """Frames of a whole Part 10 object, and which object it is.

        Its own header must agree with the metadata for which room was made.
        """
        sop = ""
        try:
            found = reader.read(data)
            sop = found.text(0x00080018)
            if request["sop"] not in ("", sop):
                raise Undecodable("mismatch")
            claimed = format_from_json(request["format"])
            if pdf.is_pdf(found):
                pages = pdf.frames(found, claimed, request["frames"], self._room)
                return sop, self._told(request, pages)
            pixels = budget.agreed(found.pixels, claimed)
            budget.check_format(pixels)
            row = codecs.codec(found.syntax)
        except Undecodable as error:
            return sop, [{"index": w["index"], "reason": error.reason} for w in request["frames"]]
        bits = budget.native_bits(pixels)

        def raw(index: int) -> bytes:
            return reader.frame_bytes(found, index, bits, row.encapsulated)

        return sop, self._told(
            request,
            (
                self._decoded(partial(raw, wanted["index"]), pixels, found.syntax, wanted)
                for wanted in request["frames"]
            ),
        )

    def _told(
        self, request: dict[str, Any], frames: Iterable[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Each as it is done."""
        told = []
        for said in frames:
            self._tell({"id": request["id"], "done": said})
            told.append(said)
        return told

    def _decoded(
        self, raw: Callable[[], bytes], pixels: PixelFormat, syntax: str, wanted: dict[str, Any]
    ) -> dict[str, Any]:
        """One frame into the parent's memory, and what is said about it."""
        said = {"index": wanted["index"], "reason": ""}
        try:
            data = raw()
            self._touch(wanted, budget.decoded_size(pixels), len(data))
            codecs.decode(data, pixels, syntax, self._room(wanted, pixels))
            if pixels.overlay_bits:
                codecs.overlays(data, pixels, syntax, self._room_above(wanted, pixels))
            if colours := codecs.colours(data, pixels, syntax):
                said["colours"] = colours
        except Undecodable as error:
            said["reason"] = error.reason
        return said

    def _touch(self, wanted: dict[str, Any], size: int, stored: int) -> None:
        """Have the system give all pages of a frame at once: page by page takes longer.

        Not where a few bytes claim a large frame: pages follow what is decoded, then.
        """
        if size > max(_SMALL_FRAME, _PLAUSIBLE_RATIO * stored):
            return
        block, offset = self._blocks[int(wanted["block"])], int(wanted["offset"])
        room = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
        memory.populate(block, offset, room)
        self._next = (block, offset + room, room) if size <= _SMALL_FRAME else None

    def get_ready(self) -> None:
        """The pages of the frame that will probably come next, while the parent is busy
        with the answer. A frame too much at the end of a study is all it can cost."""
        if self._next is not None:
            memory.populate(*self._next)
            self._next = None

    def _room(self, wanted: dict[str, Any], pixels: PixelFormat) -> codecs.Pixels:
        """The parent's memory for a frame: native order, rows one after another."""
        block, offset = self._blocks[int(wanted["block"])], int(wanted["offset"])
        view = memoryview(block)[offset : offset + budget.decoded_size(pixels)]
        return np.frombuffer(view, budget.dtype_of(pixels)).reshape(budget.shape_of(pixels))

    def _room_above(self, wanted: dict[str, Any], pixels: PixelFormat) -> codecs.Pixels:
        """Behind the frame: its overlays out of the pixels, packed."""
        first = int(wanted["offset"]) + budget.decoded_size(pixels)
        last = int(wanted["offset"]) + budget.room_size(pixels)
        view = memoryview(self._blocks[int(wanted["block"])])[first:last]
        return np.frombuffer(view, np.uint8).reshape(budget.overlays_shape(pixels))


def serve(channel: Channel) -> None:
    """Answer until the parent is gone; whatever breaks here ends this child alone."""
    worker = Worker(channel.send)
    while True:
        try:
            request, descriptors = channel.receive()
        except EOFError:
            return
        channel.send(worker.answer(request, descriptors))
        worker.get_ready()


def main() -> int:
    """Entry of the child; its standard input is the channel to the parent."""
    channel: Channel = PipeChannel()
    if sys.platform != "win32":
        channel = SocketChannel(socket.socket(fileno=sys.stdin.fileno()))
    memory.keep_scratch()
    codecs.preload()
    header.preload()
    archive.preload()
    pdf.preload()
    channel.send({"ready": list(sandbox.enter())})
    try:
        serve(channel)
    except BadMessage:
        return 1
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # at once: to end in order takes memory, and the reader waits
    return 0


if __name__ == "__main__":
    sys.exit(main())
