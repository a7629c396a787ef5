"""Which lines of a segmentation or structure set belong on an image, and where they lie.

An image that a line names as its own gets it. Another image of the same frame of
reference gets it only where it lies in the image's own thickness; without a common frame
of reference nothing is drawn, never by guess.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from attrs import frozen

from workstation.domain.geometry import ImagePlane, dot
from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.measurement import PixelPoint
from workstation.domain.structure import Contour, Mask, Structure, StructureSet
from workstation.domain.study import Frame

#: Directions closer than this (cosine) lie in one plane, as for display sets.
_PARALLEL: Final = 0.9995
#: mm to both sides of an image that does not say how thick it is.
_UNKNOWN_HALF: Final = 0.5

Line = tuple[PixelPoint, ...]


@frozen
class Drawn:
    """A line on one image, in its pixels."""

    structure: Structure
    line: Line
    closed: bool


def contours_on(
    frame: Frame, images: Collection[SopUID], structures: StructureSet
) -> Iterator[Drawn]:
    """`images`: the objects of the display set that is scrolled through."""
    plane = frame.plane
    if plane is None:
        return
    named = {each.number: each for each in structures.structures}
    for contour in structures.contours:
        structure = named.get(contour.structure)
        if structure is not None and _belongs(contour, frame, plane, images):
            line = tuple(plane.to_pixel(point)[:2] for point in contour.points)
            yield Drawn(structure, line, contour.closed)


def _belongs(contour: Contour, frame: Frame, plane: ImagePlane, images: Collection[SopUID]) -> bool:
    if contour.image is not None and contour.image in images:
        return contour.image == frame.key.sop
    if not contour.frame_of_reference or contour.frame_of_reference != frame.frame_of_reference:
        return False
    half = _half(frame)
    return all(abs(plane.to_pixel(point)[2]) <= half for point in contour.points)


def masks_on(
    frame: Frame,
    images: Collection[SopUID],
    structures: StructureSet,
    frames: Mapping[FrameKey, Frame],
) -> Iterator[Mask]:
    """`frames`: those of the segmentation itself."""
    own = (frame.key.sop, frame.key.frame_index)
    for mask in structures.masks:
        if mask.frame not in frames:
            continue
        if any(sop in images for sop, _ in mask.sources):
            if own in mask.sources:
                yield mask
        elif _in_plane(frames[mask.frame], frame):
            yield mask


def shares_space(
    plane: Frame,
    images: Collection[Frame],
    structures: StructureSet,
    frames: Mapping[FrameKey, Frame],
) -> bool:
    """Whether a plane through `images` may cut what an object draws: it names one of them as
    its own, or lies in their frame of reference; never by guess."""
    own, space = {frame.key.sop for frame in images}, plane.frame_of_reference
    named = {sop for mask in structures.masks for sop, _ in mask.sources}
    named |= {contour.image for contour in structures.contours if contour.image is not None}
    spaces = {frame.frame_of_reference for frame in frames.values()}
    spaces |= {contour.frame_of_reference for contour in structures.contours}
    return bool(own & named) or (bool(space) and space in spaces)


def _in_plane(mask: Frame, frame: Frame) -> bool:
    a, b = mask.plane, frame.plane
    if a is None or b is None or not frame.frame_of_reference:
        return False
    if mask.frame_of_reference != frame.frame_of_reference:
        return False
    parallel = abs(dot(a.normal, b.normal)) > _PARALLEL
    return parallel and abs(b.to_pixel(a.origin)[2]) <= _half(frame)


def placed(line: Line, mask: Frame, frame: Frame) -> Line | None:
    """From the pixels of a mask to those of the image it is drawn on.

    None where neither a plane nor one matrix says how they lie to each other.
    """
    if mask.plane is not None and frame.plane is not None:
        source, target = mask.plane, frame.plane
        return tuple(target.to_pixel(source.to_patient(x, y))[:2] for x, y in line)
    a, b = mask.pixels, frame.pixels
    return line if (a.rows, a.columns) == (b.rows, b.columns) else None


def _half(frame: Frame) -> float:
    return frame.thickness_mm / 2 if frame.thickness_mm else _UNKNOWN_HALF
