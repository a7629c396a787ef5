"""DICOMDIR files that lead astray (PS3.3 F.3, PS3.10 8)."""

import struct
from collections.abc import Callable
from typing import Final

from hostile.writing import EXPLICIT, element, item, part10, text, uid

_MEDIA: Final = "1.2.840.10008.1.3.10"


def _record(file: str, *, following: int = 0, lower: int = 0) -> bytes:
    body = element(0x00041400, "UL", struct.pack("<I", following))
    body += element(0x00041410, "US", b"\xff\xff")
    body += element(0x00041420, "UL", struct.pack("<I", lower))
    body += element(0x00041430, "CS", text("IMAGE"))
    return body + element(0x00041500, "CS", text(file))


def _directory(*records: bytes) -> bytes:
    body = element(0x00080016, "UI", uid(_MEDIA))
    body += element(0x00041200, "UL", struct.pack("<I", 400))
    body += element(0x00041220, "SQ", b"".join(item(each) for each in records))
    return part10(body, EXPLICIT)


def a_file_outside_of_the_medium() -> bytes:
    """CVE-2026-32711: the components of a File ID climb out."""
    return _directory(_record("..\\..\\..\\..\\etc\\passwd"), _record("/etc/passwd"))


def a_file_of_another_drive() -> bytes:
    return _directory(_record("C:\\WINDOWS\\SYSTEM32"), _record("\\\\server\\share"))


def a_record_that_follows_itself() -> bytes:
    """Offsets of the next record and of the lower level lead back to the record."""
    at = 400
    return _directory(*[_record("IMG1", following=at, lower=at)] * 3)


def a_directory_that_lists_itself() -> bytes:
    return _directory(_record("DICOMDIR"), _record("."), _record(""))


def ten_thousand_records_of_one_file() -> bytes:
    return _directory(*[_record("IMG1")] * 10_000)


DIRECTORIES: Final[tuple[Callable[[], bytes], ...]] = (
    a_file_outside_of_the_medium,
    a_file_of_another_drive,
    a_record_that_follows_itself,
    a_directory_that_lists_itself,
    ten_thousand_records_of_one_file,
)
