"""Marks of a reader as presentation states: what was drawn where, and how images were seen."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from workstation.dicom.measurement_shapes import shapes
from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.key_image import KeyImage, SeenAs, SeenFrame
from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.presentation import Rescale
from workstation.domain.presentation_state import (
    Annotation,
    DisplayedArea,
    Graphic,
    Layer,
    PresentationState,
    Shape,
    SoftcopyVoi,
    StateKind,
    Units,
    Words,
)
from workstation.domain.referenced import ReferencedImage
from workstation.domain.study import Frame, SpacingOrigin
from workstation.imaging.mark_points import barbs, foot
from workstation.imaging.measure import scale_of, spacing_at
from workstation.services.screen.citing import value_words

#: Barbs of an arrow, in parts of its length.
_BARB: Final = 0.2
_LAYER: Final = Layer("MARKS", 1, description="Measurements, arrows and texts")


@frozen
class _Alike:
    """What one state says once, of all its images."""

    sop_class: str
    colour: bool
    rescale: Rescale
    icc_profile: bytes
    quarter_turns: int
    flipped: bool
    inverse: bool


@frozen
class ShownMarks:
    """A state, and the colour profile of its images."""

    state: PresentationState
    icc_profile: bytes = b""


def shown_marks(
    measurements: Sequence[Measurement],
    keys: Sequence[KeyImage],
    frames: Mapping[FrameKey, tuple[Frame, str]],
    measured: Sequence[SeenFrame] = (),
) -> tuple[ShownMarks, ...]:
    """One state for each SOP class and each way its images were seen.

    `frames` has each marked frame with the SOP class of its instance; what is not there is
    left out. An image that is no key image is shown as it was when it was `measured`, and
    where that is not known as it came. What has no points (a segment) is drawn by its own object.
    """
    measurements = [each for each in measurements if each.points]
    picked = {key.frame: key.seen for key in keys}
    seen = {each.frame: _resolved(each, frames) for each in measured} | picked
    marked = dict.fromkeys([*picked, *(m.frame for m in measurements)])
    groups: dict[_Alike, list[Frame]] = {}
    for key in marked:
        if key in frames:
            frame, sop_class = frames[key]
            groups.setdefault(_alike(frame, sop_class, seen.get(key)), []).append(frame)
    return tuple(
        ShownMarks(_state(alike, own, seen, measurements), alike.icc_profile)
        for alike, own in groups.items()
    )


def _resolved(each: SeenFrame, frames: Mapping[FrameKey, tuple[Frame, str]]) -> SeenAs:
    """With the window that was one of the image's own."""
    if each.seen.voi is not None or each.frame not in frames:
        return each.seen
    own = frames[each.frame][0].vois[each.own_window :][:1]
    return evolve(each.seen, voi=own[0] if own else None)


def _alike(frame: Frame, sop_class: str, seen: SeenAs | None) -> _Alike:
    seen = seen or SeenAs()
    pixels, rescale = frame.pixels, frame.rescale
    colour = pixels.samples > 1 or pixels.photometric == "PALETTE COLOR"
    low_is_white = pixels.photometric == "MONOCHROME1" or frame.inverse
    # A state turns before it flips, a view flips before it turns.
    turns = -seen.quarter_turns if seen.flipped else seen.quarter_turns
    return _Alike(
        sop_class,
        colour,
        Rescale() if colour else rescale,
        frame.icc_profile if colour else b"",
        turns % 4,
        seen.flipped,
        not colour and low_is_white != seen.inverted,
    )


def _state(
    alike: _Alike,
    frames: Sequence[Frame],
    seen: Mapping[FrameKey, SeenAs],
    measurements: Sequence[Measurement],
) -> PresentationState:
    drawn = [(frame, [m for m in measurements if m.frame == frame.key]) for frame in frames]
    annotations = tuple(
        Annotation(
            _LAYER.name,
            tuple(graphic for m in marks for graphic in _graphics(m, frame)),
            tuple(_label(m) for m in marks),
            (_image(frame, alike),),
        )
        for frame, marks in drawn
        if marks
    )
    return PresentationState(
        SopUID(""),
        "MARKS",
        _together(frames, alike),
        description="Marks of the reader",
        kind=StateKind.COLOUR if alike.colour else StateKind.GRAYSCALE,
        areas=tuple(_area(frame, alike) for frame in frames),
        quarter_turns=alike.quarter_turns,
        flipped=alike.flipped,
        layers=(_LAYER,) if annotations else (),
        annotations=annotations,
        rescale=alike.rescale,
        vois=() if alike.colour else tuple(_vois(frames, alike, seen)),
        inverse=alike.inverse,
    )


def _image(frame: Frame, alike: _Alike) -> ReferencedImage:
    key = frame.key
    return ReferencedImage(key.sop, (key.frame_index,), key.series, key.study, alike.sop_class)


def _together(frames: Sequence[Frame], alike: _Alike) -> tuple[ReferencedImage, ...]:
    """Each instance once, with all its frames that are marked."""
    indices: dict[SopUID, list[int]] = {}
    for frame in frames:
        indices.setdefault(frame.key.sop, []).append(frame.key.frame_index)
    keys = {frame.key.sop: frame.key for frame in frames}
    return tuple(
        ReferencedImage(sop, tuple(sorted(own)), keys[sop].series, keys[sop].study, alike.sop_class)
        for sop, own in indices.items()
    )


def _vois(
    frames: Sequence[Frame], alike: _Alike, seen: Mapping[FrameKey, SeenAs]
) -> Iterable[SoftcopyVoi]:
    for frame in frames:
        looked = seen.get(frame.key)
        voi = looked.voi if looked else next(iter(frame.vois), None)
        if voi is not None:
            yield SoftcopyVoi(voi, (_image(frame, alike),))


def _area(frame: Frame, alike: _Alike) -> DisplayedArea:
    """The whole image: the pixels that come to lie in the corners (PS3.3 C.10.4)."""
    right, bottom = frame.pixels.columns, frame.pixels.rows
    around = [(1, 1), (right, 1), (right, bottom), (1, bottom)]  # clockwise from the top left
    around = around[-alike.quarter_turns :] + around[: -alike.quarter_turns]
    first, second, third, fourth = around
    if alike.flipped:
        first, third = second, fourth
    spacing = frame.spacing
    known = spacing.origin is not SpacingOrigin.NONE
    return DisplayedArea(
        first,
        third,
        spacing=(spacing.row, spacing.column) if known else None,
        images=(_image(frame, alike),),
    )


# --- what is drawn ----------------------------------------------------------------------------


def _graphics(measurement: Measurement, frame: Frame) -> tuple[Graphic, ...]:
    """The figures of one mark, in pixels of its image."""
    kind, points = measurement.kind, measurement.points
    match kind:
        case MeasurementKind.ARROW:
            tail, tip = points
            head = barbs(tail, tip, _BARB * math.dist(tail, tip))
            return (_figure("POLYLINE", points), _figure("POLYLINE", head))
        case MeasurementKind.PERPENDICULAR:
            start, end, to = points
            across, down, _ = scale_of(spacing_at(frame, points))
            away = to, foot(start, end, to, across, down)
            return (_figure("POLYLINE", (start, end)), _figure("POLYLINE", away))
    return tuple(_figure(graphic, at) for graphic, at in shapes(kind, points))


def _figure(graphic: str, points: Sequence[PixelPoint]) -> Graphic:
    return Graphic(Shape(graphic), Units.PIXEL, tuple(points))


def _label(measurement: Measurement) -> Words:
    """Name and value at the right end of the mark; an arrow's at its tail, where its words are."""
    arrow = measurement.kind is MeasurementKind.ARROW
    anchor = measurement.points[0] if arrow else max(measurement.points)
    words = f"{measurement.id}  {value_words(measurement)}".rstrip()
    said = measurement.text if words != f"{measurement.id}  {measurement.text}".rstrip() else ""
    note = f"({measurement.note})" if measurement.note else ""
    first = " ".join(part for part in (words, note) if part)
    return Words("\n".join(part for part in (first, said) if part), anchor=anchor)
