"""Registration: a prior that scrolls a level off is compared with the wrong lesion."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from torso_phantom import scan, turned

from workstation.domain.geometry import Affine
from workstation.domain.registration import Registered, Rigid, SaidBy
from workstation.imaging.registration import Coarse, NotRegistered, coarse, register

DATA = Path(__file__).parents[4] / "shared" / "data"
Floats = NDArray[np.float64]


def scanned(
    patient: Floats, spacing: tuple[float, float, float], span: tuple[float, float]
) -> Coarse:
    values, affine = scan(patient, spacing, span)
    return coarse(len(values), lambda at: values[at], Affine(affine), "CT")


def worst_mm(rigid: Rigid, truth: Floats) -> float:
    """Over the corners of a torso."""
    corners = np.array([(x, y, z, 1.0) for x in (-140, 140) for y in (-90, 90) for z in (-90, 90)])
    found = corners @ rigid.matrix.T
    return float(np.linalg.norm(found - corners @ truth.T, axis=1).max())


@pytest.mark.parametrize(
    "truth",
    [
        turned(4.0, np.zeros(3), (12.0, -8.0, 25.0)),
        turned(-8.0, np.array((10.0, 0.0, 0.0)), (-25.0, 15.0, -60.0)),
        np.eye(4),
    ],
)
def test_a_known_transform_is_found(truth: Floats) -> None:
    """F122: within a voxel of the coarser scan, whose slices are 5 mm."""
    fixed = scanned(np.eye(4), (3.6, 3.6, 3.0), (-160, 160))
    moving = scanned(truth, (4.0, 4.0, 5.0), (-220, 220))

    fit = register(fixed, moving)

    assert worst_mm(fit.rigid, truth) < 4.0
    assert fit.correlation > 0.9
    assert fit.overlap > 0.9


def test_a_prior_of_another_length_begins_where_it_fits() -> None:
    """A chest beside chest and abdomen: the middles of the two are 90 mm apart."""
    fixed = scanned(np.eye(4), (3.6, 3.6, 3.0), (20, 170))
    moving = scanned(turned(0.0, np.zeros(3), (0.0, 0.0, 30.0)), (4.0, 4.0, 5.0), (-160, 220))

    fit = register(fixed, moving)

    assert worst_mm(fit.rigid, turned(0.0, np.zeros(3), (0.0, 0.0, 30.0))) < 4.0


def test_what_does_not_fit_is_refused() -> None:
    """Another body, or noise: a transform with six good-looking numbers would be one of six."""
    fixed = scanned(np.eye(4), (3.6, 3.6, 3.0), (-160, 160))
    noise = np.random.default_rng(3).normal(0, 300, fixed.values.shape).astype(np.float32)

    with pytest.raises(NotRegistered):
        register(fixed, Coarse(noise, fixed.affine, "CT"))


def test_blocks_are_means_and_lie_in_their_middle() -> None:
    """1 x 1 x 2 mm become 4 mm: sixteen voxels of each of two slices; the rest is left out."""
    values = np.random.default_rng(1).integers(-900, 900, (7, 17, 18)).astype(np.float32)
    placed = np.array(
        [[1.0, 0, 0, 5], [0, 1.0, 0, 6], [0, 0, -2.0, 7], [0, 0, 0, 1]]  # head down: left-handed
    )
    made = coarse(7, lambda at: values[at], Affine(placed), "CT")

    assert made.values.shape == (3, 4, 4)
    assert made.values[1, 2, 3] == pytest.approx(values[2:4, 8:12, 12:16].mean(), abs=1e-3)
    assert made.affine.matrix[:3, 3] == pytest.approx([6.5, 7.5, 6.0])
    assert np.diag(made.affine.matrix)[:3] == pytest.approx([4.0, 4.0, -4.0])


def test_a_registration_goes_both_ways() -> None:
    rigid = Rigid.of(turned(30.0, np.array((1.0, 2.0, 3.0)), (4.0, 5.0, 6.0)))
    link = Registered("1.2", "3.4", rigid, SaidBy.AUTO)
    there, back = link.between("1.2", "3.4"), link.between("3.4", "1.2")

    assert there == rigid
    assert back is not None
    assert back.point(rigid.point((7.0, -8.0, 9.0))) == pytest.approx((7.0, -8.0, 9.0))
    assert link.between("1.2", "1.2") is None
    assert rigid.degrees == pytest.approx(30.0)


@pytest.mark.parametrize(
    "matrix",
    [np.diag([1.0, 1.0, -1.0, 1.0]), np.diag([1.1, 1.0, 1.0, 1.0]), np.full((4, 4), np.nan)],
)
def test_a_mirror_or_a_scale_is_not_rigid(matrix: Floats) -> None:
    """Left would be right, or a lesion another size."""
    with pytest.raises(ValueError, match="rotation"):
        Rigid.of(matrix)


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
def test_the_derived_prior_lies_where_its_readme_says() -> None:
    """p_current = R (p_prior - c) + c + t, 1.5 degrees about z; within 1.5 mm (issue 5)."""
    current, prior = _read("ct_chest_current"), _read("ct_chest_prior_derived")
    c = np.array((0.8, 9.6, -112.8))
    truth = np.linalg.inv(turned(1.5, c, (3.0, -5.0, 7.0)))

    fit = register(current, prior)

    offsets = np.array([(x, y, z) for x in (-150, 150) for y in (-100, 100) for z in (-120, 120)])
    corners = np.hstack([c + offsets, np.ones((8, 1))])
    away = np.linalg.norm(corners @ (fit.rigid.matrix - truth).T, axis=1)
    assert away.max() < 1.5
    assert fit.correlation > 0.95


def _read(folder: str) -> Coarse:
    """By pydicom, in the order of positions."""
    files = [pydicom.dcmread(file) for file in (DATA / folder).iterdir()]
    files.sort(key=lambda ds: float(ds.ImagePositionPatient[2]))
    first, last = (np.array(files[at].ImagePositionPatient, float) for at in (0, -1))
    placed = np.eye(4)
    placed[0, 0], placed[1, 1] = float(files[0].PixelSpacing[1]), float(files[0].PixelSpacing[0])
    placed[:3, 2], placed[:3, 3] = (last - first) / (len(files) - 1), first

    def hu(at: int) -> Floats:
        ds = files[at]
        return np.asarray(ds.pixel_array * ds.RescaleSlope + ds.RescaleIntercept, np.float64)

    return coarse(len(files), hu, Affine(placed), "CT")
