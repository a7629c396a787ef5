"""A prior registered with the current study: how long it takes, how far off it is.

The chest of ../shared/data and the prior that was made of it by a known transform (1.5 degrees
about the patient's axis, 9 mm); a worker does just this between the reader's key and his offer.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread

from workstation.bench.conformance import DATA
from workstation.bench.figures import Figure, machine_load
from workstation.domain.geometry import Affine
from workstation.errors import CommandError
from workstation.imaging.registration import Coarse, coarse, register
from workstation.text import tr

_TIMES: Final = 3
#: Truth of the derived prior, from its README: p_current = R (p_prior - c) + c + t.
_CENTRE: Final = np.array((0.8, 9.6, -112.8))
_SHIFT: Final = np.array((3.0, -5.0, 7.0))
_DEGREES: Final = 1.5


def registration() -> tuple[Figure, ...]:
    """The median of three runs, decoded pixels in memory; the library's import is in the first."""
    folders = [DATA / name for name in ("ct_chest_current", "ct_chest_prior_derived")]
    if not all(folder.is_dir() for folder in folders):
        raise CommandError(tr("this benchmark needs ../shared/data"))
    current, prior = map(_read, folders)
    taken, worked = [], []
    for _ in range(_TIMES):
        begun, busy = time.perf_counter(), time.process_time()
        fit = register(_coarse(current), _coarse(prior))
        taken.append(time.perf_counter() - begun)
        worked.append(time.process_time() - busy)
    matrix = fit.rigid.matrix
    return (
        Figure("a chest registered with its prior, first time", taken[0], "s", "3"),
        Figure("again, median", float(np.median(taken)), "s", "3"),
        Figure("of that processor time, all threads", float(np.median(worked)), "s"),
        Figure("farthest off over a torso", _worst_mm(matrix), "mm", "1.5"),
        Figure("correlation", fit.correlation, ""),
        *machine_load(),
    )


def _worst_mm(matrix: NDArray[np.float64]) -> float:
    a = np.deg2rad(_DEGREES)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    ends = [(x, y, z) for x in (-150, 150) for y in (-100, 100) for z in (-120, 120)]
    points = _CENTRE + np.array(ends, float)
    truth = (points - _CENTRE - _SHIFT) @ turn + _CENTRE
    found = points @ matrix[:3, :3].T + matrix[:3, 3]
    return float(np.linalg.norm(found - truth, axis=1).max())


def _read(folder: Path) -> list[tuple[Dataset, NDArray[np.float64]]]:
    headers = [dcmread(file) for file in folder.iterdir()]
    headers.sort(key=lambda ds: float(ds.ImagePositionPatient[2]))
    return [(ds, ds.pixel_array * ds.RescaleSlope + ds.RescaleIntercept) for ds in headers]


def _coarse(slices: Sequence[tuple[Dataset, NDArray[np.float64]]]) -> Coarse:
    first, last = (np.array(slices[at][0].ImagePositionPatient, float) for at in (0, -1))
    matrix = np.diag([*map(float, slices[0][0].PixelSpacing[::-1]), 1.0, 1.0])
    matrix[:3, 2], matrix[:3, 3] = (last - first) / (len(slices) - 1), first
    return coarse(len(slices), lambda at: slices[at][1], Affine(matrix), "CT")
