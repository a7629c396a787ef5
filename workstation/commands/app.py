"""Commands of the program itself: windows, panes, signing in, leaving."""

from enum import StrEnum

from workstation.commands.context import CommandContext, Place
from workstation.commands.registry import Outcome, command
from workstation.commands.scripts import target_of
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.waiting import LEAVING_S, until, within
from workstation.text import tr

GROUP = "Program"


class Page(StrEnum):
    WORKLIST = "worklist"
    READING = "reading"
    VIEWER = "viewer"
    REPORT = "report"
    OUTBOX = "outbox"


class Arrangement(StrEnum):
    ONE = "one"
    MANY = "many"


@command("app.show", title="Show", group=GROUP)
def show(ctx: CommandContext, page: Page) -> Outcome:
    """Bring up the worklist, the reading page or the outbox."""
    ctx.windows.show_page(page)
    return None


@command("app.arrange", title="Arrange windows", group=GROUP)
def arrange(ctx: CommandContext, mode: Arrangement) -> Outcome:
    """Everything in one window, or worklist, viewer and report as windows of their own."""
    ctx.windows.arrange(mode)
    return None


@command("app.palette", title="Commands", group=GROUP)
def palette(ctx: CommandContext) -> Outcome:
    """Find any command by typing."""
    ctx.windows.open_palette()
    return None


@command("app.keys", title="Keys", group=GROUP)
def keys(ctx: CommandContext) -> Outcome:
    """The keys that work here and now, and all others on request."""
    ctx.windows.open_keys()
    return None


@command("app.menu", title="All commands", group=GROUP)
def menu(ctx: CommandContext) -> Outcome:
    """Every command by its group, with its key; what cannot run now says what it needs."""
    ctx.windows.open_menu()
    return None


@command("app.context", title="Menu of what is here", group=GROUP)
def context_menu(ctx: CommandContext, place: Place | None = None, target: str = "") -> Outcome:
    """What can be done with a view, series, measurement or case: the one that has the focus."""
    if place is not None:
        ctx.windows.open_context(place, target, at_pointer=True)
        return None
    found = ctx.windows.focused
    if found is None:
        raise CommandError(tr("nothing here has a menu of its own"))
    place, target = found
    mark = ctx.viewer.selected_measurement
    if place is Place.VIEW and mark:
        place, target = Place.MEASUREMENT, mark
    ctx.windows.open_context(place, target, at_pointer=False)
    return None


@command("app.strip", title="Hide or show the tool strip", group=GROUP)
def strip(ctx: CommandContext) -> Outcome:
    """More room for the images; every tool has its key as well."""
    ctx.windows.toggle_strip()
    return None


@command("app.sign-in", title="Sign in", group=GROUP)
def sign_in(ctx: CommandContext) -> Outcome:
    """Sign in at the sites that are signed out."""
    ctx.windows.open_sign_in()
    return None


@command("app.refresh", title="Ask the sites again", group=GROUP, when={"signed-in"})
def refresh(ctx: CommandContext) -> Outcome:
    """Ask every site for news now."""
    return ctx.worklist.refresh()


@command("app.back", title="Back", group=GROUP)
def back(ctx: CommandContext) -> Outcome:
    """Close what is open on top, else go back to the list."""
    ctx.windows.back()
    return None


@command("app.focus", title="Next pane", group=GROUP)
def focus(ctx: CommandContext, step: int = 1) -> Outcome:
    """Move the keyboard focus to the next pane."""
    ctx.windows.focus_pane(step)
    return None


@command("worklist.search", title="Search the list", group=GROUP)
def search(ctx: CommandContext) -> Outcome:
    """Put the caret into the search field of the worklist."""
    ctx.windows.show_page("worklist")
    ctx.windows.focus_search()
    return None


@command("worklist.stat", title="Show STAT", group=GROUP, when={"signed-in"})
def stat(ctx: CommandContext) -> Outcome:
    """Every STAT case, whatever the filter hides."""
    ctx.windows.show_stat()
    return None


@command("audit.export", title="Export the audit log", group=GROUP)
def audit_export(ctx: CommandContext, file: str) -> Outcome:
    """Write the audit log of this machine; `workstation audit verify FILE` checks it."""
    return ctx.audit.export(target_of(file))


@command("quit", title="Quit", group=GROUP)
def leave(ctx: CommandContext) -> Outcome:
    """Save what is written and leave; reports on their way stay sealed and are sent later."""
    left: Job[None] = Job()
    ctx.prefetch.stop()

    def gone(_: object) -> None:
        ctx.windows.close_all()
        left.settle(None)

    def closed(_: object) -> None:  # without a keyring, what is not handed over ends with us
        ctx.audit.forward()
        late = tr("the audit log could not be handed over")
        signals = (ctx.audit.rested,)
        until(ctx.jobs, lambda: ctx.audit.resting, signals, LEAVING_S, late).then(gone)

    def saved(_: object) -> None:
        ctx.session.close().then(closed)

    within(ctx.jobs, ctx.reporting.save_last_words(), LEAVING_S).then(saved)
    return left


COMMANDS = (
    show, arrange, palette, keys, menu, context_menu, strip, sign_in, refresh, back, focus,
    search, stat, audit_export, leave,
)  # fmt: skip
