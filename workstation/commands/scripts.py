"""Commands of scripts: waiting, pictures, and what is shown as JSON."""

import json
from enum import StrEnum
from pathlib import Path

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.protocols.delivery import State
from workstation.services.jobs import Job
from workstation.services.reading.snapshot import snapshot
from workstation.services.waiting import settled, until
from workstation.text import tr

GROUP = "Scripts"


class Mirrored(StrEnum):
    RIGHT_TO_LEFT = "right-to-left"


class Awaited(StrEnum):
    CASE = "case"
    LOADED = "loaded"
    DELIVERED = "delivered"


@command("wait", title="Wait", group=GROUP, hidden=True)
def wait(ctx: CommandContext, what: Awaited, seconds: float = 60.0) -> Outcome:
    """For scripts: until a case is open, all images are here, or the report is acknowledged."""
    waits = {
        Awaited.CASE: _wait_case,
        Awaited.LOADED: _wait_loaded,
        Awaited.DELIVERED: _wait_delivered,
    }
    return waits[what](ctx, seconds)


def _wait_case(ctx: CommandContext, seconds: float) -> Job[None]:
    """One that another program sends, while nobody does anything."""
    late = tr("no case was opened in {s:g} s", s=seconds)

    def is_open() -> bool:
        return ctx.session.case is not None

    return until(ctx.jobs, is_open, (ctx.session.changed,), seconds, late)


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


@command("capture", title="Capture", group=GROUP, hidden=True)
def capture(ctx: CommandContext, file: str, which: str = "") -> Outcome:
    """Write a picture of the windows: worklist, viewer, report or all of them."""
    target = target_of(file)
    _need_export(ctx, file)
    ctx.windows.capture(target, which)
    return settled()


@command("gallery", title="Gallery", group=GROUP, hidden=True)
def gallery(
    ctx: CommandContext, file: str, ratio: float = 1.0, mirrored: Mirrored | None = None
) -> Outcome:
    """Write a picture of every state of every widget, for a screen of this ratio."""
    target = target_of(file)
    if not 0.5 <= ratio <= 4:
        raise CommandError(tr("a ratio of 0.5 to 4"))
    ctx.windows.gallery(target, ratio, mirrored=mirrored is not None)
    return settled()


@command("state", title="State", group=GROUP, hidden=True)
def state(ctx: CommandContext, file: str) -> Outcome:
    """Write what is shown, as JSON."""
    target = target_of(file)
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


def target_of(file: str) -> Path:
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


COMMANDS = (wait, capture, gallery, state)
