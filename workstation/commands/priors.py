"""Commands of priors: which there are, which are shown, and who elsewhere is the patient."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.services.jobs import Job
from workstation.services.reading.prior_reports import PriorReport

GROUP = "Case"


@command("prior.list", title="Prior studies", group=GROUP, when={"case"}, say={"priors"})
def list_priors(ctx: CommandContext) -> Outcome:
    """Every prior with its reasons, and people at other sites who may be the patient."""
    ctx.windows.open_priors(ctx.elsewhere)
    return None


@command("prior.show", title="Show a prior", group=GROUP, when={"prior"})
def show(ctx: CommandContext, number: int = 1) -> Outcome:
    """Fetch a prior and hang it beside the case; 1 is the most relevant."""
    return ctx.session.priors.show(number)


@command("prior.report", title="Report of a prior", group=GROUP, when={"prior"})
def report(ctx: CommandContext, number: int = 1) -> Outcome:
    """What was written about an older study; 1 is the most relevant. Its images stay where they
    are."""

    def show(job: Job[PriorReport]) -> None:
        if job.error is None:
            ctx.windows.show_prior_report(job.result())

    return ctx.session.prior_reports.read(number).then(show)


@command("prior.confirm", title="The same person", group=GROUP, when={"case"})
def confirm(ctx: CommandContext, number: int) -> Outcome:
    """Somebody at another site is this patient, you say: their studies become priors."""
    ctx.elsewhere.confirm(number)
    return None


@command("prior.take-back", title="Not the same person", group=GROUP, when={"case"})
def take_back(ctx: CommandContext, number: int) -> Outcome:
    """Take back what you said of somebody at another site: their studies leave the screen, and
    are candidates again."""
    ctx.elsewhere.take_back(number)
    return None


COMMANDS = (list_priors, show, report, confirm, take_back)
