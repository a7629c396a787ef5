"""Planes through volumes: MPR, its crosshair, and slabs."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import LARGEST, Outcome, command
from workstation.errors import CommandError
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


COMMANDS = (mpr, slab, slab_of, thicken, turn, straighten)
