"""Commands of the program itself: windows, waiting, captures, leaving."""

import json
from enum import StrEnum
from pathlib import Path

from workstation.commands.context import CommandContext, Place
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.protocols.delivery import State
from workstation.services.jobs import Job
from workstation.services.snapshot import snapshot
from workstation.services.waiting import LEAVING_S, settled, until, within
from workstation.text import tr, trn

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


class Mirrored(StrEnum):
    RIGHT_TO_LEFT = "right-to-left"


class Awaited(StrEnum):
    LOADED = "loaded"
    DELIVERED = "delivered"


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


@command("wait", title="Wait", group="Scripts", hidden=True)
def wait(ctx: CommandContext, what: Awaited, seconds: float = 60.0) -> Outcome:
    """For scripts: until all images are here, or until the report is acknowledged."""
    if what is Awaited.LOADED:
        return _wait_loaded(ctx, seconds)
    return _wait_delivered(ctx, seconds)


def _wait_loaded(ctx: CommandContext, seconds: float) -> Job[None]:
    if ctx.session.case is None and not ctx.files.refs:
        raise CommandError(tr("no case is open"))

    def all_here() -> bool:
        case = ctx.session.case
        refs = case.refs if case is not None else ctx.files.refs
        return bool(refs) and all(ctx.loader.complete(ref) for ref in refs)

    signals = (ctx.loader.frame_arrived, ctx.loader.study_ready, ctx.loader.problems)
    late = tr("the images did not arrive in {s:g} s", s=seconds)
    return until(ctx.jobs, all_here, signals, seconds, late)


def _wait_delivered(ctx: CommandContext, seconds: float) -> Job[None]:
    def all_accepted() -> bool:
        refused = [entry for entry in ctx.deliveries.entries if entry.state is State.REFUSED]
        if refused:
            raise CommandError(tr("a report was refused: {why}", why=refused[0].reason))
        queued, in_doubt, _ = ctx.deliveries.counts()
        return queued == 0 and in_doubt == 0 and ctx.filing.idle

    late = tr("the report was not acknowledged in {s:g} s", s=seconds)
    signals = (ctx.deliveries.changed, ctx.filing.changed)
    return until(ctx.jobs, all_accepted, signals, seconds, late)


@command("capture", title="Capture", group="Scripts", hidden=True)
def capture(ctx: CommandContext, file: str, which: str = "") -> Outcome:
    """Write a picture of the windows: worklist, viewer, report or all of them."""
    target = _target(file)
    _need_export(ctx, file)
    ctx.windows.capture(target, which)
    return settled()


@command("gallery", title="Gallery", group="Scripts", hidden=True)
def gallery(
    ctx: CommandContext, file: str, ratio: float = 1.0, mirrored: Mirrored | None = None
) -> Outcome:
    """Write a picture of every state of every widget, for a screen of this ratio."""
    target = _target(file)
    if not 0.5 <= ratio <= 4:
        raise CommandError(tr("a ratio of 0.5 to 4"))
    ctx.windows.gallery(target, ratio, mirrored=mirrored is not None)
    return settled()


@command("state", title="State", group="Scripts", hidden=True)
def state(ctx: CommandContext, file: str) -> Outcome:
    """Write what is shown, as JSON."""
    target = _target(file)
    _need_export(ctx, file)
    shown = snapshot(
        ctx.worklist, ctx.session, ctx.viewer, ctx.reporting, ctx.deliveries,
        ctx.windows.hidden_rows, ctx.windows.notices,
    )  # fmt: skip
    try:
        target.write_text(json.dumps(shown, indent=1, ensure_ascii=False), encoding="utf-8")
    except OSError:
        raise CommandError(tr("the file cannot be written")) from None
    return settled()


def _target(file: str) -> Path:
    """Where a file is to be written; refused before anything is asked for it."""
    if "\0" in file or Path(file).is_dir() or not Path(file).absolute().parent.is_dir():
        raise CommandError(tr("the file cannot be written"))
    return Path(file)


def _need_export(ctx: CommandContext, file: str) -> None:
    """A picture or a state file holds patient data: the site's policy decides, the audit knows."""
    case = ctx.session.case
    if case is None:
        return
    if not ctx.may_export(case.item.site):
        raise CommandError(tr("this site does not allow exports"))
    ctx.session.note_export(Path(file).suffix)


@command("outbox.retry", title="Send refused again", group=GROUP, when={"signed-in"})
def retry(ctx: CommandContext, accession: str = "") -> Outcome:
    """Offer refused reports and marks to their sites again, all or one; nothing is sent twice."""
    refused = [
        entry
        for entry in ctx.deliveries.entries
        if entry.state is State.REFUSED and accession in ("", entry.accession)
    ]
    marks = ctx.filing.retry(accession)
    if not refused and not marks:
        raise CommandError(tr("nothing was refused"))
    for entry in refused:
        ctx.deliveries.retry(entry.report)
    return None


@command("outbox.settle", title="Alarm dealt with", group=GROUP, when={"signed-in"})
def settle(ctx: CommandContext, accession: str) -> Outcome:
    """You have telephoned, or looked: the alarm of this report goes, and that you did is on
    record."""
    if not ctx.alarms.settle(accession):
        raise CommandError(tr("there is no alarm for {accession}", accession=accession))
    return None


@command("outbox.take-back", title="Take refused marks back", group=GROUP, when={"signed-in"})
def take_back(ctx: CommandContext, accession: str = "") -> Outcome:
    """Give up what a site refused of the measurements and key images of a case. They are
    nowhere then; the report stays as it was signed. Without the case it is asked for."""
    refused = [each for each in ctx.filing.entries if each.state is State.REFUSED]
    if not refused:
        raise CommandError(tr("no marks were refused"))
    if not accession:
        ctx.windows.open_palette(f"outbox.take-back {refused[-1].accession}")
        return None
    count = ctx.filing.take_back(accession)
    if not count:
        raise CommandError(tr("no marks of {accession} were refused", accession=accession))
    ctx.windows.tell(
        trn(count, "{n} refused document is taken back; it is filed nowhere",
            "{n} refused documents are taken back; they are filed nowhere")
    )  # fmt: skip
    return None


@command("audit.export", title="Export the audit log", group=GROUP)
def audit_export(ctx: CommandContext, file: str) -> Outcome:
    """Write the audit log of this machine; `workstation audit verify FILE` checks it."""
    return ctx.audit.export(_target(file))


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
    search, stat, wait, capture, gallery, state, retry, settle, take_back, audit_export, leave,
)  # fmt: skip
