"""Whose millimetres a pixel spacing is (PS3.3 10.7.1.3): the honesty of a length.

The combinations, and what each is worth, stand in docs/validation.md; the tests hold the
same table.
"""

from types import MappingProxyType
from typing import Final

from attrs import frozen

from workstation.domain.study import (
    PixelSpacing,
    RegionAxis,
    SpacingOrigin,
    UltrasoundRegion,
    is_secondary_capture,
)
from workstation.protocols.dicom_attributes import Attributes

#: Projections: what is measured at the detector is magnified in the patient.
PROJECTION: Final = frozenset({"CR", "DX", "MG", "XA", "RF", "PX", "IO", "RG"})
ULTRASOUND: Final = frozenset({"US", "IVUS"})
_SECTIONAL: Final = frozenset({"CT", "MR", "PT", "NM"})
_CENTIMETRES: Final = 3  # Physical Units of an ultrasound region (PS3.3 C.8.5.5.1.15)
#: Physical Units X and Y Direction that are measured in (PS3.3 C.8.5.5.1.15).
UNITS: Final = MappingProxyType({3: "cm", 4: "s", 5: "Hz", 7: "cm/s"})
_MM_PER_CM: Final = 10
_LOW_PRIORITY: Final = 1  # Region Flags bit 0 (PS3.3 C.8.5.5.1.3)
_TOLERANCE: Final = 1e-4  # values rounded by the acquisition and by the archive differ by less
_MOST_REGIONS: Final = 256
#: Region Location Min X0, Min Y0, Max X1, Max Y1.
_CORNERS: Final = ("00186018", "0018601A", "0018601C", "0018601E")


@frozen
class _AxisTags:
    """Physical Units, Physical Delta, Reference Pixel and its Physical Value of one direction."""

    units: str
    delta: str
    pixel: str
    value: str


_AXES: Final = (
    _AxisTags("00186024", "0018602C", "00186020", "00186028"),
    _AxisTags("00186026", "0018602E", "00186022", "0018602A"),
)


def spacing_of(values: Attributes, modality: str, *, placed: bool) -> PixelSpacing:
    """Spacing of one frame, and where it comes from; `NONE` where no length can be given.

    `placed`: the frame says where it lies, so its pixels are the patient's.
    """
    if placed:
        found = _pair(values, "00280030", SpacingOrigin.PATIENT)
    elif modality in PROJECTION:
        found = _projection(values)
    elif modality in ULTRASOUND:
        found = _one_scale(regions_of(values))
    elif modality in _SECTIONAL and not is_secondary_capture(values.text("00080016")):
        found = _pair(values, "00280030", SpacingOrigin.PATIENT)
    else:
        found = _captured(values)
    return _shape_of_pixels(values) if found.origin is SpacingOrigin.NONE else found


def regions_of(values: Attributes) -> tuple[UltrasoundRegion, ...]:
    """Sequence of Ultrasound Regions in the order given; a single one without corners is the
    whole image, one of several is none."""
    found = []
    items = list(values.items("00186011"))[:_MOST_REGIONS]
    image = (0, 0, (values.whole("00280011") or 1) - 1, (values.whole("00280010") or 1) - 1)
    for item in items:
        corners = [item.whole(tag) for tag in _CORNERS]
        if None in corners and len(items) > 1:
            continue
        left, top, right, bottom = (
            whole if said is None else said for said, whole in zip(corners, image, strict=True)
        )
        yields = bool((item.whole("00186016") or 0) & _LOW_PRIORITY)
        scale = _region_scale(item)
        known = scale.origin is SpacingOrigin.REGION
        axes = (None, None) if known else tuple(_axis(item, tags) for tags in _AXES)
        found.append(UltrasoundRegion(left, top, right, bottom, scale, yields, *axes))
    return tuple(found)


def _axis(item: Attributes, tags: _AxisTags) -> RegionAxis | None:
    """None where its unit is none that we know, or where a pixel has no size."""
    unit, step = UNITS.get(item.whole(tags.units) or 0), item.number(tags.delta)
    if unit is None or not step:
        return None
    return RegionAxis(unit, step, item.number(tags.pixel), item.number(tags.value) or 0.0)


def _region_scale(item: Attributes) -> PixelSpacing:
    """Physical Delta per pixel where both axes are lengths; its sign is only a direction."""
    if not item.whole("00186024") == item.whole("00186026") == _CENTIMETRES:
        return PixelSpacing()
    row, column = (abs(item.number(tag) or 0.0) for tag in ("0018602E", "0018602C"))
    if row == 0 or column == 0:
        return PixelSpacing()
    return PixelSpacing(row * _MM_PER_CM, column * _MM_PER_CM, SpacingOrigin.REGION)


def _one_scale(regions: tuple[UltrasoundRegion, ...]) -> PixelSpacing:
    """For drawing and the scale bar: that of the largest region that has one."""
    scaled = [each for each in regions if each.spacing.origin is SpacingOrigin.REGION]
    if not scaled:
        return PixelSpacing()
    return max(scaled, key=lambda r: (r.right - r.left) * (r.bottom - r.top)).spacing


def _projection(values: Attributes) -> PixelSpacing:
    """PS3.3 10.7.1.3: a Pixel Spacing that differs from the detector's has been corrected."""
    detector = _pair(values, "00181164", SpacingOrigin.DETECTOR)
    if detector.origin is SpacingOrigin.NONE:
        detector = _pair(values, "00182010", SpacingOrigin.FILM)  # a film that was digitised
    pixel = _pair(values, "00280030", SpacingOrigin.DETECTOR)
    calibrated = PixelSpacing(pixel.row, pixel.column, SpacingOrigin.CALIBRATED)
    if pixel.origin is SpacingOrigin.NONE:
        return _in_the_patient(detector, values)
    if values.text("00280A02"):  # GEOMETRY or FIDUCIAL
        return calibrated
    if detector.origin is SpacingOrigin.NONE:
        return _in_the_patient(pixel, values)  # nothing says that it was corrected
    if _is_same(pixel, detector):
        return _in_the_patient(detector, values)
    estimated = _in_the_patient(detector, values)
    if estimated.origin is SpacingOrigin.MAGNIFIED and _is_same(pixel, estimated):
        return estimated
    return calibrated


def _in_the_patient(at_detector: PixelSpacing, values: Attributes) -> PixelSpacing:
    """At the object: divided by the Estimated Radiographic Magnification Factor, if stated."""
    factor = values.number("00181114")
    if factor is None or factor <= 0 or at_detector.origin is not SpacingOrigin.DETECTOR:
        return at_detector
    return PixelSpacing(
        at_detector.row / factor, at_detector.column / factor, SpacingOrigin.MAGNIFIED, factor
    )


def _captured(values: Attributes) -> PixelSpacing:
    """Secondary capture, photographs: a spacing counts if it says how it was calibrated, and
    on a scanned film (PS3.3 10.7.1.2)."""
    pixel = _pair(values, "00280030", SpacingOrigin.CALIBRATED)
    film = _pair(values, "00182010", SpacingOrigin.FILM)
    if pixel.origin is not SpacingOrigin.NONE:
        differs = film.origin is SpacingOrigin.FILM and not _is_same(pixel, film)
        if values.text("00280A02") or differs:
            return pixel
    return film


def _shape_of_pixels(values: Attributes) -> PixelSpacing:
    """Pixel Aspect Ratio, height to width (PS3.3 C.7.6.3.1.7); square where it is not said."""
    ratio = values.numbers("00280034")
    if len(ratio) != 2 or min(ratio) <= 0 or ratio[0] == ratio[1]:
        return PixelSpacing()
    shorter = min(ratio)
    return PixelSpacing(ratio[0] / shorter, ratio[1] / shorter)


def _is_same(a: PixelSpacing, b: PixelSpacing) -> bool:
    return _is_near(a.row, b.row) and _is_near(a.column, b.column)


def _is_near(a: float, b: float) -> bool:
    return abs(a - b) <= _TOLERANCE * max(a, b)


def _pair(values: Attributes, tag: str, origin: SpacingOrigin) -> PixelSpacing:
    found = values.numbers(tag)
    if len(found) != 2 or not all(value > 0 for value in found):
        return PixelSpacing()
    return PixelSpacing(found[0], found[1], origin)
