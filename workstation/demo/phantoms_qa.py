"""A quality phantom: values and lengths known exactly, no noise, for the tests of truth.

A water cylinder with six inserts of known HU on a ring, and two steel beads of one pixel
whose centres lie exactly 100.0 mm apart (200 pixels of 0.5 mm).
"""

from typing import Final

import numpy as np

from workstation.demo.phantoms_shapes import Array, Grid

QA_SPACING: Final = 0.5
QA_SIZE: Final = 512
QA_INSERT_RADIUS: Final = 14.0
QA_RING: Final = 60.0
QA_INSERTS: Final = (-850.0, -100.0, 40.0, 120.0, 350.0, 900.0)
QA_BEAD: Final = 2500.0
#: (column, row) of the beads, pixel centres.
QA_BEADS: Final = ((156, 256), (356, 256))


def qa_insert_pixel(index: int) -> tuple[float, float]:
    """Centre of an insert as (column, row) in pixels; the first at 3 o'clock plus 30 degrees."""
    angle = np.radians(30 + 60 * index)
    middle = (QA_SIZE - 1) / 2
    reach = QA_RING / QA_SPACING
    return (float(middle + reach * np.cos(angle)), float(middle + reach * np.sin(angle)))


def qa_slice(z: float, grid: Grid) -> Array:
    """HU of the phantom at any level; the beads are in the plane z = 0 only."""
    x, y = grid.xy
    image = np.where(np.hypot(x, y) <= 100, np.float32(0), np.float32(-1000))
    for index, hu in enumerate(QA_INSERTS):
        col, row = qa_insert_pixel(index)
        cols = np.arange(grid.size)[None, :] - col
        rows = np.arange(grid.size)[:, None] - row
        image[np.hypot(cols, rows) * grid.spacing <= QA_INSERT_RADIUS] = hu
    if abs(z) < 0.01:
        for col, row in QA_BEADS:
            image[row, col] = QA_BEAD
    return np.asarray(image, np.float32)
