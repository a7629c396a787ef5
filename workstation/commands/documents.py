"""Commands on reports that are read on a view."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.text import tr

GROUP = "Objects"


@command("report.named-image", title="Image that the report names", group=GROUP, when={"image"})
def named_image(ctx: CommandContext, number: int = 1) -> Outcome:
    """Beside the report on the view: the first image named from its top line on, or the one of
    that number from there."""
    viewer = ctx.viewer
    reading = viewer.reading(viewer.active)
    if reading is None:
        raise CommandError(tr("there is no report on this view"))
    below = reading.lines[reading.state.frame_index :]
    places = [at for line in below if (at := viewer.named_images.find(line.refers)) is not None]
    if not 1 <= number <= len(places):
        raise CommandError(tr("the report names no image of this screen from here on"))
    display_set, frame_index = places[number - 1]
    report = viewer.active
    if len(viewer.viewports) == 1:
        viewer.set_layout(1, 2)
    viewer.activate((report + 1) % len(viewer.viewports))
    viewer.show_set(display_set)
    viewer.go(frame_index)
    viewer.activate(report)
    return None


COMMANDS = (named_image,)
