"""Protocols of the demo's scanners: which planes are taken of whom."""

from typing import Final

from workstation.demo.phantoms_dicom import SeriesPlan, Vector
from workstation.demo.phantoms_qa import QA_SIZE, QA_SPACING
from workstation.demo.phantoms_series import Scan, chest_ct, qa_ct
from workstation.demo.phantoms_shapes import Grid
from workstation.demo.phantoms_trunk import Lesion, Trunk

#: Anatomy + shift = LPS. The carina of the current study lies at S 129.
ALDER_NOW_SHIFT: Final = (0.0, 0.0, 129.0)
ALDER_PRIOR_SHIFT: Final = (6.0, -4.0, 136.5)
ALDER_NOW: Final = Trunk(
    seed=1,
    fat=1.35,
    lesions=(Lesion((74.0, -22.0, -15.0), 22.0, 30.0), Lesion((-70.0, 52.0, -50.0), 6.0, 40.0)),
)
ALDER_PRIOR: Final = Trunk(
    seed=1,
    fat=1.35,
    lesions=(Lesion((74.0, -22.0, -15.0), 20.0, 30.0), Lesion((-70.0, 52.0, -50.0), 6.0, 40.0)),
)
CHEST_TOP: Final = 110.0


def chest_now(trunk: Trunk, shift: Vector, frame: str) -> tuple[SeriesPlan, ...]:
    """100 planes of 2.5 mm, 512 x 512, 0.78125 mm pixels, two kernels."""
    scan = Scan(100, CHEST_TOP, 2.5, Grid(512, 0.78125), shift, frame, seed=trunk.seed)
    return chest_ct(trunk, scan)


def chest_prior(trunk: Trunk, shift: Vector, frame: str) -> tuple[SeriesPlan, ...]:
    """49 planes of 5 mm on another scanner: other pixels, other frame of reference."""
    grid = Grid(512, 0.8203125)
    scan = Scan(49, CHEST_TOP, 5.0, grid, shift, frame, seed=trunk.seed + 40, current_ma=132)
    return chest_ct(trunk, scan, both=False)


def quality(frame: str) -> tuple[SeriesPlan, ...]:
    return qa_ct(Scan(9, 10.0, 2.5, Grid(QA_SIZE, QA_SPACING), (0.0, 0.0, 0.0), frame))
