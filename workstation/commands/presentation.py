"""Commands for what objects say about other images: shutters, presentation states, marks."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.text import tr
from workstation.viewing import viewport as reduce

GROUP = "Objects"
_IMAGE = {"image"}


@command("shutter.toggle", title="Lift or close the shutter", group=GROUP, when=_IMAGE)
def shutter_toggle(ctx: CommandContext) -> Outcome:
    """Show what the shutter of an image covers, or cover it again. Values never depend on it."""
    shown = ctx.viewer.shown(ctx.viewer.active)
    if shown is None or shown.frame.shutter is None:
        raise CommandError(tr("this image has no shutter"))
    ctx.viewer.change(reduce.toggle_shutter)
    return None


COMMANDS = (shutter_toggle,)
