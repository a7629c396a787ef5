"""Images that the reader marks for others: marked, gone to, cited."""

from functools import partial

from workstation.commands.context import CommandContext
from workstation.commands.planes import claimed, told
from workstation.commands.registry import Outcome, command
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.errors import CommandError
from workstation.services.delivery.picture_saving import is_picture
from workstation.services.jobs import Job
from workstation.text import tr

GROUP = "Tools"


@command("image.key", title="Key image", group=GROUP, when={"image"}, say={"key image"})
def key(ctx: CommandContext, title: KeyTitle | None = None) -> Outcome:
    """Mark the image shown, as it is seen now; again takes the mark away. A plane or slab is
    saved as an image of the study and sent as a key image; so is a rendered volume, a
    straightened picture and a plane with something laid over it, as it is seen.

    A title says what it is marked for; another title than it has replaces that.
    """
    shown = ctx.viewer.shown(ctx.viewer.active)
    if shown is not None and is_picture(shown):
        return _picture(ctx, title)
    if shown is None or shown.reformat is None:
        marked = ctx.viewer.toggle_key_image(title)
        if marked is not None and shown is not None and shown.fused is not None:
            ctx.windows.tell(
                tr("the image below is marked; save the view as a picture for what lies over it")
            )
        return None
    item, reader = claimed(ctx)
    saved = ctx.saving.save_key_image(item, reader, title or KeyTitle.OF_INTEREST)
    return saved.then(partial(told, ctx))


@command("image.save", title="Save the view as a picture", group=GROUP, when={"case", "image"})
def save(ctx: CommandContext, title: KeyTitle | None = None) -> Outcome:
    """What the view shows, as it is seen, with your marks and without whose it is: an image of
    the study that any viewer shows, and a key image."""
    return _picture(ctx, title)


def _picture(ctx: CommandContext, title: KeyTitle | None) -> Outcome:
    item, reader = claimed(ctx)
    ctx.pictures.need(item)
    pixels = ctx.windows.view_pixels()
    if pixels is None:
        raise CommandError(tr("there is no image on this view"))
    saved = ctx.pictures.save(item, reader, pixels, title or KeyTitle.OF_INTEREST)
    ctx.windows.tell(tr("the picture is being saved"))
    return saved.then(partial(_saved, ctx))


def _saved(ctx: CommandContext, job: Job[None]) -> None:
    if job.error is None:
        ctx.windows.tell(tr("the picture is saved in the study"))


@command("image.next-key", title="Next key image", group=GROUP, when={"key-image"})
def next_key(ctx: CommandContext) -> Outcome:
    """Show the key image after the one on the active view, round again at the end."""
    ctx.viewer.go_to_key_image()
    return None


@command("image.go-key", title="Go to key image", group=GROUP, when={"key-image"})
def go_key(ctx: CommandContext, number: int) -> Outcome:
    """By its number in the order of marking, from 1."""
    ctx.viewer.go_to_key_image(_numbered(ctx, number))
    return None


@command(
    "report.insert-key-image", title="Cite key image", group="Report", when={"report", "key-image"}
)
def insert(ctx: CommandContext, number: int = 0) -> Outcome:
    """Say in the current field where the key image is: the last one, or by its number from 1."""
    ctx.reporting.insert_key_image(_numbered(ctx, number or len(ctx.viewer.key_images)))
    return None


def _numbered(ctx: CommandContext, number: int) -> KeyImage:
    known = ctx.viewer.key_images
    if not 1 <= number <= len(known):
        raise CommandError(tr("there is no key image {n}", n=number))
    return known[number - 1]


COMMANDS = (key, save, next_key, go_key, insert)
