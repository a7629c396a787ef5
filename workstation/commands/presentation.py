"""Commands for what objects say about other images: shutters, presentation states, marks."""

from functools import partial

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.services.screen.viewed import Shown
from workstation.text import tr
from workstation.viewing import viewport as reduce

GROUP = "Objects"
_IMAGE = {"image"}


@command("shutter.toggle", title="Lift or close the shutter", group=GROUP, when=_IMAGE)
def shutter_toggle(ctx: CommandContext) -> Outcome:
    """Show what the shutter of an image covers, or cover it again. Values never depend on it."""
    if _shown(ctx).drawn.shutter is None:
        raise CommandError(tr("this image has no shutter"))
    ctx.viewer.change(reduce.toggle_shutter)
    return None


@command("overlay.planes", title="Hide or show image overlays", group=GROUP, when=_IMAGE)
def overlay_planes(ctx: CommandContext) -> Outcome:
    """Drawings that the object itself brings (60xx), apart from your own ink."""
    if not _shown(ctx).drawn.overlays:
        raise CommandError(tr("this image brings no overlay"))
    ctx.viewer.change(reduce.toggle_planes)
    return None


@command(
    "presentation.apply", title="Apply presentation state", group=GROUP, when=_IMAGE, rest=True
)
def presentation_apply(ctx: CommandContext, name: str) -> Outcome:
    """Show the active view as somebody else left it: by label, or by number in the list."""
    shown = _shown(ctx)
    state = ctx.viewer.presenting.named(shown.display_set, name)
    ctx.viewer.change(partial(reduce.present, presentation=state.sop))
    return None


@command("presentation.next", title="Next presentation state", group=GROUP, when=_IMAGE)
def presentation_next(ctx: CommandContext) -> Outcome:
    """The next presentation state of these images; after the last one none."""
    shown = _shown(ctx)
    applied = shown.state.presentation
    sop = ctx.viewer.presenting.after(shown.display_set, shown.frame, applied)
    ctx.viewer.change(partial(reduce.present, presentation=sop))
    return None


@command("presentation.off", title="Without presentation state", group=GROUP, when=_IMAGE)
def presentation_off(ctx: CommandContext) -> Outcome:
    """As the images themselves say."""
    if not _shown(ctx).state.presentation:
        raise CommandError(tr("no presentation state is applied"))
    ctx.viewer.change(partial(reduce.present, presentation=""))
    return None


@command("marks.toggle", title="Show or hide marks of others", group=GROUP, when=_IMAGE)
def marks_toggle(ctx: CommandContext) -> Outcome:
    """What reports and CAD marked on the images, with whose work it is; hidden at first."""
    ctx.viewer.toggle_marks_of_others()
    return None


@command("key.filter", title="Only key images", group=GROUP, when=_IMAGE)
def key_filter(ctx: CommandContext) -> Outcome:
    """Scroll through the images that you or others picked out, or through all of them again."""
    shown = _shown(ctx)
    indices = ctx.viewer.key_indices(shown.display_set)
    if not indices and not shown.state.keys_only:
        raise CommandError(tr("no image of this series is a key image"))
    ctx.viewer.change(reduce.toggle_keys_only)
    if not shown.state.keys_only and shown.state.frame_index not in indices:
        at = shown.state.frame_index
        ctx.viewer.go(min(indices, key=lambda each: abs(each - at)))
    return None


def _shown(ctx: CommandContext) -> Shown:
    shown = ctx.viewer.shown(ctx.viewer.active)
    if shown is None:
        raise CommandError(tr("there is no image on this view"))
    return shown


COMMANDS = (
    shutter_toggle, overlay_planes, presentation_apply, presentation_next, presentation_off,
    key_filter, marks_toggle,
)  # fmt: skip
