"""Marks made on planes, on other images of the same patient: where they lie, or not at all."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.measurement import Measurement, MeasurementKind, OnPlane
from workstation.domain.study import Frame
from workstation.viewing.patient_marks import on_frame

PLANE = ImagePlane((-10.0, -20.0, 30.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.8, 0.8)
SPACE = "9.1"


def mark(kind: MeasurementKind = MeasurementKind.LENGTH) -> Measurement:
    return Measurement(
        "A1", kind, frame().key, ((4.0, 5.0), (20.0, 9.0)), 13.2, "mm",
        on=OnPlane(PLANE, SPACE, "axial"),
    )  # fmt: skip


def image(
    z: float = 30.0, turned: float = 0.0, thickness_mm: float | None = 2.5, space: str = SPACE
) -> Frame:
    c, s = float(np.cos(np.radians(turned))), float(np.sin(np.radians(turned)))
    axes: tuple[Vector, Vector] = ((c, s, 0.0), (-s, c, 0.0))
    return frame(origin=(0.0, 0.0, z), axes=axes, spacing=(0.5, 0.7), space=space,
                 thickness_mm=thickness_mm)  # fmt: skip


def test_it_lies_on_the_same_places_of_the_patient() -> None:
    there = image(30.9, turned=33.0)

    found = on_frame(mark(), there)

    assert found is not None
    assert there.plane is not None
    for (x, y), point in zip(found.points, mark().in_patient, strict=True):
        assert there.plane.to_patient(x, y)[:2] == pytest.approx(point[:2])
    assert found.frame == there.key
    assert found.value == mark().value


@pytest.mark.parametrize(("z", "thickness_mm", "drawn"), [
    (31.2, 2.5, True), (31.3, 2.5, False), (30.4, None, True), (30.6, None, False),
])  # fmt: skip
def test_it_is_drawn_within_the_slice_alone(z: float, thickness_mm: float, drawn: bool) -> None:
    """On the next slice it would mark what lies beside the finding."""
    assert (on_frame(mark(), image(z, thickness_mm=thickness_mm)) is not None) is drawn


def test_a_line_through_a_slice_is_not_drawn_on_it() -> None:
    """It would look shorter there than it is."""
    on = OnPlane(evolve(PLANE, column=(0.0, 0.0, -1.0)), SPACE, "coronal")

    assert on_frame(evolve(mark(), on=on), image(26.0)) is None


def test_nothing_goes_over_to_another_frame_of_reference() -> None:
    assert on_frame(mark(), image(space="9.2")) is None


@pytest.mark.parametrize("kind", [MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE])
def test_boxes_are_drawn_where_rows_run_as_theirs_alone(kind: MeasurementKind) -> None:
    """Corners of a box make another box where the rows are turned: another region."""
    assert on_frame(mark(kind), image()) is not None
    assert on_frame(mark(kind), image(turned=5.0)) is None
    assert on_frame(mark(kind), image(turned=90.0)) is None


def test_what_was_made_on_an_image_is_on_that_image() -> None:
    plain = evolve(mark(), on=None)

    assert on_frame(plain, frame()) == plain
    assert on_frame(plain, frame(3)) is None
