"""Commands for what other programs at the desk send, open and do not follow."""

from workstation.commands.case import GROUP, after_opening
from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command


@command("case.open-launched", title="Open the case that was sent here", group=GROUP,
         when={"signed-in"})  # fmt: skip
def open_launched(ctx: CommandContext) -> Outcome:
    """Claim and open what another program sent to this desk; the open case is left as always."""
    job = ctx.session.open(ctx.launching.row())
    ctx.windows.show_page("reading")
    return job.then(lambda j: after_opening(ctx, j))


@command("case.dismiss-launched", title="Not the case that was sent here", group=GROUP)
def dismiss_launched(ctx: CommandContext) -> Outcome:
    """It stays on the list like any other."""
    ctx.launching.dismiss()
    return None


@command("case.share", title="Tell other programs what is open here", group=GROUP, when={"case"})
def share(ctx: CommandContext) -> Outcome:
    """Once more, where one did not follow; only at a site with a FHIRcast hub."""
    ctx.shared.tell_again()
    return None


@command("case.apart", title="Understood: another program does not follow", group=GROUP)
def apart(ctx: CommandContext) -> Outcome:
    """The warning goes; the other program still shows what it shows."""
    ctx.shared.settle()
    return None


COMMANDS = (open_launched, dismiss_launched, share, apart)
