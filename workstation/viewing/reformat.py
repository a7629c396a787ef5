"""Frames that nobody acquired: a plane through a display set, said like an image of it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import evolve

from workstation.domain.geometry import Vector, dot
from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.measurement import PixelPoint
from workstation.domain.study import DisplaySet, Frame, FrameContent, PixelSpacing, SpacingOrigin
from workstation.imaging.volume_voxels import affine_of
from workstation.viewing import mpr
from workstation.viewing.mpr import Box, Mpr
from workstation.viewing.planes import STANDARD, Plane, Rectangle

#: No object has this name: a plane is an image of the patient, and of no file.
NO_OBJECT: Final = SopUID("")


def box_of(display_set: DisplaySet) -> Box:
    """What its slices fill. Only of a display set whose geometry allows a volume."""
    pixels = display_set.frames[0].pixels
    shape = (len(display_set.frames), pixels.rows, pixels.columns)
    return Box.of(affine_of(display_set.frames), shape)


def common_frame(frames: Sequence[Frame]) -> Frame:
    """What holds for all images of a display set, as one frame that lies nowhere yet.

    What an object says of one image alone (overlays, shutter, its technique) is not in it.
    """
    like = frames[len(frames) // 2]
    key = like.key
    return evolve(
        like,
        key=FrameKey(key.site, key.study, key.series, NO_OBJECT),
        number=0,
        pixels=evolve(like.pixels, overlay_bits=0),
        plane=None,
        thickness_mm=None,
        orientation=None,
        lossy_ratio=_worst([frame.lossy_ratio for frame in frames]),
        technique=(),
        overlays=(),
        shutter=None,
        content=FrameContent(),
        regions=(),
        timing=None,
        doubts=tuple(dict.fromkeys(code for frame in frames for code in frame.doubts)),
    )


def plane_frame(common: Frame, plane: Plane, rectangle: Rectangle) -> Frame:
    """A plane as a frame, of what `common_frame` says of its display set."""
    columns, rows = rectangle.size
    spacing = rectangle.plane.row_spacing, rectangle.plane.column_spacing
    return evolve(
        common,
        key=evolve(common.key, frame_index=list(Plane).index(plane)),
        pixels=evolve(common.pixels, rows=rows, columns=columns),
        plane=rectangle.plane,
        spacing=PixelSpacing(*spacing, SpacingOrigin.PATIENT),
    )


def _worst(ratios: Sequence[float | None]) -> float | None:
    known = [ratio for ratio in ratios if ratio is not None]
    return max(known, default=None)


def turned_degrees(state: Mpr, plane: Plane) -> float:
    """How far a plane leans from that of the body; 0 where it is only turned in itself."""
    lean = dot(state.axes(plane).normal, STANDARD[plane].normal)
    return float(np.degrees(np.arccos(np.clip(lean, -1.0, 1.0))))


def on_plane(frame: Frame, direction: Vector) -> PixelPoint:
    """A way in the patient, as far as it lies in the plane of a frame, in its pixels."""
    plane = frame.plane
    assert plane is not None
    return (
        dot(direction, plane.row) / plane.column_spacing,
        dot(direction, plane.column) / plane.row_spacing,
    )


def levelled(state: Mpr, box: Box, frame: Frame) -> Mpr:
    """The crosshair on the plane of an image, as near to where it was as may be."""
    plane = frame.plane
    assert plane is not None
    x, y, z = state.centre
    away = plane.to_pixel(state.centre)[2]
    nx, ny, nz = plane.normal
    return mpr.moved_to(state, box, (x - away * nx, y - away * ny, z - away * nz))
