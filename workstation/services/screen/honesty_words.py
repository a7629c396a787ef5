"""Words at the lower right of a view: how far its millimetres and pixels hold, and its scale."""

from typing import Final

from workstation.domain.study import Frame, SpacingOrigin
from workstation.services.screen.overlay_lines import Surroundings
from workstation.services.screen.viewed import Shown
from workstation.text import tr
from workstation.viewing.curved import Along
from workstation.viewing.resolve import pixel_mm

#: How near the scale must be to be called true size.
_TRUE: Final = 0.005


def drawn(source: str, around: Surroundings) -> str:
    if around.structures_drawn:
        return tr("Drawn: {source}", source=source)
    return tr("Not drawn: {source}", source=source)


def where_mm_hold(shown: Shown) -> str:
    """A straightened picture is bent everywhere but on its line and square to it."""
    straight = shown.curve is not None and shown.curve.along is Along.STRAIGHT
    return tr("mm along the line and square to it only") if straight else ""


def lossy(frame: Frame) -> str:
    if frame.lossy_ratio is None:
        return ""
    return tr("LOSSY {r:.0f}:1", r=frame.lossy_ratio) if frame.lossy_ratio > 1 else tr("LOSSY")


def honesty(frame: Frame) -> str:
    """Whose millimetres: said on the view, not only in the measurement."""
    match frame.spacing.origin:
        case SpacingOrigin.NONE if frame.plane is None:
            return tr("uncalibrated")
        case SpacingOrigin.PATIENT if not frame.in_patient:
            return tr("mm (axes of the probe)")
        case SpacingOrigin.DETECTOR:
            return tr("mm (detector)")
        case SpacingOrigin.MAGNIFIED:
            return tr("mm (est. mag. {factor:.3g})", factor=frame.spacing.magnification)
        case SpacingOrigin.CALIBRATED:
            return tr("calibrated")
        case SpacingOrigin.FILM:
            return tr("mm (on the film)")
        case SpacingOrigin.USER:
            return tr("user calibrated {by}", by=frame.spacing.calibrated)
    return ""


def zoom_words(frame: Frame, around: Surroundings) -> str:
    if around.zoom is None:
        return ""
    millimetres = pixel_mm(frame)
    if around.screen_mm and millimetres:
        true = millimetres * 1000 / around.screen_mm
        along = frame.plane.column_spacing if frame.plane is not None else frame.spacing.column
        if abs(around.zoom / (along / millimetres) / true - 1) < _TRUE:
            return tr("Zoom {z:.0f} %  true size", z=around.zoom * 100)
    return tr("Zoom {z:.0f} %", z=around.zoom * 100)
