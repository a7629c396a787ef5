"""Marks of reports and CAD: on the image they name, in the words of the object."""

from pathlib import Path
from typing import Any

import pydicom
import pytest

from workstation.domain.identifiers import SiteId
from workstation.domain.mark_set import MarkSet
from workstation.domain.presentation_state import Shape
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_marks import MAX_MARKS, mark_set

HERE = SiteId("here")
MAMMOGRAPHY_CAD = "1.2.840.10008.5.1.4.1.1.88.50"
COMPREHENSIVE = "1.2.840.10008.5.1.4.1.1.88.33"
Json = dict[str, Any]


def value(vr: str, *values: Any) -> Json:
    return {"vr": vr, "Value": list(values)}


def code(number: str, meaning: str) -> Json:
    return value(
        "SQ",
        {
            "00080100": value("SH", number),
            "00080102": value("SH", "DCM"),
            "00080104": value("LO", meaning),
        },
    )


def item(kind: str, name: tuple[str, str] = ("", ""), *children: Json, **more: Json) -> Json:
    found = {"0040A040": value("CS", kind), **more}
    if name[0]:
        found["0040A043"] = code(*name)
    if children:
        found["0040A730"] = value("SQ", *children)
    return found


def image(sop: str, *frames: int) -> Json:
    named: Json = {"00081155": value("UI", sop), "00081150": value("UI", "1.2")}
    if frames:
        named["00081160"] = value("IS", *frames)
    return item("IMAGE") | {"00081199": value("SQ", named)}


def outlined(graphic: str, points: list[Any], *children: Json) -> Json:
    return item(
        "SCOORD",
        ("111010", "Center"),
        *children,
        **{"00700023": value("CS", graphic), "00700022": value("FL", *points)},
    )


def number(name: str, written: str, unit: str) -> Json:
    measured = {
        "0040A30A": value("DS", written),
        "004008EA": value("SQ", {"00080100": value("SH", unit), "00080104": value("LO", unit)}),
    }
    return item("NUM", ("111012", name), **{"0040A300": value("SQ", measured)})


def document(sop_class: str, *children: Json, root: str = "Mammography CAD Report") -> Json:
    return {
        "00080016": value("UI", sop_class),
        "00080018": value("UI", "9.9"),
        "00080070": value("LO", "Maker"),
        **item("CONTAINER", ("111036", root), *children),
    }


def read(row: Json) -> MarkSet:
    found = mark_set(Attributes(row), HERE)
    assert found is not None
    return found


def finding(*children: Json) -> Json:
    return item(
        "CODE", ("111059", "Single Image Finding"), *children, **{"0040A168": code("F", "Mass")}
    )


def test_a_finding_of_cad_is_marked_with_its_name_and_certainty_as_they_stand_there() -> None:
    row = document(
        MAMMOGRAPHY_CAD,
        item("TEXT", ("111001", "Algorithm Name"), **{"0040A160": value("UT", "Finder 2")}),
        finding(
            number("Certainty of Finding", "85.50", "%"),
            outlined("POINT", [100.5, 200.5], image("1.1.1", 2)),
        ),
    )

    found = read(row)

    (mark,) = found.marks
    assert (found.source, found.machine) == ("Finder 2", True)
    assert mark.words == "Mass  Certainty of Finding 85.50 %"
    assert (mark.points, mark.image.sop, mark.image.frames) == (((100.0, 200.0),), "1.1.1", (1,))


def test_an_image_named_by_its_place_in_the_library_is_found() -> None:
    """PS3.16 TID 4000 selects by reference; items count from 1, the root is 1."""
    library = item("CONTAINER", ("111028", "Image Library"), image("1.1.1"), image("1.1.2"))
    by_place = {"0040A010": value("CS", "SELECTED FROM"), "0040DB73": value("UL", 1, 1, 2)}

    found = read(
        document(MAMMOGRAPHY_CAD, library, finding(outlined("CIRCLE", [5, 5, 8, 5], by_place)))
    )

    assert found.marks[0].image.sop == "1.1.2"
    assert found.marks[0].shape is Shape.CIRCLE


def test_a_report_of_a_person_is_not_called_a_machine() -> None:
    row = document(
        COMPREHENSIVE,
        item("PNAME", ("121008", "Person Observer Name"), **{"0040A123": value("PN", "Okafor^A")}),
        finding(outlined("POLYLINE", [1, 1, 5, 5], image("1.1.1"))),
    )

    found = read(row)

    assert (found.source, found.machine) == ("Okafor, A", False)


@pytest.mark.parametrize(
    "bad",
    [
        outlined("POLYLINE", [1, 2, 3], image("1.1.1")),
        outlined("POLYLINE", [1, float("nan"), 3, 4], image("1.1.1")),
        outlined("POLYLINE", [1.0] * 2_000_000, image("1.1.1")),
        outlined("CIRCLE", [1, 2, 3, 4, 5, 6], image("1.1.1")),
        outlined("STAR", [1, 2, 3, 4], image("1.1.1")),
        outlined("POLYLINE", [1, 2, 3, 4]),
        outlined("POLYLINE", [1, 2, 3, 4], {"0040DB73": value("UL", 1, 1)}),  # itself
        outlined("POLYLINE", [1, 2, 3, 4], {"0040DB73": value("UL", 1, 99, 7)}),
    ],
    ids=["odd", "nan", "million", "circle", "shape", "no image", "cycle", "nowhere"],
)
def test_an_outline_that_is_none_is_counted_and_costs_nothing_else(bad: Json) -> None:
    good = outlined("POLYLINE", [1, 1, 5, 5], image("1.1.1"))

    found = read(document(MAMMOGRAPHY_CAD, finding(bad), finding(good)))

    assert len(found.marks) == 1
    assert found.left_out == 1


def test_too_many_marks_are_counted() -> None:
    good = outlined("POINT", [1, 1], image("1.1.1"))

    found = read(document(MAMMOGRAPHY_CAD, finding(*[good] * (MAX_MARKS + 5))))

    assert (len(found.marks), found.left_out) == (MAX_MARKS, 5)


def test_a_report_without_outlines_marks_nothing() -> None:
    assert mark_set(Attributes(document(COMPREHENSIVE, finding())), HERE) is None


@pytest.mark.data
@pytest.mark.parametrize("name", ["sr-ruler", "sr-ellipse", "sr-rectangle", "sr-roi"])
def test_real_reports_mark_the_images_they_name(name: str) -> None:
    """dwv's TID 1500 reports: the points that pydicom reads of the same file."""
    folder = Path(__file__).parents[4] / "shared" / "data" / "sr"
    ds = pydicom.dcmread(folder / f"{name}.dcm")
    outlines = [each for each in _walk(ds) if each.get("ValueType") == "SCOORD"]

    found = read(ds.to_json_dict())

    assert len(found.marks) == len(outlines)
    for mark, outline in zip(found.marks, outlines, strict=True):
        flat = [part + 0.5 for point in mark.points for part in point]
        assert flat == pytest.approx(list(outline.GraphicData))
        (named,) = [each for each in outline.ContentSequence if each.ValueType == "IMAGE"]
        assert mark.image.sop == named.ReferencedSOPSequence[0].ReferencedSOPInstanceUID


def in_space(graphic: str, points: list[float], space: str = "9.1") -> Json:
    found = outlined(graphic, points)
    found["0040A040"] = value("CS", "SCOORD3D")
    return found | {"30060024": value("UI", space)} if space else found


def test_outlines_in_the_patient_are_kept_with_their_space() -> None:
    """SCOORD3D names no image: those of its frame of reference know where it lies."""
    drawn = in_space("POLYGON", [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3])
    points = in_space("MULTIPOINT", [1, 2, 3, 4, 5, 6])

    found = read(document(COMPREHENSIVE, finding(drawn, points)))

    assert [(each.space, each.shape) for each in found.placed] == [
        ("9.1", Shape.POLYLINE), ("9.1", Shape.POINT), ("9.1", Shape.POINT),
    ]  # fmt: skip
    assert found.placed[0].points == ((1, 2, 3), (4, 5, 6), (7, 8, 9), (1, 2, 3))
    assert found.placed[2].points == ((4, 5, 6),)
    assert (found.marks, found.left_out) == ((), 0)


@pytest.mark.parametrize(
    "wrong",
    [
        in_space("POINT", [1, 2, 3], space=""),
        in_space("POINT", [1, 2]),
        in_space("ELLIPSOID", [float(part) for part in range(18)]),
        in_space("ELLIPSE", [1, 2, 3, 4, 5, 6]),
        in_space("POINT", [1, 2, 1e30]),
    ],
)
def test_what_is_no_figure_in_a_named_space_is_counted(wrong: Json) -> None:
    found = read(document(COMPREHENSIVE, finding(wrong)))

    assert (found.placed, found.left_out) == ((), 1)


@pytest.mark.data
def test_a_real_report_places_a_point_in_the_patient() -> None:
    """highdicom's example of several groups; the others name their image."""
    folder = Path(__file__).parents[4] / "shared" / "data" / "sr"
    ds = pydicom.dcmread(folder / "sr_document_with_multiple_groups.dcm")
    image_of_it = pydicom.dcmread(folder / "ct_image.dcm")

    found = read(ds.to_json_dict())

    ((placed,), lost) = found.placed, found.left_out
    assert placed.space == image_of_it.FrameOfReferenceUID
    assert placed.points == ((123.5, pytest.approx(234.1), pytest.approx(-23.7)),)
    assert lost == 0


def _walk(ds: pydicom.Dataset) -> list[pydicom.Dataset]:
    return [ds, *(deep for each in ds.get("ContentSequence", []) for deep in _walk(each))]
