"""The list of measurements, and what becomes of all of them together."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.services.delivery.measurement_filing import Sent
from workstation.services.jobs import Job
from workstation.text import tr

_MEASUREMENT = frozenset({"measurement"})


@command(
    "measurements.send",
    title="Send measurements",
    group="Tools",
    when={"case", "measurement"},
    say={"send measurements"},
)
def send(ctx: CommandContext) -> Outcome:
    """File what is marked in the site's archive, for other workstations: measurements, key
    images, and how they were seen.

    Sent again, the same marks are the same documents: the archive has them once.
    """
    case = ctx.session.need_case()
    reader = ctx.worklist.reader(case.item.site)
    signed = ctx.reporting.issued is not None
    if (case.read_only and not signed) or reader is None:
        raise CommandError(tr("this case is not claimed by you"))
    viewer = ctx.viewer
    done = ctx.filing.send(
        case.item, reader, viewer.measurements, viewer.key_images, viewer.marks.views
    )

    def told(job: Job[Sent]) -> None:
        if job.error is None:
            ctx.windows.tell(job.result().words)

    return done.then(told)


@command("measurement.list", title="List of measurements", group="Tools", when={"image"})
def show_list(ctx: CommandContext) -> Outcome:
    """Beside the images, by the name of the lesion; again folds it away."""
    if ctx.viewer.toggle_list():
        ctx.windows.focus_measurements()
    return None


@command("measurement.hide", title="Hide or show a measurement", group="Tools", when=_MEASUREMENT)
def hide(ctx: CommandContext, name: str = "") -> Outcome:
    """One alone, by name (A1); without one, the selected or the last. It stays in the list."""
    drawn = ctx.viewer.toggle_measurement(name)
    found = ctx.viewer.marks.find(name).id
    words = tr("{id} is drawn again", id=found) if drawn else tr("{id} is hidden", id=found)
    ctx.windows.tell(words)
    return None


@command("measurement.step", title="Step in the list", group="Tools", when=_MEASUREMENT)
def step(ctx: CommandContext, by: int = 1) -> Outcome:
    """The one so many lines further becomes the selected one; its image stays where it is."""
    ctx.viewer.step_measurement(by)
    return None


@command("measurement.leave", title="From the list to the images", group="Tools", when={"image"})
def leave(ctx: CommandContext) -> Outcome:
    """The list stays; keys go to the images again."""
    ctx.windows.show_page("reading")
    return None


COMMANDS = (send, show_list, hide, step, leave)
