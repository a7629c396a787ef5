"""VTK's mapper on this screen beside arithmetic and beside our ray caster; JSON to stdout."""

import json
import sys
from typing import Any

import numpy as np
from attrs import evolve
from likeness import likeness
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication
from volume_phantoms import SCANS, filled, middle, sphere, volume

from workstation.domain.geometry import Affine
from workstation.domain.presentation import Rescale, Voi, VoiFunction
from workstation.imaging.transfer import Projection, Stop, VolumePreset
from workstation.rendering.bricks import Brick, Kept
from workstation.rendering.card_room import CardRoom
from workstation.rendering.ray_grid import CastRequest
from workstation.rendering.rays_card import proof
from workstation.rendering.volume_cast import Caster
from workstation.rendering.volume_picture import pixels_of
from workstation.services.screen.preset_files import load_volume_presets
from workstation.ui.viewer.gl_slices import surface
from workstation.ui.viewer.vtk_engine import VtkCard
from workstation.viewing.planes import STANDARD, Plane

SHAPE = (34, 42, 46)
SIDE, PIXEL, RADIUS, AWAY = 81, 0.4, 8.0, 120.0
WINDOW = Voi(0.0, 1500.0, VoiFunction.LINEAR_EXACT)
MIP = VolumePreset("mip", "MIP", (), Projection.MIP)
SOLID = VolumePreset(
    "solid", "Solid", (), Projection.UNSHADED, (Stop(499.0, 0.0), Stop(501.0, 1.0))
)
HU = Rescale(1.0, 0.0, "HU")
Floats = NDArray[np.float64]


def asked(centre: Floats, preset: VolumePreset, *, near: bool, **more: Any) -> CastRequest:
    axes = STANDARD[Plane.CORONAL]
    half = PIXEL * (SIDE - 1) / 2
    x, y, z = (
        float(part)
        for part in centre - np.multiply(axes.row, half) - np.multiply(axes.column, half)
    )
    a, b, c = (float(part) for part in centre - np.multiply(axes.normal, AWAY))
    eye = (a, b, c) if near else None
    return CastRequest(
        (x, y, z), axes.row, axes.column, PIXEL, (SIDE, SIDE), preset, WINDOW, 0.5, eye=eye, **more
    )


def beside() -> Floats:
    at = (np.arange(SIDE) - SIDE // 2) * PIXEL
    return np.asarray(np.hypot(*np.meshgrid(at, at)), np.float64)


def mip(card: VtkCard) -> float:
    """Against numpy, pixel for voxel from the front; apart from the rim, where a card ends at the
    centres of the outermost voxels."""
    z, y, x = np.mgrid[:34, :42, :46]
    hills = 1500 * np.exp(-((z - 15) ** 2 + (y - 20) ** 2 + (x - 24) ** 2) / 60)
    hills += 900 * np.exp(-((z - 22) ** 2 + (y - 30) ** 2 + (x - 12) ** 2) / 90) - 200
    voxels = hills.astype(np.int16)
    brick = Brick.of(volume(voxels, SCANS["straight"], rescale=HU))
    first = SCANS["straight"] @ (0, 0, SHAPE[0] - 1, 1)
    request = CastRequest(
        (float(first[0]), float(first[1]) + 16.0, float(first[2])), (1.0, 0.0, 0.0),
        (0.0, 0.0, -1.0), 0.8, (SHAPE[2], SHAPE[0]), MIP, WINDOW, 0.25,
    )  # fmt: skip
    found = card.picture(brick, None, request)[..., 0].astype(float)
    grey = np.clip(voxels.max(axis=1)[::-1] / WINDOW.width + 0.5, 0, 1) * 255
    return float(np.abs(found - grey)[1:-1, 1:-1].max())


def silhouette(card: VtkCard, name: str, *, near: bool) -> float:
    """How far beyond a pixel, mm, anything is drawn, or is not, of a sphere."""
    placed = SCANS[name]
    centre = middle(placed, SHAPE)
    brick = Brick.of(volume(filled(sphere(centre, RADIUS), placed, SHAPE), placed, rescale=HU))
    found = card.picture(brick, None, asked(centre, SOLID, near=near)).max(axis=2) > 127
    edge = RADIUS if not near else AWAY * RADIUS / np.sqrt(AWAY**2 - RADIUS**2)
    wrong = found != (beside() < edge)
    return float(np.abs(beside() - edge)[wrong].max(initial=0.0))


def chest(preset: VolumePreset, card: VtkCard, *, near: bool) -> float:
    """Structural similarity of spheres of many densities, by card and by CPU."""
    made, brick = _spheres()
    request = asked(made, preset, near=near)
    assert preset.window is not None
    request = evolve(request, window=preset.window)
    theirs = card.picture(brick, None, request).mean(axis=2)
    assert theirs.max() > 150
    ours = pixels_of(Caster(brick).cast(request), preset, preset.window).mean(axis=2)
    return float(likeness(ours, theirs).mean())


def _spheres() -> tuple[Floats, Brick]:
    placed = SCANS["straight"]
    centre = middle(placed, SHAPE)
    rng = np.random.default_rng(3)
    voxels = np.full(SHAPE, -1000, np.int32)
    for value in (60, 150, 220, 300, 450, 700, 1200):
        ball = filled(sphere(centre + rng.uniform(-7, 7, 3), 4.5), placed, SHAPE).astype(np.int32)
        voxels = np.maximum(voxels, -1000 + ball * (value + 1000) // 1000)
    return centre, Brick.of(volume(voxels.astype(np.int16), placed, rescale=HU))


def left_out(card: VtkCard) -> dict[str, float]:
    """What a crop box and a mask leave out: how much light comes from there."""
    placed = SCANS["straight"]
    centre = middle(placed, SHAPE)
    brick = Brick.of(volume(np.full(SHAPE, 900, np.int16), placed, rescale=HU))
    box = ((float(centre[0]), 1e3), (-1e3, 1e3), (-1e3, 1e3))
    cropped = card.picture(brick, None, asked(centre, SOLID, near=False, crop=box)).max(axis=2)
    quarter = brick.halved().halved()
    mask = np.zeros(quarter.voxels.shape, np.uint8)
    mask[:, :, mask.shape[2] // 2 :] = 255
    masked = card.picture(brick, Kept(mask, Affine(quarter.affine.matrix)),
                          asked(centre, SOLID, near=False)).max(axis=2)  # fmt: skip
    half = SIDE // 2
    return {
        "crop_gone": float(cropped[:, : half - 2].max()),
        "crop_kept": float(cropped[30:50, half + 3 : half + 20].min()),
        "mask_gone": float(masked[:, : half - 8].max()),
        "mask_kept": float(masked[30:50, half + 8 : half + 20].min()),
    }


def main() -> int:
    application = QGuiApplication(["vtk"])
    card = VtkCard(surface(), CardRoom(2048, 1 << 30))
    named = load_volume_presets().named("ct-bone-vessel")
    assert named is not None
    unshaded = evolve(named, projection=Projection.UNSHADED)
    told = {
        "proof": proof(card),
        "mip": mip(card),
        "silhouettes": [silhouette(card, name, near=near) for near in (False, True)
                        for name in ("straight", "left-handed", "oblique")],
        "unshaded": [chest(unshaded, card, near=near) for near in (False, True)],
        "shaded": chest(named, card, near=False),
        **left_out(card),
    }  # fmt: skip
    for _ in range(5):
        card.purge()
        told["again"] = mip(card)
    card.close()
    sys.stdout.write(json.dumps(told) + "\n")
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
