"""Whole Part 10 objects and ZIP archives, opened in the decoder children.

What a child answers is checked here before anybody believes it.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from workstation.adapters.decoders import Decoders
from workstation.dicom.reasons import WORDS, not_displayable
from workstation.errors import NotDisplayable
from workstation.services.ports import Digest

_DIGEST_ROOM: Final = 1 << 16
_LIST_ROOM: Final = 32 << 20
_MIB: Final = 1 << 20


@frozen
class Member:
    """A file inside a ZIP archive, as its central directory lists it."""

    name: str
    at: int  # where its local header begins
    packed: int
    size: int
    reason: str
    claims: Mapping[str, Any] = field(repr=False)


@frozen
class LocalObjects:
    """`services.ports.ObjectDecoder`, and what archives need beside it."""

    decoders: Decoders

    def header(self, data: bytes) -> bytes:
        return self.decoders.header(data)

    def digest(self, data: bytes, frame_bytes: int, frames: int) -> Digest:
        decodes = frame_bytes * frames
        memory = {"memory": 256 * _MIB + 4 * len(data) + 10 * frame_bytes}
        answer = self.decoders.text("digest", data, _DIGEST_ROOM, memory, decodes=decodes)
        return checked_digest(answer)

    def members(self, tail: bytes, size: int) -> tuple[Member, ...]:
        """Members of an archive of `size` bytes; "truncated" where `tail` is too little of it."""
        answer = self.decoders.text("members", tail, _LIST_ROOM, {"size": size})
        return checked_members(answer, size)

    def member(self, data: bytes, member: Member, most: int) -> bytes:
        """The first `most` bytes of a member; `data` begins with its local header."""
        room = min(most, member.size)
        if room == 0:
            return b""
        asked = {"member": dict(member.claims), "room": room}
        return self.decoders.text("member", data, room, asked)[:room]


def checked_digest(answer: bytes) -> Digest:
    """A digest of the agreed form; raises `NotDisplayable` with the child's reason for none."""
    said = _json(answer)
    reason = said.get("reason")
    if not isinstance(reason, str) or reason:
        raise not_displayable(str(reason))
    bad = tuple((index, code) for index, code in said["bad"] if code in WORDS)
    values = [said.get(name) for name in ("min", "max")]
    if not all(each is None or type(each) in (int, float) for each in values):
        raise not_displayable("decoder-crashed")
    return Digest(
        shape=tuple(int(each) for each in said["shape"]),
        dtype=str(said["dtype"])[:16],
        lossy=said["lossy"] is True,
        bad=bad,
        pixel_sha256=str(said.get("pixel_sha256", ""))[:64],
        least=values[0],
        most=values[1],
    )


def checked_members(answer: bytes, size: int) -> tuple[Member, ...]:
    """Every member lies inside the archive."""
    rows = json.loads(answer)
    members = []
    for row in rows:
        at, packed, inflated = int(row["at"]), int(row["packed"]), int(row["size"])
        if not 0 <= at <= at + packed <= size or inflated < 0 or row["reason"] not in {"", *WORDS}:
            raise not_displayable("damaged")
        claims = {key: row[key] for key in ("packed", "size", "method", "crc")}
        members.append(Member(str(row["name"]), at, packed, inflated, row["reason"], claims))
    return tuple(members)


def _json(answer: bytes) -> dict[str, Any]:
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise NotDisplayable(WORDS["decoder-crashed"], "decoder-crashed")
    return said
