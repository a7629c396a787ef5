"""One frame's description, from a classic header or from functional groups.

In enhanced objects a value may stand with the frame, be shared by all, or stand in the
header itself; it is looked for in that order (PS3.3 C.7.6.16).
"""

from typing import Final

from attrs import evolve, frozen

from workstation.domain.identifiers import FrameKey
from workstation.domain.presentation import Palette, RealWorldMap, Rescale, Voi
from workstation.domain.study import Frame, PixelFormat, PixelSpacing, UltrasoundRegion
from workstation.protocols.dicom_attributes import Attributes, Memory
from workstation.protocols.dicom_cine import timing_of
from workstation.protocols.dicom_content import content_of
from workstation.protocols.dicom_doubts import (
    gravest_first,
    grey_doubts,
    object_doubts,
    place_doubts,
    size_doubts,
)
from workstation.protocols.dicom_overlays import overlay_bits, overlays_of
from workstation.protocols.dicom_palette import palette_of
from workstation.protocols.dicom_pixels import (
    icc_profile_of,
    pixel_format,
    real_world_of,
    rescale_of,
    vois_of,
)
from workstation.protocols.dicom_planes import (
    Grid,
    Place,
    grid_of,
    place_of,
    plane_in_grid,
    plane_of,
)
from workstation.protocols.dicom_shutter import shutter_of
from workstation.protocols.dicom_spacing import ULTRASOUND, regions_of, spacing_of
from workstation.protocols.dicom_suv import suv_basis
from workstation.protocols.dicom_technique import positive, technique_of

#: Functional groups whose first item holds values we read.
_GROUPS: Final = frozenset(
    {
        "00209111",  # Frame Content
        "00189472",  # Frame Display Shutter
        "00209113",  # Plane Position
        "00209116",  # Plane Orientation
        "0020930E",  # Plane Position (Volume)
        "0020930F",  # Plane Orientation (Volume)
        "00209310",  # Temporal Position
        "00189807",  # Image Data Type
        "00289110",  # Pixel Measures
        "00289132",  # Frame VOI LUT
        "00289145",  # Pixel Value Transformation
        "00209071",  # Frame Anatomy
        "00189112",  # MR Timing and Related Parameters
        "00189114",  # MR Echo
        "00189115",  # MR Modifier
        "00189117",  # MR Diffusion
        "00189119",  # MR Averages
        "00189118",  # Cardiac Synchronization
        "00189341",  # Contrast/Bolus Usage
        "00189321",  # CT Exposure
        "00189325",  # CT X-Ray Details
        "00189304",  # CT Acquisition Details
        "00189308",  # CT Table Dynamics
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


@frozen
class _Common:
    """What all frames of one object share."""

    pixels: PixelFormat
    frame_of_reference: str
    volume: str  # Volume Frame of Reference UID, of ultrasound
    palette: Palette | None
    lossy_ratio: float | None
    icc_profile: bytes
    transfer_syntax: str
    doubts: tuple[str, ...]


@frozen
class _Grey:
    """From stored values to what is seen; may differ from frame to frame."""

    rescale: Rescale
    vois: tuple[Voi, ...]
    real_world: tuple[RealWorldMap, ...]
    inverse: bool
    doubts: tuple[str, ...]


@frozen
class _Look:
    """Size and side; the same in most frames of a series."""

    grid: Grid | None
    spacing: PixelSpacing
    thickness_mm: float | None
    laterality: str
    orientation: tuple[str, str] | None
    regions: tuple[UltrasoundRegion, ...]
    doubts: tuple[str, ...]


class Header:
    """Describes the frames of one object one by one.

    `memory` is shared by the objects of a series: what they have in common is read once.
    """

    def __init__(self, values: Attributes, modality: str, memory: Memory) -> None:
        self._values = values
        self._modality = modality
        self._memory = memory
        self._common = memory.read("common", values, _common)
        self._shared = values.item("52009229").opened(_GROUPS)
        self._mapped = values.item("52009229")
        self._per_frame = list(values.items("52009230"))
        self.enhanced = bool(self._per_frame) or bool(values.values("52009229"))

    def refuse(self) -> None:
        """A format without rows, which no decoder accepts."""
        self._common = evolve(self._common, pixels=evolve(self._common.pixels, rows=0))

    def frame(self, key: FrameKey, number: int, count: int) -> Frame:
        values, common, index = self.values_of(key.frame_index), self._common, key.frame_index
        modality, read = self._modality, self._memory.read
        place, coloured = place_of(values), common.palette is not None
        origin, placed = place.origin, (place.origin is not None, place.in_patient)
        look = read(("look", modality, *placed), values, lambda v: _look(v, modality, place))
        grey = read(("grey", modality, coloured), values, lambda v: _grey(v, modality, coloured))
        if count == 1 or self.enhanced:
            plane = plane_of(origin, look.grid)
        else:
            plane = plane_in_grid(values, modality, index)
        return Frame(
            key=key,
            pixels=common.pixels,
            number=number,
            plane=plane,
            in_patient=place.in_patient,
            spacing=look.spacing,
            frame_of_reference=common.frame_of_reference if place.in_patient else common.volume,
            rescale=grey.rescale,
            vois=grey.vois,
            thickness_mm=look.thickness_mm,
            laterality=look.laterality,
            orientation=None if plane else look.orientation,
            lossy_ratio=common.lossy_ratio,
            technique=read("technique", values, technique_of),
            palette=common.palette,
            real_world=grey.real_world,
            overlays=read(("overlays", index), self._values, lambda v: overlays_of(v, index)),
            inverse=grey.inverse,
            shutter=read("shutter", values, shutter_of),
            icc_profile=common.icc_profile,
            transfer_syntax=common.transfer_syntax,
            content=read(
                ("content", modality, index),
                values,
                lambda v: content_of(v, modality, index),
            ),
            regions=look.regions,
            timing=read(("timing", count), self._values, lambda v: timing_of(v, count)),
            doubts=gravest_first(
                (*common.doubts, *grey.doubts, *look.doubts, *place_doubts(values, origin, key.sop))
            ),
            suv_basis=read(("suv", modality), values, lambda v: suv_basis(v, modality)),
        )

    def values_of(self, index: int) -> Attributes:
        """Whatever the object says of one of its frames, in the order in which it is looked for."""
        if not self.enhanced:
            return self._values
        own = self._per_frame[index] if index < len(self._per_frame) else Attributes()
        found = own.opened(_GROUPS).over(self._shared).over(self._values)
        return found.over(own).over(self._mapped)  # Real World Value Mapping is no group of one


def _common(values: Attributes) -> _Common:
    pixels = pixel_format(values)
    return _Common(
        pixels=evolve(pixels, overlay_bits=overlay_bits(values, pixels)),
        frame_of_reference=values.text("00200052"),
        volume=values.text("00209312"),
        palette=palette_of(values),
        lossy_ratio=_lossy(values),
        icc_profile=icc_profile_of(values),
        transfer_syntax=stored_syntax(values),
        doubts=object_doubts(values),
    )


def _grey(values: Attributes, modality: str, coloured: bool) -> _Grey:
    rescale, vois = rescale_of(values, modality), vois_of(values)
    return _Grey(
        rescale=rescale,
        vois=vois,
        real_world=real_world_of(values),
        inverse=values.text("20500020") == "INVERSE",
        doubts=grey_doubts(values),
    )


def _look(values: Attributes, modality: str, place: Place) -> _Look:
    return _Look(
        grid=grid_of(values, in_patient=place.in_patient),
        spacing=spacing_of(values, modality, placed=place.origin is not None),
        thickness_mm=positive(values, "00180050"),
        laterality=_laterality(values),
        orientation=_patient_orientation(values),
        regions=regions_of(values) if modality in ULTRASOUND else (),
        doubts=size_doubts(values),
    )


def stored_syntax(values: Attributes) -> str:
    return values.text("00083002") or values.text("00020010")


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
