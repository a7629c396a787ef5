"""Commands of templates: find, write, import and export them."""

from pathlib import Path

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.text import tr

GROUP = "Report"


@command("template.edit", title="Templates", group=GROUP)
def edit(ctx: CommandContext) -> None:
    """Find a template with its preview and use it; write, change and delete your own."""
    ctx.windows.open_templates()


@command("template.import", title="Import template", group=GROUP, when={"signed-in"})
def take_in(ctx: CommandContext, file: str = "") -> Outcome:
    """An MRRT file as a template of your own; whatever could run or fetch is left out and
    named. Without a file it is asked for."""
    if not file:
        ctx.windows.ask_file(tr("Import template"), "template.import", write=False)
        return None
    path, done = Path(file), Job[None]()

    def found(job: Job[bytes]) -> None:
        try:
            template = ctx.own_templates.import_file(path.stem, job.result())
        except CommandError as error:
            done.settle(None, error)
            return
        left = "; ".join(template.notes[:3])
        told = tr("{title} is a template of yours now", title=template.title)
        ctx.windows.tell(f"{told}; {left}" if left else told)
        done.settle(None)

    ctx.jobs.run(lambda: _bytes(path), lane="files").then(found)
    return done


@command("template.export", title="Export template", group=GROUP)
def give_out(ctx: CommandContext, name: str, file: str = "") -> Outcome:
    """Write a template as an IHE MRRT file. Without a file it is asked for."""
    body = ctx.own_templates.export(name)
    if not file:
        ctx.windows.ask_file(tr("Export template"), f"template.export {name}", write=True)
        return None
    return ctx.jobs.run(lambda: _write(Path(file), body), lane="files")


@command("template.forget", title="Delete template", group=GROUP, when={"signed-in"})
def forget(ctx: CommandContext, name: str) -> None:
    """One of your own is gone; of the same name that of the group or the site counts again."""
    ctx.own_templates.forget(name)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError):
        raise CommandError(tr("the file cannot be read")) from None


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except (OSError, ValueError):
        raise CommandError(tr("the file cannot be written")) from None


COMMANDS = (edit, take_in, give_out, forget)
