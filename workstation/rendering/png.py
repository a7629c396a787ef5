"""PNG, 8-bit grey or RGB (ISO/IEC 15948): no text in it, so nothing of a patient."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB = 0, 2


def encoded(pixels: NDArray[np.uint8]) -> bytes:
    """(rows, columns) grey or (rows, columns, 3) RGB as a file."""
    rows, columns = pixels.shape[:2]
    kind = _GREY if pixels.ndim == 2 else _RGB
    lines = np.ascontiguousarray(pixels).reshape(rows, -1)
    unfiltered = np.zeros((rows, 1), np.uint8)
    head = struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0)
    body = zlib.compress(np.hstack([unfiltered, lines]).tobytes(), 6)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
