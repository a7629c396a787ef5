"""One image without a window: a frame as it is, or any plane or slab of its volume.

`workstation render` of contracts.md. Values come from the voxels, display pixels by the same
way as on a view.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Affine, ImagePlane, Vector
from workstation.domain.presentation import Voi
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.imaging.colour import is_colour, to_rgb
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import auto_window, rescaled
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.engine import CPU, Slices
from workstation.rendering.picture import FramePainter, PictureRequest, request_for
from workstation.rendering.png import encoded
from workstation.rendering.slice_cpu import SliceEngine, SliceRequest
from workstation.rendering.volume_slice import VolumeSampler
from workstation.text import tr
from workstation.viewing.planes import STANDARD, Axes, Plane, Rectangle, axes_of, rectangle
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import Interpolation, SlabMode

#: Larger images are a slip of the keyboard: 16 bytes of each pixel are needed on the way.
MOST_PIXELS: Final = 100_000_000


@frozen
class Wanted:
    """What of a display set is to be drawn; what is None follows from the images.

    `frame_index` or `axes`; neither: the plane of acquisition through the middle. `slab_mm`
    above 0 makes a slab of either. `at` is the centre of the image, LPS mm.
    """

    frame_index: int | None = None
    axes: Axes | None = None
    at: Vector | None = None
    slab_mm: float = 0.0
    mode: SlabMode = SlabMode.MIP
    spacing_mm: float | None = None
    size: tuple[int, int] | None = None  # columns, rows
    voi: Voi | None = None
    of_body: bool = False  # `axes` were named: axial, coronal or sagittal

    @property
    def is_reformat(self) -> bool:
        """Whether it is sampled through a volume, not through one frame."""
        return self.axes is not None or self.at is not None or self.slab_mm > 0

    def index_in(self, display_set: DisplaySet) -> int:
        """Of the frame it is about: the one that was named, or the middle one."""
        return len(display_set.frames) // 2 if self.frame_index is None else self.frame_index


@frozen(eq=False)
class Still:
    """An image and where it lies; `values` are modality values, `pixels` 8-bit grey or RGB."""

    values: NDArray[np.float32] | None
    pixels: NDArray[np.uint8] | None
    plane: dict[str, Any]

    def save(self, out: Path) -> None:
        """To a .npy or .png file, with a .json of the same name beside it."""
        try:
            if self.pixels is not None:
                out.write_bytes(encoded(self.pixels))
            elif self.values is not None:
                np.save(out, self.values)
            beside = out.with_suffix(".json")
            beside.write_text(json.dumps(self.plane, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise CommandError(tr("{f} cannot be written: {why}", f=out.name, why=why)) from None


def wanted(options: Mapping[str, Any]) -> Wanted:
    """From the words of the command line. Raises ValueError where they contradict each other."""
    frame, normal, up = options["frame"], options["normal"], options["up"]
    if frame is not None and options["at"] is not None:
        raise ValueError(tr("--frame is a place already: leave --at away"))
    if up is not None and normal is None:
        raise ValueError(tr("--up belongs to --normal"))
    if options["engine"] == "gpu" and (options["volume"] or not made_of_volume(options)):
        raise CommandError(tr("--engine gpu is for planes and slabs of a volume"))
    if options["volume"] and (frame is not None or options["slab"]):
        raise ValueError(tr("--volume shows all of it: leave --frame and --slab away"))
    axes = STANDARD[Plane(options["plane"])] if options["plane"] else None
    if normal is not None:
        try:
            axes = axes_of(normal, up)
        except ValueError:
            raise ValueError(tr("--normal and --up do not make a plane")) from None
    window = options["window"]
    return Wanted(
        None if frame is None else frame - 1, axes, options["at"], options["slab"],
        SlabMode(options["mode"]), options["spacing"], options["size"],
        None if window is None else Voi(*window), of_body=options["plane"] is not None,
    )  # fmt: skip


def made_of_volume(options: Mapping[str, Any]) -> bool:
    """Whether the words ask for a plane or slab: see `Wanted.is_reformat`."""
    return any(options[name] for name in ("plane", "normal", "at", "slab"))


# --- one frame ---------------------------------------------------------------------------


def of_frame(frame: Frame, pixels: FramePixels, wanted: Wanted, *, shown: bool) -> Still:
    """A frame at its own pixels, or resampled in its plane; `shown`: as display pixels."""
    view = _frame_view(frame, wanted)
    plane = _frame_plane(frame, view)
    if shown:
        voi = wanted.voi or next(iter(frame.vois), None) or _auto(frame, pixels)
        asked = PictureRequest(frame, pixels, view, Interpolation.LINEAR, voi, inverted=False)
        picture = FramePainter().picture(asked)
        blank = np.zeros((view.height, view.width, 3) if is_colour(frame)
                         else (view.height, view.width), np.uint8)  # fmt: skip
        if picture is not None:
            rows, columns = picture.pixels.shape[:2]
            left, top = picture.left, picture.top
            blank[top : top + rows, left : left + columns] = picture.pixels
        return Still(None, blank, plane)
    return Still(_frame_values(frame, pixels, view), None, plane)


def _auto(frame: Frame, pixels: FramePixels) -> Voi | None:
    return None if is_colour(frame) else auto_window(pixels.stored, frame)


def _frame_view(frame: Frame, wanted: Wanted) -> ResolvedView:
    """A view of just the size of the image."""
    columns, rows = frame.pixels.columns, frame.pixels.rows
    across, down, (width, height) = 1.0, 1.0, (columns, rows)
    if wanted.spacing_mm is not None or wanted.size is not None:
        row_mm, column_mm = _pixel_mm(frame)
        spacing = wanted.spacing_mm
        if spacing is None and wanted.size is not None:
            spacing = max(columns * column_mm / wanted.size[0], rows * row_mm / wanted.size[1])
        assert spacing is not None
        across, down = column_mm / spacing, row_mm / spacing
        whole = round(columns * across) or 1, round(rows * down) or 1
        width, height = wanted.size or whole
    check_size(width, height)
    e = width / 2 - across * (columns - 1) / 2
    f = height / 2 - down * (rows - 1) / 2
    return ResolvedView(across, 0.0, 0.0, down, e, f, columns, rows, width, height)


def _pixel_mm(frame: Frame) -> tuple[float, float]:
    """Between rows, between columns."""
    if frame.plane is not None:
        return frame.plane.row_spacing, frame.plane.column_spacing
    if frame.spacing.row <= 0 or frame.spacing.column <= 0:
        raise CommandError(tr("the millimetres of this image are not known: no size or spacing"))
    return frame.spacing.row, frame.spacing.column


def _frame_plane(frame: Frame, view: ResolvedView) -> dict[str, Any]:
    plane = frame.plane
    if plane is None:
        known = frame.spacing.row > 0 and frame.spacing.column > 0
        spacing = [frame.spacing.row / view.d, frame.spacing.column / view.a] if known else None
        return {"origin": None, "row": None, "column": None, "spacing": spacing}
    origin = plane.to_patient(*view.to_image((0.5, 0.5)))
    return plane_said(
        ImagePlane(
            origin, plane.row, plane.column, plane.row_spacing / view.d,
            plane.column_spacing / view.a,
        )
    )  # fmt: skip


def _frame_values(frame: Frame, pixels: FramePixels, view: ResolvedView) -> NDArray[np.float32]:
    found = request_for(view, Interpolation.LINEAR)
    colour = is_colour(frame)
    shape = (view.height, view.width, 3) if colour else (view.height, view.width)
    values = np.full(shape, np.nan, np.float32)
    if found is None:
        return values
    request, left, top = found
    stored = to_rgb(pixels.stored, frame, pixels.colours) if colour else pixels.stored
    engine = SliceEngine(stored[np.newaxis], Affine(np.eye(4)), np.nan, np.float64)
    sampled = engine.slice(request)
    rows, columns = sampled.shape[:2]
    meant = sampled if colour or frame.rescale.lut else rescaled(sampled, frame.rescale)
    if frame.rescale.lut is not None:
        meant = rescaled(np.rint(sampled), frame.rescale)
    values[top : top + rows, left : left + columns] = meant
    return values


# --- a plane or slab of a volume ---------------------------------------------------------


def of_volume(
    volume: Volume,
    display_set: DisplaySet,
    wanted: Wanted,
    *,
    shown: bool,
    slices: Slices = CPU,
) -> Still:
    """Any plane; `shown`: as display pixels. Raises CommandError where it is named after a body
    in which the images do not say how they lie."""
    if wanted.of_body and not volume.frame.in_patient:
        raise CommandError(
            tr("these images lie in axes of their own, not in the patient: name a plane by"
               " --normal and --up")
        )  # fmt: skip
    placed = _placed(volume, display_set, wanted)
    plane = placed.plane
    request = SliceRequest(
        plane.origin, plane.row, plane.column, (plane.row_spacing, plane.column_spacing),
        placed.size, wanted.slab_mm, wanted.mode,
    )  # fmt: skip
    said = plane_said(plane)
    if not volume.frame.in_patient:
        said["in_patient"] = False
    sampler = VolumeSampler(volume, slices)
    if wanted.slab_mm > 0:
        samples = sampler.samples_through(request)
        said["slab"] = {"mm": wanted.slab_mm, "mode": wanted.mode.value, "samples": samples}
    if not shown:
        return Still(sampler.values(request, keep_padding=True), None, said)
    middle = display_set.frames[len(display_set.frames) // 2]
    voi = wanted.voi or next(iter(middle.vois), None) or _auto_of(volume)
    return Still(None, sampler.display(request, voi, inverted=False), said)


def _auto_of(volume: Volume) -> Voi | None:
    if volume.voxels.ndim == 4:
        return None
    return auto_window(volume.voxels[len(volume.voxels) // 2], volume.frame)


def _placed(volume: Volume, display_set: DisplaySet, wanted: Wanted) -> Rectangle:
    frames = display_set.frames
    index = wanted.index_in(display_set)
    if not 0 <= index < len(frames):
        raise CommandError(tr("this series has images 1 to {total}", total=len(frames)))
    own = frames[index].plane
    assert own is not None  # a volume has planes
    centre, corners = wanted.at or volume.centre, volume.corners
    if wanted.axes is None:  # of the frame itself, no more than what it shows
        columns, rows = frames[index].pixels.columns, frames[index].pixels.rows
        centre = wanted.at or own.to_patient((columns - 1) / 2, (rows - 1) / 2)
        ends = [(x, y) for x in (-0.5, columns - 0.5) for y in (-0.5, rows - 0.5)]
        corners = np.array([own.to_patient(*end) for end in ends])
    axes, finest = wanted.axes or Axes(own.row, own.column), min(volume.spacing_mm)
    made = rectangle(axes, centre, corners, wanted.spacing_mm, wanted.size, finest)
    check_size(*made.size)
    return made


def check_size(columns: int, rows: int) -> None:
    """Raises CommandError beyond what a picture may have."""
    if columns * rows > MOST_PIXELS:
        raise CommandError(tr("{w} × {h} pixels are more than can be drawn", w=columns, h=rows))


def plane_said(plane: ImagePlane) -> dict[str, Any]:
    """contracts.md, `render`: spacing is between rows, between columns."""
    return {
        "origin": list(plane.origin),
        "row": list(plane.row),
        "column": list(plane.column),
        "spacing": [plane.row_spacing, plane.column_spacing],
    }
