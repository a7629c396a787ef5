"""Commands of reports and marks that are on their way, or were refused."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.protocols.delivery import State
from workstation.services.lines import quoted
from workstation.text import tr, trn


@command("outbox.retry", title="Send refused again", group="Program", when={"signed-in"})
def retry(ctx: CommandContext, accession: str = "", site: str = "") -> Outcome:
    """Offer refused reports and marks to their sites again, all or one; nothing is sent twice."""
    refused = [
        entry
        for entry in ctx.deliveries.entries
        if entry.state is State.REFUSED
        and accession in ("", entry.accession)
        and site in ("", entry.site)
    ]
    marks = ctx.filing.retry(accession, site)
    if not refused and not marks:
        raise CommandError(tr("nothing was refused"))
    for entry in refused:
        ctx.deliveries.retry(entry.report)
    return None


@command("outbox.settle", title="Alarm dealt with", group="Program", when={"signed-in"})
def settle(ctx: CommandContext, accession: str = "", site: str = "") -> Outcome:
    """You have telephoned, or looked: the alarm of this report goes, and that you did is on
    record. Without the case the first alarm is asked for."""
    if not accession:
        standing = ctx.alarms.standing
        if not standing:
            raise CommandError(tr("there is no alarm"))
        first = standing[0]
        ctx.windows.open_palette(f"outbox.settle {quoted(first.accession)} {first.site}")
        return None
    if not ctx.alarms.settle(accession, site):
        raise CommandError(tr("there is no alarm for {accession}", accession=accession))
    return None


@command("outbox.take-back", title="Take refused marks back", group="Program", when={"signed-in"})
def take_back(ctx: CommandContext, accession: str = "", site: str = "") -> Outcome:
    """Give up what a site refused of the measurements and key images of a case. They are
    nowhere then; the report stays as it was signed. Without the case it is asked for."""
    refused = [each for each in ctx.filing.entries if each.state is State.REFUSED]
    if not refused:
        raise CommandError(tr("no marks were refused"))
    if not accession:
        last = refused[-1]
        ctx.windows.open_palette(f"outbox.take-back {quoted(last.accession)} {last.ref.site}")
        return None
    count = ctx.filing.take_back(accession, site)
    if not count:
        raise CommandError(tr("no marks of {accession} were refused", accession=accession))
    ctx.windows.tell(
        trn(count, "{n} refused document is taken back; it is filed nowhere",
            "{n} refused documents are taken back; they are filed nowhere")
    )  # fmt: skip
    return None


COMMANDS = (retry, settle, take_back)
