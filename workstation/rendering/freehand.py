"""Which samples of rays a line drawn on the screen takes away."""

from functools import lru_cache
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from workstation.imaging.regions import polygon_mask
from workstation.viewing.volume_cuts import Freehand

#: Pixels of the picture of a line, at most, and how fine they are, mm.
_SIDE: Final = 1024
_FINEST_MM: Final = 0.25


@frozen(eq=False)
class Outline:
    """What a line encloses as a picture, and `matrix` (3, 4) from LPS to its pixels, times their
    third part."""

    enclosed: NDArray[np.bool_] = field(repr=False)
    matrix: NDArray[np.float64]
    inside: bool

    def gone(self, places: NDArray[np.float64], steps: tuple[NDArray[np.intp], ...]) -> (
        NDArray[np.bool_]
    ):  # fmt: skip
        """Of samples at `steps` (step, row, column; broadcast), whose places in the patient are
        `places` (4, 4) times column, row, step, 1."""
        step, row, column = steps
        way = self.matrix @ places
        u, v, w = (each[0] * column + each[1] * row + (each[2] * step + each[3]) for each in way)
        rows, columns = self.enclosed.shape
        x, y = np.rint(u / w).astype(np.int32), np.rint(v / w).astype(np.int32)
        within = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        found = within & self.enclosed[np.where(within, y, 0), np.where(within, x, 0)]
        return np.asarray(found if self.inside else ~found, np.bool_)


@lru_cache(maxsize=32)
def outline_of(cut: Freehand) -> Outline:
    """Its picture; the same cut is asked for with every turn."""
    line = np.asarray(cut.line)
    low, high = line.min(axis=0), line.max(axis=0)
    pixel = max(float((high - low).max()) / (_SIDE - 4), _FINEST_MM)
    start = low - pixel
    columns, rows = (int(side) + 3 for side in (high - low) / pixel)
    corners = [(float(x), float(y)) for x, y in (line - start) / pixel]
    row, column, normal = (np.asarray(each) for each in
                           (cut.axes.row, cut.axes.column, cut.axes.normal))  # fmt: skip
    origin = np.asarray(cut.origin)
    if cut.eye is None:
        away, foot, ahead = 1.0, origin, np.array([0.0, 0.0, 0.0, 1.0])
    else:
        eye = np.asarray(cut.eye)
        away, foot = float((origin - eye) @ normal), eye
        ahead = np.array([*normal, -normal @ eye])
    beside = [float((foot - origin) @ each) for each in (row, column)]
    matrix = np.stack([
        (away * np.array([*way, -way @ foot]) + (off - first) * ahead) / pixel
        for way, off, first in zip((row, column), beside, start, strict=True)
    ] + [ahead])  # fmt: skip
    return Outline(polygon_mask(corners, (rows, columns)), matrix, cut.inside)
