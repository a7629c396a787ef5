"""Private elements (PS3.5 7.8): found by their creator, whichever block it has taken.

Sites that do not know a private element send its bytes as UN; its VR is the vendor's.
"""

import struct
from typing import Final

from attrs import frozen

from workstation.protocols.dicom_attributes import Attributes

#: Blocks a creator may have taken (PS3.5 7.8.1); more than sixteen were never seen.
_BLOCKS: Final = range(0x10, 0x20)
_BINARY: Final = {"FD": "d", "FL": "f"}


@frozen
class Private:
    """An element of a vendor, wherever its block is."""

    creator: str
    group: str
    element: str
    vr: str


def private_tag(values: Attributes, which: Private) -> str:
    """Where it stands in this object; empty where its creator has no block."""
    for block in _BLOCKS:
        if values.text(f"{which.group}00{block:02X}") == which.creator:
            return f"{which.group}{block:02X}{which.element}"
    return ""


def private_numbers(values: Attributes, which: Private) -> tuple[float, ...]:
    """All its values as finite numbers, or none at all."""
    tag = private_tag(values, which)
    if not tag:
        return ()
    return values.numbers(tag) or _unpacked(values.inline(tag), which.vr)


def _unpacked(data: bytes, vr: str) -> tuple[float, ...]:
    """Little endian, as bulk data travels (PS3.18 F.2.7)."""
    found: object
    if (code := _BINARY.get(vr)) is not None:
        count = len(data) // struct.calcsize(code)
        found = list(struct.unpack_from(f"<{count}{code}", data))
    else:
        found = data.decode("ascii", "replace").strip(" \0").split("\\")
    return Attributes({"found": {"Value": found}}).numbers("found")
