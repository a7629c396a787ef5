"""Tools and measurements. With points a tool measures at once; without, it is taken in hand."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.domain.measurement import MeasurementKind, PixelPoint
from workstation.errors import CommandError
from workstation.text import tr

GROUP = "Tools"
_IMAGE = {"image"}
_MEASUREMENT = {"measurement"}

Corner = float | None


def _measure(
    ctx: CommandContext, kind: MeasurementKind, x1: Corner, y1: Corner, x2: Corner, y2: Corner
) -> None:
    given = [value for value in (x1, y1, x2, y2) if value is not None]
    if not given:
        ctx.viewer.pick_tool(kind.value)
        return
    if len(given) != 4:
        raise CommandError(tr("two points are four numbers: X1 Y1 X2 Y2"))
    a, b, c, d = given
    points: tuple[PixelPoint, ...] = ((a, b), (c, d))
    ctx.viewer.add(kind, points)


@command("tool.length", title="Length", group=GROUP, when=_IMAGE, say={"measure"})
def length(
    ctx: CommandContext, x1: Corner = None, y1: Corner = None, x2: Corner = None, y2: Corner = None
) -> Outcome:
    """Between two points in image pixels; without points, by the pointer."""
    _measure(ctx, MeasurementKind.LENGTH, x1, y1, x2, y2)
    return None


@command("tool.ellipse", title="Ellipse", group=GROUP, when=_IMAGE)
def ellipse(
    ctx: CommandContext, x1: Corner = None, y1: Corner = None, x2: Corner = None, y2: Corner = None
) -> Outcome:
    """Inscribed in the box between two corners; without points, by the pointer."""
    _measure(ctx, MeasurementKind.ELLIPSE, x1, y1, x2, y2)
    return None


@command("tool.rectangle", title="Rectangle", group=GROUP, when=_IMAGE)
def rectangle(
    ctx: CommandContext, x1: Corner = None, y1: Corner = None, x2: Corner = None, y2: Corner = None
) -> Outcome:
    """Between two corners; without points, by the pointer."""
    _measure(ctx, MeasurementKind.RECTANGLE, x1, y1, x2, y2)
    return None


@command("tool.probe", title="Probe", group=GROUP, when=_IMAGE)
def probe(ctx: CommandContext, x: Corner = None, y: Corner = None) -> Outcome:
    """The value of a pixel; without a point, under the pointer."""
    if x is None or y is None:
        ctx.viewer.pick_tool("probe")
    else:
        ctx.viewer.show_probe((x, y))
    return None


@command("tool.window", title="Window tool", group=GROUP)
def window_tool(ctx: CommandContext) -> Outcome:
    """Drag right for wider, down for brighter."""
    ctx.viewer.pick_tool("window")
    return None


@command("tool.zoom", title="Zoom tool", group=GROUP)
def zoom_tool(ctx: CommandContext) -> Outcome:
    """Drag up to magnify."""
    ctx.viewer.pick_tool("zoom")
    return None


@command("tool.pan", title="Pan tool", group=GROUP)
def pan_tool(ctx: CommandContext) -> Outcome:
    """Drag the picture."""
    ctx.viewer.pick_tool("pan")
    return None


@command("tool.scroll", title="Scroll tool", group=GROUP)
def scroll_tool(ctx: CommandContext) -> Outcome:
    """Drag down to go forward."""
    ctx.viewer.pick_tool("scroll")
    return None


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


@command("measurement.move", title="Move measurement", group=GROUP, when=_MEASUREMENT, hidden=True)
def move(ctx: CommandContext, name: str, x1: float, y1: float, x2: float, y2: float) -> Outcome:
    """Other points for a measurement, on the image it was made on."""
    ctx.viewer.move_measurement(name, ((x1, y1), (x2, y2)))
    return None


@command("measurement.go", title="Go to measurement", group=GROUP, when=_MEASUREMENT)
def go(ctx: CommandContext, name: str = "") -> Outcome:
    """Show the image a measurement was made on."""
    ctx.viewer.go_to_measurement(name)
    return None


COMMANDS = (
    length, ellipse, rectangle, probe, window_tool, zoom_tool, pan_tool, scroll_tool,
    delete, select, move, go,
)  # fmt: skip
