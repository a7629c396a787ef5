"""Commands of fusion: one series laid over another. Keys: `resources/keymaps/default.toml`."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.imaging.spheres import USUAL_PERCENT
from workstation.text import tr

GROUP = "Planes"
_IMAGE = {"image"}


@command("fusion.toggle", title="Fuse with PET", group=GROUP, when=_IMAGE, say={"fuse"})
def toggle(ctx: CommandContext, display_set: str = "") -> Outcome:
    """Lay the PET of this patient space, else a dose, or a series by its id over the active view,
    or take it away."""
    return ctx.viewer.toggle_fusion(display_set)


@command("fusion.hang", title="PET/CT with turning MIP", group=GROUP, when=_IMAGE, say={"pet ct"})
def hang(ctx: CommandContext) -> Outcome:
    """Three planes with the PET laid over them, and beside them the MIP of the PET, which turns by
    itself until it is stopped."""
    index, job = ctx.viewer.hang_fusion()
    ctx.cine.turn(index)
    return job


@command("fusion.opacity", title="Opacity of the layer", group=GROUP, when=_IMAGE)
def opacity(ctx: CommandContext, percent: float) -> Outcome:
    """0 shows what is below alone, 100 covers it where there is uptake."""
    if not 0 <= percent <= 100:
        raise CommandError(tr("opacity goes from 0 to 100 per cent"))
    ctx.viewer.set_fusion_opacity(percent)
    return None


@command("fusion.more", title="More of the layer", group=GROUP, when=_IMAGE)
def more(ctx: CommandContext, steps: float = 1.0) -> Outcome:
    """A tenth more opaque; negative is clearer."""
    ctx.viewer.more_fusion(steps)
    return None


@command("fusion.colours", title="Colours of the layer", group=GROUP, when=_IMAGE)
def colours(ctx: CommandContext, name: str = "") -> Outcome:
    """hot-iron, pet, hot-metal-blue or pet-20-step; without a name the next."""
    ctx.viewer.set_fusion_colours(name)
    return None


@command("fusion.window", title="Window of the layer", group=GROUP, when=_IMAGE)
def window(ctx: CommandContext, preset: str) -> Outcome:
    """A preset by name or number, or center/width, for what is laid over."""
    ctx.viewer.set_fusion_window(preset)
    return None


@command("pet.sphere", title="Sphere of the region", group=GROUP, when={"image", "measurement"})
def sphere(ctx: CommandContext, name: str = "", percent: float = USUAL_PERCENT) -> Outcome:
    """The selected region, or one by name, as the widest circle of a sphere in the PET: SUVmax,
    peak, mean, and volume and TLG of what lies above so many per cent of the maximum."""
    if not 0 < percent <= 100:
        raise CommandError(tr("a threshold goes from 0 to 100 per cent"))
    ctx.viewer.measure_sphere(name, percent)
    return None


COMMANDS = (toggle, hang, opacity, more, colours, window, sphere)
