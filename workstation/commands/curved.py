"""Planes along a curve: a vessel or a dental arch straightened, and sections across it."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import LARGEST, Outcome, command
from workstation.errors import CommandError
from workstation.services.viewer.reformatted import CURVE
from workstation.text import tr

GROUP = "Planes"
_IMAGE = {"image"}


@command("viewport.curved", title="Planes along a curve", group=GROUP, when=_IMAGE)
def curved(ctx: CommandContext) -> Outcome:
    """Points are set on planes; beside them the volume along the curve, straightened, and the
    section across it. Again, and the views are as before; the curve stays."""
    return ctx.viewer.toggle_curved()


@command("tool.curve", title="Points of a curve", group="Tools", when=_IMAGE)
def tool(ctx: CommandContext) -> Outcome:
    """A click sets the next point, one on the curve a point between; a drag moves a point."""
    ctx.viewer.pick_tool(CURVE)
    return None


@command("curved.point", title="Point of the curve", group=GROUP, when=_IMAGE, hidden=True)
def point(ctx: CommandContext, x: float, y: float) -> Outcome:
    """The next, at an image point of the active view."""
    ctx.viewer.add_course_point((x, y))
    return None


@command("curved.insert", title="Point between", group=GROUP, when=_IMAGE, hidden=True)
def insert(ctx: CommandContext, x: float, y: float) -> Outcome:
    """At an image point of the active view, between its neighbours along the curve."""
    ctx.viewer.add_course_point((x, y), between=True)
    return None


@command("curved.move", title="Move a point of the curve", group=GROUP, when=_IMAGE, hidden=True)
def move(ctx: CommandContext, number: int, x: float, y: float) -> Outcome:
    """By its number from 1, to an image point of the active view."""
    ctx.viewer.move_course_point(number, (x, y))
    return None


@command("curved.choose", title="Choose a point", group=GROUP, when=_IMAGE, hidden=True)
def choose(ctx: CommandContext, number: int) -> Outcome:
    """Which is deleted next, by its number from 1."""
    ctx.viewer.choose_course_point(number)
    return None


@command("curved.delete", title="Delete a point of the curve", group=GROUP, when=_IMAGE)
def delete(ctx: CommandContext, number: int = 0) -> Outcome:
    """By its number from 1; without one that which was set or dragged last."""
    ctx.viewer.delete_course_point(number)
    return None


@command("curved.clear", title="Delete the curve", group=GROUP, when=_IMAGE)
def clear(ctx: CommandContext) -> Outcome:
    """All its points."""
    ctx.viewer.clear_course()
    return None


@command("curved.turn", title="Turn about the curve", group=GROUP, when=_IMAGE)
def turn(ctx: CommandContext, degrees: float = 15.0) -> Outcome:
    """The straightened picture, and the section with it."""
    if abs(degrees) > LARGEST:
        raise CommandError(tr("a turn is in degrees"))
    ctx.viewer.turn_course(degrees)
    return None


@command("curved.go", title="Go along the curve", group=GROUP, when=_IMAGE, hidden=True)
def go(ctx: CommandContext, mm: float) -> Outcome:
    """The section so far from its beginning."""
    ctx.viewer.go_along_course(mm)
    return None


@command("curved.wider", title="More beside the curve", group=GROUP, when=_IMAGE)
def wider(ctx: CommandContext, mm: float = 10.0) -> Outcome:
    """So many mm more are shown across it; negative is less."""
    ctx.viewer.widen_course(mm)
    return None


COMMANDS = (curved, tool, point, insert, move, choose, delete, clear, turn, go, wider)
