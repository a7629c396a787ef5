"""What the reader points with: the 3D cursor and the magnifier."""

from enum import StrEnum

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.text import tr

GROUP = "Tools"
_IMAGE = {"image"}


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


@command("tool.cursor3d", title="3D cursor", group=GROUP, when=_IMAGE)
def cursor3d(ctx: CommandContext, x: float | None = None, y: float | None = None) -> Outcome:
    """A place of the patient on every view of its frame of reference; Shift and the pointer.

    A point of the active image, or without one under the pointer of this tool. Other stacks
    go to the image nearest to it.
    """
    if x is None:
        ctx.viewer.pick_tool("cursor3d")
    elif y is None:
        raise CommandError(tr("points are pairs of numbers: X1 Y1 X2 Y2 …"))
    else:
        ctx.viewer.point_at((x, y))
    return None


@command("cursor3d.clear", title="Take the 3D cursor away", group=GROUP)
def clear(ctx: CommandContext) -> Outcome:
    """The views stay where they went."""
    ctx.viewer.forget_spot()
    return None


@command("magnifier.show", title="Magnifier", group=GROUP, when=_IMAGE)
def magnifier(ctx: CommandContext, switch: Switch | None = None) -> Outcome:
    """Twice as large under the pointer, on or off; without a word the other of them."""
    on = not ctx.viewer.magnifies if switch is None else switch is Switch.ON
    ctx.viewer.magnify(on=on)
    return None


COMMANDS = (cursor3d, clear, magnifier)
