"""Members of a ZIP file, listed and inflated in the child with a bound (SEC-01).

The parent sends the end of the file to have the list, and one member's bytes to have that
member; sizes that the file states are compared with what really comes out.
"""

import io
import json
import struct
import zipfile
import zlib
from typing import Any, Final

from workstation.dicom.elements import inflation_bound
from workstation.dicom.reasons import Undecodable

MAX_MEMBERS: Final = 50_000
_STORED, _DEFLATED = 0, 8
_ENCRYPTED: Final = 1
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_END_OF_LIST: Final = b"PK\x05\x06"


def preload() -> None:
    """A first use opens what there is to open."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", "a")
    members(buffer.getvalue(), len(buffer.getvalue()))


def members(tail: bytes, size: int) -> bytes:
    """The central directory as JSON; `tail` is the end of a file of `size` bytes.

    Raises `Undecodable`: "truncated" where `tail` does not reach far enough.
    """
    if _END_OF_LIST not in tail:
        raise Undecodable("truncated")
    try:
        with zipfile.ZipFile(io.BytesIO(tail)) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise Undecodable("truncated" if len(tail) < size else "damaged") from error
    if len(found) > MAX_MEMBERS:
        raise Undecodable("budget")
    before = size - len(tail)
    rows = [_row(each, before) for each in found if not each.filename.endswith("/")]
    _check_no_overlap(rows, size)
    return json.dumps(rows, separators=(",", ":")).encode()


def _row(each: zipfile.ZipInfo, before: int) -> dict[str, Any]:
    reason = ""
    if each.flag_bits & _ENCRYPTED:
        reason = "encrypted"
    elif each.compress_type not in (_STORED, _DEFLATED):
        reason = "unsupported-syntax"
    elif each.file_size > inflation_bound(each.compress_size):
        reason = "budget"
    return {
        "name": each.filename, "at": each.header_offset + before, "packed": each.compress_size,
        "size": each.file_size, "method": each.compress_type, "crc": each.CRC, "reason": reason,
    }  # fmt: skip


def _check_no_overlap(rows: list[dict[str, Any]], size: int) -> None:
    """Members that share bytes are how a small file becomes a huge one.

    One that is said to lie beyond the end is lost alone.
    """
    end = 0
    for row in sorted(rows, key=lambda each: int(each["at"])):
        if row["at"] + _LOCAL.size + row["packed"] > size:
            row |= {"at": 0, "packed": 0, "size": 0, "reason": "truncated"}
            continue
        if row["at"] < end:
            raise Undecodable("budget")
        end = row["at"] + _LOCAL.size + row["packed"]


def inflated(data: bytes, claims: dict[str, Any], room: int) -> bytes:
    """The first `room` bytes of a member; all of them are held against size and CRC.

    `data` begins with its local header.
    """
    if len(data) < _LOCAL.size:
        raise Undecodable("truncated")
    mark, *_, name, extra = _LOCAL.unpack_from(data)
    if mark != b"PK\x03\x04":
        raise Undecodable("damaged")
    packed = data[_LOCAL.size + name + extra :][: claims["packed"]]
    if claims["method"] == _STORED:
        out = packed[:room]
    else:
        out = _inflated(packed, min(room, claims["size"] + 1))
    if room < claims["size"]:
        return out
    if len(out) != claims["size"] or zlib.crc32(out) != claims["crc"]:
        raise Undecodable("damaged")
    return out


def _inflated(packed: bytes, most: int) -> bytes:
    stream = zlib.decompressobj(-15)
    try:
        return stream.decompress(packed, max(1, most))
    except zlib.error as error:
        raise Undecodable("damaged") from error
