"""Reports of measurements from other workstations, and trees that cannot be right."""

import json
import math
import warnings
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from workstation.domain.identifiers import SiteId
from workstation.domain.measurement import MeasurementKind
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_measurements import as_measurements, reported_measurements
from workstation.protocols.dicom_sr import MAX_DEPTH, MAX_ITEMS, content_tree

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
HERE = SiteId("here")


def data(test: Any) -> Any:
    """Files of other people: only where they are."""
    absent = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
    return pytest.mark.data(absent(test))


def document(name: str) -> Attributes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom, of what other people wrote
        return Attributes(json.loads(json.dumps(dcmread(DATA / name).to_json_dict())))


# --- other people's ------------------------------------------------------------------------------


@data
def test_rulers_of_another_workstation_are_as_long_as_they_say() -> None:
    """Their number against the distance of their ends: its image has pixels of 1 mm."""
    found = as_measurements(document("sr/sr-ruler.dcm"), HERE)

    assert [m.kind for m in found] == [MeasurementKind.LENGTH] * 3
    for each in found:
        assert each.unit == "mm"
        assert math.isclose(math.dist(*each.points), each.value or 0, rel_tol=1e-6)


@data
@pytest.mark.parametrize(
    ("name", "kind", "factor"),
    [
        ("sr-ellipse", MeasurementKind.ELLIPSE, math.pi / 4),
        ("sr-circle", MeasurementKind.ELLIPSE, math.pi / 4),
        ("sr-rectangle", MeasurementKind.RECTANGLE, 1.0),
    ],
)
def test_regions_of_another_workstation_have_the_area_they_say(
    name: str, kind: MeasurementKind, factor: float
) -> None:
    """The area among several numbers, in its own unit, against the box of the outline."""
    found = as_measurements(document(f"sr/{name}.dcm"), HERE)

    assert [m.kind for m in found] == [kind] * 3
    for each in found:
        (x1, y1), (x2, y2) = each.points
        assert each.unit == "cm²"
        assert set(each.stats) <= {"mean", "sd", "min", "max"}  # axes are none of an area
        area = factor * abs(x2 - x1) * abs(y2 - y1) / 100
        assert math.isclose(each.value or 0, area, rel_tol=1e-5)


@data
def test_a_document_of_the_older_template_has_its_area() -> None:
    """highdicom's example: SNOMED RT codes, the name of the observer as a text, a circle whose
    area stands in square centimetres, rounded."""
    (found,) = as_measurements(document("sr/sr_document.dcm"), HERE)
    (x1, y1), (x2, y2) = found.points
    spacing = dcmread(DATA / "sr/ct_image.dcm").PixelSpacing[0]

    assert (found.kind, found.unit) == (MeasurementKind.ELLIPSE, "cm²")
    assert ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1) == (57.5, 51.5, 22, 22)
    assert round(math.pi * (11 * spacing) ** 2 / 100, 1) == found.value


@data
def test_kinds_that_are_not_ours_stay_readable() -> None:
    """A radius, an angle, a volume without outline: said as they were reported."""
    circles = reported_measurements(document("sr/sr-circle.dcm"))
    angles = reported_measurements(document("sr/sr-protractor.dcm"))
    (tumour,) = reported_measurements(document("seg_sr_dcmqi/sr.dcm"))

    assert [
        (c.outlines[0].graphic, c.values[0].name.meaning, c.values[0].value) for c in circles
    ] == [("CIRCLE", "Radius", 2.0)] * 3
    assert [(a.values[0].value, a.values[0].unit.value) for a in angles] == [(90.0, "deg")] * 3
    assert (tumour.label, tumour.outlines) == ("primary tumor", ())
    assert as_measurements(document("seg_sr_dcmqi/sr.dcm"), HERE) == ()
    assert [(v.derivation.meaning, v.value) for v in tumour.values[:3]] == [
        ("Mean", 6.01529), ("Minimum", 2.91136), ("Maximum", 10.3814),
    ]  # fmt: skip


@data
@pytest.mark.parametrize("name", ["reportsi", "reportsi_with_empty_number_tags", "test-SR"])
def test_a_report_of_words_has_no_measurements(name: str) -> None:
    assert reported_measurements(document(f"sr/{name}.dcm")) == ()


# --- hostile -------------------------------------------------------------------------------------


def container(*children: dict[str, Any]) -> dict[str, Any]:
    return {
        "0040A040": {"vr": "CS", "Value": ["CONTAINER"]},
        "0040A730": {"vr": "SQ", "Value": list(children)},
    }


def test_a_tree_without_end_is_cut() -> None:
    """A document nested ten thousand deep must not take the program with it."""
    tree = container()
    for _ in range(500):
        tree = container(tree)
    assert len(list(content_tree(Attributes(tree)).walk())) == MAX_DEPTH + 1


def test_more_items_than_a_document_can_mean_are_cut() -> None:
    tree = container(*[container(*[container()] * 300)] * 300)
    assert len(list(content_tree(Attributes(tree)).walk())) == MAX_ITEMS + 1


@pytest.mark.parametrize(
    "damage",
    [
        {"0040A730": {"vr": "SQ", "Value": "no"}},
        {"0040A730": {"vr": "SQ", "Value": [None, 7, []]}},
        {"0040A043": {"vr": "SQ", "Value": [{"00080100": {"vr": "SH", "Value": [None]}}]}},
        {"00700022": {"vr": "FL", "Value": ["NaN", 1]}},
        {"00081199": {"vr": "SQ", "Value": [{"00081160": {"vr": "IS", "Value": [-1, "x"]}}]}},
    ],
)
def test_a_value_of_the_wrong_kind_is_as_good_as_none(damage: dict[str, Any]) -> None:
    root = content_tree(Attributes(container() | damage))
    assert root.coordinates == ()
    assert reported_measurements(Attributes(container() | damage)) == ()
