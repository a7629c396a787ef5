"""Opening files of this machine: to look at, without a report."""

from functools import partial
from pathlib import Path

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.services.jobs import Job
from workstation.services.waiting import settled
from workstation.text import tr

GROUP = "Files"


@command("file.open", title="Open a folder", group=GROUP, when={"signed-in"}, rest=True)
def open_file(ctx: CommandContext, path: str = "") -> Outcome:
    """Look at a folder, ZIP archive, DICOMDIR or file; without a path, choose a folder."""
    if not path:
        ctx.windows.choose_files(folder=True)
        return settled()
    begun = partial(ctx.windows.show_page, "reading")
    job = ctx.files.open(Path(path).expanduser(), begun)
    return job.then(lambda done: _opened(ctx, done))


@command("file.open-archive", title="Open a ZIP, DICOMDIR or file", group=GROUP, when={"signed-in"})
def open_archive(ctx: CommandContext) -> Outcome:
    """Choose a file to look at."""
    ctx.windows.choose_files(folder=False)
    return settled()


@command("file.close", title="Close the files", group=GROUP, when={"files"})
def close_files(ctx: CommandContext) -> Outcome:
    """Forget the files that are looked at; nothing of them was kept."""
    ctx.files.close()
    ctx.windows.show_page("worklist")
    return settled()


def _opened(ctx: CommandContext, job: Job[None]) -> None:
    if job.error is None:
        told = ". ".join((tr("Local files: to look at, without a report"), *ctx.files.notices))
        ctx.windows.tell(told)


COMMANDS = (open_file, open_archive, close_files)
