"""The brush and the geometry of the phantoms: signed distances in, grey values out.

A signed distance is in millimetres, negative inside. Large organs are computed on a grid
of half the resolution and enlarged, because a distance is smooth and its edge stays sharp.
"""

import functools
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

#: float32 where it is large; a mixed expression may come out wider.
Array = NDArray[np.floating[Any]]
Point = tuple[float, float, float]

NOISE_TILES: Final = 6


@frozen
class Grid:
    """The pixel centres of one axial frame in the anatomy's own millimetres."""

    size: int
    spacing: float
    center: tuple[float, float] = (0.0, 0.0)

    def axis(self, which: int, step: int = 1) -> Array:
        """Coordinates along x (0) or y (1); with `step` 2 the means of pairs of pixels."""
        count = self.size // step
        offset = (self.size - 1) / 2
        index = np.arange(count, dtype=np.float32) * step + (step - 1) / 2
        return ((index - offset) * self.spacing + self.center[which]).astype(np.float32)

    @property
    def xy(self) -> tuple[Array, Array]:
        return self.axis(0)[None, :], self.axis(1)[:, None]

    @property
    def half_xy(self) -> tuple[Array, Array]:
        return self.axis(0, 2)[None, :], self.axis(1, 2)[:, None]

    def window(self, x: float, y: float, radius: float) -> tuple[slice, slice] | None:
        """The part of the frame around a point, None where it misses the frame."""
        middle = (self.size - 1) / 2
        col = (x - self.center[0]) / self.spacing + middle
        row = (y - self.center[1]) / self.spacing + middle
        reach = radius / self.spacing + 2
        c0, c1 = max(0, int(col - reach)), min(self.size, int(col + reach) + 2)
        r0, r1 = max(0, int(row - reach)), min(self.size, int(row + reach) + 2)
        return (slice(r0, r1), slice(c0, c1)) if c0 < c1 and r0 < r1 else None


def ellipse(
    x: Array, y: Array, center: tuple[float, float], semi: tuple[float, float], turn: float = 0.0
) -> Array:
    """Signed distance to an ellipse, right near its edge; `turn` in degrees."""
    u, v = x - np.float32(center[0]), y - np.float32(center[1])
    if turn:
        c, s = np.float32(np.cos(np.radians(turn))), np.float32(np.sin(np.radians(turn)))
        u, v = u * c + v * s, v * c - u * s
    a, b = np.float32(max(semi[0], 0.5)), np.float32(max(semi[1], 0.5))
    p, q = (u / a) ** 2, (v / b) ** 2
    k1 = np.sqrt(p + q)
    k2 = np.sqrt(p / a**2 + q / b**2) + np.float32(1e-6)
    return np.asarray(k1 * (k1 - 1) / k2, np.float32)


def ellipsoid(
    x: Array, y: Array, z: float, center: Point, semi: Point, turn: float = 0.0
) -> Array | None:
    """The section of an ellipsoid at `z`, None where the plane misses it."""
    rest = 1 - ((z - center[2]) / semi[2]) ** 2
    if rest <= 0.002:
        return None
    shrink = float(np.sqrt(rest))
    return ellipse(x, y, center[:2], (semi[0] * shrink, semi[1] * shrink), turn)


def capsule(x: Array, y: Array, z: float, a: Point, b: Point, radius: float) -> Array:
    """Signed distance to a round rod from `a` to `b`, on the plane at `z`."""
    d = np.subtract(b, a).astype(np.float32)
    u, v, w = x - np.float32(a[0]), y - np.float32(a[1]), np.float32(z - a[2])
    t = np.clip((u * d[0] + v * d[1] + w * d[2]) / np.float32(d @ d), 0, 1)
    near = (u - t * d[0]) ** 2 + (v - t * d[1]) ** 2 + (w - t * d[2]) ** 2
    return np.asarray(np.sqrt(near) - np.float32(radius), np.float32)


def merge(a: Array, b: Array | None, soft: float = 6.0) -> Array:
    """The union of two shapes, its inner corner rounded over `soft` mm."""
    if b is None:
        return a
    k = np.float32(soft)
    h = np.maximum(k - np.abs(a - b), 0)
    return np.asarray(np.minimum(a, b) - h * h / (4 * k), np.float32)


def coverage(distance: Array, edge: float) -> Array:
    """How much of each pixel lies inside: 1 inside, 0 outside, a ramp of `edge` mm."""
    cover: Array = np.clip(np.float32(0.5) - distance / np.float32(edge), 0, 1)
    return cover


def paint(image: Array, cover: Array, value: float | Array) -> None:
    """Lay a material over the image where `cover` says."""
    image += cover * (value - image)


def enlarge(half: Array) -> Array:
    """Twice the resolution, linear: new pixel centres lie a quarter of a cell beside the old."""
    return _double(_double(half).T).T


def _double(half: Array) -> Array:
    """Twice as many rows."""
    near, far = half * np.float32(0.75), half * np.float32(0.25)
    out = np.empty((2 * half.shape[0], half.shape[1]), np.float32)
    np.add(near[1:], far[:-1], out=out[2::2])
    np.add(near[:-1], far[1:], out=out[1:-1:2])
    out[0], out[-1] = half[0], half[-1]
    return out


def extent(half: Array, edge: float) -> tuple[slice, slice] | None:
    """The part of a half-size field that touches the shape, None where nothing does."""
    near = half < edge
    rows, cols = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    if not rows.size:
        return None
    return (
        slice(max(0, int(rows[0]) - 1), int(rows[-1]) + 2),
        slice(max(0, int(cols[0]) - 1), int(cols[-1]) + 2),
    )


def doubled(box: tuple[slice, slice], size: int) -> tuple[slice, slice]:
    """The same part in the image of full size."""
    rows, cols = (slice(2 * part.start, min(2 * part.stop, size)) for part in box)
    return rows, cols


def lay(
    image: Array, half: Array, edge: float, value: float | Array, strength: float = 1.0
) -> None:
    """Paint a shape that is known at half the resolution, where it is and nowhere else."""
    box = extent(half, edge)
    if box is None:
        return
    cover = coverage(enlarge(half[box]), edge)
    if strength != 1.0:
        cover *= np.float32(strength)
    big = doubled(box, image.shape[0])
    paint(image[big], cover, value[big] if isinstance(value, np.ndarray) else value)


def table(z: float, *points: tuple[float, float]) -> float:
    """A value that changes with the level: straight lines through (z, value), any order."""
    zs, values = zip(*sorted(points), strict=True)
    return float(np.interp(z, zs, values))


def ripple(xy: tuple[Array, Array], z: float, seed: int, wave: float, terms: int = 5) -> Array:
    """A smooth random field of about unit size; the same for the same seed. `wave` in mm.

    A sum of plane waves; sin(a + b) splits into x and y, so it is one matrix product.
    """
    rng = np.random.default_rng(seed)
    k = rng.normal(0, 2 * np.pi / wave / np.sqrt(3), (terms, 3))
    phase = rng.uniform(0, 2 * np.pi, terms)
    a = k[:, :1] * xy[0].reshape(1, -1)
    b = xy[1].reshape(-1, 1) * k[:, 1] + (k[:, 2] * z + phase)
    across = np.concatenate([np.sin(a), np.cos(a)]).astype(np.float32)
    down = np.concatenate([np.cos(b), np.sin(b)], 1).astype(np.float32)
    down *= np.float32(np.sqrt(2 / terms))
    field = np.empty((len(down), across.shape[1]), np.float32)
    # In slabs that OpenBLAS keeps to one thread: its threads wait for each other for
    # milliseconds where other processes hold the cores.
    for first in range(0, len(down), 16):
        np.matmul(down[first : first + 16], across, out=field[first : first + 16])
    return field


@functools.lru_cache(maxsize=24)
def noise_tile(seed: int, size: int, sharp: bool) -> Array:
    """Correlated noise of unit standard deviation, as a reconstruction kernel leaves it."""
    rng = np.random.default_rng(seed)
    f = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    ramp = f * np.exp(-((f / (0.34 if sharp else 0.17)) ** 2)) + 0.004
    white = np.fft.rfft2(rng.standard_normal((size, size)))
    tile = np.fft.irfft2(white * ramp, (size, size))
    return np.asarray(tile / tile.std(), np.float32)


def noise(seed: int, index: int, size: int, *, sharp: bool = False) -> Array:
    """Noise for one frame: a few tiles, turned and shifted, so that no two frames share it."""
    rng = np.random.default_rng((seed, index))
    tile = noise_tile(seed % 3 * NOISE_TILES + int(rng.integers(NOISE_TILES)), size, sharp)
    tile = tile[:: int(rng.choice([1, -1])), :: int(rng.choice([1, -1]))]
    return np.roll(tile, tuple(rng.integers(0, size, 2)), (0, 1))
