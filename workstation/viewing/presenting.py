"""What a presentation state makes of one image: pure, and only of the images it names.

Where it is applied it replaces what the image says of itself (PS3.4 N.2): a transformation
the state does not name is none, and MONOCHROME1 counts no more: a state that inverts
inverts once.
"""

from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.presentation import Rescale, Voi, VoiFunction
from workstation.domain.presentation_state import (
    Annotation,
    DisplayedArea,
    PresentationState,
    SizeMode,
    StateKind,
)
from workstation.domain.referenced import ReferencedImage, mean
from workstation.domain.study import Frame, PixelFormat
from workstation.viewing.resolve import Framing


@frozen
class Presented:
    """One image as a presentation state shows it: `frame` is drawn, never measured."""

    state: PresentationState
    frame: Frame
    framing: Framing
    annotations: tuple[Annotation, ...] = ()


def presented(state: PresentationState, frame: Frame) -> Presented | None:
    """None where the state does not speak of this image."""
    if not state.is_of(frame.key):
        return None
    return Presented(
        state,
        _drawn(state, frame),
        _framing(state, frame),
        _ordered(state, frame.key),
    )


def offered(
    states: Iterable[PresentationState], frames: Sequence[Frame]
) -> tuple[PresentationState, ...]:
    """Those that speak of any of these images, the newest first."""
    keys: dict[SopUID, list[FrameKey]] = {}
    for frame in frames:
        keys.setdefault(frame.key.sop, []).append(frame.key)
    found = [
        state
        for state in states
        if any(image.means(key) for image in state.images for key in keys.get(image.sop, ()))
    ]
    return tuple(
        sorted(
            found,
            key=lambda each: (str(each.created or ""), each.created_time, each.sop),
            reverse=True,
        )
    )


def _is_of(images: tuple[ReferencedImage, ...], key: FrameKey) -> bool:
    """What names no image belongs to all images of its state (PS3.3 C.10.4, C.10.5, C.11.8)."""
    return not images or mean(images, key)


def _drawn(state: PresentationState, frame: Frame) -> Frame:
    active = {group for group, _ in state.active_planes}
    own = {plane.group for plane in state.planes}
    planes = (*state.planes, *(each for each in frame.overlays if each.group not in own))
    found = evolve(
        frame,
        shutter=state.shutter,
        overlays=tuple(plane for plane in planes if plane.group in active),
    )
    coloured = frame.pixels.samples > 1 or frame.palette is not None
    if state.kind is StateKind.COLOUR or coloured:
        return found
    voi = next((each.voi for each in state.vois if _is_of(each.images, frame.key)), None)
    return evolve(
        found,
        pixels=evolve(frame.pixels, photometric="MONOCHROME2"),
        rescale=state.rescale,
        vois=(voi or whole_range(frame.pixels, state.rescale),),
        inverse=state.inverse,
        presentation_lut=state.presentation_lut,
        pseudo_colours=state.palette,
    )


def whole_range(pixels: PixelFormat, rescale: Rescale) -> Voi:
    """Every value that pixels of this format can take, black to white: what is meant where a
    state has no window."""
    if rescale.lut is not None:
        low, high = 0.0, float((1 << rescale.lut.bits) - 1)
    else:
        least = -(1 << pixels.bits_stored - 1) if pixels.signed else 0
        ends = (least, least + (1 << pixels.bits_stored) - 1)
        low, high = sorted(end * rescale.slope + rescale.intercept for end in ends)
    return Voi((low + high) / 2, (high - low) or 1.0, VoiFunction.LINEAR_EXACT)


def _framing(state: PresentationState, frame: Frame) -> Framing:
    """DICOM turns before it flips; here the flip comes first."""
    turns = -state.quarter_turns if state.flipped else state.quarter_turns
    area = next((each for each in state.areas if _is_of(each.images, frame.key)), None)
    if area is None:
        return Framing(turns % 4, state.flipped)
    return Framing(
        turns % 4,
        state.flipped,
        box=_box(area),
        shape=_shape(area),
        magnification=area.magnification if area.mode is SizeMode.MAGNIFY else None,
    )


def _box(area: DisplayedArea) -> tuple[float, float, float, float]:
    """Its outer edges in pixels, whichever corner is named first (PS3.3 C.10.4)."""
    (x1, y1), (x2, y2) = area.first, area.last
    return min(x1, x2) - 1.5, min(y1, y2) - 1.5, max(x1, x2) - 0.5, max(y1, y2) - 0.5


def _shape(area: DisplayedArea) -> tuple[float, float] | None:
    """Width and height of a pixel relative to its shorter side, where the state says so."""
    high, wide = area.spacing or area.aspect or (0, 0)
    shorter = min(high, wide)
    return (wide / shorter, high / shorter) if shorter > 0 else None


def _ordered(state: PresentationState, key: FrameKey) -> tuple[Annotation, ...]:
    """Those of this image, the lowest layer first; a layer nobody described is the lowest."""
    order = {layer.name: at for at, layer in enumerate(state.layers)}
    own = [each for each in state.annotations if _is_of(each.images, key)]
    return tuple(sorted(own, key=lambda each: order.get(each.layer, -1)))
