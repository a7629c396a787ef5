"""Commands of registration: a prior put where the current study is."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command

GROUP = "Images"
_IMAGE = {"image"}


@command("link.register", title="Register with the other study", group=GROUP, when=_IMAGE)
def register(ctx: CommandContext) -> Outcome:
    """Align the stack of another study with the active one, by its images or by a registration
    in the study; the views go by it at once, for you to accept or reject."""
    return ctx.registering.start()


@command("link.accept", title="Accept the registration", group=GROUP, when=_IMAGE)
def accept(ctx: CommandContext) -> Outcome:
    """The views stay linked by it while both studies are open."""
    ctx.viewer.accept_registration()
    return None


@command("link.reject", title="Reject the registration", group=GROUP, when=_IMAGE)
def reject(ctx: CommandContext) -> Outcome:
    """The views are linked by it no longer."""
    ctx.viewer.reject_registration()
    return None


COMMANDS = (register, accept, reject)
