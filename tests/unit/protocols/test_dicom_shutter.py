"""Shutters as objects write them: a wrong number must not cover what is to be read."""

from typing import Any

import pytest
from pydicom.dataset import Dataset

from workstation.domain.shutter import Circle, Polygon, Rectangle, Shutter
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_doubts import doubts
from workstation.protocols.dicom_shutter import MOST_CORNERS, shutter_of


def attributes(**given: Any) -> Attributes:
    ds = Dataset()
    for name, value in given.items():
        setattr(ds, name, value)
    return Attributes(ds.to_json_dict())


BOX = {
    "ShutterLeftVerticalEdge": 10, "ShutterRightVerticalEdge": 20,
    "ShutterUpperHorizontalEdge": 5, "ShutterLowerHorizontalEdge": 9,
}  # fmt: skip


def test_all_shapes_of_one_object_are_read_and_rows_come_before_columns() -> None:
    """PS3.3 C.7.6.11: centre and vertices are written row first."""
    found = shutter_of(
        attributes(
            ShutterShape=["RECTANGULAR", "CIRCULAR", "POLYGONAL"],
            **BOX,
            CenterOfCircularShutter=[20, 30],
            RadiusOfCircularShutter=8,
            VerticesOfThePolygonalShutter=[1, 2, 3, 40, 50, 6],
            ShutterPresentationValue=4660,
        )
    )

    assert found == Shutter(
        Rectangle(10, 20, 5, 9), Circle((30, 20), 8), Polygon(((2, 1), (40, 3), (6, 50))),
        level=4660,
    )  # fmt: skip


def test_a_colour_is_taken_over() -> None:
    """CIELab white (PS3.3 C.10.7.1.1)."""
    found = shutter_of(
        attributes(
            ShutterShape="RECTANGULAR",
            **BOX,
            ShutterPresentationColorCIELabValue=[65535, 32896, 32896],
        )
    )

    assert found is not None
    assert found.colour == (255, 255, 255)


def test_an_object_without_a_shutter_covers_nothing() -> None:
    assert shutter_of(attributes()) is None
    assert "bad-shutter" not in doubts(attributes())


@pytest.mark.parametrize(
    "given",
    [
        {"ShutterShape": "RECTANGULAR"},
        {"ShutterShape": "RECTANGULAR", **BOX, "ShutterLeftVerticalEdge": 21},
        {"ShutterShape": "RECTANGULAR", **BOX, "ShutterRightVerticalEdge": 1 << 30},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [1, 2]},
        {
            "ShutterShape": "CIRCULAR",
            "CenterOfCircularShutter": [1, 2, 3],
            "RadiusOfCircularShutter": 3,
        },
        {
            "ShutterShape": "CIRCULAR",
            "CenterOfCircularShutter": [1, 2],
            "RadiusOfCircularShutter": 0,
        },
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2, 3, 4]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2, 3, 4, 5, 6, 7]},
        {
            "ShutterShape": "POLYGONAL",
            "VerticesOfThePolygonalShutter": [1, 2] * (MOST_CORNERS + 1),
        },
        {"ShutterShape": "STAR"},
    ],
)
def test_a_shape_that_is_none_is_left_out_and_the_reader_is_told(given: dict[str, Any]) -> None:
    """What is covered by mistake cannot be read; what is shown by mistake can."""
    values = attributes(**given)

    assert shutter_of(values) is None
    assert "bad-shutter" in doubts(values)


def test_of_two_shapes_the_usable_one_stays_and_the_other_is_told() -> None:
    values = attributes(ShutterShape=["RECTANGULAR", "CIRCULAR"], **BOX)

    found = shutter_of(values)

    assert found == Shutter(Rectangle(10, 20, 5, 9))
    assert "bad-shutter" in doubts(values)


def test_a_value_of_the_wrong_kind_is_no_number() -> None:
    """DICOM JSON from a hostile site."""
    values = Attributes(
        {
            "00181600": {"vr": "CS", "Value": ["CIRCULAR"]},
            "00181610": {"vr": "IS", "Value": [float("nan"), "x"]},
            "00181612": {"vr": "IS", "Value": [{}]},
        }
    )

    assert shutter_of(values) is None
