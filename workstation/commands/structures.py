"""Segmentations and structure sets of others: how they are drawn, and what they hold."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command

GROUP = "Images"
_IMAGE = {"image"}


@command("structures.fill", title="Fill structures", group=GROUP, when=_IMAGE)
def fill(ctx: CommandContext, percent: float | None = None) -> Outcome:
    """On images and planes, 0 (lines alone) to 100; without a number the next of 0, 20, 40."""
    ctx.viewer.fill_structures(percent)
    return None


@command("structures.measure", title="Measure structures", group=GROUP, when=_IMAGE)
def measure(ctx: CommandContext) -> Outcome:
    """Millilitres of each and the values of this series in it, on the views; again: not."""
    return ctx.viewer.measure_structures()


COMMANDS = (fill, measure)
