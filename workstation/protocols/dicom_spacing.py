"""Whose millimetres a pixel spacing is (PS3.3 10.7.1.3): the honesty of a length."""

from typing import Final

from workstation.domain.study import PixelSpacing, SpacingOrigin
from workstation.protocols.dicom_attributes import Attributes

#: Projections: what is measured at the detector is magnified in the patient.
PROJECTION: Final = frozenset({"CR", "DX", "MG", "XA", "RF", "PX", "IO", "RG", "XC"})
_SECTIONAL: Final = frozenset({"CT", "MR", "PT", "NM"})
_CENTIMETRES: Final = 3  # Physical Units of an ultrasound region (PS3.3 C.8.5.5.1.15)
_TOLERANCE: Final = 1e-6


def spacing_of(values: Attributes, modality: str) -> PixelSpacing:
    """Spacing of one frame, and where it comes from; `NONE` where no length can be given."""
    if modality in PROJECTION:
        return _projection(values)
    if modality in ("US", "IVUS"):
        return _region(values)
    pixel = _pair(values, "00280030", SpacingOrigin.PATIENT)
    if modality in _SECTIONAL or values.vector("00200032") is not None:
        return pixel
    # Elsewhere (secondary capture, photographs) a spacing says nothing unless calibrated.
    if pixel.origin is SpacingOrigin.NONE or not values.text("00280A02"):
        return PixelSpacing()
    return PixelSpacing(pixel.row, pixel.column, SpacingOrigin.CALIBRATED)


def _projection(values: Attributes) -> PixelSpacing:
    detector = _pair(values, "00181164", SpacingOrigin.DETECTOR)
    pixel = _pair(values, "00280030", SpacingOrigin.DETECTOR)
    if pixel.origin is SpacingOrigin.NONE:
        return detector
    calibrated = bool(values.text("00280A02"))  # GEOMETRY or FIDUCIAL
    if detector.origin is not SpacingOrigin.NONE and not calibrated:
        calibrated = _differ(pixel.row, detector.row) or _differ(pixel.column, detector.column)
    if calibrated:
        return PixelSpacing(pixel.row, pixel.column, SpacingOrigin.CALIBRATED)
    return pixel


def _differ(a: float, b: float) -> bool:
    return abs(a - b) > _TOLERANCE * max(a, b)


def _region(values: Attributes) -> PixelSpacing:
    """An ultrasound image has a scale only inside its regions; one region, one scale."""
    found = {
        (abs(item.number("0018602E") or 0.0), abs(item.number("0018602C") or 0.0))
        for item in values.items("00186011")
        if item.whole("00186024") == item.whole("00186026") == _CENTIMETRES
    }
    if len(found) != 1:
        return PixelSpacing()
    row, column = next(iter(found))
    if not (row > 0 and column > 0):
        return PixelSpacing()
    return PixelSpacing(row * 10, column * 10, SpacingOrigin.REGION)


def _pair(values: Attributes, tag: str, origin: SpacingOrigin) -> PixelSpacing:
    found = values.numbers(tag)
    if len(found) != 2 or not all(value > 0 for value in found):
        return PixelSpacing()
    return PixelSpacing(found[0], found[1], origin)
