"""The file format around a data set (PS3.10 7), whose content is not read here.

What travels over DIMSE is the data set alone; the decoder child opens whole files.
"""

import struct
from typing import Final

from attrs import field, frozen

_PREAMBLE: Final = bytes(128) + b"DICM"
_CLASS: Final = 0x0002
_SOP: Final = 0x0003
_SYNTAX: Final = 0x0010
_OBJECT_CLASS, _OBJECT = 0x0016, 0x0018
_EXPLICIT: Final = "1.2.840.10008.1.2.1"
ENCAPSULATED_PDF: Final = "1.2.840.10008.5.1.4.1.1.104.1"
#: Value representations with four bytes of length (PS3.5 7.1.2).
_LONG: Final = frozenset({b"OB", b"OW", b"OF", b"OD", b"OL", b"SQ", b"UT", b"UN", b"UC", b"UR"})


@frozen
class Wrapped:
    """An object as it is filed: what it is, and its data set as it was encoded."""

    sop_class: str
    sop: str
    transfer_syntax: str
    data_set: bytes = field(repr=False)


def file_of(wrapped: Wrapped) -> bytes:
    """The data set as a file that a decoder child opens."""
    meta = b"".join(
        (
            struct.pack("<HH2sHI", 2, 1, b"OB", 0, 2) + b"\x00\x01",
            _uid(_CLASS, wrapped.sop_class),
            _uid(_SOP, wrapped.sop),
            _uid(_SYNTAX, wrapped.transfer_syntax),
        )
    )
    length = struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(meta))  # 4: its own length
    return b"".join((_PREAMBLE, length, meta, wrapped.data_set))


def file_of_pdf(pdf: bytes, sop: str) -> bytes:
    """A PDF as the file of an object that holds it (PS3.3 A.45.1): no more than a child needs to
    draw its pages, and never sent anywhere."""
    padded = pdf + b"\0" * (len(pdf) % 2)
    data_set = b"".join(
        (
            _uid(_OBJECT_CLASS, ENCAPSULATED_PDF, group=0x0008),
            _uid(_OBJECT, sop, group=0x0008),
            struct.pack("<HH2sHI", 0x0042, 0x0011, b"OB", 0, len(padded)) + padded,
        )
    )
    return file_of(Wrapped(ENCAPSULATED_PDF, sop, _EXPLICIT, data_set))


def opened(data: bytes) -> Wrapped:
    """A file of our own without its head. Raises ValueError where it is none."""
    if data[: len(_PREAMBLE)][128:] != b"DICM":
        raise ValueError("not a DICOM file")
    found: dict[int, str] = {}
    at = len(_PREAMBLE)
    try:
        while data[at : at + 2] == b"\x02\x00":
            (element,) = struct.unpack_from("<H", data, at + 2)
            if data[at + 4 : at + 6] in _LONG:
                (size,), start = struct.unpack_from("<I", data, at + 8), at + 12
            else:
                (size,), start = struct.unpack_from("<H", data, at + 6), at + 8
            found[element] = data[start : start + size].decode("ascii", "replace").rstrip("\0 ")
            at = start + size
        return Wrapped(found[_CLASS], found[_SOP], found[_SYNTAX], data[at:])
    except (struct.error, KeyError):
        raise ValueError("not a DICOM file") from None


def _uid(element: int, value: str, group: int = 2) -> bytes:
    text = value.encode("ascii")
    text += b"\0" * (len(text) % 2)
    return struct.pack("<HH2sH", group, element, b"UI", len(text)) + text
