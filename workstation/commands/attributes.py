"""Commands on the attributes of the object that is looked at."""

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.domain.study import Frame
from workstation.errors import CommandError
from workstation.protocols.dicom_listing import Listing
from workstation.services.waiting import after
from workstation.text import tr

GROUP = "Objects"
_IMAGE = {"image"}


@command("attributes.show", title="DICOM attributes", group=GROUP, when=_IMAGE)
def show(ctx: CommandContext) -> Outcome:
    """Every attribute of the image on the view, private ones too: found by tag, name or value."""
    frame = _frame(ctx)

    def read(found: Listing) -> None:
        title = tr("Attributes of image {n}", n=frame.number or 1)
        ctx.windows.show_attributes(found, title)

    return after(ctx.headers.read(frame.key), read)


@command("attributes.copy", title="Copy an attribute", group=GROUP, when=_IMAGE)
def copy(ctx: CommandContext, tag: str) -> Outcome:
    """Its value to the clipboard, by its tag (00180060): only numbers and coded words, which
    name nobody. Texts, names, dates, identifiers and private attributes are not copied."""
    return after(ctx.headers.read(_frame(ctx).key), lambda found: _copied(ctx, found, tag))


def _copied(ctx: CommandContext, found: Listing, tag: str) -> None:
    line = found.find(tag)
    if line is None:
        raise CommandError(tr("this image has no attribute {tag}", tag=tag))
    if not line.is_nameless:
        raise CommandError(tr("{name} can name a person: it is not copied", name=line.name or tag))
    ctx.session.note_export("clipboard")
    ctx.windows.copy_text(line.value)
    ctx.windows.tell(tr("Copied: {name}", name=line.name))


def _frame(ctx: CommandContext) -> Frame:
    shown = ctx.viewer.shown(ctx.viewer.active)
    if shown is None:
        raise CommandError(tr("there is no image on this view"))
    if not ctx.viewer.may_show(shown.study.ref):
        raise CommandError(shown.missing)
    if shown.reformat is not None or shown.rendering is not None:
        raise CommandError(tr("this view is made of many images: show one of them first"))
    return shown.frame


COMMANDS = (show, copy)
