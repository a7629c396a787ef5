"""Commands that say how large a screen is."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.services.screen.screens import checked, name_of
from workstation.text import tr

GROUP = "Images"


@command("screen.measure", title="Measure the screen", group=GROUP)
def measure(ctx: CommandContext) -> Outcome:
    """Hold a bank card or a ruler against the screen: true size needs its millimetres, and what
    a monitor claims of itself is not believed."""
    ctx.windows.measure_screen()
    return None


@command("screen.set", title="Set the size of the screen", group=GROUP)
def set_size(ctx: CommandContext, mm: float) -> Outcome:
    """What 1000 pixels of the screen under the active view measure, in mm; kept for this screen."""
    kept = ctx.viewer.measure_screen(checked(mm))
    name = name_of(ctx.viewer.screen_name(ctx.viewer.active))
    ctx.windows.tell(tr("Screen {name}: 1000 pixels are {mm:.1f} mm", name=name, mm=mm))
    return kept


COMMANDS = (measure, set_size)
