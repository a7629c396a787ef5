"""One frame's description, from a classic header or from functional groups.

In enhanced objects a value may stand with the frame, be shared by all, or stand in the
header itself; it is looked for in that order (PS3.3 C.7.6.16).
"""

from collections.abc import Callable
from typing import Final, TypeVar

from workstation.domain.identifiers import FrameKey
from workstation.domain.study import Frame
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_content import content_of
from workstation.protocols.dicom_overlays import overlays_of
from workstation.protocols.dicom_palette import palette_of
from workstation.protocols.dicom_pixels import (
    doubts_of,
    icc_profile_of,
    pixel_format,
    real_world_of,
    rescale_of,
    vois_of,
)
from workstation.protocols.dicom_planes import plane_in_grid, plane_of
from workstation.protocols.dicom_spacing import ULTRASOUND, regions_of, spacing_of
from workstation.text import tr

T = TypeVar("T")

#: Functional groups whose first item holds values we read.
_GROUPS: Final = frozenset(
    {
        "00209111",  # Frame Content
        "00209113",  # Plane Position
        "00209116",  # Plane Orientation
        "00289110",  # Pixel Measures
        "00289132",  # Frame VOI LUT
        "00289145",  # Pixel Value Transformation
        "00209071",  # Frame Anatomy
        "00189112",  # MR Timing and Related Parameters
        "00189114",  # MR Echo
        "00189117",  # MR Diffusion
        "00189118",  # Cardiac Synchronization
        "00189341",  # Contrast/Bolus Usage
        "00189321",  # CT Exposure
        "00189325",  # CT X-Ray Details
        "00189314",  # CT Reconstruction
        "00189329",  # CT Image Frame Type
        "00189226",  # MR Image Frame Type
        "00189504",  # X-Ray 3D Frame Type
        "00189751",  # PET Frame Type
        "00189401",  # X-Ray Projection Pixel Calibration
        "00209170",  # Unassigned Shared Converted Attributes
        "00209171",  # Unassigned Per-Frame Converted Attributes
    }
)


class Header:
    """What all frames of one object share; gives the frames one by one."""

    def __init__(self, values: Attributes, modality: str) -> None:
        self._values = values
        self._modality = modality
        self._memo: dict[str, object] = {}
        self.pixels = pixel_format(values)
        self._shared = values.item("52009229").opened(_GROUPS)
        self._per_frame = list(values.items("52009230"))
        self.enhanced = bool(self._per_frame) or bool(values.values("52009229"))

    def frame(self, key: FrameKey, number: int, count: int) -> Frame:
        values = self._of_frame(key.frame_index)
        rescale, vois = rescale_of(values, self._modality), vois_of(values)
        palette = self._once("palette", palette_of)
        if count == 1 or self.enhanced:
            plane = plane_of(values)
        else:
            plane = plane_in_grid(values, self._modality, key.frame_index)
        return Frame(
            key=key,
            pixels=self.pixels,
            number=number,
            plane=plane,
            spacing=spacing_of(values, self._modality),
            frame_of_reference=self._values.text("00200052"),
            rescale=rescale,
            vois=vois,
            thickness_mm=_positive(values, "00180050"),
            laterality=_laterality(values),
            orientation=None if plane else _patient_orientation(values),
            lossy_ratio=self._once("lossy", _lossy),
            technique=technique_of(values, self._modality),
            palette=palette,
            real_world=real_world_of(values),
            overlays=overlays_of(self._values, key.frame_index),
            inverse=values.text("20500020") == "INVERSE",
            icc_profile=self._once("icc", icc_profile_of),
            doubts=doubts_of(values, rescale, vois, palette),
            transfer_syntax=self._once("syntax", stored_syntax),
            content=content_of(values, self._modality, key.frame_index),
            regions=regions_of(values) if self._modality in ULTRASOUND else (),
        )

    def _once(self, name: str, read: Callable[[Attributes], T]) -> T:
        if name not in self._memo:
            self._memo[name] = read(self._values)
        return self._memo[name]  # type: ignore[return-value]

    def _of_frame(self, index: int) -> Attributes:
        if not self.enhanced:
            return self._values
        own = self._per_frame[index] if index < len(self._per_frame) else Attributes()
        return own.opened(_GROUPS).over(self._shared).over(self._values)


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
