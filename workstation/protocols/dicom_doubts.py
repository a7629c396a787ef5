"""What a header says that cannot be meant: the image is shown, and the doubt with it.

Only values that are there and not usable count; what a header leaves out is no error.
Functional groups are looked through like the header itself.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from workstation.domain.character_terms import is_doubtful
from workstation.domain.geometry import Vector
from workstation.domain.identifiers import is_uid
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_overlays import has_unusable
from workstation.protocols.dicom_palette import palette_of
from workstation.protocols.dicom_pixels import has_unusable_profile
from workstation.protocols.dicom_shutter import is_unusable

_UIDS: Final = ("00080018", "0020000D", "0020000E")
_LUTS: Final = ("00283002", "00283006")
#: Modality LUT, VOI LUT and Presentation LUT Sequence.
_TABLES: Final = ("00283000", "00283010", "20500010")
#: Patient's name, number and its issuer, comments; accession; descriptions of study, series and
#: image; institution, physicians, body part, protocol, contrast.
_SHOWN: Final = (
    "00100010", "00100020", "00100021", "00104000", "00080050", "00081030", "0008103E",
    "00204000", "00080080", "00080090", "00081050", "00180015", "00181030", "00180010",
)  # fmt: skip
_MOST_ITEMS: Final = 20_000


def doubts(values: Attributes) -> tuple[str, ...]:
    """Codes of `dicom.reasons.NOTICES`, each once, the gravest first."""
    found = {code for item in _all(values) for code, is_bad in _CHECKS if is_bad(item)}
    if any(not is_uid(values.text(tag)) for tag in _UIDS):
        found.add("bad-uid")
    if values.text("00280004") == "PALETTE COLOR" and palette_of(values) is None:
        found.add("bad-palette")
    found.update(drawn_doubts(values))
    return gravest_first(found)


def drawn_doubts(values: Attributes) -> tuple[str, ...]:
    """What is left out of the picture itself: each view of it says so."""
    found = (("bad-overlay", has_unusable), ("bad-profile", has_unusable_profile))
    return tuple(code for code, is_bad in found if is_bad(values))


# What follows is asked of every frame, each time of no more attributes than it needs: what
# objects of a series have alike is read once.


def object_doubts(values: Attributes) -> tuple[str, ...]:
    """Of a whole object: what is drawn, its colours, and the texts that a view shows."""
    found = [*drawn_doubts(values)]
    if values.text("00280004") == "PALETTE COLOR" and palette_of(values) is None:
        found.append("bad-palette")
    if any(not is_uid(values.text(tag)) for tag in _UIDS[1:]):
        found.append("bad-uid")
    if is_doubtful(values.texts("00080005"), _shown_texts(values)):
        found.append("bad-text")
    return tuple(found)


def grey_doubts(values: Attributes) -> tuple[str, ...]:
    """Of what leads from stored values to grey, tables in their sequences included."""
    tables = (item for tag in _TABLES for item in values.items(tag))
    found = [code for code, is_bad in _GREY if is_bad(values)]
    return (*found, "bad-lut") if any(map(_bad_lut, tables)) else tuple(found)


def size_doubts(values: Attributes) -> tuple[str, ...]:
    """Of pixel size, directions and shutter."""
    return tuple(code for code, is_bad in _SIZE if is_bad(values))


def place_doubts(values: Attributes, origin: Vector | None, sop: str) -> tuple[str, ...]:
    """Of what is each frame's own."""
    found = ("bad-position",) if origin is None and values.values("00200032") else ()
    return found if is_uid(sop) else (*found, "bad-uid")


def gravest_first(codes: Iterable[str]) -> tuple[str, ...]:
    found = set(codes)
    return tuple(code for code in _ORDER if code in found) if found else ()


def _shown_texts(values: Attributes) -> Iterator[str]:
    """Those that stand on a view or in a list; names in all their groups."""
    for tag in _SHOWN:
        for value in values.values(tag):
            groups = value.values() if isinstance(value, dict) else (value,)
            yield from (each for each in groups if isinstance(each, str))


def _all(values: Attributes) -> Iterator[Attributes]:
    """The header and the items of its sequences, with a bound."""
    waiting, seen = [values], 0
    while waiting and seen < _MOST_ITEMS:
        seen += 1
        item = waiting.pop()
        yield item
        waiting += item.nested()


def _bad_spacing(item: Attributes) -> bool:
    return any(
        item.values(tag) and (len(found) != 2 or min(found) <= 0)
        for tag in ("00280030", "00181164")
        for found in [item.numbers(tag)]
    )


def _bad_position(item: Attributes) -> bool:
    return bool(item.values("00200032")) and len(item.numbers("00200032")) != 3


def _bad_axes(item: Attributes) -> bool:
    axes = item.numbers("00200037")
    if not item.values("00200037"):
        return False
    if len(axes) != 6:
        return True
    row, column = axes[:3], axes[3:]
    if any(abs(math.hypot(*axis) - 1) > 0.01 for axis in (row, column)):
        return True
    return abs(sum(r * c for r, c in zip(row, column, strict=True))) > 0.01  # not square


def _bad_rescale(item: Attributes) -> bool:
    if not item.values("00281053"):
        return bool(item.values("00281052")) and item.number("00281052") is None
    return not item.number("00281053") or item.number("00281052") is None


def _bad_window(item: Attributes) -> bool:
    if not item.values("00281051"):
        return False
    widths, centres = item.numbers("00281051"), item.numbers("00281050")
    least = 0 if item.text("00281056") in ("LINEAR_EXACT", "SIGMOID") else 1
    bad = not widths or min(widths) < least or min(widths) <= 0
    return bad or len(centres) != len(widths)


def _bad_lut(item: Attributes) -> bool:
    """LUT Descriptor against what the table holds (PS3.3 C.11.1.1.1)."""
    descriptor, table = (item.values(tag) for tag in _LUTS)
    if not item.has(_LUTS[0]):
        return False
    if len(item.numbers(_LUTS[0])) != 3:
        return True
    entries = int(descriptor[0]) % 65536 or 65536
    held = len(table) or len(item.inline(_LUTS[1])) // (1 if descriptor[2] == 8 else 2)
    bytewise = len(item.inline(_LUTS[1])) >= entries and descriptor[2] <= 8
    return held < entries and not bytewise


def _bad_shutter(item: Attributes) -> bool:
    """Of an image; a bitmap shutter belongs to presentation states."""
    return item.texts("00181600")[:1] != ("BITMAP",) and is_unusable(item)


_Checks = tuple[tuple[str, Callable[[Attributes], bool]], ...]
_GREY: Final[_Checks] = (("bad-rescale", _bad_rescale), ("bad-window", _bad_window))
_SIZE: Final[_Checks] = (
    ("bad-spacing", _bad_spacing),
    ("bad-shutter", _bad_shutter),
    ("bad-position", _bad_axes),
)
_CHECKS: Final[_Checks] = (
    *_GREY,
    *_SIZE,
    ("bad-position", _bad_position),
    ("bad-lut", _bad_lut),
)
_ORDER: Final = (
    "bad-palette", "bad-profile", "bad-rescale", "bad-lut", "bad-spacing", "bad-position",
    "bad-window", "bad-overlay", "bad-shutter", "bad-uid", "bad-text",
)  # fmt: skip
