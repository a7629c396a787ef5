"""Protocols of the demo's scanners: which planes are taken of whom."""

import functools
from typing import Final

from workstation.demo.phantoms_chest import chest_slice
from workstation.demo.phantoms_dicom import SeriesPlan, Vector
from workstation.demo.phantoms_head import Head, head_ct
from workstation.demo.phantoms_modalities import cr_series, mr_series
from workstation.demo.phantoms_mr import FLAIR, T1, T2
from workstation.demo.phantoms_pet import pet_series
from workstation.demo.phantoms_qa import QA_SIZE, QA_SPACING
from workstation.demo.phantoms_series import ABDOMEN, BONE, BRAIN, Scan, chest_ct, ct_series, qa_ct
from workstation.demo.phantoms_shapes import Array, Grid
from workstation.demo.phantoms_trunk import Lesion, Trunk

#: Anatomy + shift = LPS. The carina of the current study lies at S 129.
ALDER_NOW_SHIFT: Final = (0.0, 0.0, 129.0)
ALDER_PRIOR_SHIFT: Final = (6.0, -4.0, 136.5)
ALDER_NOW: Final = Trunk(
    seed=1,
    fat=1.35,
    lesions=(Lesion((84.0, -20.0, -15.0), 22.0, 30.0), Lesion((-70.0, 52.0, -50.0), 6.0, 40.0)),
)
ALDER_PRIOR: Final = Trunk(
    seed=1,
    fat=1.35,
    lesions=(Lesion((84.0, -20.0, -15.0), 20.0, 30.0), Lesion((-70.0, 52.0, -50.0), 6.0, 40.0)),
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


def head_ct_plan(head: Head, shift: Vector, frame: str) -> tuple[SeriesPlan, ...]:
    """Brain 2.5 mm and bone 2.5 mm, 56 planes."""
    scan = Scan(56, 108.0, 2.5, Grid(512, 0.4492), shift, frame, seed=head.seed)
    render = functools.partial(_head, head, scan.grid)
    return (
        ct_series(2, "Axial brain 2.5", render, scan, BRAIN),
        ct_series(3, "Axial bone 2.5", render, scan, BONE),
    )


def _head(head: Head, grid: Grid, z: float) -> Array:
    return head_ct(head, z, grid)


def brain_mr_plan(head: Head, shift: Vector, frame: str, step: float) -> tuple[SeriesPlan, ...]:
    """T1, T2 and FLAIR in one frame of reference."""
    count = round(130 / step)
    scan = Scan(count, 104.0, step, Grid(320, 0.71875), shift, frame, seed=head.seed)
    return tuple(
        mr_series(number, head, contrast, scan)
        for number, contrast in enumerate((T1, T2, FLAIR), start=2)
    )


def abdomen_ct_plan(trunk: Trunk, shift: Vector, frame: str) -> tuple[SeriesPlan, ...]:
    """From the domes to below the kidneys, 72 planes of 2.5 mm."""
    scan = Scan(72, -70.0, 2.5, Grid(512, 0.78125), shift, frame, seed=trunk.seed)
    render = functools.partial(_trunk, trunk, scan)
    return (ct_series(2, "Axial portal 2.5", render, scan, ABDOMEN,
                      ContrastBolusAgent="Iohexol 350"),)  # fmt: skip


def abdomen_pet_ct_plan(trunk: Trunk, shift: Vector, frame: str) -> tuple[SeriesPlan, ...]:
    """The same with PET of the same table, 45 planes of 4 mm."""
    scan = Scan(45, -70.0, 4.0, Grid(128, 4.0), shift, frame, seed=trunk.seed)
    return (*abdomen_ct_plan(trunk, shift, frame), pet_series(3, trunk, scan))


def _trunk(trunk: Trunk, scan: Scan, z: float) -> Array:
    return chest_slice(trunk, z, scan.grid, scan.step)


def chest_cr_plan(trunk: Trunk, *, lateral: bool, inverse: bool = False) -> tuple[SeriesPlan, ...]:
    views = [cr_series(1, trunk, "PA", inverse=inverse)]
    if lateral:
        views.append(cr_series(2, trunk, "LAT"))
    return tuple(views)
