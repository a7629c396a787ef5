"""The vessels of the lungs: trees that fill a lung, splatted into the slices.

A tree is grown by halving a cloud of points again and again (each half gets a branch
towards its centre), with radii by Murray's law; so it branches like a lung does.
"""

import functools
from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.demo.phantoms_shapes import Array, Grid, Point

LEAF_RADIUS: Final = 0.5
MURRAY: Final = 2.62
WIDEST: Final = 5.0
LOBE: Final = 220


@frozen(eq=False)
class Tree:
    """Points along all branches, sorted by z: position, radius, how steep (1 = along z)."""

    position: Array
    radius: Array
    steepness: Array
    bronchus: Array  # 1 where an airway runs beside it


def grow(root: Point, targets: NDArray[np.float64], seed: int, *, airway: bool) -> Tree:
    """The tree that reaches every target from the root."""
    rng = np.random.default_rng(seed)
    segments: list[tuple[NDArray[np.float64], NDArray[np.float64], float]] = []
    todo = [(np.asarray(root, float), targets)]
    while todo:
        start, points = todo.pop()
        radius = min(LEAF_RADIUS * len(points) ** (1 / MURRAY), WIDEST)
        middle = points.mean(0)
        if len(points) > LOBE:  # lobes part close to the root
            reach = 0.16
        else:
            reach = 1.0 if len(points) == 1 else 0.42 + 0.16 * rng.random()
        end = start + (middle - start) * reach + rng.normal(0, 0.6, 3)
        segments.append((start, end, radius))
        if len(points) > 1:
            along = points[:, int(np.argmax(np.ptp(points, axis=0)))].argsort()
            cut = max(1, int(len(points) * (0.35 + 0.3 * rng.random())))
            low, high = points[along[:cut]], points[along[cut:]]
            todo += [(end, low), (end, high)]
    return _sample(segments, airway)


def _sample(
    segments: list[tuple[NDArray[np.float64], NDArray[np.float64], float]], airway: bool
) -> Tree:
    """Points along every segment, closer than its radius or 0.6 mm."""
    start = np.stack([each[0] for each in segments])
    way = np.stack([each[1] for each in segments]) - start
    radius = np.array([each[2] for each in segments])
    length = np.linalg.norm(way, axis=1)
    count = np.maximum(2, (length / np.maximum(0.6, 0.5 * radius)).astype(int))
    owner = np.repeat(np.arange(len(segments)), count)
    t = (np.arange(owner.size) - np.repeat(count.cumsum() - count, count)) / (count[owner] - 1)
    position = start[owner] + t[:, None] * way[owner]
    order = np.argsort(position[:, 2])
    owner = owner[order]
    steep = np.abs(way[:, 2]) / np.maximum(length, 1e-6)
    return Tree(
        position[order].astype(np.float32),
        radius[owner].astype(np.float32),
        steep[owner].astype(np.float32),
        ((radius > 1.0) & airway)[owner].astype(np.float32),
    )


@functools.lru_cache(maxsize=8)
def lung_trees(
    seed: int, inside: Callable[[NDArray[np.float64]], NDArray[np.bool_]]
) -> tuple[Tree, ...]:
    """Arteries and veins of both lungs; `inside` says which anatomy points are lung."""
    rng = np.random.default_rng(seed)
    trees = []
    for side in (-1.0, 1.0):
        low, high = np.array([5.0, -95, -135]), np.array([140.0, 90, 95])
        cloud = rng.uniform(low, high, (14000, 3)) * (side, 1, 1)
        cloud = cloud[inside(cloud)][:2400]
        roots: tuple[Point, Point] = ((side * 36, 8.0, -18.0), (side * 36, 12.0, -42.0))
        trees.append(grow(roots[0], cloud[:1300], seed * 4 + int(side), airway=True))
        trees.append(grow(roots[1], cloud[1300:], seed * 4 + int(side) + 2, airway=False))
    return tuple(trees)


def stamp_vessels(tree: Tree, z: float, thickness: float, grid: Grid) -> tuple[Array, Array]:
    """How much of each pixel is vessel, and how much is the air of a bronchus beside it."""
    cover = np.zeros((grid.size, grid.size), np.float32)
    air = np.zeros_like(cover)
    reach = float(tree.radius.max()) + thickness
    first, last = np.searchsorted(tree.position[:, 2], (z - reach, z + reach))
    p, r = tree.position[first:last], tree.radius[first:last]
    away = np.abs(p[:, 2] - z)
    near = away < r + thickness / 2
    p, r, away = p[near], r[near], away[near]
    steep, tube = tree.steepness[first:last][near], tree.bronchus[first:last][near]
    partial = steep + (1 - steep) * np.minimum(1, 2 * r / thickness)
    weight = partial * np.clip((r + thickness / 2 - away) / np.minimum(2 * r, thickness), 0, 1)
    flat = np.sqrt(np.maximum(r * r - np.maximum(away - thickness / 2, 0) ** 2, 0.05))
    splat(cover, p[:, :2], flat, weight, grid)
    wide = tube > 0
    beside = p[wide, :2] + np.float32(1.15) * r[wide, None]
    splat(cover, beside, flat[wide] * 0.95, weight[wide] * 0.85, grid)
    splat(air, beside, flat[wide] * 0.68, weight[wide], grid)
    return cover, air


def splat(cover: Array, xy: Array, radius: Array, weight: Array, grid: Grid) -> None:
    """Discs of a soft edge, the strongest wins; small ones by the thousand at once."""
    middle = (grid.size - 1) / 2
    for low, high in ((0.0, 1.2), (1.2, 3.0), (3.0, 9.0)):
        chosen = (radius > low) & (radius <= high)
        if not chosen.any():
            continue
        col = (xy[chosen, 0] - grid.center[0]) / grid.spacing + middle
        row = (xy[chosen, 1] - grid.center[1]) / grid.spacing + middle
        size = int(high / grid.spacing + 1.5)
        dy, dx = np.mgrid[-size : size + 1, -size : size + 1]
        rows = np.rint(row).astype(int)[:, None] + dy.ravel()
        cols = np.rint(col).astype(int)[:, None] + dx.ravel()
        away = np.hypot(rows - row[:, None], cols - col[:, None]) * grid.spacing
        amount = np.clip((radius[chosen, None] - away) / grid.spacing + 0.5, 0, 1)
        amount = (amount * weight[chosen, None]).astype(np.float32)
        ok = (amount > 0) & (rows >= 0) & (cols >= 0) & (rows < grid.size) & (cols < grid.size)
        np.maximum.at(cover, (rows[ok], cols[ok]), amount[ok])
