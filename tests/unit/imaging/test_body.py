"""The patient told from the table: what is left out of a rendered CT is never a part of him."""

import numpy as np
from numpy.typing import NDArray

from workstation.imaging.body import INSIDE, body_mask

SHAPE = (12, 60, 80)


def scan() -> tuple[NDArray[np.float64], dict[str, NDArray[np.bool_]]]:
    """A trunk with lungs and an arm beside it, on a mattress, on the thin shell of a table."""
    _, y, x = np.mgrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    parts = {
        "trunk": ((x - 35) / 22) ** 2 + ((y - 25) / 15) ** 2 < 1,
        "lung": ((x - 27) / 7) ** 2 + ((y - 24) / 8) ** 2 < 1,
        "arm": (x - 70) ** 2 + (y - 27) ** 2 < 25,
        "mattress": (y >= 41) & (y < 46),
        "shell": (y >= 46) & (y < 47),
        "rail": (y >= 46) & (y < 49) & (x < 3),
    }
    values = np.full(SHAPE, -1000.0)
    for name, hu in (("mattress", -900), ("shell", 100), ("rail", 500), ("trunk", 40),
                     ("lung", -850), ("arm", 50)):  # fmt: skip
        values[parts[name]] = hu
    return values, parts


def test_the_patient_stays_whole_with_what_he_encloses() -> None:
    """Lungs are lighter than a mattress and belong to him; an arm lies beside him."""
    values, parts = scan()

    mask = body_mask(values)

    assert mask is not None
    for name in ("trunk", "lung", "arm"):
        assert (mask[parts[name]] == INSIDE).all(), name


def test_the_table_goes() -> None:
    values, parts = scan()

    mask = body_mask(values)

    assert mask is not None
    far = parts["shell"] | parts["rail"]
    assert (mask[far] == 0).all()


def test_where_nobody_lies_nobody_is_found() -> None:
    """A phantom of air: then nothing is left out."""
    assert body_mask(np.full(SHAPE, -1000.0)) is None
