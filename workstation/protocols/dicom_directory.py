"""What a DICOMDIR lists (PS3.3 F.3): the files of a medium, each by the steps to it."""

from collections.abc import Sequence
from typing import Final

from workstation.protocols.dicom_attributes import Attributes

_RECORDS: Final = "00041220"  # Directory Record Sequence
_FILE: Final = "00041500"  # Referenced File ID
_IN_USE: Final = "00041410"  # Record In-use Flag; 0: of a record that was deleted
#: Names of missing files that are told one by one.
_NAMED: Final = 20


def is_directory(values: Attributes) -> bool:
    """Its records are no images, and it belongs to no study."""
    return values.has(_RECORDS)


def listed_files(values: Attributes) -> tuple[tuple[str, ...], ...]:
    """File ID components of every record in use, each file once, in the order of records."""
    used = (item for item in values.items(_RECORDS) if item.whole(_IN_USE) != 0)
    return tuple(dict.fromkeys(named for item in used if (named := item.texts(_FILE))))


def named(files: Sequence[str], most: int = _NAMED) -> str:
    """The first of many file names; the others are counted beside them."""
    return ", ".join(files[:most]) + (" …" if len(files) > most else "")
