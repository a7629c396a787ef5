"""What metadata say about pixels: format, modality transform, windows, curves, colours.

A table that is shorter than it claims is not applied at all; `dicom_doubts` names what was
left out.
"""

import struct
from typing import Final

from workstation.domain.presentation import Lut, RealWorldMap, Rescale, Voi, VoiFunction
from workstation.domain.study import PixelFormat
from workstation.domain.units import of_pet
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_palette import table_bytes

#: Dose Units (PS3.3 C.8.8.3): a relative dose is a part of what was prescribed.
_DOSE_UNITS: Final = {"GY": "Gy", "RELATIVE": "rel."}
#: PS3.3 C.11.1.1.2: without a statement CT values are Hounsfield units.
_UNIT_WORDS: Final = {"HU": "HU", "US": "", "OD": "OD"}
_MAX_REAL_WORLD: Final = 65_536
#: A profile with large tables has some hundred kilobytes.
_MAX_PROFILE: Final = 4 << 20


def pixel_format(values: Attributes) -> PixelFormat:
    """What the header claims; what is missing is 0 and will be refused, never guessed."""
    allocated = values.whole("00280100") or 0
    stored = values.whole("00280101") or allocated
    high = values.whole("00280102")
    signed = values.whole("00280103") == 1
    return PixelFormat(
        rows=values.whole("00280010") or 0,
        columns=values.whole("00280011") or 0,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high is None else high,
        signed=signed,
        samples=values.whole("00280002") or 1,
        photometric=values.text("00280004"),
        planar=values.whole("00280006") or 0,
        padding=_as_stored(values.whole("00280120"), allocated, signed),
        padding_limit=_as_stored(values.whole("00280121"), allocated, signed),
        floating=values.has("7FE00008") or values.has("7FE00009"),
    )


def _as_stored(value: int | None, bits: int, signed: bool) -> int | None:
    """Padding written with the other sign (63536 for -2000) as the pixels have it.

    Its VR is that of Pixel Representation (PS3.3 C.7.5.1.1.2); many objects have it wrong.
    """
    if value is None or not 1 <= bits <= 64:
        return value
    if signed and value >= 1 << (bits - 1):
        return value - (1 << bits)
    return value + (1 << bits) if value < 0 and not signed else value


def rescale_of(values: Attributes, modality: str) -> Rescale:
    """Modality LUT, else slope and intercept, else stored values (PS3.3 C.11.1)."""
    item = values.item("00283000")
    said = item.text("00283004") or values.text("00281054")
    unit = _UNIT_WORDS.get(said, said)
    if modality == "CT" and said in ("", "US"):
        unit = "HU" if "LOCALIZER" not in values.texts("00080008") else ""
    if modality == "PT":
        unit = of_pet(values.text("00541001")) or unit
    if values.values("00283000"):
        lut = lut_of(item, signed=values.whole("00280103") == 1)
        return Rescale(unit=unit, lut=lut) if lut else Rescale()
    if modality == "RTDOSE" and (scaling := values.number("3004000E")):
        return Rescale(scaling, 0.0, _DOSE_UNITS.get(values.text("30040002"), ""))
    slope, intercept = values.number("00281053"), values.number("00281052")
    if slope is None or intercept is None or slope == 0:
        return Rescale()
    return Rescale(slope, intercept, unit)


def vois_of(values: Attributes) -> tuple[Voi, ...]:
    """Every window with its explanation, then every curve (PS3.3 C.11.2)."""
    centers, widths = values.numbers("00281050"), values.numbers("00281051")
    names, said = values.texts("00281055"), values.text("00281056")
    function = VoiFunction(said) if said in set(VoiFunction) else VoiFunction.LINEAR
    least = 1.0 if function is VoiFunction.LINEAR else 0.0
    windows = tuple(
        Voi(center, width, function, names[at] if at < len(names) else "")
        for at, (center, width) in enumerate(zip(centers, widths, strict=False))
        if width >= least and width > 0
    )
    return windows + _curves(values)


def _curves(values: Attributes) -> tuple[Voi, ...]:
    intercept = values.number("00281052") or 0.0
    signed = values.whole("00280103") == 1 or intercept < 0
    made = []
    for item in values.items("00283010"):
        lut = lut_of(item, signed=signed)
        if lut is not None:
            half = lut.entries / 2
            name = item.text("00283003")
            made.append(Voi(lut.first + half, float(lut.entries), name=name, lut=lut))
    return tuple(made)


def lut_of(item: Attributes, *, signed: bool) -> Lut | None:
    """A table of LUT Descriptor and LUT Data; None where the data do not fill it.

    PS3.3 C.11.1.1.1: 0 entries mean 65536; eight-bit entries may be packed in words.
    """
    descriptor = item.numbers("00283002")
    if len(descriptor) != 3 or not 8 <= descriptor[2] <= 16:
        return None
    entries, first, bits = (int(each) for each in descriptor)
    entries = entries or 65_536
    if not 0 < entries <= 65_536 or not -65_536 < first < 65_536:
        return None
    data = table_bytes(item, "00283006")
    if bits == 8 and entries <= len(data) < 2 * entries:  # packed, two to a word
        data = struct.pack(f"<{entries}H", *data[:entries])
    if len(data) < 2 * entries:
        return None
    start = first - 65_536 if signed and first > 32_767 else first
    return Lut(start, bits, data[: 2 * entries])


def real_world_of(values: Attributes) -> tuple[RealWorldMap, ...]:
    """Real World Value Mapping Sequence (PS3.3 C.7.6.16.2.11)."""
    made = []
    for item in values.items("00409096"):
        first = item.number("00409214") if item.has("00409214") else item.number("00409216")
        last = item.number("00409213") if item.has("00409213") else item.number("00409211")
        slope, intercept = item.number("00409225"), item.number("00409224")
        table = item.numbers("00409212")[:_MAX_REAL_WORLD]
        if first is None or last is None or last < first:
            continue
        if table and len(table) < last - first + 1:
            continue
        if not table and (not slope or intercept is None):
            continue  # a slope of 0 would make every value one
        unit = item.item("004008EA").text("00080100")
        label = item.text("00409210")
        made.append(RealWorldMap(first, last, slope or 1.0, intercept or 0.0, unit, label, table))
    return tuple(made)


def icc_profile_of(values: Attributes) -> bytes:
    """The profile of the object's colours, or of its first optical path (PS3.3 C.11.15)."""
    own = _profile(values)
    return own if len(own) <= _MAX_PROFILE else b""


def has_unusable_profile(values: Attributes) -> bool:
    """Too large for one; what is wrong with its contents is found when it is used."""
    return len(_profile(values)) > _MAX_PROFILE


def _profile(values: Attributes) -> bytes:
    return values.inline("00282000") or values.item("00480105").inline("00282000")
