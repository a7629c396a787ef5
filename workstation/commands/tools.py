"""Tools and measurements. With points a tool measures at once; without, it is taken in hand."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import LARGEST, Command, Outcome, command
from workstation.domain.measurement import WORDS, MeasurementKind, PixelPoint
from workstation.errors import CommandError
from workstation.text import tr

GROUP = "Tools"
_IMAGE = {"image"}
_MEASUREMENT = {"measurement"}

Corner = float | None


def _measuring(kind: MeasurementKind, title: str, words: str, say: tuple[str, ...] = ()) -> Command:
    """The command of one kind: with points it measures, without it is taken in hand."""

    def run(ctx: CommandContext, points: str = "") -> Outcome:
        if not points:
            ctx.viewer.pick_tool(kind.value)
            return None
        numbers, text = points_of(points)
        if text and kind not in WORDS:
            raise CommandError(tr("points are numbers: X1 Y1 X2 Y2 …"))
        ctx.viewer.add(kind, numbers, text)
        return None

    run.__doc__ = words
    named = command(f"tool.{kind.value}", title=title, group=GROUP, when=_IMAGE, say=say, rest=True)
    return named(run)


def _dragging(name: str, title: str, words: str) -> Command:
    """The command that takes a dragging tool in hand."""

    def run(ctx: CommandContext) -> Outcome:
        ctx.viewer.pick_tool(name)
        return None

    run.__doc__ = words
    return command(f"tool.{name}", title=title, group=GROUP)(run)


def points_of(words: str) -> tuple[tuple[PixelPoint, ...], str]:
    """Pairs of numbers, and the text that follows them."""
    left = words.split()
    found: list[float] = []
    while left and (number := _number(left[0])) is not None:
        found.append(number)
        left.pop(0)
    if len(found) % 2:
        raise CommandError(tr("points are pairs of numbers: X1 Y1 X2 Y2 …"))
    return tuple(zip(found[::2], found[1::2], strict=True)), " ".join(left)


def _number(word: str) -> float | None:
    try:
        found = float(word)
    except ValueError:
        return None
    return found if abs(found) <= LARGEST else None  # not infinite, and no number either


#: Points are in image pixels of the active view; without points, by the pointer.
MEASURING = (
    _measuring(MeasurementKind.LENGTH, "Length", "Between two points.", ("measure",)),
    _measuring(MeasurementKind.POLYLINE, "Path", "The way along several points."),
    _measuring(
        MeasurementKind.PERPENDICULAR,
        "Distance to a line",
        "From the third point to the line of the first two.",
    ),
    _measuring(
        MeasurementKind.BIDIRECTIONAL,
        "Two axes",
        "Long axis, then the short one; it is turned square to the long one.",
    ),
    _measuring(MeasurementKind.ANGLE, "Angle", "At the second of three points."),
    _measuring(
        MeasurementKind.COBB,
        "Cobb angle",
        "Between two lines of two points each: the smaller angle.",
    ),
    _measuring(
        MeasurementKind.CARDIOTHORACIC,
        "Cardiothoracic ratio",
        "Width of the heart, then of the thorax, each between two points, along the rows.",
    ),
    _measuring(
        MeasurementKind.ELLIPSE,
        "Ellipse",
        "Inscribed in the box between two corners; a pixel counts if its centre is inside.",
    ),
    _measuring(MeasurementKind.RECTANGLE, "Rectangle", "Between two corners."),
    _measuring(MeasurementKind.POLYGON, "Polygon", "Corners; the last point again ends it."),
    _measuring(MeasurementKind.FREEHAND, "Freehand region", "Drawn with the button held."),
    _measuring(MeasurementKind.POINT, "Point value", "The value of one pixel, kept."),
    _measuring(MeasurementKind.ARROW, "Arrow", "Two points, then words for what it shows."),
    _measuring(MeasurementKind.TEXT, "Text", "A point, then words."),
)


@command("tool.probe", title="Probe", group=GROUP, when=_IMAGE)
def probe(ctx: CommandContext, x: Corner = None, y: Corner = None) -> Outcome:
    """The value of a pixel; without a point, under the pointer."""
    if x is None or y is None:
        ctx.viewer.pick_tool("probe")
    else:
        ctx.viewer.show_probe((x, y))
    return None


#: What a drag with the left button does.
DRAGGING = (
    _dragging("window", "Window tool", "Drag right for wider, down for brighter."),
    _dragging("zoom", "Zoom tool", "Drag up to magnify."),
    _dragging("area", "Zoom to an area", "Drag a box; it fills the view."),
    _dragging("pan", "Pan tool", "Drag the picture."),
    _dragging("turn", "Turn tool", "Drag the picture around its middle; with Shift finely."),
    _dragging("scroll", "Scroll tool", "Drag down to go forward."),
)


@command("measurement.delete", title="Delete measurement", group=GROUP, when=_MEASUREMENT)
def delete(ctx: CommandContext, name: str = "") -> Outcome:
    """By name (A1); without one, the selected or the last."""
    ctx.viewer.delete_measurement(name)
    return None


@command("measurement.select", title="Select measurement", group=GROUP, when=_MEASUREMENT)
def select(ctx: CommandContext, name: str = "") -> Outcome:
    """By name; without one, the next in order."""
    ctx.viewer.select_measurement(name or ctx.viewer.next_measurement)
    return None


@command(
    "measurement.move", title="Move measurement", group=GROUP, when=_MEASUREMENT, hidden=True,
    rest=True,
)  # fmt: skip
def move(ctx: CommandContext, name: str, points: str) -> Outcome:
    """Other points for a measurement, on the image it was made on."""
    ctx.viewer.move_measurement(name, points_of(points)[0])
    return None


@command("measurement.label", title="Words beside a measurement", group=GROUP, when=_MEASUREMENT,
         rest=True)  # fmt: skip
def label(ctx: CommandContext, name: str, text: str = "") -> Outcome:
    """Its name (A1), then words; none takes them away."""
    ctx.viewer.marks.label(name, text)
    return None


@command("measurement.place-label", title="Put a label somewhere", group=GROUP, when=_MEASUREMENT)
def place_label(
    ctx: CommandContext, name: str = "", dx: Corner = None, dy: Corner = None
) -> Outcome:
    """So many image pixels from its first point; without numbers, where it is proposed.

    Labels are dragged by the pointer as well, and stay with their measurement.
    """
    ctx.viewer.marks.place_label(name, None if dx is None or dy is None else (dx, dy))
    return None


@command("measurement.word", title="Write beside a measurement", group=GROUP, when=_MEASUREMENT)
def word(ctx: CommandContext, name: str = "") -> Outcome:
    """Asks for the words of one measurement; without a name, of the selected or the last.

    In the list where it is open, else in the palette.
    """
    mark = ctx.viewer.marks.find(name)
    if not ctx.windows.edit_measurement(mark.id):
        ctx.windows.open_palette(f"measurement.label {mark.id} {mark.text}")
    return None


@command("measurement.copy", title="Copy to the next image", group=GROUP, when=_MEASUREMENT)
def copy(ctx: CommandContext, name: str = "", by: int = 1) -> Outcome:
    """The selected or the last one, measured anew on the next image; `by` images on. One that
    a report has is measured anew on its own image: that is yours, and can be cited."""
    ctx.viewer.copy_measurement(name, by)
    return None


@command("measurement.undo", title="Undo measurement", group=GROUP, when=_IMAGE)
def undo(ctx: CommandContext) -> Outcome:
    """Takes back what was last placed, moved, worded or deleted."""
    ctx.viewer.marks.undo()
    return None


@command("measurement.redo", title="Redo measurement", group=GROUP, when=_IMAGE)
def redo(ctx: CommandContext) -> Outcome:
    """Does again what was taken back."""
    ctx.viewer.marks.redo()
    return None


@command("measurement.next", title="Next measurement", group=GROUP, when=_MEASUREMENT)
def next_one(ctx: CommandContext) -> Outcome:
    """Selects the next one and shows its image."""
    ctx.viewer.go_to_measurement(ctx.viewer.next_measurement)
    return None


@command("measurement.go", title="Go to measurement", group=GROUP, when=_MEASUREMENT)
def go(ctx: CommandContext, name: str = "") -> Outcome:
    """Show the image a measurement was made on."""
    ctx.viewer.go_to_measurement(name)
    return None


COMMANDS = (
    *MEASURING, probe, *DRAGGING,
    delete, select, move, label, place_label, word, copy, undo, redo, next_one, go,
)  # fmt: skip
