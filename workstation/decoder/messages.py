"""What the program and a decoder child say to each other: length-prefixed JSON.

A message is four bytes of length (big endian) and a JSON object; never a pickle, so
that a broken child has nothing to hand over but numbers and short codes. Shared memory
travels beside it: as descriptors where the system passes them, by name on Windows.
Whoever receives checks; see `adapters.decoders` for the parent's side.
"""

import json
import struct
from typing import Any, Final

from workstation.domain.study import PixelFormat

#: Longest message of either side. A request for a thousand frames stays below it.
MAX_MESSAGE: Final = 1 << 20
HEADER: Final = struct.Struct(">I")
#: Exit status of a child that could not get the memory a request needs.
OUT_OF_MEMORY: Final = 3


class BadMessage(Exception):
    """The other side does not keep to the agreement; it is not spoken to again."""


def pack(message: dict[str, Any]) -> bytes:
    body = json.dumps(message, separators=(",", ":")).encode()
    if len(body) > MAX_MESSAGE:
        raise BadMessage("message too long")
    return HEADER.pack(len(body)) + body


def body_length(header: bytes) -> int:
    (length,) = HEADER.unpack(header)
    if not 2 <= length <= MAX_MESSAGE:
        raise BadMessage("message length out of bounds")
    return int(length)


def unpack(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadMessage("not JSON") from error
    if not isinstance(message, dict):
        raise BadMessage("not an object")
    return message


def format_to_json(pixels: PixelFormat) -> dict[str, Any]:
    """The part of the format that decides about bytes; padding does not."""
    return {
        "rows": pixels.rows,
        "columns": pixels.columns,
        "bits_allocated": pixels.bits_allocated,
        "bits_stored": pixels.bits_stored,
        "high_bit": pixels.high_bit,
        "signed": pixels.signed,
        "samples": pixels.samples,
        "photometric": pixels.photometric,
        "planar": pixels.planar,
        "floating": pixels.floating,
        "overlay_bits": pixels.overlay_bits,
    }


def format_from_json(claims: dict[str, Any]) -> PixelFormat:
    return PixelFormat(**claims)
