"""Volume rendering: presets, turns and standard views."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.viewing.volume_look import From

GROUP = "Volume rendering"
_IMAGE = {"image"}


@command("viewport.volume", title="Volume rendering", group=GROUP, when=_IMAGE, say={"volume"})
def volume(ctx: CommandContext, preset: str = "") -> Outcome:
    """All of the series as rays see it, by a preset; without one the first, or back again."""
    return ctx.viewer.set_volume(preset)


@command("volume.turn", title="Turn the volume", group=GROUP, when=_IMAGE)
def turn(ctx: CommandContext, right: float, down: float = 0.0) -> Outcome:
    """What is in front moves so many degrees to the right and down."""
    ctx.viewer.turn_volume(right, down)
    return None


@command("volume.from", title="Volume from a standard side", group=GROUP, when=_IMAGE)
def seen_from(ctx: CommandContext, side: From | None = None) -> Outcome:
    """From a, p, l, r, h or f; without one the next of them."""
    ctx.viewer.see_volume_from(side)
    return None


@command(
    "volume.point", title="Go to a place in the patient", group=GROUP, when=_IMAGE, hidden=True
)
def point(ctx: CommandContext, x: float, y: float, z: float) -> Outcome:
    """LPS mm: the crosshair and the stacks of the series go there."""
    ctx.viewer.point_to((x, y, z))
    return None


COMMANDS = (volume, turn, seen_from, point)
