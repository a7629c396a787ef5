"""A volume rendered without a window: `workstation render --volume`."""

from typing import Final

from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.transfer import VolumePreset, VolumePresets
from workstation.imaging.voi import auto_window
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.bricks import Brick
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.still import Still, Wanted, check_size, plane_said
from workstation.rendering.volume_cast import Caster
from workstation.rendering.volume_picture import is_turned, pixels_of
from workstation.text import tr
from workstation.viewing.planes import STANDARD, Plane, rectangle

#: From sample to sample, in voxels: no voxel is stepped over.
STEP: Final = 0.5


def preset_for(name: str, presets: VolumePresets, modality: str = "") -> VolumePreset:
    """Raises CommandError with the names there are."""
    found = presets.named(name, modality)
    if found is None:
        names = ", ".join(each.name for each in presets.presets)
        raise CommandError(tr("there is no preset {name}: {names}", name=name, names=names))
    return found


def of_rays(
    volume: Volume, display_set: DisplaySet, wanted: Wanted, preset: VolumePreset, *, shown: bool
) -> Still:
    """Seen from the front unless a plane or normal says where from; `shown`: display pixels."""
    if volume.voxels.ndim == 4:
        raise CommandError(tr("images in colour are not rendered as a volume"))
    if preset.projection.composes and not shown:
        raise CommandError(tr("{title} has no values, colours alone: .png", title=preset.title))
    axes = wanted.axes or STANDARD[Plane.CORONAL]
    finest = min(volume.spacing_mm)
    centre = wanted.at or volume.centre
    placed = rectangle(axes, centre, volume.corners, wanted.spacing_mm, wanted.size, finest)
    check_size(*placed.size)
    plane = placed.plane
    middle = display_set.frames[len(display_set.frames) // 2]
    window = wanted.voi or preset.window or next(iter(middle.vois), None)
    if window is None:
        window = auto_window(volume.voxels[len(volume.voxels) // 2], volume.frame)
    request = CastRequest(
        plane.origin, plane.row, plane.column, plane.row_spacing, placed.size, preset, window, STEP
    )
    cast = Caster(Brick.of(volume)).cast(request)
    said = plane_said(plane)
    said["volume"] = {"preset": preset.name, "projection": preset.projection.value, "engine": "cpu"}
    if not shown:
        return Still(cast.values, None, said)
    pixels = pixels_of(cast, preset, window, turned=is_turned(volume.frame))
    return Still(None, pixels, said)
