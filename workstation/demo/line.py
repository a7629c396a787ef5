"""The line to a site, as bad as it is told to be: a TCP relay in front of its server.

Knobs of one site's line (table `line` of the site in the file `--faults`, which puts the
relay there; changed while it runs by `POST control/faults`):

    latency_ms, jitter_ms  added to each way
    bytes_per_s            towards the reader, all connections together
    reset_chance           of a connection: it breaks hard after up to `reset_within` bytes
    reset_within
    corrupt_chance         of each piece towards the reader: one byte of it is another
    blackhole              takes everything and gives nothing, until it is turned off
    seed                   the same faults again

Nothing here knows HTTP; what a site answers wrongly is `demo.faults`.
"""

import asyncio
import random
import socket
from collections.abc import Mapping
from typing import Any, Final

from attrs import define, field, fields

_PIECE: Final = 64 * 1024
#: So many pieces are on their way at most, 1 MiB: a relay is not a disk, and what is still in
#: it when a reader turns to another case is in the way of that case.
_ON_THE_WAY: Final = 16
_BLACKHOLE_POLL_S: Final = 0.05


@define
class LineKnobs:
    """What is wrong with a line; nothing, at first."""

    latency_ms: float = 0.0
    jitter_ms: float = 0.0
    bytes_per_s: float = 0.0
    reset_chance: float = 0.0
    reset_within: int = 4096
    corrupt_chance: float = 0.0
    blackhole: bool = False
    seed: int = 0

    def set(self, values: Mapping[str, Any]) -> None:
        """Change what is named; raises ValueError for what it does not know."""
        known = {each.name: each for each in fields(LineKnobs)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"a line has no knob named {name[:40]!r}")
            kind = type(getattr(LineKnobs(), name))
            number = isinstance(value, (int, float)) and value >= 0
            if not number or (kind is bool) != isinstance(value, bool):
                raise ValueError(f"{name} of a line is a {kind.__name__}, 0 or more")
        for name, value in values.items():
            setattr(self, name, type(getattr(LineKnobs(), name))(value))


@define(eq=False)
class Line:
    """Relays what comes to `listening` to the port `inner` of this machine."""

    knobs: LineKnobs
    listening: socket.socket
    inner: int
    _random: random.Random = field(factory=random.Random)
    _open: set[asyncio.Task[None]] = field(factory=set)
    _free_at: float = 0.0  # when the last byte towards the reader is through, by the loop

    async def serve(self) -> None:
        """Until cancelled; connections of that moment are broken."""
        self._random.seed(self.knobs.seed)
        server = await asyncio.start_server(self._accept, sock=self.listening)
        try:
            async with server:
                await server.serve_forever()
        finally:
            for each in self._open:
                each.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._connected(reader, writer))
        self._open.add(connection)  # the loop itself keeps no hold of a task
        connection.add_done_callback(self._open.discard)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.inner)
        except OSError:
            writer.transport.abort()
            return
        asking = _Way(self, reader, inner_writer)
        answering = _Way(self, inner_reader, writer, answers=True, left=self._breaks_after())
        try:
            async with asyncio.TaskGroup() as group:
                for way in (asking, answering):
                    group.create_task(way.take())
                    group.create_task(way.give())
        except* OSError:
            pass  # broken, by the line or by one of its ends
        finally:
            for each in (writer, inner_writer):
                each.transport.abort()

    def _breaks_after(self) -> int | None:
        """Bytes of answers after which this connection breaks; None: it does not."""
        if self._random.random() >= self.knobs.reset_chance:
            return None
        return self._random.randint(0, self.knobs.reset_within)

    def due(self, size: int, *, answers: bool) -> float:
        """When a piece that came now is at the other end, by the clock of the loop."""
        now = asyncio.get_running_loop().time()
        if answers and self.knobs.bytes_per_s:
            self._free_at = max(self._free_at, now) + size / self.knobs.bytes_per_s
            now = self._free_at
        jitter = self.knobs.jitter_ms * self._random.random()
        return now + (self.knobs.latency_ms + jitter) / 1000

    def spoiled(self, piece: bytes) -> bytes:
        if self._random.random() >= self.knobs.corrupt_chance:
            return piece
        at = self._random.randrange(len(piece))
        return piece[:at] + bytes([piece[at] ^ (1 << self._random.randrange(8))]) + piece[at + 1 :]


@define(eq=False)
class _Way:
    """One way of one connection."""

    line: Line
    source: asyncio.StreamReader
    sink: asyncio.StreamWriter
    answers: bool = False
    left: int | None = None  # bytes until it breaks
    _pieces: asyncio.Queue[tuple[float, bytes]] = field(factory=lambda: asyncio.Queue(_ON_THE_WAY))

    async def take(self) -> None:
        piece = b"begin"
        while piece:
            piece = await self.source.read(_PIECE)
            await self._pieces.put((self.line.due(len(piece), answers=self.answers), piece))

    async def give(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due, piece = await self._pieces.get()
            await asyncio.sleep(max(0.0, due - clock()))
            while self.line.knobs.blackhole:
                await asyncio.sleep(_BLACKHOLE_POLL_S)
            if not piece:
                self.sink.write_eof()
                return
            self.sink.write(self._passed(piece))
            await self.sink.drain()
            if self.left == 0:
                raise ConnectionResetError

    def _passed(self, piece: bytes) -> bytes:
        if not self.answers:
            return piece
        piece = self.line.spoiled(piece)[: self.left]
        if self.left is not None:
            self.left -= len(piece)
        return piece
