"""Commands of autotexts: put one in, keep one's own, take them from files and write them there."""

from pathlib import Path

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.domain.autotext import Autotext, Level
from workstation.domain.measurement import Measurement
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.report import autotext_files
from workstation.text import tr, trn

GROUP = "Report"


@command("report.autotext", title="Insert autotext", group=GROUP, when={"report"}, say={"insert …"})
def insert(ctx: CommandContext, name: str, typed: int = 0) -> None:
    """Put an autotext at the caret, by its name or its spoken name; `typed` letters before the
    caret stood for it. Its first hole is taken: type, say or choose by digit what goes there."""
    ctx.reporting.insert_autotext(ctx.autotexts, name, _measurement(ctx), typed=typed)


def _measurement(ctx: CommandContext) -> Measurement | None:
    """What `{measurement}` means: the one that is selected, else the last."""
    known = ctx.viewer.measurements
    chosen = [m for m in known if m.id == ctx.viewer.selected_measurement]
    return next(iter(chosen or known[-1:]), None)


@command("report.hole", title="Fill hole with choice", group=GROUP, when={"report"}, hidden=True)
def hole(ctx: CommandContext, number: int) -> None:
    """Fill the hole that is taken with its choice of that number."""
    if not ctx.reporting.choose(number):
        raise CommandError(tr("no hole with a choice {n} is taken", n=number))


@command("autotext.edit", title="Autotexts", group=GROUP)
def edit(ctx: CommandContext) -> None:
    """Find, read, make and change autotexts; from the report, what is selected begins a new one."""
    ctx.windows.open_autotexts()


@command("autotext.keep", title="Keep autotext", group=GROUP, when={"signed-in"}, rest=True)
def keep(ctx: CommandContext, name: str, text: str) -> None:
    """Make an autotext of your own of these words, or change it."""
    ctx.autotexts.keep(Autotext(name, text))


@command("autotext.forget", title="Forget autotext", group=GROUP, when={"signed-in"})
def forget(ctx: CommandContext, name: str) -> None:
    """One of your own is gone; of the same name that of the group or the site counts again."""
    ctx.autotexts.forget(name)


@command("autotext.import", title="Import autotexts", group=GROUP, when={"signed-in"})
def take_in(ctx: CommandContext, file: str = "") -> Outcome:
    """As your own, from a TOML file or a list with commas (name, text, spoken name). Without a
    file it is asked for."""
    if not file:
        ctx.windows.ask_file(tr("Import autotexts"), "autotext.import", write=False)
        return None
    done: Job[None] = Job()

    def found(job: Job[autotext_files.Read]) -> None:
        if job.error is not None:
            done.settle(None, job.error)
            return
        read = job.result()
        count = ctx.autotexts.import_all(read.found)
        told = trn(count, "{n} autotext is yours now", "{n} autotexts are yours now")
        if read.refused:
            told = f"{told}; {tr('left out: {what}', what='; '.join(read.refused[:3]))}"
        ctx.windows.tell(told)
        done.settle(None)

    ctx.jobs.run(lambda: autotext_files.load(Path(file), Level.USER), lane="files").then(found)
    return done


@command("autotext.export", title="Export autotexts", group=GROUP, when={"signed-in"})
def give_out(ctx: CommandContext, file: str = "") -> Outcome:
    """Write your own to a TOML file, which `autotext.import` takes. Without a file it is asked
    for."""
    if not file:
        ctx.windows.ask_file(tr("Export autotexts"), "autotext.export", write=True)
        return None
    text = autotext_files.write(ctx.autotexts.own.values())
    count = len(ctx.autotexts.own)
    written = ctx.jobs.run(lambda: autotext_files.save(Path(file), text), lane="files")
    told = trn(count, "{n} autotext was written", "{n} autotexts were written")
    return written.then(lambda job: ctx.windows.tell(told) if job.error is None else None)


COMMANDS = (insert, hole, edit, keep, forget, take_in, give_out)
