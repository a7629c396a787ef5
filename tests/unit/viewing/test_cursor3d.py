"""One point of a patient on every view that knows where it lies."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import CORONAL, frame, stack

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.study import Frame
from workstation.viewing.cursor3d import Located, Spot, located, nearest, spot_of

THIN = stack(40, step=2.5).frames
ACROSS = stack(64, series="1.1.3", step=0.5, axes=CORONAL, thickness_mm=0.5).frames


def rotated(random: np.random.Generator) -> tuple[Vector, Vector]:
    """Two perpendicular directions, by the QR decomposition of noise."""
    q, _ = np.linalg.qr(random.normal(size=(3, 3)))
    row, column = (tuple(map(float, q[:, i])) for i in (0, 1))
    return row, column  # type: ignore[return-value]


def test_a_point_is_marked_within_half_a_voxel_on_any_plane() -> None:
    """F76: thirty oblique stacks, the point worked out by a 4x4 matrix in float64."""
    random = np.random.default_rng(7)
    for _ in range(30):
        row, column = rotated(random)
        a = frame(axes=(row, column), origin=(-10.0, 5.0, 20.0), spacing=(0.7, 0.4))
        at = tuple(random.uniform(10, 50, 2))
        spot = spot_of(a, (at[0], at[1]))
        assert spot is not None
        affine = np.eye(4)
        affine[:3, 0], affine[:3, 1] = np.multiply(row, 0.4), np.multiply(column, 0.7)
        affine[:3, 2], affine[:3, 3] = np.cross(row, column), (-10.0, 5.0, 20.0)
        patient = affine @ (at[0], at[1], 0, 1)
        other_row, other_column = rotated(random)
        centre = patient[:3] - np.multiply(other_row, 12.0) - np.multiply(other_column, 9.0)
        b = frame(
            series="1.1.2", axes=(other_row, other_column), spacing=(0.5, 0.5),
            origin=(float(centre[0]), float(centre[1]), float(centre[2])),
        )  # fmt: skip

        place = located(spot, b)

        assert place is not None
        assert place.at == pytest.approx((24, 18), abs=1e-6)  # 12 mm and 9 mm of 0.5 mm
        assert place.off_mm == pytest.approx(0, abs=1e-6)
        assert place.inside


def test_another_stack_goes_to_the_slice_nearest_to_the_point() -> None:
    """z = 30 mm is the thirteenth axial; a coronal stack is gone through by y."""
    spot = Spot((10.0, 12.0, 30.4), "9.1")

    assert nearest(spot, THIN, at=0) == 12
    assert located(spot, THIN[12]) == Located((20, 24), pytest.approx(0.4), inside=True)


def test_a_point_outside_every_slice_is_said_to_be_outside() -> None:
    """The stack ends at z = 97.5 mm: the last image is shown, the point is not in it."""
    spot = Spot((10.0, 12.0, 110.0), "9.1")

    assert nearest(spot, THIN, at=0) == 39
    place = located(spot, THIN[39])
    assert place is not None
    assert place.off_mm == pytest.approx(12.5)
    assert not place.inside


def test_a_point_beside_the_image_marks_and_moves_nothing() -> None:
    """A knee is not looked for in a stack that ends at the hip."""
    spot = Spot((500.0, 12.0, 30.0), "9.1")

    assert nearest(spot, THIN, at=7) is None
    assert located(spot, THIN[12]) is None


def test_another_frame_of_reference_is_never_marked() -> None:
    """The same numbers in another space are another place: a mark there would be a guess."""
    spot = spot_of(THIN[12], (20, 24))
    prior = stack(40, study="1.2", series="1.2.1", space="9.2").frames

    assert spot is not None
    assert nearest(spot, prior, at=0) is None
    assert located(spot, prior[12]) is None


def test_without_a_frame_of_reference_only_the_series_itself_is_marked() -> None:
    """Two series that say nothing of their space are not one space."""
    own = stack(5, space="")
    other = stack(5, series="1.1.2", space="")
    spot = spot_of(own.frames[2], (3, 3))

    assert spot is not None
    assert nearest(spot, own.frames, at=0) == 2
    assert nearest(spot, other.frames, at=0) is None


def test_an_image_without_a_place_says_nothing_of_the_patient() -> None:
    nowhere = frame(axes=None)

    assert spot_of(nowhere, (1, 1)) is None
    assert located(Spot((0, 0, 0), "9.1"), nowhere) is None


def test_of_two_phases_at_one_position_the_one_being_looked_at_stays() -> None:
    """Fourteen phases at each level: pointing must not jump through time."""
    phases = tuple(
        evolve(each, key=evolve(each.key, copy=phase)) for phase in (0, 1) for each in THIN[:10]
    )
    spot = spot_of(THIN[4], (3, 3))
    assert spot is not None

    assert nearest(spot, phases, at=2) == 4
    assert nearest(spot, phases, at=15) == 14


def test_a_slice_of_unknown_thickness_holds_its_plane_alone() -> None:
    spot = Spot((10.0, 12.0, 30.4), "9.1")
    thin: Frame = evolve(THIN[12], thickness_mm=None)

    place = located(spot, thin)

    assert place is not None
    assert not place.inside


def test_a_coronal_stack_is_gone_through_across() -> None:
    """Coronals 0.5 mm apart along y: y = 12 mm is slice 24 where they lie in that order."""
    frames = tuple(
        evolve(each, plane=ImagePlane((0.0, i * 0.5, 31.5), *CORONAL, 0.5, 0.5))
        for i, each in enumerate(ACROSS)
    )

    index = nearest(Spot((10.0, 12.1, 30.0), "9.1"), frames, at=0)

    assert index == 24
    assert located(Spot((10.0, 12.1, 30.0), "9.1"), frames[24]) == Located(
        (pytest.approx(20), pytest.approx(3)), pytest.approx(0.1, abs=1e-9), inside=True
    )
