"""What becomes of all measurements of a case together."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.measurement_filing import Sent
from workstation.text import tr


@command(
    "measurements.send",
    title="Send measurements",
    group="Tools",
    when={"case", "measurement"},
    say={"send measurements"},
)
def send(ctx: CommandContext) -> Outcome:
    """File the measurements of this study in the site's archive, for other workstations.

    Sent again, the same measurements are the same document: the archive has it once.
    """
    case = ctx.session.need_case()
    reader = ctx.worklist.reader(case.item.site)
    signed = ctx.reporting.issued is not None
    if (case.read_only and not signed) or reader is None:
        raise CommandError(tr("this case is not claimed by you"))
    done = ctx.filing.send(case.item, reader, ctx.viewer.measurements)

    def told(job: Job[Sent]) -> None:
        if job.error is None:
            ctx.windows.tell(job.result().words)

    return done.then(told)


COMMANDS = (send,)
