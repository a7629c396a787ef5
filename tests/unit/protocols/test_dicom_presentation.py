"""Presentation states as sites write them, and as somebody hostile might."""

from typing import Any

import numpy as np
import pytest
from dicom_objects import image
from presentations import annotation, area, graphic, layer, presentation_state, reference, window
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workstation.domain.presentation import Voi
from workstation.domain.presentation_state import (
    Align,
    Layer,
    PresentationState,
    Shape,
    SizeMode,
    StateKind,
    Units,
)
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_presentation import presentation_state as read
from workstation.protocols.dicom_presentation_graphics import MAX_POINTS

IMAGE = image(np.zeros((48, 64), np.uint8), 8)


def parsed(*images: Dataset, **given: Any) -> PresentationState:
    found = read(Attributes(presentation_state(*(images or (IMAGE,)), **given).to_json_dict()))
    assert found is not None
    return found


def text(**given: Any) -> Dataset:
    item = Dataset()
    item.UnformattedTextValue = "12 mm\r\nby ruler"
    item.BoundingBoxAnnotationUnits = "PIXEL"
    item.BoundingBoxTopLeftHandCorner = [10.5, 20.5]
    item.BoundingBoxBottomRightHandCorner = [30.5, 24.5]
    item.BoundingBoxTextHorizontalJustification = "RIGHT"
    for name, value in given.items():
        setattr(item, name, value)
    return item


def test_who_made_it_when_and_under_which_name_is_read() -> None:
    """A reader is told whose view of the images it is."""
    found = parsed()

    assert (found.label, found.description) == ("SHOWN", "as the reader left it")
    assert (found.creator, str(found.created), found.created_time) == (
        "Okafor, Ada", "2026-11-21", "17:31",
    )  # fmt: skip
    assert found.left_out == ""


def test_frames_are_counted_from_one_there_and_from_zero_here() -> None:
    """A figure on frame 3 must not come up on frame 4."""
    state = presentation_state(IMAGE)
    series = state.ReferencedSeriesSequence[0]
    series.ReferencedImageSequence = Sequence([reference(IMAGE, [3, 5])])

    found = read(Attributes(state.to_json_dict()))

    assert found is not None
    (one,) = found.images
    assert (one.frames, one.series) == ((2, 4), IMAGE.SeriesInstanceUID)


def test_points_are_counted_from_the_centre_of_the_first_pixel() -> None:
    """There (0, 0) is its corner (PS3.3 C.10.5.1.1): half a pixel off is a wrong place."""
    found = parsed(
        GraphicAnnotationSequence=Sequence(
            [annotation([graphic("POLYLINE", [0.5, 0.5, 10.5, 20.5])], [text()])]
        )
    )

    (drawn,) = found.annotations
    assert drawn.graphics[0].points == ((0.0, 0.0), (10.0, 20.0))
    assert drawn.words[0].box == ((10.0, 20.0), (30.0, 24.0))
    assert drawn.words[0].text == "12 mm\nby ruler"
    assert drawn.words[0].align is Align.RIGHT


def test_parts_of_the_displayed_area_stay_parts() -> None:
    line = graphic("POLYLINE", [0.1, 0.2, 0.5, 1.0], GraphicAnnotationUnits="DISPLAY")

    found = parsed(GraphicAnnotationSequence=Sequence([annotation([line])]))

    (drawn,) = found.annotations[0].graphics
    assert drawn.units is Units.DISPLAY
    assert np.allclose(drawn.points, ((0.1, 0.2), (0.5, 1.0)))


def test_a_window_belongs_to_the_images_it_names() -> None:
    other = image(np.ones((48, 64), np.uint8), 8)
    first, second = window(40, 400), window(-600, 1500)
    first.ReferencedImageSequence = Sequence([reference(IMAGE)])
    second.ReferencedImageSequence = Sequence([reference(other)])

    found = parsed(IMAGE, other, SoftcopyVOILUTSequence=Sequence([first, second]))

    assert [(each.voi, each.images[0].sop) for each in found.vois] == [
        (Voi(40, 400), IMAGE.SOPInstanceUID),
        (Voi(-600, 1500), other.SOPInstanceUID),
    ]


def test_areas_turns_and_layers_are_read() -> None:
    shown = area(
        IMAGE,
        DisplayedAreaTopLeftHandCorner=[-9, 1],
        PresentationSizeMode="MAGNIFY",
        PresentationPixelMagnificationRatio=2.5,
    )

    found = parsed(
        ImageRotation=270,
        ImageHorizontalFlip="Y",
        DisplayedAreaSelectionSequence=Sequence([shown]),
        GraphicLayerSequence=Sequence([layer("OVER", 2), layer("UNDER", 1)]),
    )

    (one,) = found.areas
    assert (one.first, one.mode, one.magnification) == ((-9, 1), SizeMode.MAGNIFY, 2.5)
    assert (found.quarter_turns, found.flipped) == (3, True)
    assert found.layers == (Layer("UNDER", 1), Layer("OVER", 2))


@pytest.mark.parametrize(
    ("sop_class", "kind"),
    [
        ("11.1", StateKind.GRAYSCALE), ("11.2", StateKind.COLOUR),
        ("11.3", StateKind.PSEUDO_COLOUR), ("11.4", None), ("11.5", StateKind.GRAYSCALE),
        ("11.6", None), ("11.9", None), ("88.59", None), ("2", None),
    ],
)  # fmt: skip
def test_only_states_of_single_images_are_read(sop_class: str, kind: StateKind | None) -> None:
    """A state of a volume or of two blended series says nothing of one image."""
    row = presentation_state(IMAGE)
    row.SOPClassUID = f"1.2.840.10008.5.1.4.1.1.{sop_class}"

    found = read(Attributes(row.to_json_dict()))

    assert (found.kind if found else None) is kind


BAD_GRAPHICS: dict[str, dict[str, Any]] = {
    "odd": {"00700022": {"vr": "FL", "Value": [1.0, 2.0, 3.0]}},
    "nan": {"00700022": {"vr": "FL", "Value": [1.0, float("nan"), 3.0, 4.0]}},
    "infinite": {"00700022": {"vr": "FL", "Value": [1.0, 1e300, 3.0, 4.0]}},
    "words": {"00700022": {"vr": "FL", "Value": ["x", "y", 1, 2]}},
    "none": {"00700022": {"vr": "FL", "Value": []}},
    "one point": {"00700022": {"vr": "FL", "Value": [1.0, 2.0]}},
    "a million points": {"00700022": {"vr": "FL", "Value": [1.0] * 2_000_000}},
    "unknown shape": {"00700023": {"vr": "CS", "Value": ["STAR"]}},
    "unknown units": {"00700005": {"vr": "CS", "Value": ["MATRIX"]}},
}


@pytest.mark.parametrize("bad", BAD_GRAPHICS)
def test_a_figure_that_is_none_costs_itself_alone_and_is_counted(bad: str) -> None:
    """Never a line to nowhere, and never a figure lost without a word."""
    good = graphic("POLYLINE", [1, 2, 3, 4])
    row = presentation_state(
        IMAGE, GraphicAnnotationSequence=Sequence([annotation([good, good])])
    ).to_json_dict()
    row["00700001"]["Value"][0]["00700009"]["Value"][1].update(BAD_GRAPHICS[bad])

    found = read(Attributes(row))

    assert found is not None
    assert len(found.annotations[0].graphics) == 1
    assert found.left_out == "1 drawing cannot be shown"


def test_many_figures_together_are_bounded() -> None:
    """Each within its bound, all of them too many to draw."""
    line = graphic("POLYLINE", [1.0, 2.0] * (MAX_POINTS // 4))
    row = presentation_state(
        IMAGE, GraphicAnnotationSequence=Sequence([annotation([line])])
    ).to_json_dict()
    row["00700001"]["Value"] *= 6

    found = read(Attributes(row))

    assert found is not None
    assert sum(len(each.graphics) for each in found.annotations) == 4
    assert found.left_out == "2 drawings cannot be shown"


@pytest.mark.parametrize(
    "given",
    [
        {"UnformattedTextValue": ""},
        {"BoundingBoxBottomRightHandCorner": [1.0]},
        {"BoundingBoxAnnotationUnits": "INCHES"},
    ],
)
def test_a_text_without_words_or_place_is_counted(given: dict[str, Any]) -> None:
    found = parsed(GraphicAnnotationSequence=Sequence([annotation([], [text(**given)])]))

    assert found.annotations[0].words == ()
    assert found.left_out == "1 drawing cannot be shown"


def test_a_layer_named_twice_is_the_first_one() -> None:
    """Layers that contradict each other have one order all the same."""
    found = parsed(GraphicLayerSequence=Sequence([layer("A", 1), layer("A", 9), layer("B", 5)]))

    assert [each.name for each in found.layers] == ["A", "B"]


def test_a_compound_figure_with_its_plain_one_is_drawn_once() -> None:
    """PS3.3 C.10.5.1.2.2: whoever cannot draw it draws the plain figures beside it."""
    ruler = Dataset()
    ruler.CompoundGraphicInstanceID = 7
    plain = graphic("POLYLINE", [1, 2, 3, 4], CompoundGraphicInstanceID=7)
    drawn = annotation([plain])
    drawn.CompoundGraphicSequence = Sequence([ruler])
    alone = annotation([])
    alone.CompoundGraphicSequence = Sequence([ruler])

    assert parsed(GraphicAnnotationSequence=Sequence([drawn])).left_out == ""
    assert parsed(GraphicAnnotationSequence=Sequence([alone])).left_out == (
        "1 drawing cannot be shown"
    )


@pytest.mark.parametrize(
    "corner", [[1], [1, 2, 3], [1 << 30, 1], []], ids=["one", "three", "far", "none"]
)
def test_an_area_that_is_none_leaves_the_whole_image(corner: list[int]) -> None:
    found = parsed(
        DisplayedAreaSelectionSequence=Sequence(
            [area(IMAGE, DisplayedAreaTopLeftHandCorner=corner)]
        )
    )

    assert found.areas == ()


def test_colours_of_layers_are_taken_over_and_greys_where_there_are_none() -> None:
    red, grey = layer("R", 1), layer("G", 2)
    red.GraphicLayerRecommendedDisplayCIELabValue = [65535, 32896, 32896]
    grey.GraphicLayerRecommendedDisplayGrayscaleValue = 32896

    found = parsed(GraphicLayerSequence=Sequence([red, grey]))

    assert [each.colour for each in found.layers] == [(255, 255, 255), (128, 128, 128)]


def test_a_curve_that_is_too_short_is_told() -> None:
    curve = Dataset()
    curve.LUTDescriptor = [256, 0, 16]
    curve["LUTDescriptor"].VR = "US"
    curve.LUTData = b"\0\0"
    curve["LUTData"].VR = "OW"

    found = parsed(PresentationLUTSequence=Sequence([curve]))

    assert found.presentation_lut is None
    assert found.left_out == "its curve is not usable"


def test_a_state_of_circles_keeps_its_shapes() -> None:
    found = parsed(
        GraphicAnnotationSequence=Sequence(
            [
                annotation(
                    [
                        graphic("CIRCLE", [5, 5, 8, 5], GraphicFilled="Y"),
                        graphic("ELLIPSE", [0, 5, 10, 5, 5, 2, 5, 8]),
                        graphic("POLYLINE", [0, 0, 1, 1], GraphicFilled="Y"),
                        graphic("POINT", [3, 3]),
                    ]
                )
            ]
        )
    )

    drawn = found.annotations[0].graphics
    assert [(each.shape, each.filled) for each in drawn] == [
        (Shape.CIRCLE, True),
        (Shape.ELLIPSE, False),
        (Shape.POLYLINE, False),  # open: it has no inside
        (Shape.POINT, False),
    ]
