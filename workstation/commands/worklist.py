"""Commands of the list itself: what it shows, in which order, with which columns."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.services.queue.list_views import ListColumn, ListOrder

GROUP = "Case"


@command("worklist.sort", title="Order of the list", group=GROUP)
def sort(ctx: CommandContext, order: ListOrder = ListOrder.URGENCY) -> Outcome:
    """By a column; again turns it round. Without a word by urgency, the rule of the house."""
    ctx.views.sort(order)
    return None


@command("worklist.column", title="Column of the list", group=GROUP)
def column(ctx: CommandContext, name: ListColumn) -> Outcome:
    """Put a column away, or bring it back."""
    ctx.views.toggle(name)
    return None


@command("worklist.save", title="Save this filter", group=GROUP, rest=True)
def save(ctx: CommandContext, name: str = "") -> Outcome:
    """What the list is asked for now, under a name beside the lists; yours alone."""
    if name:
        ctx.views.save(name)
    else:
        ctx.windows.show_page("worklist")
        ctx.windows.open_palette("worklist.save ")
    return None


@command("worklist.filter", title="Saved filter", group=GROUP, rest=True)
def saved_filter(ctx: CommandContext, name: str) -> Outcome:
    """Ask the list for what was saved under a name."""
    ctx.views.show(name)
    ctx.windows.show_page("worklist")
    return None


@command("worklist.forget-filter", title="Forget a filter", group=GROUP, rest=True)
def forget(ctx: CommandContext, name: str) -> Outcome:
    """Take a saved filter away."""
    ctx.views.forget(name)
    return None


@command("app.shift", title="This shift", group=GROUP, when={"signed-in"})
def shift(ctx: CommandContext) -> Outcome:
    """Site by site: what waits, promises kept, how long images take to the list and the screen."""
    ctx.windows.open_shift(ctx.shift.figures())
    return None


@command("app.site-test", title="Test a site", group=GROUP)
def site_test(ctx: CommandContext, site: str = "") -> Outcome:
    """Whether a site does what the program will ask of it; by its id, or the first there is."""
    ctx.windows.open_site_test(ctx.site_tests.site(site))
    return None


COMMANDS = (sort, column, save, saved_filter, forget, shift, site_test)
