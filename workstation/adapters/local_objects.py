"""Whole Part 10 objects and ZIP archives, opened in the decoder children.

What a child answers is checked here before anybody believes it.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from workstation.adapters.decoders import Decoders
from workstation.dicom.reasons import WORDS, not_displayable
from workstation.errors import NotDisplayable
from workstation.services.images.local_ports import Digest

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
    """`services.images.local_ports.ObjectDecoder`, and what archives need beside it."""

    decoders: Decoders

    def header(self, data: bytes) -> bytes:
        return self.decoders.header(data)

    def digest(self, data: bytes, frame_bytes: int, frames: int) -> Digest:
        decodes = frame_bytes * frames
        memory = {"memory": 256 * _MIB + 4 * len(data) + 10 * frame_bytes}
        answer = self.decoders.text("digest", data, _DIGEST_ROOM, memory, decodes=decodes)
        return checked_digest(answer)

    def has_usable_profile(self, profile: bytes) -> bool:
        """Whether lcms2 can bring colours by this ICC profile to sRGB."""
        try:
            self.decoders.text("check-profile", profile, 1, {})
        except NotDisplayable:
            return False
        return True

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
    try:
        said = json.loads(answer)
        reason = said["reason"]
        if reason:
            raise not_displayable(str(reason))
        return Digest(
            shape=tuple(_whole(each) for each in said["shape"]),
            dtype=_matching("u?int(8|16|32|64)|float(32|64)", said["dtype"]),
            lossy=said["lossy"] is True,
            bad=tuple((_whole(index), _code(code)) for index, code in said["bad"]),
            pixel_sha256=_matching("[0-9a-f]{64}|", said.get("pixel_sha256", "")),
            least=_number(said.get("min")),
            most=_number(said.get("max")),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise not_displayable("decoder-crashed") from None


def checked_members(answer: bytes, size: int) -> tuple[Member, ...]:
    """Every member lies inside the archive. Raises `NotDisplayable`."""
    try:
        return tuple(_member(row, size) for row in json.loads(answer))
    except (ValueError, TypeError, KeyError):
        raise not_displayable("decoder-crashed") from None


def _member(row: Mapping[str, Any], size: int) -> Member:
    claims = {key: _whole(row[key]) for key in ("packed", "size", "method", "crc")}
    at = _whole(row["at"])
    if at + claims["packed"] > size or not isinstance(row["name"], str):
        raise ValueError
    return Member(
        row["name"], at, claims["packed"], claims["size"], _code(row["reason"] or ""), claims
    )


def _whole(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _number(value: object) -> float | None:
    if value is not None and type(value) not in (int, float):
        raise ValueError
    return value  # type: ignore[return-value]


def _code(value: object) -> str:
    if not isinstance(value, str) or value not in {"", *WORDS}:
        raise ValueError
    return value


def _matching(pattern: str, value: object) -> str:
    if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
        raise ValueError
    return value
