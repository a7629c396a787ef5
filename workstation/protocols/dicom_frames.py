"""One frame's description, from a classic header or from functional groups.

In enhanced objects a value may stand with the frame, be shared by all, or stand in the
header itself; it is looked for in that order (PS3.3 C.7.6.16).
"""

import math
from collections.abc import Callable
from typing import Final, TypeVar

from workstation.domain.geometry import ImagePlane, Vector, cross, dot
from workstation.domain.identifiers import FrameKey
from workstation.domain.presentation import Rescale, Voi, VoiFunction
from workstation.domain.study import Frame, Palette, PixelFormat
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_spacing import spacing_of
from workstation.text import tr

T = TypeVar("T")

#: Functional groups whose first item holds values we read.
_GROUPS: Final = (
    "00209113",  # Plane Position
    "00209116",  # Plane Orientation
    "00289110",  # Pixel Measures
    "00289132",  # Frame VOI LUT
    "00289145",  # Pixel Value Transformation
    "00209071",  # Frame Anatomy
    "00189112",  # MR Timing and Related Parameters
    "00189114",  # MR Echo
    "00189321",  # CT Exposure
    "00189325",  # CT X-Ray Details
    "00189314",  # CT Reconstruction
    "00189329",  # CT Image Frame Type
    "00189226",  # MR Image Frame Type
)
_ORTHOGONAL: Final = 1e-2
#: PS3.3 C.11.1.1.2: without a statement CT values are Hounsfield units.
_UNIT_WORDS: Final = {"HU": "HU", "US": "", "OD": "OD"}


class Header:
    """What all frames of one object share; gives the frames one by one."""

    def __init__(self, values: Attributes, modality: str) -> None:
        self._values = values
        self._modality = modality
        self._memo: dict[str, object] = {}
        self.pixels = pixel_format(values)
        self._shared = values.item("52009229")
        self._per_frame = list(values.items("52009230"))
        self.enhanced = bool(self._per_frame) or bool(values.values("52009229"))

    def frame(self, key: FrameKey, number: int, count: int) -> Frame:
        values = self._of_frame(key.frame_index)
        spatial = count == 1 or self.enhanced
        plane = plane_of(values) if spatial else None
        return Frame(
            key=key,
            pixels=self.pixels,
            number=number,
            plane=plane,
            spacing=spacing_of(values, self._modality),
            frame_of_reference=self._values.text("00200052"),
            rescale=self._rescale(values),
            vois=vois_of(values),
            thickness_mm=_positive(values, "00180050"),
            laterality=_laterality(values),
            orientation=None if plane else _patient_orientation(values),
            lossy_ratio=self._once("lossy", _lossy),
            technique=technique_of(values, self._modality),
            palette=self._once("palette", _palette),
            transfer_syntax=self._once("syntax", stored_syntax),
        )

    def frame_type(self, index: int) -> tuple[str, ...]:
        """Frame Type of an enhanced object; else empty."""
        return self._of_frame(index).texts("00089007") if self.enhanced else ()

    def _once(self, name: str, read: Callable[[Attributes], T]) -> T:
        if name not in self._memo:
            self._memo[name] = read(self._values)
        return self._memo[name]  # type: ignore[return-value]

    def _of_frame(self, index: int) -> Attributes:
        if not self.enhanced:
            return self._values
        own = self._per_frame[index] if index < len(self._per_frame) else Attributes()
        found = Attributes()
        for source in (own, self._shared):
            for group in _GROUPS:
                if source.values(group):
                    found = found.over(source.item(group))
        return found.over(self._values)

    def _rescale(self, values: Attributes) -> Rescale:
        slope, intercept = values.number("00281053"), values.number("00281052")
        if slope is None or intercept is None or slope == 0:
            return Rescale()
        said = values.text("00281054")
        unit = _UNIT_WORDS.get(said, said)
        if self._modality == "CT" and said in ("", "US"):
            unit = "HU" if "LOCALIZER" not in values.texts("00080008") else ""
        if self._modality == "PT":
            unit = values.text("00541001") or unit
        return Rescale(slope, intercept, unit)


def pixel_format(values: Attributes) -> PixelFormat:
    """What the header claims; what is missing is 0 and will be refused, never guessed."""
    allocated = values.whole("00280100") or 0
    stored = values.whole("00280101") or allocated
    high = values.whole("00280102")
    limit = values.whole("00280121")
    return PixelFormat(
        rows=values.whole("00280010") or 0,
        columns=values.whole("00280011") or 0,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high is None else high,
        signed=values.whole("00280103") == 1,
        samples=values.whole("00280002") or 1,
        photometric=values.text("00280004"),
        planar=values.whole("00280006") or 0,
        padding=values.whole("00280120"),
        padding_limit=limit,
    )


def plane_of(values: Attributes) -> ImagePlane | None:
    """Where the frame lies, if it says so completely and without contradiction."""
    origin, axes = values.vector("00200032"), values.numbers("00200037")
    spacing = values.numbers("00280030")
    if origin is None or len(axes) != 6 or len(spacing) != 2 or min(spacing) <= 0:
        return None
    row, column = _unit(axes[:3]), _unit(axes[3:])
    if row is None or column is None or abs(dot(row, column)) > _ORTHOGONAL:
        return None
    if abs(math.hypot(*cross(row, column)) - 1) > _ORTHOGONAL:
        return None
    return ImagePlane(origin, row, column, spacing[0], spacing[1])


def _unit(axis: tuple[float, ...]) -> Vector | None:
    """Cosines are written with few digits; a length far from 1 is no direction."""
    length = math.hypot(*axis)
    if abs(length - 1) > _ORTHOGONAL:
        return None
    return axis[0] / length, axis[1] / length, axis[2] / length


def vois_of(values: Attributes) -> tuple[Voi, ...]:
    """Every window with its explanation (PS3.3 C.11.2.1.2)."""
    centers, widths = values.numbers("00281050"), values.numbers("00281051")
    names, said = values.texts("00281055"), values.text("00281056")
    function = VoiFunction(said) if said in set(VoiFunction) else VoiFunction.LINEAR
    least = 1.0 if function is VoiFunction.LINEAR else 0.0
    return tuple(
        Voi(center, width, function, names[at] if at < len(names) else "")
        for at, (center, width) in enumerate(zip(centers, widths, strict=False))
        if width >= least and width > 0
    )


def technique_of(values: Attributes, modality: str) -> tuple[str, ...]:
    """How it was acquired, for the overlay and the report."""
    found = []
    if modality == "MR":
        if (tr_ms := _positive(values, "00180080")) is not None:
            found.append(tr("TR {ms:g}", ms=round(tr_ms, 1)))
        echo = _positive(values, "00180081") or _positive(values, "00189082")
        if echo is not None:
            found.append(tr("TE {ms:g}", ms=round(echo, 1)))
    if (kv := _positive(values, "00180060")) is not None:
        found.append(tr("{kv:g} kVp", kv=kv))
    current = _positive(values, "00181151") or _positive(values, "00189330")
    if current is not None:
        found.append(tr("{ma:g} mA", ma=round(current, 1)))
    if kernel := values.text("00181210"):
        found.append(kernel)
    return tuple(found)


def stored_syntax(values: Attributes) -> str:
    return values.text("00083002") or values.text("00020010")


def _positive(values: Attributes, tag: str) -> float | None:
    found = values.number(tag)
    return found if found is not None and found > 0 else None


def _laterality(values: Attributes) -> str:
    """Image, frame, then series; a side is L, R or B and nothing else."""
    for tag in ("00200062", "00209072", "00200060"):
        if (side := values.text(tag).upper()) in ("L", "R", "B"):
            return side
    return ""


def _patient_orientation(values: Attributes) -> tuple[str, str] | None:
    found = values.texts("00200020")
    return (found[0], found[1]) if len(found) == 2 and all(found) else None


def _lossy(values: Attributes) -> float | None:
    """Ratio of the last lossy compression; 0.0 where it is not stated (PS3.3 C.7.6.1.1.5)."""
    ratios = values.numbers("00282112")
    if values.text("00282110") != "01" and not ratios:
        return None
    return ratios[-1] if ratios else 0.0


def _palette(values: Attributes) -> Palette | None:
    """Colours that travel in the metadata itself; all three tables must fit their claim."""
    if values.text("00280004") != "PALETTE COLOR":
        return None
    descriptor = values.numbers("00281101")
    if len(descriptor) != 3 or descriptor[2] not in (8, 16):
        return None
    entries, first, bits = (int(each) for each in descriptor)
    entries = entries or 65536
    tables = [values.inline(tag) for tag in ("00281201", "00281202", "00281203")]
    needed = entries * (bits // 8)
    if any(len(table) < needed for table in tables):
        return None
    return Palette(first, bits, *(table[:needed] for table in tables))
