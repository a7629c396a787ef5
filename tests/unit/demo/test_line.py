"""A bad line does what it is told to, so that what the program makes of it proves something."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from workstation.demo.line import Line, LineKnobs

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]
WORDS = bytes(range(256)) * 64


@asynccontextmanager
async def line(**knobs: Any) -> AsyncIterator[tuple[LineKnobs, int]]:
    """A line to an echo; its knobs, and the port it listens on."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1 << 16):
            writer.write(piece)
        writer.close()

    chosen = LineKnobs()
    chosen.set(knobs)
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    with socket.create_server(("127.0.0.1", 0)) as door:
        inner = server.sockets[0].getsockname()[1]
        serving = asyncio.create_task(Line(chosen, door, inner).serve())
        await asyncio.sleep(0)
        try:
            yield chosen, door.getsockname()[1]
        finally:
            serving.cancel()
            server.close()


async def echoed(port: int, words: bytes = WORDS) -> bytes:
    """What comes back of `words` until the other end closes or breaks."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(words)
    writer.write_eof()
    got = b""
    try:
        while piece := await asyncio.wait_for(reader.read(1 << 16), 20):
            got += piece
    except ConnectionResetError:
        pass
    finally:
        writer.close()
    return got


def heard(talk: Callable[[], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        return await talk()

    return asyncio.run(main())


def test_a_good_line_changes_nothing() -> None:
    """Otherwise every other test of it would test the relay."""

    async def talk() -> bytes:
        async with line() as (_, port):
            return await echoed(port)

    assert heard(talk) == WORDS


def test_latency_is_added_to_both_ways() -> None:
    """A reader at home is 30 ms away from the hospital, and the answer comes back as far."""

    async def talk() -> float:
        async with line(latency_ms=40) as (_, port):
            began = asyncio.get_running_loop().time()
            assert await echoed(port, b"x") == b"x"
            return asyncio.get_running_loop().time() - began

    assert heard(talk) >= 0.08


def test_a_rate_is_kept() -> None:
    """The share of a line that a transfer takes is measured against it."""

    async def talk() -> float:
        async with line(bytes_per_s=200_000) as (_, port):
            began = asyncio.get_running_loop().time()
            assert await echoed(port, b"x" * 40_000) == b"x" * 40_000
            return asyncio.get_running_loop().time() - began

    assert heard(talk) >= 0.19


def test_a_line_that_breaks_gives_a_true_beginning_and_no_more() -> None:
    """A cut answer must never look complete."""

    async def talk() -> list[bytes]:
        async with line(reset_chance=1, reset_within=9000, seed=3) as (_, port):
            return [await echoed(port) for _ in range(8)]

    parts: list[bytes] = heard(talk)
    assert all(WORDS.startswith(part) and len(part) < len(WORDS) for part in parts)
    assert len({len(part) for part in parts}) > 1


def test_a_corrupt_piece_has_one_other_bit() -> None:
    """What a broken box on the way does; only a digest finds it."""

    async def talk() -> bytes:
        async with line(corrupt_chance=1, seed=5) as (_, port):
            return await echoed(port, b"\0" * 1000)

    got: bytes = heard(talk)
    assert len(got) == 1000
    assert sum(bin(byte).count("1") for byte in got) >= 1


def test_a_black_hole_gives_nothing_until_it_is_turned_off() -> None:
    """Half-open lines are the worst: nobody says that they are gone."""

    async def talk() -> bytes:
        async with line(blackhole=True) as (knobs, port):
            waiting = asyncio.create_task(echoed(port, b"hello"))
            done, _ = await asyncio.wait([waiting], timeout=0.3)
            assert not done
            knobs.set({"blackhole": False})
            return await waiting

    assert heard(talk) == b"hello"


@pytest.mark.parametrize(
    "values", [{"latency": 3}, {"latency_ms": -1}, {"blackhole": 1}, {"reset_chance": "often"}]
)
def test_a_knob_that_does_not_exist_is_an_error(values: dict[str, Any]) -> None:
    """A typing error must not leave a good line where a bad one was meant."""
    with pytest.raises(ValueError, match="line"):
        LineKnobs().set(values)
