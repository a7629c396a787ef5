"""Segmentations and structure sets as their metadata describe them."""

from typing import Any

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_structures import structure_set

Json = dict[str, Any]
SEG, LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"
RTSTRUCT, CT = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.2"


def values(tags: dict[str, object]) -> Json:
    return {
        tag: {"vr": "UN", "Value": value if isinstance(value, list) else [value]}
        for tag, value in tags.items()
    }


def keys(count: int) -> tuple[FrameKey, ...]:
    series = (SiteId("s"), StudyUID("1.2"), SeriesUID("1.3"), SopUID("1.4"))
    return tuple(FrameKey(*series, index) for index in range(count))


def segment(number: int, name: str, **more: object) -> Json:
    return values({"00620004": number, "00620005": name, "00620008": "AUTOMATIC"} | more)


def seg(**more: object) -> Attributes:
    frames = [
        values({
            "0062000A": values({"0062000B": number}),
            "00089124": values({"00082112": values({"00081155": f"9.{number}", "00081160": 3})}),
        })
        for number in (1, 2)
    ]  # fmt: skip
    return Attributes(values({
        "00080016": SEG, "00080018": "1.4", "00700080": "LIVER", "00620001": "BINARY",
        "00620002": [
            segment(1, "Liver", **{"00620009": "LiverNet 2", "0062000D": [65535, 32896, 32896]}),
            segment(2, "Lesion"),
        ],
        "52009230": frames,
    } | more))  # fmt: skip


def test_a_segment_says_who_drew_it() -> None:
    """A reader must know whether a colleague or a program saw the lesion."""
    found = structure_set(seg(), keys(2))

    assert found is not None
    assert [(each.name, each.source) for each in found.structures] == [
        ("Liver", "automatic, LiverNet 2"),
        ("Lesion", "automatic"),
    ]
    assert found.structures[0].colour == (255, 255, 255)


def test_a_mask_knows_its_segment_and_its_images() -> None:
    """Frame numbers in references count from 1 (PS3.3 10.3)."""
    found = structure_set(seg(), keys(2))

    assert found is not None
    assert [(m.structure, m.sources) for m in found.masks] == [
        (1, {("9.1", 2)}),
        (2, {("9.2", 2)}),
    ]


def test_a_frame_of_no_segment_is_said_to_be_left_out() -> None:
    """What is not drawn must be known to be missing."""
    found = structure_set(seg(**{"52009230": [values({})]}), keys(1))

    assert found is not None
    assert (found.masks, found.left_out) == ((), "1 frames name no segment")


def test_half_of_full_probability_is_inside() -> None:
    """PS3.3 C.8.20.2.2: a fractional value of the maximum is certain."""
    found = structure_set(seg(**{"00620001": "FRACTIONAL", "0062000E": 200}), keys(2))

    assert found is not None
    assert found.threshold == 100


def test_a_label_map_names_its_structures_by_pixel_value_and_0_is_nothing() -> None:
    """The background of a label map is no organ (PS3.3 C.8.20.2.3.3)."""
    row = seg(**{
        "00080016": LABEL_MAP, "00620001": "LABELMAP", "52009230": [values({})],
        "00620002": [segment(0, "Background"), segment(1, "Liver")],
    })  # fmt: skip

    found = structure_set(row, keys(1))

    assert found is not None
    assert [each.name for each in found.structures] == ["Liver"]
    assert [m.structure for m in found.masks] == [None]


def rtstruct(*contours: Json) -> Attributes:
    return Attributes(values({
        "00080016": RTSTRUCT, "00080018": "1.4", "30060002": "Plan",
        "30060020": values({
            "30060022": 5, "30060026": "GTV", "30060036": "MANUAL", "30060024": "7.7",
        }),
        "30060039": values({
            "30060084": 5, "3006002A": [255, 0, 10], "30060040": list(contours),
        }),
    }))  # fmt: skip


def contour(kind: str, *numbers: object) -> Json:
    image = values({"00081155": "9.1"})
    return values({"30060042": kind, "30060050": list(numbers), "30060016": image})


def test_a_contour_keeps_its_place_its_image_and_its_colour() -> None:
    """DS values travel as numbers or as text (PS3.18 F.2.3)."""
    found = structure_set(rtstruct(contour("CLOSED_PLANAR", 0, 1, 2, "3.5", 4, 5, 6, 7, 8)), ())

    assert found is not None
    (drawn,) = found.contours
    assert drawn.points == ((0, 1, 2), (3.5, 4, 5), (6, 7, 8))
    assert (drawn.closed, drawn.image, drawn.frame_of_reference) == (True, "9.1", "7.7")
    assert (found.structures[0].name, found.structures[0].colour) == ("GTV", (255, 0, 10))


def test_what_is_no_line_is_counted_not_drawn() -> None:
    """A list of numbers that is no list of points must not become a border."""
    broken = (
        contour("POINT", 1, 2, 3),
        contour("CLOSED_PLANAR", 1, 2, 3, 4),
        contour("CLOSED_PLANAR", 1, 2, "x", 4, 5, 6),
    )

    found = structure_set(rtstruct(*broken), ())

    assert found is not None
    assert (found.contours, found.left_out) == ((), "3 contours cannot be drawn")


def test_an_image_draws_nothing_on_others() -> None:
    assert structure_set(Attributes(values({"00080016": CT})), keys(1)) is None
