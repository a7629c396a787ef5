"""Overlay planes out of metadata: groups 6000 to 601E (PS3.3 C.9.2, PS3.5 8.1.2)."""

from typing import Final

from workstation.domain.presentation import OverlayPlane
from workstation.domain.study import PixelFormat
from workstation.protocols.dicom_attributes import Attributes

_GROUPS: Final = tuple(f"{0x6000 + 2 * at:04X}" for at in range(16))
_MAX_SIDE: Final = 65_535
_MAX_PLANE_BYTES: Final = 64 << 20


def overlay_bits(values: Attributes, pixels: PixelFormat) -> int:
    """Bits of a pixel that are overlays: a mask of those beside the stored ones.

    PS3.3-2004 C.9.2 (retired): Overlay Bit Position counts from the lowest bit of the cell.
    A bit that is part of the value is no overlay, whatever the header says of it.
    """
    top, mask = pixels.high_bit, 0
    value = range(top + 1 - pixels.bits_stored, top + 1)
    for group in _GROUPS:
        position = _embedded(values, group)
        if position is not None and position < pixels.bits_allocated and position not in value:
            mask |= 1 << position
    return mask if pixels.samples == 1 and not pixels.floating else 0


def _embedded(values: Attributes, group: str) -> int | None:
    """The bit of a plane that travels with the pixels; None for one that does not."""
    position = values.whole(f"{group}0102") or 0
    with_pixels = position > 0 or (values.whole(f"{group}0100") or 1) != 1
    if not with_pixels or values.inline(f"{group}3000"):
        return None
    return position if 0 <= position < 64 else None


def has_unusable(values: Attributes) -> bool:
    """Whether a plane is left out because it does not fit its own claim."""
    return any(
        not _is_usable(values, group)
        for group in _GROUPS
        if values.values(f"{group}0010") or values.inline(f"{group}3000")
    )


def _is_usable(values: Attributes, group: str) -> bool:
    """Its last frame is there and ends where its data end."""
    count, first = values.whole(f"{group}0015") or 1, values.whole(f"{group}0051") or 1
    return count > 0 and _plane(values, group, first - 1 + count - 1) is not None


def overlays_of(values: Attributes, index: int) -> tuple[OverlayPlane, ...]:
    """The planes over one frame; what does not fit its own claim is left out."""
    found = (_plane(values, group, index) for group in _GROUPS if values.has(f"{group}0010"))
    return tuple(plane for plane in found if plane is not None)


def _plane(values: Attributes, group: str, index: int) -> OverlayPlane | None:
    rows, columns = values.whole(f"{group}0010"), values.whole(f"{group}0011")
    origin = values.numbers(f"{group}0050") or (1.0, 1.0)
    if rows is None or columns is None or len(origin) != 2:
        return None
    if not (0 < rows <= _MAX_SIDE and 0 < columns <= _MAX_SIDE):
        return None
    place = _frame_of_overlay(values, group, index)
    if place is None:
        return None
    bits, position = b"", _embedded(values, group)
    if position is None:
        bits = _bits(values, group, rows * columns, place)
        if not bits:
            return None
    return OverlayPlane(
        rows,
        columns,
        int(origin[0]),
        int(origin[1]),
        bits,
        position,
        values.text(f"{group}1500") or values.text(f"{group}0022"),
        values.text(f"{group}0040") == "R",
        int(group, 16),
    )


def _frame_of_overlay(values: Attributes, group: str, index: int) -> int | None:
    """Which of the overlay's frames lies over frame `index`; None: none of them.

    PS3.3 C.9.3: Image Frame Origin counts from 1; an overlay of one frame over an image
    without that attribute is drawn over every frame.
    """
    count = values.whole(f"{group}0015") or 1
    first = values.whole(f"{group}0051")
    if first is None and count == 1:
        return 0
    at = index - ((first or 1) - 1)
    return at if 0 <= at < count else None


def _bits(values: Attributes, group: str, size: int, place: int) -> bytes:
    """One plane out of Overlay Data; planes follow one another without a gap."""
    first, last = place * size, (place + 1) * size
    if (last - first + 7) // 8 > _MAX_PLANE_BYTES:
        return b""
    data = values.inline(f"{group}3000")
    claimed = (values.whole(f"{group}0015") or 1) * size
    row = values.whole(f"{group}0011") or 0
    if len(data) * 8 < last or (len(data) - 1) * 8 >= claimed + max(row, 8):
        return b""
    part = data[first // 8 : (last + 7) // 8]
    if first % 8 == 0:
        return part
    packed = int.from_bytes(part, "little") >> (first % 8)
    return packed.to_bytes(len(part), "little")[: (size + 7) // 8]
