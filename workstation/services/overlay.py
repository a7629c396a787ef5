"""The words on a view, by level and modality (section 4 of the design guide).

Level 1 is identity, laterality, number, lossy and honesty marks: no setting and no key
hides it. Level 2 is the default, level 3 everything. All from one `Shown`: the words
belong to the image drawn, not to the one asked for.
"""

from enum import StrEnum
from functools import cache
from typing import Final

from attrs import field, frozen

from workstation.domain.key_image import KEY_CODES, KeyImage, KeyTitle
from workstation.domain.patient import Patient
from workstation.domain.presentation import Voi
from workstation.domain.study import (
    DisplaySet,
    DisplaySetKind,
    Frame,
    GeometryVerdict,
    SpacingOrigin,
)
from workstation.imaging.filters import DisplayFilter
from workstation.imaging.suv import words_for
from workstation.services.viewed import LEAST_TURN, CurveView, Shown, ViewedStudy, moment
from workstation.settings import resource
from workstation.text import isolated, tr
from workstation.viewing.curved import Along
from workstation.viewing.orientation import EdgeLetters, edge_letters
from workstation.viewing.overlay_table import LEVELS, Corner, OverlayTable, read_table
from workstation.viewing.planes import Axes, Plane
from workstation.viewing.resolve import oriented, pixel_mm
from workstation.viewing.viewport import Interpolation, SlabMode
from workstation.viewing.volume_look import angles, standard_view

#: A view narrower than this (logical pixels) drops level 2.
NARROW: Final = 360

#: How near the scale must be to be called true size.
_TRUE: Final = 0.005

#: A name is elided in the middle only beyond this; an ID never.
LONGEST_NAME: Final = 24

#: Verdicts whose reason is said, but spoils no length: a tilt is sheared right.
_HARMLESS: Final = (GeometryVerdict.REGULAR, GeometryVerdict.TILTED)


class Mark(StrEnum):
    """How a line is drawn: plain words, or a tag of its kind."""

    TEXT = "text"
    NAME = "name"
    CURRENT = "current"
    PRIOR = "prior"
    LOSSY = "lossy"
    KEY = "key"
    DOUBT = "doubt"


@frozen
class Line:
    text: str
    level: int
    mark: Mark = Mark.TEXT


@frozen
class Overlay:
    """The words in each corner, top to bottom, only those of the level in force."""

    top_left: tuple[Line, ...] = ()
    top_right: tuple[Line, ...] = ()
    bottom_left: tuple[Line, ...] = ()
    bottom_right: tuple[Line, ...] = ()
    letters: EdgeLetters = field(factory=EdgeLetters)
    notices: tuple[str, ...] = ()
    wrong_patient: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that can be read on the view, for `state` and screen readers."""
        corners = (self.top_left, self.top_right, self.bottom_left, self.bottom_right)
        words = [line.text for corner in corners for line in corner]
        edges = (self.letters.left, self.letters.top, self.letters.right, self.letters.bottom)
        words.extend(letter for letter in edges if letter)
        if self.wrong_patient:
            words.append(self.wrong_patient)
        return (*words, *self.notices)


@cache
def usual_table() -> OverlayTable:
    """As it comes with the program."""
    return read_table(resource("overlay.toml").read_text("utf-8"))


@frozen
class Surroundings:
    """What the words depend on beside the image."""

    level: int = 2
    zoom: float | None = None  # device pixels per image pixel
    screen_mm: float = 0.0  # that 1000 device pixels measure; 0: nobody knows
    probe: str = ""
    wrong_patient: str = ""
    notices: tuple[str, ...] = ()
    structures: tuple[str, ...] = ()  # what segmentations could draw, and whose work it is
    structures_drawn: bool = False
    presented: tuple[tuple[str, int], ...] = ()  # what objects change about it, with levels
    key_image: KeyImage | None = None  # the reader's mark on the image shown
    table: OverlayTable = field(factory=usual_table)


def overlay(shown: Shown, around: Surroundings) -> Overlay:
    """The words on one view."""
    study, frame, sets = shown.study, shown.frame, shown.display_set

    def kept(*lines: Line | None) -> tuple[Line, ...]:
        """Of this level, each once: a series is often called as its procedure is."""
        found = [x for x in lines if x is not None and x.text and x.level <= around.level]
        return tuple({(x.text.casefold(), x.mark): x for x in reversed(found)}.values())[::-1]

    def facts(corner: Corner, *levels: int) -> tuple[Line, ...]:
        found = around.table.lines(sets.modality, corner, frame.technique)
        return tuple(Line(words, level) for level, words in found if level in levels)

    return Overlay(
        top_left=kept(*whose(study)),
        top_right=kept(
            *when(study),
            _side(frame, kept(*facts(Corner.SIDE, *LEVELS))),
            Line(_key_words(around.key_image), 1, Mark.KEY),
            Line(sets.label, 2),
            Line(study.procedure, 3),
            *facts(Corner.TOP_RIGHT, *LEVELS),
        ),
        bottom_left=kept(
            Line(geometry_notice(sets), 1, Mark.DOUBT),
            Line(words_for(sets.no_suv) if sets.no_suv else "", 1, Mark.DOUBT),
            *(Line(notice, 1, Mark.DOUBT) for notice in around.notices),
            Line(_matrix(frame), 3),
            *facts(Corner.BOTTOM_LEFT, 3),
            Line(_processed(shown), 1, Mark.DOUBT),
            Line(_between_pixels(shown), 3),
            Line(slab_words(shown), 1),
            Line(_number(shown), 1),
            *(Line(part, 1) for part in _left_out(shown)),
            Line(_place_words(shown), 2),
            *facts(Corner.BOTTOM_LEFT, 1, 2),
            _window(shown),
        ),
        bottom_right=kept(
            Line(around.probe, 1),
            *(Line(words, level) for words, level in around.presented),
            *(
                Line(_drawn(each, around), 1 if around.structures_drawn else 2)
                for each in around.structures
            ),
            Line("" if _is_page(sets) else _honesty(frame), 1, Mark.DOUBT),
            Line(tr("not for measurement") if shown.rendering else "", 1, Mark.DOUBT),
            Line(_where_mm_hold(shown), 1, Mark.DOUBT),
            Line(_lossy(frame), 1, Mark.LOSSY),
            *facts(Corner.BOTTOM_RIGHT, 3),
            Line(_zoom(frame, around), 2),
            *facts(Corner.BOTTOM_RIGHT, 1, 2),
        ),
        letters=edge_letters(oriented(shown.state, shown.framing), frame),
        notices=(shown.missing,) if shown.missing else (),
        wrong_patient=around.wrong_patient,
    )


def whose(study: ViewedStudy) -> tuple[Line, ...]:
    """The patient, at the top left of every view."""
    return (
        Line(name_line(study), 1, Mark.NAME),
        Line(identity_line(study.patient), 1),
        Line(study.accession, 3),
        Line(study.site_name, 3),
    )


def when(study: ViewedStudy) -> tuple[Line, ...]:
    """CURRENT or PRIOR and the date, at the top right of every view."""
    tag = Mark.CURRENT if study.role == "current" else Mark.PRIOR
    return Line(study.tag, 1, tag), Line(moment(study.started), 1)


def _key_words(key: KeyImage | None) -> str:
    """That it is one, and what it was marked for where the reader said so."""
    if key is None:
        return ""
    if key.title is KeyTitle.OF_INTEREST:
        return tr("KEY IMAGE")
    return tr("KEY IMAGE · {title}", title=KEY_CODES[key.title][1])


def _drawn(source: str, around: Surroundings) -> str:
    if around.structures_drawn:
        return tr("Drawn: {source}", source=source)
    return tr("Not drawn: {source}", source=source)


def name_line(study: ViewedStudy) -> str:
    """Name, sex and age: the same words in the same order on every pane."""
    patient = study.patient
    name = isolated(shortened(patient.name or tr("name not known")))
    age = patient.age_years(study.started.date()) if study.started else None
    who = " ".join(part for part in (patient.sex, "" if age is None else str(age)) if part)
    return f"{name}  {who}".rstrip()


def shortened(name: str) -> str:
    """Cut in the middle, and only beyond 24 characters: both ends tell people apart."""
    if len(name) <= LONGEST_NAME:
        return name
    half = (LONGEST_NAME - 1) // 2
    return f"{name[:half].rstrip()}…{name[-half:].lstrip()}"


def identity_line(patient: Patient) -> str:
    born = patient.birth_date.isoformat() if patient.birth_date else tr("birth date not known")
    return f"{born}  {isolated(patient.id or tr('ID not known'))}"


def _side(frame: Frame, beside: tuple[Line, ...]) -> Line:
    """The side of the patient, and how the projection was taken where that is said."""
    words = (laterality(frame), *(line.text for line in beside))
    return Line("  ".join(filter(None, words)), 1)


def laterality(frame: Frame) -> str:
    return {"L": tr("LEFT"), "R": tr("RIGHT"), "B": tr("BOTH SIDES")}.get(frame.laterality, "")


def _window(shown: Shown) -> Line | None:
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


def _number(shown: Shown) -> str:
    at, total = shown.place
    if _is_page(shown.display_set):
        return tr("Page {n} / {total}", n=at + 1, total=total)
    if shown.rendering is not None:
        title = tr(shown.rendering.preset.title)
        if shown.rendering.look.stops is not None:
            title = tr("{preset}, changed", preset=title)
        return tr("Volume rendering: {preset}", preset=title)
    if shown.curve is not None:
        return _along_words(shown.curve)
    if shown.reformat is not None and shown.reformat.plane is not None:
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


def _where_mm_hold(shown: Shown) -> str:
    """A straightened picture is bent everywhere but on its line and square to it."""
    straight = shown.curve is not None and shown.curve.along is Along.STRAIGHT
    return tr("mm along the line and square to it only") if straight else ""


def _place_words(shown: Shown) -> str:
    """Where the image lies, or from where a volume is looked at."""
    if shown.curve is not None:
        return ""
    if shown.rendering is not None:
        return seen_words(shown.rendering.look.axes)
    return _position(shown.frame) if shown.state.plane is None else _lies(shown)


def _left_out(shown: Shown) -> tuple[str, ...]:
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
    side = ("RL", "AP", "FH")[axis][origin[axis] > 0]
    return tr("{side} {mm:.1f} mm", side=side, mm=abs(origin[axis]))


def _processed(shown: Shown) -> str:
    """A filter is on: what is seen is not what was acquired."""
    words = {
        DisplayFilter.SHARPEN: tr("processed: sharpened"),
        DisplayFilter.SMOOTH: tr("processed: smoothed"),
        DisplayFilter.CLAHE: tr("processed: local contrast"),
    }
    return words.get(shown.state.filter, "") if shown.pixels is not None else ""


def _between_pixels(shown: Shown) -> str:
    words = {Interpolation.NEAREST: tr("nearest pixel"), Interpolation.CUBIC: tr("cubic")}
    return words.get(shown.state.interpolation, "")


def _is_page(display_set: DisplaySet) -> bool:
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


def _matrix(frame: Frame) -> str:
    words = tr("{c} × {r}", c=frame.pixels.columns, r=frame.pixels.rows)
    if frame.spacing.origin is not SpacingOrigin.NONE:
        words += "  " + tr("{a:.3g} × {b:.3g} mm", a=frame.spacing.row, b=frame.spacing.column)
    return words


def _lossy(frame: Frame) -> str:
    if frame.lossy_ratio is None:
        return ""
    return tr("LOSSY {r:.0f}:1", r=frame.lossy_ratio) if frame.lossy_ratio > 1 else tr("LOSSY")


def _honesty(frame: Frame) -> str:
    """Whose millimetres: said on the view, not only in the measurement."""
    match frame.spacing.origin:
        case SpacingOrigin.NONE if frame.plane is None:
            return tr("uncalibrated")
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


def geometry_notice(display_set: DisplaySet) -> str:
    """What is doubtful about where the images lie, and what must not be trusted therefore."""
    geometry = display_set.geometry
    if not geometry.reason or geometry.verdict in _HARMLESS:
        return geometry.reason
    if geometry.verdict is GeometryVerdict.NO_POSITION:
        return tr("{reason}: no reformats, no reference lines", reason=geometry.reason)
    return tr("{reason}: lengths in reformats not reliable", reason=geometry.reason)


def _zoom(frame: Frame, around: Surroundings) -> str:
    if around.zoom is None:
        return ""
    millimetres = pixel_mm(frame)
    if around.screen_mm and millimetres:
        true = millimetres * 1000 / around.screen_mm
        along = frame.plane.column_spacing if frame.plane is not None else frame.spacing.column
        if abs(around.zoom / (along / millimetres) / true - 1) < _TRUE:
            return tr("Zoom {z:.0f} %  true size", z=around.zoom * 100)
    return tr("Zoom {z:.0f} %", z=around.zoom * 100)
