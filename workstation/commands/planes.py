"""Planes through volumes: MPR, its crosshair, and slabs."""

from functools import partial

from workstation.commands.context import CommandContext
from workstation.commands.registry import LARGEST, Outcome, command
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.services.delivery.planes_saving import Written
from workstation.services.jobs import Job
from workstation.text import tr
from workstation.viewing.planes import Plane
from workstation.viewing.viewport import SlabMode

GROUP = "Planes"
_IMAGE = {"image"}


@command("viewport.mpr", title="Planes of the body (MPR)", group=GROUP, when=_IMAGE, say={"planes"})
def mpr(ctx: CommandContext) -> Outcome:
    """Axial, coronal and sagittal through one crosshair; again, and the views are as before."""
    return ctx.viewer.toggle_mpr()


@command("viewport.slab", title="Slab", group=GROUP, when=_IMAGE)
def slab(ctx: CommandContext, mm: float | None = None, mode: SlabMode | None = None) -> Outcome:
    """So many mm thick, mip, minip or mean; 0 is none. Without a number the next of them."""
    if mm is None:
        ctx.viewer.next_slab()
    elif not 0 <= mm <= LARGEST:
        raise CommandError(tr("a slab has a thickness in mm, or 0"))
    else:
        ctx.viewer.set_slab(mm, mode)
    return None


@command("viewport.slab-of", title="Slab of a plane", group=GROUP, when=_IMAGE, hidden=True)
def slab_of(ctx: CommandContext, plane: Plane, mm: float) -> Outcome:
    """The view of that plane so many mm thick, in the mode it has."""
    ctx.viewer.set_slab_of(plane, max(0.0, mm))
    return None


@command("viewport.thicken", title="Thicker slab", group=GROUP, when=_IMAGE)
def thicken(ctx: CommandContext, mm: float = 2.0) -> Outcome:
    """By so many mm; negative is thinner, down to none."""
    ctx.viewer.thicken(mm)
    return None


@command("mpr.turn", title="Turn the planes", group=GROUP, when=_IMAGE)
def turn(ctx: CommandContext, degrees: float, plane: Plane | None = None) -> Outcome:
    """The two others around the crosshair, clockwise as seen on the active plane or on this."""
    ctx.viewer.turn_planes(degrees, plane)
    return None


@command("mpr.straighten", title="Straighten the planes", group=GROUP, when=_IMAGE)
def straighten(ctx: CommandContext) -> Outcome:
    """Axial, coronal and sagittal again, through the same point."""
    ctx.viewer.straighten()
    return None


@command("planes.save", title="Save planes to the study", group=GROUP, when={"case", "image"})
def save(ctx: CommandContext, mm: float | None = None) -> Outcome:
    """All planes of the direction on the active view as a series in the site's archive, so many
    mm apart; without a number as far apart as they are thick. A slab is saved as slabs, a section
    across a curve as all the sections along it, 1 mm apart."""
    if mm is not None and not 0 < mm <= LARGEST:
        raise CommandError(tr("planes lie so many mm apart"))
    item, reader = claimed(ctx)
    saved = ctx.saving.save(item, reader, mm)
    ctx.windows.tell(tr("planes are being saved: they go to the site one by one"))
    return saved.then(partial(told, ctx))


def claimed(ctx: CommandContext) -> tuple[WorklistItem, Reader]:
    """The case and who reads it. Raises CommandError where it is not claimed here."""
    case = ctx.session.need_case()
    reader = ctx.worklist.reader(case.item.site)
    if (case.read_only and ctx.reporting.issued is None) or reader is None:
        raise CommandError(tr("this case is not claimed by you"))
    return case.item, reader


def told(ctx: CommandContext, job: Job[Written]) -> None:
    """What went is said, what did not is the command's error."""
    if job.error is None:
        ctx.windows.tell(job.result().words)


COMMANDS = (mpr, slab, slab_of, thicken, turn, straighten, save)
