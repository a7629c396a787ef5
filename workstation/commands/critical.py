"""Commands of critical results: begin, whom one reached, who did not answer, not critical."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import command
from workstation.domain.critical import Category, How
from workstation.text import tr

GROUP = "Report"
_NEEDS = {"report"}


@command("critical.begin", title="Critical result", group=GROUP, when=_NEEDS, rest=True)
def begin(ctx: CommandContext, category: Category = Category.MINUTES, finding: str = "") -> None:
    """Somebody must be told within minutes (1), hours (2) or days (3); the clock starts."""
    ctx.critical.begin(category, finding)


@command("critical.told", title="Critical result told", group=GROUP, when=_NEEDS)
def told(
    ctx: CommandContext, to: str = "", how: How = How.PHONE, read_back: str = "no", at: str = ""
) -> None:
    """Who knows it now, how, if read back (yes; else no), and when (18:19; else now)."""
    person = ctx.critical.next_person
    name = to or (person.name if person else "")
    when = ctx.critical.at(at) if at else None
    ctx.critical.record(name, how, read_back=read_back == "yes", at=when)
    ctx.windows.tell(tr("the report says who was told"))


@command("critical.no-answer", title="No answer", group=GROUP, when=_NEEDS)
def no_answer(ctx: CommandContext, to: str = "") -> None:
    """Whoever was called did not answer: the next one is named."""
    following = ctx.critical.no_answer(to)
    if following is None:
        ctx.windows.tell(tr("nobody else is in the directory of this site"))
    else:
        ctx.windows.tell(tr("call {name}, {phone}", name=following.name, phone=following.phone))


@command("critical.not", title="Not critical because", group=GROUP, when=_NEEDS, rest=True)
def not_critical(ctx: CommandContext, why: str = "") -> None:
    """It need not be told at once, and why; kept with the report."""
    if not why:
        ctx.windows.open_palette("critical.not ")
        return
    ctx.critical.dismiss(why)


@command("critical.list", title="Critical results not told yet", group=GROUP, when={"signed-in"})
def list_open(ctx: CommandContext) -> None:
    """Of every case, also those that were left: whom to call, and how long there is."""
    if not ctx.calls.standing:
        ctx.windows.tell(tr("no critical result waits to be told"))
    else:
        ctx.windows.open_calls(ctx.calls)


COMMANDS = (begin, told, no_answer, not_critical, list_open)
