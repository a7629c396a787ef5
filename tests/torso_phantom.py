"""A torso that is nowhere like itself, as scanners see it from wherever it lies."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def turned(degrees: float, about: Floats, shift: tuple[float, float, float]) -> Floats:
    """About the patient's axis through a point, then shifted; 4 x 4."""
    a = np.deg2rad(degrees)
    made = np.eye(4)
    made[:2, :2] = [[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]
    made[:3, 3] = about - made[:3, :3] @ about + shift
    return made


def body(points: Floats) -> Floats:
    """A torso that is nowhere like itself: HU at points (..., 3), LPS mm."""
    x, y, z = np.moveaxis(points, -1, 0)
    values = np.full(x.shape, -1000.0)
    values[((x / 150) ** 2 + (y / 100) ** 2 < 1) & (abs(z) < 170)] = 40.0
    for at, radii, hu in (
        ((-70, -10, 60), (45, 55, 80), -850), ((65, 0, 50), (40, 50, 90), -850),
        ((-50, 10, -80), (70, 60, 50), 110), ((80, 20, -60), (30, 40, 30), 180),
        ((10, 70, 0), (20, 18, 400), 500), ((20, -30, 20), (45, 35, 45), 60),
        ((40, -60, -120), (25, 20, 25), -300), ((-30, -50, 120), (15, 15, 30), 300),
    ):  # fmt: skip
        inside = sum(((part - c) / r) ** 2 for part, c, r in zip((x, y, z), at, radii, strict=True))
        values[(inside < 1) & (values > -1000)] = hu
    return values


def scan(
    patient: Floats, spacing: tuple[float, float, float], span: tuple[float, float]
) -> tuple[NDArray[np.float32], Floats]:
    """HU (slices, rows, columns) and affine of the body as a scanner has it from z to z; what
    is p in the body's millimetres is `patient` times p in the scanner's. Columns, rows, slices.
    """
    shape = (round((span[1] - span[0]) / spacing[2]), round(260 / spacing[1]), 90)
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = (-45 * spacing[0], -130, span[0])
    k, j, i = np.indices(shape, float)
    index = np.stack([i, j, k, np.ones(shape)], axis=-1)
    points = index @ (np.linalg.inv(patient) @ affine).T
    return body(points[..., :3]).astype(np.float32), affine
