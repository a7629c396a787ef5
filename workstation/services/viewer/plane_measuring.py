"""Measuring on planes and slabs: in the patient's millimetres, on what is sampled there.

Values are of the plane as it is drawn, interpolated linearly at its own pixels, which are as
fine as the finest distance of voxels; of a slab they are of the slab, and it is said. Where
memory has no room for every voxel there are places alone, and no values: it is said why.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import evolve

from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey
from workstation.domain.measurement import (
    REGIONS,
    Measurement,
    MeasurementKind,
    OnPlane,
    PixelPoint,
)
from workstation.domain.presentation import Rescale
from workstation.domain.study import Frame
from workstation.errors import CommandError
from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.imaging.measure import measure
from workstation.imaging.pixels import FramePixels
from workstation.services.screen import describe
from workstation.services.screen.place_words import slab_words
from workstation.services.screen.viewed import Probe, Shown
from workstation.services.viewer.volumes import Samples
from workstation.text import tr
from workstation.viewing.linking import space
from workstation.viewing.planes import nearest_plane

#: Pixels around the points that are sampled too: regions reach half a pixel beyond.
_AROUND = 2


def measured(
    shown: Shown,
    kind: MeasurementKind,
    points: Sequence[PixelPoint],
    zoom: float,
    sample: Samples,
) -> Measurement:
    """On the plane or slab shown, without its number. Raises CommandError: it is not here."""
    left, top, columns, rows = _box(points)
    frame, pixels = _sampled(shown, (left, top, columns, rows), sample)
    there = tuple((x - left, y - top) for x, y in points)
    made = measure(kind, there, frame, pixels, zoom)
    made = evolve(made, points=tuple((x + left, y + top) for x, y in made.points))
    thick = slab_words(shown) if made.value is not None else ""
    note = ", ".join(filter(None, (made.note, thick, _no_values(shown, kind))))
    return evolve(made, frame=nearest_image(shown, points), note=note, on=_plane(shown))


def probed(shown: Shown, at: PixelPoint, sample: Samples) -> Probe:
    """The value of the plane at the pixel whose centre is nearest. Raises CommandError."""
    if why := _no_values(shown, MeasurementKind.POINT):
        raise CommandError(why)
    x, y = (math.floor(part + 0.5) for part in at)
    frame, pixels = _sampled(shown, (x, y, 1, 1), sample)
    there = evolve(shown, frame=frame, pixels=pixels, reformat=None)
    return evolve(describe.probe(there, (0, 0)), at=(x, y))


def nearest_image(shown: Shown, points: Sequence[PixelPoint]) -> FrameKey:
    """What a measurement is evidence of: the image nearest to the middle of its points."""
    frame, plane = shown.display_set.frames[shown.state.frame_index], shown.frame.plane
    if (shown.state.plane is None and shown.curve is None) or plane is None:
        return frame.key
    middle = plane.to_patient(*np.mean(points, axis=0).tolist())
    placed = [each for each in shown.display_set.frames if each.plane is not None]
    return min(placed, key=lambda each: _away(each, middle)).key


def _away(frame: Frame, point: tuple[float, float, float]) -> float:
    assert frame.plane is not None
    return abs(frame.plane.to_pixel(point)[2])


def _plane(shown: Shown) -> OnPlane:
    made, frame = shown.reformat, shown.frame
    assert made is not None
    assert frame.plane is not None
    lies = nearest_plane(frame.plane) if shown.curve is not None else made.plane
    name = "" if lies is None else lies.value
    mode = made.mode.value if made.slab_mm else ""
    return OnPlane(frame.plane, space(frame), name, made.slab_mm, mode)


def _no_values(shown: Shown, kind: MeasurementKind) -> str:
    """Why nothing is said of the values there; empty where it is, or the kind has none."""
    made = shown.reformat
    valued = kind in REGIONS or kind is MeasurementKind.POINT
    if not valued or made is None or not isinstance(made.volume, FewerVoxels):
        return ""
    return tr("no values: the series is larger than the memory")


def _sampled(
    shown: Shown, box: tuple[int, int, int, int], sample: Samples
) -> tuple[Frame, FramePixels]:
    """A part of the plane shown as a frame with pixels: left, top, columns, rows."""
    made, plane = shown.reformat, shown.frame.plane
    if made is None or made.volume is None or plane is None or not shown.is_here:
        raise CommandError(shown.missing or tr("the image is not here yet"))
    left, top, columns, rows = box
    part = evolve(plane, origin=plane.to_patient(left, top))
    if isinstance(made.volume, FewerVoxels):  # places are exact all the same
        samples = np.full((rows, columns, *made.volume.voxels.shape[3:]), np.nan, np.float32)
    else:
        samples = sample(made.volume, part, (columns, rows), made.slab_mm, made.mode)
    samples.flags.writeable = False
    return _as_frame(shown.frame, made.volume.frame, part, samples), FramePixels(samples)


def _as_frame(shown: Frame, voxels: Frame, plane: ImagePlane, samples: Any) -> Frame:
    """`voxels` says what the samples mean; where each slice means something else, no more
    than their unit does."""
    rows, columns = samples.shape[:2]
    stored = voxels.rescale != Rescale(unit=voxels.rescale.unit)
    pixels = evolve(
        shown.pixels, rows=rows, columns=columns, padding=None, padding_limit=None,
        floating=samples.ndim == 2,
    )  # fmt: skip
    return evolve(
        shown, plane=plane, pixels=pixels, rescale=voxels.rescale,
        real_world=voxels.real_world if stored else (),
    )  # fmt: skip


def _box(points: Sequence[PixelPoint]) -> tuple[int, int, int, int]:
    if not points:
        return 0, 0, 1, 1
    xs, ys = zip(*points, strict=True)
    left, top = math.floor(min(xs)) - _AROUND, math.floor(min(ys)) - _AROUND
    return left, top, math.ceil(max(xs)) + _AROUND - left, math.ceil(max(ys)) + _AROUND - top
