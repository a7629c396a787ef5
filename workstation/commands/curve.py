"""The curve of a rendered volume: its points, their colours, and presets of the reader's own."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.text import tr

GROUP = "Volume rendering"
_IMAGE = {"image"}


@command("volume.curve", title="Curve of the volume", group=GROUP, when=_IMAGE)
def toggle(ctx: CommandContext) -> Outcome:
    """Which values are seen, how dense and in which colour, below the images; again closes it."""
    ctx.viewer.toggle_curve()
    return None


@command("curve.step", title="Next point of the curve", group=GROUP, when=_IMAGE)
def step(ctx: CommandContext, by: int = 1) -> Outcome:
    """So many points on; negative goes back."""
    ctx.viewer.step_curve(by)
    return None


@command("curve.nudge", title="Move the point of the curve", group=GROUP, when=_IMAGE)
def nudge(ctx: CommandContext, right: float, up: float = 0.0) -> Outcome:
    """In small steps: to higher values, and denser."""
    ctx.viewer.nudge_curve_point(right, up)
    return None


@command("curve.choose", title="Point of the curve", group=GROUP, when=_IMAGE, hidden=True)
def choose(ctx: CommandContext, number: int) -> Outcome:
    """By its number from 1: what the other commands of the curve act on."""
    ctx.viewer.choose_curve_point(number - 1)
    return None


@command("curve.point", title="Place a point of the curve", group=GROUP, when=_IMAGE, hidden=True)
def place(ctx: CommandContext, number: int, value: float, opacity: float) -> Outcome:
    """A point by its number from 1, to a value (HU) and what 1 mm of it takes of the light, %."""
    ctx.viewer.move_curve_point(number - 1, value, opacity / 100)
    return None


@command("curve.add", title="Add a point to the curve", group=GROUP, when=_IMAGE)
def add(ctx: CommandContext, value: float | None = None, opacity: float | None = None) -> Outcome:
    """At a value (HU) and opacity (% of 1 mm); without them behind the chosen point."""
    ctx.viewer.add_curve_point(value, None if opacity is None else opacity / 100)
    return None


@command("curve.delete", title="Delete a point of the curve", group=GROUP, when=_IMAGE)
def delete(ctx: CommandContext, number: int | None = None) -> Outcome:
    """By its number from 1, or the chosen one."""
    ctx.viewer.delete_curve_point(None if number is None else number - 1)
    return None


@command("curve.colour", title="Colour of a point of the curve", group=GROUP, when=_IMAGE)
def colour(ctx: CommandContext, colour: str, number: int | None = None) -> Outcome:
    """White, bone, red ... or #rrggbb."""
    ctx.viewer.colour_curve_point(colour, None if number is None else number - 1)
    return None


@command("curve.next-colour", title="Next colour of the point", group=GROUP, when=_IMAGE)
def next_colour(ctx: CommandContext, step: int = 1) -> Outcome:
    """Of the chosen point of the curve; negative goes back."""
    ctx.viewer.next_curve_colour(step)
    return None


@command("curve.reset", title="Curve of the preset", group=GROUP, when=_IMAGE)
def reset(ctx: CommandContext) -> Outcome:
    """As the preset has it."""
    ctx.viewer.reset_curve()
    return None


@command("curve.keep", title="Keep the curve as a preset", group=GROUP, when=_IMAGE, rest=True)
def keep(ctx: CommandContext, title: str = "") -> Outcome:
    """Of your own, under a name, for volumes of this modality; the same name again replaces it."""
    if not title.strip():
        ctx.windows.open_palette("curve.keep ")
        return None
    kept = ctx.viewer.keep_curve(title.strip())
    ctx.windows.tell(tr("kept as {title}", title=kept.title))
    return None


@command("curve.forget", title="Delete a preset of your own", group=GROUP, when=_IMAGE, rest=True)
def forget(ctx: CommandContext, title: str) -> Outcome:
    """By its name; those that came with the program stay."""
    if not title.strip():
        raise CommandError(tr("curve.forget takes the name of a preset"))
    gone = ctx.viewer.forget_own_volume(title.strip())
    ctx.windows.tell(tr("{title} is deleted", title=gone.title))
    return None


@command("structures.opacity", title="Opacity of structures", group=GROUP, when=_IMAGE, rest=True)
def structure_opacity(ctx: CommandContext, percent: float, name: str = "") -> Outcome:
    """In a rendered volume, 0 to 100: of one by its name or number, or of all."""
    ctx.viewer.set_structure_opacity(percent, name)
    return None


@command("structures.colour", title="Colour of a structure", group=GROUP, when=_IMAGE, rest=True)
def structure_colour(ctx: CommandContext, colour: str, name: str) -> Outcome:
    """In a rendered volume, by its name or number: white, bone, red ... or #rrggbb."""
    ctx.viewer.set_structure_colour(colour, name)
    return None


COMMANDS = (
    toggle, step, nudge, choose, place, add, delete, colour, next_colour, reset, keep, forget,
    structure_opacity, structure_colour,
)  # fmt: skip
