"""Words at the lower left of a view: which image, where it lies, and how it is seen."""

from typing import Final

from workstation.domain.presentation import Voi
from workstation.domain.study import (
    DisplaySet,
    DisplaySetKind,
    Frame,
    GeometryVerdict,
    SpacingOrigin,
)
from workstation.imaging.filters import DisplayFilter
from workstation.services.screen.overlay_lines import Line
from workstation.services.screen.viewed import LEAST_TURN, OWN_LETTERS, CurveView, Shown
from workstation.text import tr
from workstation.viewing.curved import Along
from workstation.viewing.planes import Axes, Plane
from workstation.viewing.viewport import Interpolation, SlabMode
from workstation.viewing.volume_look import angles, standard_view

#: Verdicts whose reason is said, but spoils no length: a tilt is sheared right.
_HARMLESS: Final = (GeometryVerdict.REGULAR, GeometryVerdict.TILTED)


def window_line(shown: Shown) -> Line | None:
    """PET is windowed by its ends, and with its unit: 7 SUV is not 7 becquerels."""
    voi, frame = shown.voi, shown.frame
    if voi is None or not shown.is_here:
        return None
    if frame.suv_basis is None or voi.lut is not None:
        return Line(window_words(voi), 2)
    low, high = (number(voi.center + half * voi.width) for half in (-0.5, 0.5))
    unit = frame.rescale.unit or tr("values")
    return Line(tr("{unit}  {low} to {high}", unit=unit, low=low, high=high), 2)


def window_words(voi: Voi) -> str:
    words = tr("W {w}  L {c}", w=number(voi.width), c=number(voi.center))
    return f"{words}  {voi.name}".rstrip()


def number(value: float) -> str:
    """As few digits as say it, with a true minus."""
    text = f"{value:.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"
    return text.replace("-", "−")


def number_words(shown: Shown) -> str:
    at, total = shown.place
    if is_page(shown.display_set):
        return tr("Page {n} / {total}", n=at + 1, total=total)
    if shown.rendering is not None:
        title = tr(shown.rendering.preset.title)
        if shown.rendering.look.stops is not None:
            title = tr("{preset}, changed", preset=title)
        return tr("Volume rendering: {preset}", preset=title)
    if shown.curve is not None:
        return _along_words(shown.curve)
    if shown.reformat is not None and shown.reformat.plane is not None:
        if not shown.frame.in_patient:
            letter = OWN_LETTERS[shown.reformat.plane]
            return tr("Plane {letter} {n} / {total}", letter=letter, n=at + 1, total=total)
        names = {
            Plane.AXIAL: tr("Axial MPR {n} / {total}", n=at + 1, total=total),
            Plane.CORONAL: tr("Coronal MPR {n} / {total}", n=at + 1, total=total),
            Plane.SAGITTAL: tr("Sagittal MPR {n} / {total}", n=at + 1, total=total),
        }
        return names[shown.reformat.plane]
    return tr("Im {n} / {total}", n=at + 1, total=total)


def _along_words(curve: CurveView) -> str:
    at, length = f"{curve.at_mm:.1f}", f"{curve.length_mm:.1f}"
    if curve.along is Along.SECTION:
        return tr("At {at} / {length} mm", at=at, length=length)
    return tr("Straight {length} mm", length=length)


def slab_name(mode: SlabMode) -> str:
    names = {
        SlabMode.MIP: tr("MIP"),
        SlabMode.MINIP: tr("MinIP"),
        SlabMode.MEAN: tr("Mean"),
    }
    return names[mode]


def slab_words(shown: Shown) -> str:
    """What is shown is no slice: how thick it is, and what of it."""
    made = shown.curve or shown.reformat
    if made is None or not made.slab_mm:
        return ""
    return tr("{mode} {mm:.3g} mm", mode=slab_name(made.mode), mm=made.slab_mm)


def place_words(shown: Shown) -> str:
    """Where the image lies, or from where a volume is looked at."""
    if shown.curve is not None:
        return ""
    if shown.rendering is not None:
        return seen_words(shown.rendering.look.axes) if shown.frame.in_patient else ""
    return _position(shown.frame) if shown.state.plane is None else _lies(shown)


def left_out(shown: Shown) -> tuple[str, ...]:
    """What of a volume is not seen, by whose doing, and that near things are larger."""
    made = shown.rendering
    if made is None:
        return ()
    table = tr("Table removed") if made.without_table else ""
    opened = tr("Cut open") if made.crop is not None or made.look.cuts else ""
    return table, opened, tr("Perspective") if made.eye is not None else ""


def seen_words(axes: Axes) -> str:
    """From where, as angiographers say it: LAO and RAO from the front, CRA and CAU."""
    letter = standard_view(axes)
    if letter is not None:
        return tr("From {letter}", letter=letter.value.upper())
    aside, up = angles(axes)
    front = abs(aside) <= 90
    turn, tilt = abs(aside) if front else 180 - abs(aside), abs(up)
    sides = {
        (True, True): tr("LAO {turn:.0f}°", turn=turn),
        (True, False): tr("RAO {turn:.0f}°", turn=turn),
        (False, True): tr("LPO {turn:.0f}°", turn=turn),
        (False, False): tr("RPO {turn:.0f}°", turn=turn),
    }
    tilted = tr("CRA {tilt:.0f}°", tilt=tilt) if up >= 0 else tr("CAU {tilt:.0f}°", tilt=tilt)
    return f"{sides[front, aside >= 0]}  {tilted}"


def _lies(shown: Shown) -> str:
    """Where a plane lies in the patient; turned away from the body, by how much."""
    assert shown.reformat is not None
    assert shown.frame.plane is not None
    if shown.reformat.turned >= LEAST_TURN:
        return tr("Oblique {degrees:.1f}°", degrees=shown.reformat.turned)
    normal, origin = shown.frame.plane.normal, shown.frame.plane.origin
    axis = max(range(3), key=lambda each: abs(normal[each]))
    if not shown.frame.in_patient:
        return tr("{axis} {mm:.1f} mm", axis="xyz"[axis], mm=origin[axis])
    side = ("RL", "AP", "FH")[axis][origin[axis] > 0]
    return tr("{side} {mm:.1f} mm", side=side, mm=abs(origin[axis]))


def processed(shown: Shown) -> str:
    """A filter is on: what is seen is not what was acquired."""
    words = {
        DisplayFilter.SHARPEN: tr("processed: sharpened"),
        DisplayFilter.SMOOTH: tr("processed: smoothed"),
        DisplayFilter.CLAHE: tr("processed: local contrast"),
    }
    return words.get(shown.state.filter, "") if shown.pixels is not None else ""


def between_pixels(shown: Shown) -> str:
    words = {Interpolation.NEAREST: tr("nearest pixel"), Interpolation.CUBIC: tr("cubic")}
    return words.get(shown.state.interpolation, "")


def is_page(display_set: DisplaySet) -> bool:
    """A page of a document has no millimetres of the patient to be honest about."""
    return display_set.kind is DisplaySetKind.DOCUMENT


def _position(frame: Frame) -> str:
    parts = []
    if frame.plane is not None:
        position = f"{frame.plane.position_mm:.1f}".replace("-", "−")
        parts.append(tr("S {p} mm", p=position))
    if frame.thickness_mm:
        parts.append(tr("{t:g} mm", t=frame.thickness_mm))
    return "  ".join(parts)


def matrix(frame: Frame) -> str:
    words = tr("{c} × {r}", c=frame.pixels.columns, r=frame.pixels.rows)
    if frame.spacing.origin is not SpacingOrigin.NONE:
        words += "  " + tr("{a:.3g} × {b:.3g} mm", a=frame.spacing.row, b=frame.spacing.column)
    return words


def geometry_notice(display_set: DisplaySet) -> str:
    """What is doubtful about where the images lie, and what must not be trusted therefore."""
    geometry = display_set.geometry
    if not geometry.reason or geometry.verdict in _HARMLESS:
        return geometry.reason
    if geometry.verdict is GeometryVerdict.NO_POSITION:
        return tr("{reason}: no reformats, no reference lines", reason=geometry.reason)
    return tr("{reason}: lengths in reformats not reliable", reason=geometry.reason)
