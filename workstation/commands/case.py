"""Worklist and case commands."""

from collections.abc import Callable
from functools import partial

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.domain.identifiers import SiteId, TaskRef
from workstation.domain.reader import Colleague
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError, Conflict
from workstation.services.jobs import Job
from workstation.services.queue.worklist import Row
from workstation.services.reading.case import Case
from workstation.services.reading.chart import OpenDocument
from workstation.services.waiting import settled
from workstation.text import tr, trn

GROUP = "Case"


def _row(ctx: CommandContext, accession: str, site: str) -> Row:
    if accession:
        alike = {row.item.site for row in ctx.worklist.rows if row.item.accession == accession}
        if len(alike) > 1 and not site:
            names = ", ".join(sorted(alike))
            raise CommandError(
                tr("{a} is a case at {sites}: say at which", a=accession, sites=names)
            )
        row = ctx.worklist.find(accession, SiteId(site) if site else None)
        if row is None:
            raise CommandError(tr("no case on the list has the accession {a}", a=accession))
        return row
    selected = ctx.windows.selected_row
    if selected is None:
        raise CommandError(tr("no row is selected"))
    return selected


@command("case.open", title="Open", group=GROUP, when={"signed-in"})
def open_case(ctx: CommandContext, accession: str = "", site: str = "") -> Outcome:
    """Claim and open a case, by accession number; without one, the selected row."""
    job = ctx.session.open(_row(ctx, accession, site))
    ctx.windows.show_page("reading")
    return job.then(lambda j: after_opening(ctx, j))


def after_opening(ctx: CommandContext, job: Job[None]) -> None:
    """Back to the list where it failed; else what the reader before has left to say."""
    case = ctx.session.case
    if job.error is not None:
        ctx.windows.show_page("worklist")
    elif case is not None and case.item.handed_over:
        ctx.windows.tell(tr("Handed over: {words}", words=case.item.handed_over))


@command("case.next", title="Read next", group=GROUP, when={"signed-in"}, say={"next case"})
def next_case(ctx: CommandContext) -> Outcome:
    """Claim and open the most urgent case you may read; a lost race goes on to the one after."""
    return _read_next(ctx)


def _read_next(ctx: CommandContext) -> Job[None]:
    done: Job[None] = Job()
    tried: set[TaskRef] = set()

    def attempt() -> None:
        row = ctx.worklist.next(frozenset(tried))
        if row is None:
            ctx.windows.show_page("worklist")
            done.settle(None, CommandError(_none(ctx)))
            return
        tried.add(row.item.key)
        ctx.windows.show_page("reading")
        ctx.session.open(row).then(opened)

    def opened(job: Job[None]) -> None:
        if isinstance(job.error, Conflict):
            attempt()
            return
        after_opening(ctx, job)
        done.settle(None, job.error)

    attempt()
    return done


def _none(ctx: CommandContext) -> str:
    if ctx.worklist.films_only:
        ctx.worklist.films_only = False
        return tr("no plain film waits any more; every case is next again")
    waiting = sum(r.is_free and r.item.key in ctx.worklist.passed for r in ctx.worklist.rows)
    if waiting:
        return trn(
            waiting,
            "no case for you now; one that you gave back still waits",
            "no case for you now; {n} that you gave back still wait",
        )
    return tr("no case for you now")


@command("case.claim", title="Claim", group=GROUP, when={"signed-in"})
def claim(ctx: CommandContext, accession: str = "", site: str = "") -> Outcome:
    """Claim a case without opening it."""
    return ctx.worklist.claim(_row(ctx, accession, site))


@command("case.release", title="Give back", group=GROUP, when={"case"}, rest=True)
def release(ctx: CommandContext, reason: str = "") -> Outcome:
    """Give the open case back to the queue; what you wrote is kept as a draft."""
    job = ctx.session.release(reason)
    ctx.windows.show_page("worklist")
    return job


@command("case.hand-over", title="Hand over with a note", group=GROUP, when={"case"})
def hand_over(ctx: CommandContext) -> Outcome:
    """Give the case back with words for the reader after you; asks for them."""
    ctx.windows.open_palette("case.release ")
    return None


@command("case.decline", title="Decline", group=GROUP, when={"row"}, rest=True)
def decline(ctx: CommandContext, reason: str = "") -> Outcome:
    """Not for you: the selected case stays for others, with your reason, and is not offered to
    you again. Asks for the reason where none is given."""
    if not reason.strip():
        ctx.windows.open_palette("case.decline ")
        return None
    return ctx.worklist.decline(_row(ctx, "", ""), reason)


@command("case.reassign", title="Give to a reader", group=GROUP, when={"row"}, rest=True)
def reassign(ctx: CommandContext, to: str = "") -> Outcome:
    """The selected case to a colleague of that site, with a reason: `Visitor: paediatric`. Asks
    where nobody is named."""
    row = _row(ctx, "", "")
    case = ctx.session.case
    if case is not None and case.item.key == row.item.key:
        return _give(ctx, "case.reassign", row.item, to, partial(_leave_to, ctx, case))
    return _give(ctx, "case.reassign", row.item, to, partial(ctx.worklist.decline, row))


@command("case.give", title="Give open case to a reader", group=GROUP, when={"case"}, rest=True)
def give(ctx: CommandContext, to: str = "") -> Outcome:
    """The open case to a colleague of its site, with a reason: `Visitor: paediatric`; what you
    wrote is kept as a draft. Asks where nobody is named."""
    case = ctx.session.need_case()
    return _give(ctx, "case.give", case.item, to, partial(_leave_to, ctx, case))


def _give(
    ctx: CommandContext, name: str, item: WorklistItem, to: str,
    away: Callable[[str, Colleague], Job[None]],
) -> Outcome:  # fmt: skip
    """To whom, and why; then `away`."""
    who, _, reason = (each.strip() for each in to.partition(":"))
    if not who or not reason:
        ctx.windows.open_palette(f"{name} {who}: " if who else f"{name} ")
        return None
    done: Job[None] = Job()

    def given(job: Job[None]) -> None:
        if job.error is None:
            ctx.windows.show_page("worklist")
        done.settle(None, job.error)

    def meant(job: Job[Colleague]) -> None:
        if job.error is not None:
            done.settle(None, job.error)
        else:
            away(reason, job.result()).then(given)

    ctx.worklist.colleague(item.site, who).then(meant)
    return done


def _leave_to(ctx: CommandContext, case: Case, reason: str, to: Colleague) -> Job[None]:
    """The open case, if it still is the one that was meant when the name was typed."""
    now = ctx.session.case
    if now is None or now.item.key != case.item.key:
        gone: Job[None] = Job()
        words = tr("another case is open by now: nothing was given away")
        gone.settle(None, CommandError(words))
        return gone
    return ctx.session.release(reason, to)


@command("case.films", title="Plain films, one after the other", group=GROUP, when={"signed-in"})
def films(ctx: CommandContext) -> Outcome:
    """The next plain film, and after each signature the one after it; again: every case."""
    ctx.worklist.films_only = not ctx.worklist.films_only
    if not ctx.worklist.films_only:
        ctx.windows.tell(tr("Every case is next again."))
        return None
    waiting = sum(map(ctx.worklist.is_offered, ctx.worklist.rows))
    if not waiting:
        ctx.worklist.films_only = False
        raise CommandError(tr("no plain film waits for you"))
    ctx.windows.tell(trn(waiting, "{n} plain film waits.", "{n} plain films wait."))
    return _read_next(ctx)


@command("case.put-aside", title="Put aside", group=GROUP, when={"case"})
def put_aside(ctx: CommandContext) -> Outcome:
    """Leave the case as it is and keep the claim."""
    ctx.session.put_aside()
    ctx.windows.show_page("worklist")
    return settled()


@command("case.resume", title="Resume", group=GROUP, when={"signed-in"})
def resume(ctx: CommandContext) -> Outcome:
    """Open again what was put aside last, exactly as it was."""
    job = ctx.session.resume()
    ctx.windows.show_page("reading")
    return job


@command("case.close", title="Close the case", group=GROUP, when={"case"})
def close(ctx: CommandContext) -> Outcome:
    """Close the images and give back a claim on which nothing was written."""
    job = ctx.session.close()
    ctx.windows.show_page("worklist")
    return job


@command("case.order", title="Order, laboratory, history", group=GROUP, when={"case"},
         say={"order", "laboratory"})  # fmt: skip
def order(ctx: CommandContext) -> Outcome:
    """What was asked, and what the platform knows of the patient: allergies, laboratory with the
    kidneys first, history, documents."""
    ctx.chart.ask()
    ctx.windows.open_order(ctx.chart)
    return None


@command("case.document", title="Document of the patient", group=GROUP, when={"case"})
def document(ctx: CommandContext, number: int = 1) -> Outcome:
    """Read a document of the order panel; 1 is the first there."""
    return ctx.chart.open(number).then(lambda job: _read(ctx, job))


def _read(ctx: CommandContext, job: Job[OpenDocument]) -> None:
    if job.error is None:
        ctx.windows.open_order(ctx.chart, job.result())


@command("case.answer-too", title="Answer another order too", group=GROUP, when={"case"})
def answer_too(ctx: CommandContext, accession: str = "") -> Outcome:
    """One report for several orders of this patient: that case is claimed and answered with it.
    Without an accession it asks for one."""
    if not accession:
        ctx.windows.open_palette("case.answer-too ")
        return None
    return ctx.session.further.answer_too(_row(ctx, accession, ctx.session.need_case().item.site))


COMMANDS = (
    open_case,
    next_case,
    claim,
    release,
    hand_over,
    decline,
    reassign,
    give,
    films,
    put_aside,
    resume,
    close,
    answer_too,
    order,
    document,
)
