"""The paint list: where ink lies, what labels say, where they stand."""

import math
from types import MappingProxyType

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import CORONAL, frame
from marked_images import DRAWN

from workstation.domain.measurement import POINTS, Measurement, MeasurementKind, PixelPoint
from workstation.domain.study import PixelSpacing, SpacingOrigin
from workstation.rendering.annotations import (
    borders,
    distance,
    handles,
    paint_list,
    runs,
    scale_bar,
    shrunk,
)
from workstation.rendering.ink import Border, Canvas, Handle, Letter, Oval, Plate, Stroke, Tint
from workstation.rendering.labels import explained, words
from workstation.rendering.picture import Picture
from workstation.services.screen.structures import Outlined
from workstation.services.screen.view_lines import Crossing
from workstation.viewing import viewport as reduce
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.tool import Preview
from workstation.viewing.viewport import ViewportState

FRAME = frame(shape=(400, 400))
NOTHING = Preview(None)


def mark(
    kind: MeasurementKind = MeasurementKind.LENGTH,
    points: tuple[PixelPoint, ...] = ((100.0, 100.0), (140.0, 100.0)),
    **more: object,
) -> Measurement:
    made = Measurement("A1", kind, FRAME.key, points, 20.0, "mm")
    return evolve(made, **more)  # type: ignore[arg-type]


def canvas(
    ratio: float = 1.0, picture: Picture | None = None, state: ViewportState | None = None
) -> Canvas:
    size = round(400 * ratio)
    view = ResolvedView.of(state or ViewportState(), FRAME, size, size)
    return Canvas(view, ratio, picture, lambda first, second: (80.0, 20.0))


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_ink_lies_on_the_pixels_at_every_screen_ratio(ratio: float) -> None:
    """The centre of image pixel 100 is at 100.5 of the 400 logical pixels."""
    items = paint_list(canvas(ratio), [mark()], "", NOTHING, (), {})

    assert items[0] == Stroke(((100.5, 100.5), (140.5, 100.5)), "ink.measure", 1.5)


def test_only_the_active_measurement_has_handles() -> None:
    """A filled or constant handle hides the edge it measures."""
    idle = paint_list(canvas(), [mark()], "", NOTHING, (), {})
    active = paint_list(canvas(), [mark()], "A1", NOTHING, (), {})

    assert not any(isinstance(item, Handle) for item in idle)
    assert [item.at for item in active if isinstance(item, Handle)] == [
        (100.5, 100.5),
        (140.5, 100.5),
    ]


def test_regions_are_drawn_in_their_box_however_the_view_is_turned() -> None:
    region = mark(MeasurementKind.ELLIPSE, ((100.0, 100.0), (140.0, 160.0)))
    straight = paint_list(canvas(), [region], "", NOTHING, (), {})[0]
    turned = paint_list(
        canvas(state=reduce.rotate(ViewportState(), 1)), [region], "", NOTHING, (), {}
    )[0]

    assert straight == Oval((100.5, 100.5, 40.0, 60.0), "ink.measure")
    assert isinstance(turned, Oval)
    assert turned.box[2:] == pytest.approx((60.0, 40.0))


def test_a_preview_is_drawn_while_the_reader_decides() -> None:
    preview = Preview(MeasurementKind.RECTANGLE, ((10.0, 10.0), (20.0, 30.0)))

    (item,) = paint_list(canvas(), [], "", preview, (), {})

    assert isinstance(item, Stroke)
    assert item.closed
    assert len(item.points) == 4


def test_labels_say_value_name_and_honesty_in_the_first_line() -> None:
    region = mark(
        MeasurementKind.ELLIPSE,
        value=2282.34,
        unit="mm²",
        stats=MappingProxyType({"mean": -679.54, "sd": 0.04, "min": -1.0, "max": 1.0}),
        stats_unit="HU",
    )

    assert words(mark()) == ("A1  20.0 mm", "")
    assert words(mark(note="detector")) == ("A1  20.0 mm (detector)", "")
    assert words(region) == ("A1  2282.3 mm²", "mean −679.5 HU  SD 0.04")


def test_a_value_that_is_not_defined_is_not_shown() -> None:
    assert words(mark(value=None)) == ("A1  not defined", "")


def test_a_label_keeps_off_bright_ground_and_off_its_own_line() -> None:
    """Right of the line is bone: the label goes elsewhere."""
    pixels = np.zeros((400, 400), np.uint8)
    pixels[:, 200:] = 255
    places: dict[str, int] = {}
    line = mark(points=((200.0, 100.0), (240.0, 100.0)))

    items = paint_list(canvas(picture=Picture(0, 0, pixels)), [line], "", NOTHING, (), places)

    (plate,) = [item for item in items if isinstance(item, Plate)]
    assert plate.box[0] + plate.box[2] <= 200


def test_a_label_stays_where_it_was_put() -> None:
    """A window drag changes the ground; the label must not jump for it."""
    places: dict[str, int] = {}
    dark, light = (Picture(0, 0, np.full((400, 400), v, np.uint8)) for v in (0, 255))
    first = paint_list(canvas(picture=dark), [mark()], "", NOTHING, (), places)

    second = paint_list(canvas(picture=light), [mark()], "", NOTHING, (), places)

    assert first == second


def test_labels_do_not_cover_each_other() -> None:
    near = mark(points=((100.0, 104.0), (140.0, 104.0)), id="A2")

    items = paint_list(canvas(), [mark(), near], "", NOTHING, (), {})

    first, second = (item.box for item in items if isinstance(item, Plate))
    apart_x = first[0] + first[2] <= second[0] or second[0] + second[2] <= first[0]
    apart_y = first[1] + first[3] <= second[1] or second[1] + second[3] <= first[1]
    assert apart_x or apart_y


CORNERS: tuple[PixelPoint, ...] = ((100.0, 100.0), (180.0, 160.0), (120.0, 190.0), (60.0, 150.0))


def placed(kind: MeasurementKind, **more: object) -> Measurement:
    """One of each kind, with as many points as it has; at most four."""
    return mark(kind, CORNERS[: min(POINTS[kind][1], 4)], **more)


@pytest.mark.parametrize("kind", DRAWN)
def test_the_leader_ends_on_what_is_named(kind: MeasurementKind) -> None:
    """A leader that ends beside a diagonal line names the tissue there."""
    one = placed(kind)

    items = paint_list(canvas(), [one], "", NOTHING, (), {})

    (plate,) = [item for item in items if isinstance(item, Plate)]
    assert distance(canvas(), one, plate.anchor) < 1e-9


@pytest.mark.parametrize("kind", DRAWN)
def test_every_kind_is_drawn_from_the_second_point_on(kind: MeasurementKind) -> None:
    """The reader sees what is placed while it is being placed."""
    most = min(POINTS[kind][1], 4)
    for count in range(min(2, most), most + 1):
        items = paint_list(canvas(), [], "", Preview(kind, CORNERS[:count]), (), {})

        assert items, count


@pytest.mark.parametrize("kind", DRAWN)
def test_every_point_can_be_taken_hold_of(kind: MeasurementKind) -> None:
    one = placed(kind)

    assert handles(canvas(), one) == tuple((x + 0.5, y + 0.5) for x, y in one.points)


def test_two_lines_are_not_joined_into_one() -> None:
    """Cobb: a line from the end of the first to the start of the second measures nothing."""
    solid = [
        item.points
        for item in paint_list(canvas(), [placed(MeasurementKind.COBB)], "", NOTHING, (), {})
        if isinstance(item, Stroke) and item.dash == "solid"
    ]

    assert solid == [((100.5, 100.5), (180.5, 160.5)), ((120.5, 190.5), (60.5, 150.5))]


def test_a_drawn_outline_shows_few_of_its_handles() -> None:
    """Hundreds of squares would hide the border that was drawn."""
    around = tuple(
        (200 + 90 * math.cos(turn / 50 * math.pi), 200 + 90 * math.sin(turn / 50 * math.pi))
        for turn in range(100)
    )
    one = mark(MeasurementKind.FREEHAND, around)

    items = paint_list(canvas(), [one], "A1", NOTHING, (), {})

    assert 3 <= sum(isinstance(item, Handle) for item in items) <= 12


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (placed(MeasurementKind.ANGLE, value=41.26, unit="°"), ("A1  41.3°", "")),
        (placed(MeasurementKind.BIDIRECTIONAL, note="detector", stats={"short": 12.04}),
         ("A1  20.0 × 12.0 mm (detector)", "")),
        (placed(MeasurementKind.CARDIOTHORACIC, value=0.5234, unit="", stats_unit="mm",
                stats={"heart": 141.3, "thorax": 270.0}),
         ("A1  0.52", "heart 141.3  thorax 270.0 mm")),
        (placed(MeasurementKind.POINT, value=0.00123, unit="mm2/s"), ("A1  0.00123 mm2/s", "")),
        (placed(MeasurementKind.LENGTH, value=60.0, unit="cm/s", note="region", stats_unit="s",
                stats={"time": 0.4}),
         ("A1  60.0 cm/s (region)", "time 0.400 s")),
        (placed(MeasurementKind.ELLIPSE, value=314.2, unit="mm²", stats_unit="SUVbw",
                stats={"mean": 6.54, "sd": 2.0, "min": 0.3, "max": 12.04, "pixels": 50.0}),
         ("A1  314.2 mm²", "SUVbw max 12.0  mean 6.5")),
        (placed(MeasurementKind.ARROW, value=None, unit="", text="nodule"), ("A1  nodule", "")),
        (placed(MeasurementKind.LENGTH, text="lesion 1"), ("A1  20.0 mm", "lesion 1")),
        (placed(MeasurementKind.LENGTH, value=None, unit="", note="across regions"),
         ("A1  not defined (across regions)", "")),
    ],
)  # fmt: skip
def test_each_kind_says_what_it_measured(one: Measurement, said: tuple[str, str]) -> None:
    assert words(one) == said


@pytest.mark.parametrize(
    ("stats", "second", "asked"),
    [
        ({"mean": 25.0}, "mean 25.0 HU", "A1  0.19 cm²"),
        ({"min": 3.0}, "", "A1  0.19 cm²"),
        ({"min": 3.0, "max": 9.0}, "", "A1  0.19 cm², min 3.0  max 9.0 HU"),
    ],
)
def test_what_another_program_measured_is_said_as_far_as_it_says_it(
    stats: dict[str, float], second: str, asked: str
) -> None:
    """Of a region in square centimetres to the square millimetre, as ours."""
    theirs = placed(MeasurementKind.ELLIPSE, value=0.1903, unit="cm²", stats_unit="HU", stats=stats)
    assert words(theirs) == ("A1  0.19 cm²", second)
    assert explained(theirs) == asked


def test_more_than_the_label_is_told_on_asking() -> None:
    """How sure a length is, and the ends of a region's values."""
    region = placed(
        MeasurementKind.POLYGON, value=12.0, unit="mm²", stats_unit="HU",
        stats={"mean": 1.0, "sd": 2.0, "min": -1024.0, "max": 71.0, "pixels": 1961.0},
    )  # fmt: skip

    assert explained(mark(uncertainty=0.78125)) == (
        "A1  20.0 mm, ± 0.8 mm (half a pixel at each point)"
    )
    assert explained(region) == "A1  12.0 mm², min −1024  max 71.0 HU, 1961 pixels"
    assert explained(mark()) == "A1  20.0 mm"


def test_a_label_stays_on_the_view() -> None:
    corner = mark(points=((395.0, 2.0), (399.0, 2.0)))

    items = paint_list(canvas(), [corner], "", NOTHING, (), {})

    (plate,) = [item for item in items if isinstance(item, Plate)]
    assert plate.box[0] + plate.box[2] <= 400 - 20
    assert plate.box[1] >= 8


def test_reference_lines_bear_the_letter_and_style_of_their_plane() -> None:
    """Colour alone must not tell the planes apart."""
    line, letter = paint_list(
        canvas(), [], "", NOTHING, (Crossing((0.0, 50.0), (399.0, 50.0), "C"),), {}
    )

    assert isinstance(line, Stroke)
    assert (line.token, line.dash, line.width) == ("ink.plane_c", "dash", 1.0)
    assert isinstance(letter, Letter)
    assert letter.text == "C"


@pytest.mark.parametrize("name", ["A", "C", "S", "B"])
def test_every_plane_that_cuts_an_image_is_drawn(name: str) -> None:
    """B is that of an ultrasound volume, which knows no sagittal: it must not stop the view."""
    line = Crossing((0.0, 50.0), (399.0, 50.0), name)

    drawn, letter = paint_list(canvas(), [], "", NOTHING, (line,), {})

    assert isinstance(drawn, Stroke)
    assert isinstance(letter, Letter)
    assert (letter.text, letter.token) == (name, drawn.token)


@pytest.mark.parametrize("end", [(399.0, 200.0), (200.0, 399.0), (0.0, 200.0), (200.0, 0.0)])
def test_the_letter_of_a_reference_line_stands_beside_no_orientation_letter(
    end: tuple[float, float],
) -> None:
    """ "CL" at the edge of a view is no side of a patient."""
    line = Crossing((200.0, 200.0), end, "C")
    _, letter = paint_list(canvas(), [], "", NOTHING, (line,), {})
    assert isinstance(letter, Letter)
    wide, high = canvas().size
    assert 30 <= letter.at[0] <= wide - 50
    assert 40 <= letter.at[1] <= high - 55


@pytest.mark.parametrize(
    ("kind", "at", "expected"),
    [
        (MeasurementKind.LENGTH, (120.5, 106.5), 6.0),
        (MeasurementKind.LENGTH, (90.5, 100.5), 10.0),
        (MeasurementKind.RECTANGLE, (120.5, 94.5), 6.0),
        (MeasurementKind.ELLIPSE, (145.5, 120.5), 5.0),
    ],
)
def test_the_distance_to_a_line_is_that_of_the_eye(
    kind: MeasurementKind, at: tuple[float, float], expected: float
) -> None:
    points = ((100.0, 100.0), (140.0, 100.0 if kind is MeasurementKind.LENGTH else 140.0))

    assert distance(canvas(), mark(kind, points), at) == pytest.approx(expected)


def test_the_scale_bar_is_a_round_length() -> None:
    """0.5 mm pixels, one to a screen pixel: 50 mm are 100 px."""
    bar = scale_bar(ResolvedView.of(ViewportState(), FRAME, 400, 400), FRAME, 1.0)

    assert bar is not None
    assert (bar.length, bar.text) == (pytest.approx(100.0), "50 mm")


def test_a_view_just_short_of_a_round_length_has_a_bar_too() -> None:
    """The logarithm of the float below 1000 mm is 3: a view that narrow crashed the paint."""
    just_short = math.nextafter(1000.0, 0.0) / 100
    wide = frame(shape=(400, 400), spacing=(just_short, just_short))
    bar = scale_bar(ResolvedView.of(ViewportState(), wide, 400, 400), wide, 1.0)

    assert bar is not None
    assert bar.length == pytest.approx(100.0)


def test_the_scale_bar_counts_logical_pixels_and_turns_with_the_image() -> None:
    tall = frame(shape=(200, 400), spacing=(1.0, 0.5))
    straight = scale_bar(ResolvedView.of(ViewportState(), tall, 800, 800), tall, 2.0)
    turned = scale_bar(
        ResolvedView.of(reduce.rotate(ViewportState(), 1), tall, 800, 800), tall, 2.0
    )

    assert straight is not None
    assert (straight.length, straight.text) == (pytest.approx(100.0), "50 mm")
    assert turned == straight


def test_the_scale_bar_is_honest() -> None:
    """At the detector it says so; without millimetres there is none."""
    blind = frame(axes=None)
    detector = evolve(blind, spacing=PixelSpacing(0.1, 0.1, SpacingOrigin.DETECTOR))
    view = ResolvedView.of(ViewportState(), blind, 400, 400)

    assert scale_bar(view, blind, 1.0) is None
    bar = scale_bar(view, detector, 1.0)
    assert bar is not None
    assert bar.text.endswith("mm (detector)")


def test_the_scroll_bar_is_painted_in_runs() -> None:
    assert runs(["a", "a", "b", "a"]) == ((0, 2, "a"), (2, 3, "b"), (3, 4, "a"))
    assert runs([]) == ()


def test_a_coronal_view_has_a_scale_too() -> None:
    """64 pixels of 0.5 mm on 400: 12.5 to the millimetre."""
    one = frame(axes=CORONAL)
    bar = scale_bar(ResolvedView.of(ViewportState(), one, 400, 400), one, 1.0)

    assert bar is not None
    assert (bar.length, bar.text) == (pytest.approx(62.5), "5 mm")


def test_a_bar_of_more_images_than_pixels_never_hides_a_failed_one() -> None:
    """One image in 2000 that cannot be shown must still be red on 500 rows."""
    states = ["seen"] * 1000 + ["loaded"] * 600 + ["missing"] * 400
    states[333] = "failed"

    rows = shrunk(states, 500)

    assert len(rows) == 500
    assert rows[83] == "failed"
    assert rows.count("failed") == 1
    assert (rows[0], rows[300], rows[499]) == ("seen", "loaded", "missing")
    assert shrunk(states[:300], 500) == states[:300]


def covers(label: Plate, shape: tuple[PixelPoint, PixelPoint]) -> bool:
    """Whether any of it lies on the box between two corners on the view."""
    left, top, wide, high = label.box
    (x1, y1), (x2, y2) = shape
    return left < x2 + 0.5 and x1 + 0.5 < left + wide and top < y2 + 0.5 and y1 + 0.5 < top + high


def test_a_label_never_lies_on_what_is_measured() -> None:
    """Over a hot lesion its own label hid what was measured (PET): any ground, any place, any
    size that leaves room beside it."""
    random = np.random.default_rng(11)
    for round_ in range(150):
        x, y = random.uniform(0, 380, 2)
        wide, high = random.uniform(2, 300, 2)
        box = ((x, y), (min(x + wide, 399.0), min(y + high, 399.0)))
        ground = np.full((400, 400), 255, np.uint8)  # everything is bright but the lesion
        ground[int(y) : int(box[1][1]), int(x) : int(box[1][0])] = 0
        one = mark(MeasurementKind.ELLIPSE, box, id=f"A{round_}")

        items = paint_list(canvas(picture=Picture(0, 0, ground)), [one], "", NOTHING, (), {})

        (label,) = [item for item in items if isinstance(item, Plate)]
        assert not covers(label, box), (round_, box, label.box)
        gap_x = max(box[0][0] - label.box[0] - label.box[2], label.box[0] - box[1][0], 0.0)
        gap_y = max(box[0][1] - label.box[1] - label.box[3], label.box[1] - box[1][1], 0.0)
        assert math.hypot(gap_x, gap_y) < 48, (round_, box, label.box)  # and is near it


def test_a_label_gives_way_when_the_view_is_moved_under_it() -> None:
    """Zoomed in, the spot beside the lesion may be pushed onto it by the edge of the view."""
    places: dict[str, int] = {}
    box = ((300.0, 100.0), (340.0, 140.0))
    one = mark(MeasurementKind.ELLIPSE, box)
    for zoom in (1.0, 2.0, 4.0, 8.0, 1.0):
        state = reduce.zoom(ViewportState(), zoom, (350.0, 120.0), (199.5, 199.5))
        at = canvas(state=state)
        items = paint_list(at, [one], "", NOTHING, (), places)
        (label,) = [item for item in items if isinstance(item, Plate)]
        (left, top), (right, bottom) = at.at(box[0]), at.at(box[1])
        if right - left < 150:  # else it fills the view
            assert not covers(label, ((left - 0.5, top - 0.5), (right - 0.5, bottom - 0.5)))


def test_a_region_that_fills_the_view_has_its_label_near_an_edge() -> None:
    """It must lie on it somewhere: least of all in its middle."""
    whole = mark(MeasurementKind.RECTANGLE, ((0.0, 0.0), (399.0, 399.0)))

    items = paint_list(canvas(), [whole], "", NOTHING, (), {})

    (label,) = [item for item in items if isinstance(item, Plate)]
    x, y = label.box[0] + 40, label.box[1] + 10
    assert math.dist((x, y), (200, 200)) > 130


def test_a_label_stays_where_a_reader_put_it_and_its_leader_reaches_it() -> None:
    """In pixels of the image from the first point: it goes where the measurement goes."""
    put = mark(label_at=(60.0, 80.0))
    moved = evolve(put, points=((120.0, 110.0), (160.0, 110.0)))

    for one, middle in ((put, (160.5, 180.5)), (moved, (180.5, 190.5))):
        items = paint_list(canvas(), [one], "", NOTHING, (), {})
        (label,) = [item for item in items if isinstance(item, Plate)]
        left, top, wide, high = label.box
        assert (left + wide / 2, top + high / 2) == pytest.approx(middle)
        end = one.points[1]
        assert label.anchor == pytest.approx((end[0] + 0.5, end[1] + 0.5))


def test_a_label_put_beyond_the_view_is_still_on_it() -> None:
    items = paint_list(canvas(), [mark(label_at=(4000.0, -4000.0))], "", NOTHING, (), {})

    (label,) = [item for item in items if isinstance(item, Plate)]
    assert 0 <= label.box[0] <= 300
    assert 0 <= label.box[1] <= 380


def plates(items: tuple[object, ...]) -> list[Plate]:
    return [item for item in items if isinstance(item, Plate)]


@pytest.mark.parametrize("spot", range(8))
def test_a_label_gives_way_to_what_another_one_measures(spot: int) -> None:
    """Zoomed or turned, the spot of one comes to lie on the lesion of the other: on whichever
    side of its line it stood, it goes where it covers neither."""
    lesion = mark(MeasurementKind.ELLIPSE, ((120.0, 60.0), (220.0, 135.0)), id="A1")
    line = mark(points=((150.0, 150.0), (190.0, 155.0)), id="A2")
    places = {"A2/1": spot}

    labels = plates(paint_list(canvas(), [lesion, line], "", NOTHING, (), places))

    for one in (lesion, line):
        (x1, y1), (x2, y2) = one.points
        assert not any(covers(label, ((x1, y1), (x2, y2))) for label in labels), one.id


def test_a_label_keeps_off_the_words_of_the_view() -> None:
    """In a small view the patient's name and the letters of the sides are near everything."""
    one = mark(points=((180.0, 60.0), (220.0, 60.0)))
    words = ((0.0, 0.0, 400.0, 50.0), (190.0, 60.0, 20.0, 16.0))  # a line above, a letter below

    (label,) = plates(paint_list(canvas(), [one], "", NOTHING, (), {}, words))

    left, top, wide, high = label.box
    for x, y, w, h in words:
        assert not (left < x + w and x < left + wide and top < y + h and y < top + high)


def test_labels_that_have_no_room_at_all_do_not_jump() -> None:
    """Forty measurements on one another: a window drag leaves every label where it is."""
    crowd = [
        mark(points=((180.0 + i, 190.0 + i), (200.0 + i, 200.0)), id=f"A{i}") for i in range(40)
    ]
    places: dict[str, int] = {}
    looks = []
    for bright in (slice(0, 190), slice(190, 400), slice(0, 400)):
        pixels = np.zeros((400, 400), np.uint8)
        pixels[:, bright] = 255
        ground = Picture(0, 0, pixels)
        looks.append(plates(paint_list(canvas(picture=ground), crowd, "", NOTHING, (), places)))

    assert looks[0] == looks[1] == looks[2]


def test_a_structure_is_tinted_as_one_with_its_holes() -> None:
    """A lumen inside a wall stays clear: both lines belong to one area."""
    outer, inner = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)), ((2.0, 1.0), (7.0, 1.0), (7.0, 6.0))
    wall = [Outlined(line, True, (1, 2, 3), "Wall", 0.4) for line in (outer, inner)]
    open_line = Outlined(outer, False, (9, 9, 9), "Line", 0.4)

    items = borders(canvas(), [*wall, open_line])

    tints = [item for item in items if isinstance(item, Tint)]
    assert [(each.colour, each.opacity, len(each.lines)) for each in tints] == [((1, 2, 3), 0.4, 2)]
    assert items[0] is tints[0]  # under the lines


def test_structures_that_are_not_filled_have_lines_alone() -> None:
    line = Outlined(((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)), True, (1, 2, 3), "Wall")

    assert [type(item) for item in borders(canvas(), [line])] == [Border]
