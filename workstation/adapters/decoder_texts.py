"""What decoder children answer in bytes that are not pixels: headers, digests, ZIP members.

Functions on the pool of `adapters.decoders`. Headers go many at a time: a folder of a
thousand files would otherwise wait a thousand times for another process to wake.
"""

import re
import struct
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, Protocol

from attrs import frozen

from workstation.adapters.decoder_child import Asked, Child, Lost
from workstation.adapters.shared_memory import Slot
from workstation.decoder import budget
from workstation.dicom.reasons import Undecodable, not_displayable
from workstation.errors import NotDisplayable

_MIB: Final = 1 << 20
#: A header as JSON is at most this many times its encoded form, and never more than that.
_RATIO: Final = 8
_MOST_BYTES: Final = 128 * _MIB
_MEMORY: Final = 160 * _MIB  # the dictionaries of a header on their way to JSON
_PROFILE_MEMORY: Final = 320 * _MIB
#: So many bytes hold nearly every header; a longer one is asked for again with more.
_HEAD: Final = 1 << 14
_LONGER: Final = 16
_TOGETHER: Final = 32
_LENGTH: Final = struct.Struct("<i")
#: The pixels are the last that a header names: a string of JSON cannot look like this.
_REACHED_PIXELS: Final = re.compile(rb'"7FE000(08|09|10)":\{"vr":"[A-Z]{2}"\}\}\]\Z')

Header = bytes | NotDisplayable


class Pool(Protocol):
    """The part of `Decoders` that is needed here."""

    def lent(self) -> Child: ...
    def lent_now(self) -> Child | None: ...
    def settled(self, child: Child) -> None: ...
    def lose(self, child: Child, lost: Lost) -> None: ...


@frozen
class Waiting:
    """A text that a child works on; `text` must be called once."""

    pool: Pool
    child: Child
    asked: Asked
    slot: Slot

    def text(self) -> bytes:
        """Raises `Undecodable`."""
        try:
            text = self.child.text(self.asked, self.slot)
        except Lost as lost:
            self.pool.lose(self.child, lost)
            raise Undecodable(lost.reason) from lost
        except Undecodable:
            self.pool.settled(self.child)
            raise
        self.pool.settled(self.child)  # only now: its room for text is used again
        return text


def check_size(data: bytes) -> None:
    if not data:
        raise Undecodable("truncated")
    if len(data) > budget.OBJECT_BYTES:
        raise Undecodable("budget")


def text(
    pool: Pool, op: str, data: bytes, room: int, body: dict[str, Any], *, decodes: int = 0
) -> bytes:
    """What the operation answers, at most `room` bytes. Raises `NotDisplayable`.

    `decodes` are the bytes that the child decodes on the way; `body` may name the memory
    that it takes.
    """
    try:
        check_size(data)
        return _ask(pool, pool.lent(), op, data, room, body, decodes).text()
    except Undecodable as error:
        raise not_displayable(error.reason) from None


def _ask(
    pool: Pool, child: Child, op: str, data: bytes, room: int, body: dict[str, Any], decodes: int
) -> Waiting:
    slot = child.room_for_text(room)
    place = {"text": {"block": slot.block.number, "size": slot.size}}
    memory = {"memory": _MEMORY + 4 * len(data) + 2 * room}
    try:
        asked = child.send(op, data, [slot], memory | place | body, decodes)
    except Lost as lost:
        pool.lose(child, lost)
        raise Undecodable(lost.reason) from lost
    return Waiting(pool, child, asked, slot)


def header(pool: Pool, data: bytes, *, every: bool = False) -> bytes:
    """The header of a Part 10 object as DICOM JSON, with `every` private element or with those
    that somebody reads. Raises `NotDisplayable`."""
    most, asked = 4 * _HEAD, {"every": every}
    while True:
        head = data[:most]
        try:
            found = text(pool, "header", head, min(_MOST_BYTES, _RATIO * len(head)), asked)
        except NotDisplayable as error:
            if error.reason != "truncated" or len(head) == len(data):
                raise
        else:
            if len(head) == len(data) or _REACHED_PIXELS.search(found, len(found) - 64):
                return found
        most *= _LONGER


def profile(pool: Pool, data: bytes) -> bytes:
    """What an ICC profile makes of every colour; empty: nothing. Raises `NotDisplayable`."""
    memory, room = {"memory": _PROFILE_MEMORY}, budget.PROFILE_BYTES
    return text(pool, "profile", data, room, memory, decodes=room)


def headers(pool: Pool, objects: Iterable[bytes]) -> Iterator[Header]:
    """The header of each object, or why there is none, in order."""
    waiting: deque[tuple[list[bytes], Waiting]] = deque()
    objects = iter(objects)
    while group := list(islice(objects, _TOGETHER)):
        child = pool.lent_now()
        while child is None and waiting:  # who holds children must not wait for another
            yield from _of_group(pool, *waiting.popleft())
            child = pool.lent_now()
        waiting.append((group, _ask_group(pool, child or pool.lent(), group)))
    for each in waiting:
        yield from _of_group(pool, *each)


def _ask_group(pool: Pool, child: Child, group: list[bytes]) -> Waiting:
    heads = [data[:_HEAD] for data in group]
    together = b"".join(heads)
    body = {"lengths": [len(head) for head in heads]}
    return _ask(pool, child, "headers", together, _RATIO * len(together), body, 0)


def _of_group(pool: Pool, group: list[bytes], waiting: Waiting) -> Iterator[Header]:
    """Where the heads were too short, or the child was lost, each is asked for by itself."""
    try:
        found = _parts(waiting.text(), len(group))
    except Undecodable:
        found = [b""] * len(group)
    for data, part in zip(group, found, strict=True):
        whole = len(data) <= _HEAD
        if part and (whole or _REACHED_PIXELS.search(part, len(part) - 64)):
            yield part
            continue
        try:
            yield header(pool, data)
        except NotDisplayable as error:
            yield error


def _parts(text: bytes, count: int) -> list[bytes]:
    """Each behind its length; raises `Undecodable` where the child does not keep to that."""
    found, at = [], 0
    for _ in range(count):
        if at + _LENGTH.size > len(text):
            raise Undecodable("decoder-crashed")
        (length,) = _LENGTH.unpack_from(text, at)
        at += _LENGTH.size
        if not 0 <= length <= len(text) - at:
            raise Undecodable("decoder-crashed")
        found.append(text[at : at + length])
        at += length
    return found
