"""Commands of what moves: how a stack is gone through. Keys: `resources/keymaps/default.toml`."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command

GROUP = "Images"
_IMAGE = {"image"}


@command("scroll.round", title="Scroll round", group=GROUP, when=_IMAGE)
def scroll_round(ctx: CommandContext) -> Outcome:
    """Whether scrolling goes on at the other end of a stack, or stops there."""
    ctx.viewer.toggle_round()
    return None


COMMANDS = (scroll_round,)
