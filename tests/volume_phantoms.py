"""Volumes with known answers, and a float64 reference for any plane through them.

The reference is arithmetic of its own: it shares no line with the engine it judges.
"""

import weakref
from collections.abc import Callable
from typing import Any, Final

import fakes_viewer
import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Vector
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.imaging.fewer_voxels import LEAST, Fewer, FewerDraft, FewerVoxels
from workstation.imaging.pixels import FramePixels
from workstation.imaging.volume import judge
from workstation.imaging.volume_voxels import Volume, VolumeDraft

Floats = NDArray[np.float64]
#: A value for each point in the patient, (..., 3) LPS mm to (...).
Field = Callable[[Floats], Floats]


def rotation(seed: int) -> Floats:
    """Some right-handed rotation."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    q[:, 2] = np.cross(q[:, 0], q[:, 1])
    return np.asarray(q)


def affine(
    linear: Floats, spacing: tuple[float, float, float], origin: tuple[float, float, float]
) -> Floats:
    """Index (column, row, slice) to LPS mm; columns of `linear` are the directions."""
    m = np.eye(4)
    m[:3, :3] = linear * np.asarray(spacing)
    m[:3, 3] = origin
    return m


def sheared(degrees: float) -> Floats:
    """A tilted gantry: each slice is shifted against its neighbour."""
    m = np.eye(3)
    m[1, 2] = np.tan(np.radians(degrees))
    return m


#: Every way a scanner may have lain: directions, spacing of columns, rows, slices.
SCANS: Final[dict[str, Floats]] = {
    "straight": affine(np.eye(3), (0.8, 0.8, 0.8), (-20.0, -16.0, 40.0)),
    "anisotropic": affine(np.eye(3), (0.5, 0.7, 3.0), (-12.0, -14.0, -31.0)),
    "left-handed": affine(np.diag((1.0, 1.0, -1.0)), (0.8, 0.8, 1.2), (-20.0, 5.0, 88.0)),
    "coronal": affine(
        np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]]), (0.8, 0.8, 1.5), (-20.0, -30.0, 61.0)
    ),
    "gantry tilt": affine(sheared(18.0), (0.6, 0.6, 1.5), (-15.0, -15.0, 10.0)),
    "oblique": affine(rotation(9), (0.9, 0.7, 1.1), (3.0, -8.0, 21.0)),
    "oblique, left-handed, tilted": affine(
        rotation(5) @ sheared(-12.0) @ np.diag((1.0, 1.0, -1.0)), (0.7, 0.9, 1.3), (9.0, 2.0, -7.0)
    ),
}


def positions(placed: Floats, shape: tuple[int, int, int]) -> Floats:
    """Where the centres of voxels lie, (slices, rows, columns, 3)."""
    k, j, i = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    index = np.stack((i, j, k, np.ones_like(i)), axis=-1)
    return np.asarray((index @ placed.T)[..., :3])


def filled(field: Field, placed: Floats, shape: tuple[int, int, int]) -> NDArray[np.int16]:
    """The field at the centre of each voxel, as stored values."""
    return np.rint(field(positions(placed, shape))).astype(np.int16)


def noise(shape: tuple[int, int, int], seed: int = 3) -> NDArray[np.int16]:
    """Smooth noise of some 600 HU: every wrong position shows."""
    made = np.random.default_rng(seed).normal(0, 1, shape)
    for axis in range(3):
        made = (np.roll(made, 1, axis) + 2 * made + np.roll(made, -1, axis)) / 4
    return (made * 2000).astype(np.int16)


def middle(placed: Floats, shape: tuple[int, int, int]) -> Floats:
    centre = [(n - 1) / 2 for n in shape[::-1]]
    return np.asarray((placed @ [*centre, 1.0])[:3])


def sphere(centre: Floats, radius: float) -> Field:
    """1000 inside, 0 outside, a ramp of 6 mm between: half of it is the border."""

    def value(points: Floats) -> Floats:
        depth = radius - np.linalg.norm(points - centre, axis=-1)
        return np.asarray(np.clip(depth / 6.0 + 0.5, 0.0, 1.0) * 1000.0)

    return value


def helix(centre: Floats, radius: float, pitch: float) -> Field:
    """A tube of 5 mm along a helix around the body axis: its turn tells hands apart."""

    def value(points: Floats) -> Floats:
        x, y, z = np.moveaxis(points - centre, -1, 0)
        angle = 2 * np.pi * z / pitch
        away = np.hypot(x - radius * np.cos(angle), y - radius * np.sin(angle))
        return np.asarray(1000.0 * np.exp(-((away / 5.0) ** 2)))

    return value


def grid(turn: Floats, period: float) -> Field:
    """Crossing waves along three tilted directions."""

    def value(points: Floats) -> Floats:
        return np.asarray(400.0 * np.cos(2 * np.pi * (points @ turn) / period).sum(axis=-1))

    return value


@frozen(eq=False)
class Plane:
    """A rectangle of samples, as `render` describes it: origin, row, column, spacing."""

    origin: Floats
    row: Floats
    column: Floats
    spacing: tuple[float, float]  # between rows, between columns
    size: tuple[int, int]  # columns, rows

    @classmethod
    def through(
        cls, at: Floats, row: Floats, column: Floats, spacing: tuple[float, float],
        size: tuple[int, int],
    ) -> "Plane":  # fmt: skip
        """With `at` in the middle."""
        along, down = row * spacing[1], column * spacing[0]
        origin = at - along * (size[0] - 1) / 2 - down * (size[1] - 1) / 2
        return cls(origin, row, column, spacing, size)

    def points(self, depth_mm: float = 0.0) -> Floats:
        """(rows, columns, 3), moved along the normal."""
        columns, rows = np.arange(self.size[0]), np.arange(self.size[1])
        return np.asarray(
            self.origin
            + columns[None, :, None] * self.row * self.spacing[1]
            + rows[:, None, None] * self.column * self.spacing[0]
            + np.cross(self.row, self.column) * depth_mm
        )


def random_plane(seed: int, at: Floats, size: tuple[int, int] = (40, 32)) -> Plane:
    rng = np.random.default_rng(seed)
    turn = rotation(seed)
    spacing = rng.uniform(0.2, 1.4, 2)
    shifted = at + rng.uniform(-3.0, 3.0, 3)
    return Plane.through(shifted, turn[:, 0], turn[:, 1], (spacing[0], spacing[1]), size)


def trilinear(voxels: NDArray[Any], placed: Floats, points: Floats) -> Floats:
    """Float64 interpolation at points in the patient; NaN outside the outermost centres."""
    inverse = np.linalg.inv(placed)
    index = points @ inverse[:3, :3].T + inverse[:3, 3]
    top = np.array(voxels.shape[2::-1]) - 1
    inside = ((index >= -1e-9) & (index <= top + 1e-9)).all(-1)
    low = np.clip(np.floor(index).astype(int), 0, top - 1)
    part = index - low
    total = np.zeros(points.shape[:-1])
    for corner in np.ndindex(2, 2, 2):
        at = low + corner
        weight = np.where(np.array(corner) == 1, part, 1 - part).prod(-1)
        total += weight * voxels[at[..., 2], at[..., 1], at[..., 0]]
    return np.where(inside, total, np.nan)


def depths(slab_mm: float, placed: Floats, plane: Plane) -> Floats:
    """Where a slab is sampled: even, ends included, at most 0.5 mm and half a voxel apart."""
    if slab_mm <= 0:
        return np.zeros(1)
    voxels_per_mm = np.abs(np.linalg.inv(placed)[:3, :3] @ np.cross(plane.row, plane.column)).max()
    steps = int(np.ceil(slab_mm / min(0.5, 0.5 / voxels_per_mm) - 1e-6))
    return np.linspace(-slab_mm / 2, slab_mm / 2, steps + 1)


def reference(
    voxels: NDArray[Any], placed: Floats, plane: Plane, slab_mm: float = 0.0, mode: str = "mean"
) -> Floats:
    """The slice, or the slab sample by sample, in double precision; NaN where a sample is out."""
    at = depths(slab_mm, placed, plane)
    stack = np.stack([trilinear(voxels, placed, plane.points(depth)) for depth in at])
    if mode == "mip":
        return np.asarray(stack.max(axis=0))
    return np.asarray(stack.min(axis=0) if mode == "minip" else stack.mean(axis=0))


def display_set(placed: Floats, count: int, shape: tuple[int, int], **more: Any) -> DisplaySet:
    """Frames that lie as the affine says, judged as real ones are; `more` goes to each frame."""
    across, down = (np.linalg.norm(placed[:3, axis]) for axis in (0, 1))
    row, column = placed[:3, 0] / across, placed[:3, 1] / down
    frames = tuple(
        fakes_viewer.frame(
            k,
            shape=shape,
            axes=(_vector(row), _vector(column)),
            origin=_vector((placed @ [0, 0, k, 1])[:3]),
            spacing=(float(down), float(across)),
            **more,
        )
        for k in range(count)
    )
    made = fakes_viewer.stack(0)
    return evolve(
        made,
        frames=frames,
        kind=DisplaySetKind.VOLUME,
        geometry=judge([frame.plane for frame in frames]),
    )


def _vector(values: Floats) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z


def volume(voxels: NDArray[Any], placed: Floats, **more: Any) -> Volume:
    """As the program makes it of frames that were decoded one by one."""
    found = display_set(placed, voxels.shape[0], voxels.shape[1:3], **more)
    draft = VolumeDraft.begun(found, pixels(voxels[0]))
    for index, stored in enumerate(voxels):
        draft.fill(index, pixels(stored))
    return draft.finished()


def pixels(stored: NDArray[Any]) -> FramePixels:
    own = stored.copy()
    own.flags.writeable = False
    return FramePixels(own)


@define(eq=False)
class Decoder:
    """Decodes one frame after the other, and counts them and what of them is still alive."""

    stored: NDArray[Any]
    decoded: list[int] = field(factory=list)
    alive: int = 0
    most_alive: int = 0

    def __call__(self, index: int) -> FramePixels:
        self.decoded.append(index)
        made = pixels(self.stored[index])
        self.alive += made.nbytes
        self.most_alive = max(self.most_alive, self.alive)
        weakref.finalize(made, self._gone, made.nbytes)
        return made

    def _gone(self, nbytes: int) -> None:
        self.alive -= nbytes


def fewer_voxels(
    voxels: NDArray[Any], placed: Floats, fewer: Fewer, at_once: int = LEAST, **more: Any
) -> tuple[FewerVoxels, Decoder]:
    """As the program makes it of frames of which memory has no room for all."""
    found, decoder = (
        display_set(placed, voxels.shape[0], voxels.shape[1:3], **more),
        Decoder(voxels),
    )
    draft = FewerDraft.begun(VolumeDraft.begun(found, decoder(0), 1), fewer)
    decoder.decoded.clear()
    for index in range(len(voxels)):
        draft.fill(index, decoder(index))
    return draft.finished(decoder, at_once), decoder
