"""Commands that copy what is read to the clipboard, and nothing of whose it is."""

from typing import Final

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.domain.measurement import WORDS, Measurement
from workstation.errors import CommandError
from workstation.protocols.dicom_listing import Listing
from workstation.services.ports.files import LOCAL
from workstation.services.screen.citing import value_words
from workstation.services.screen.unnamed import WITH_WORDS
from workstation.services.screen.viewed import Shown
from workstation.services.waiting import after, settled
from workstation.text import tr, trn

GROUP = "Objects"
#: Burned In Annotation (PS3.3 C.7.6.1): who wrote the object says whether somebody can be
#: recognized by what stands in its pixels.
_BURNED_IN: Final = "00280301"


@command("image.copy", title="Copy the picture", group=GROUP, when={"image"})
def picture(ctx: CommandContext) -> Outcome:
    """The view as it is, with your marks, to the clipboard: without name, number and dates.

    An image that says that a name stands in its pixels is not copied.
    """
    shown = _copyable(ctx)
    # Planes and volumes are made of the images of one series: what one says holds for all.
    key = shown.display_set.frames[0].key
    return after(ctx.headers.read(key), lambda found: _copied(ctx, shown, found))


@command("measurement.copy-values", title="Copy values", group=GROUP, when={"measurement"})
def values(ctx: CommandContext, name: str = "") -> Outcome:
    """Values of all measurements, or of one by its name, to the clipboard: A1 and what it
    measures, without the words you gave it."""
    marks = [ctx.viewer.marks.find(name)] if name else list(ctx.viewer.measurements)
    said = [f"{each.id}\t{_value(each)}" for each in marks if each.kind not in WORDS]
    if not said:
        raise CommandError(tr("there is no value to copy"))
    ctx.session.note_export("clipboard")
    ctx.windows.copy_text("\n".join(said))
    ctx.windows.tell(trn(len(said), "{n} value copied", "{n} values copied"))
    return settled()


def _value(mark: Measurement) -> str:
    whose = "" if mark.value is None else mark.note.split(" by ")[0]
    return f"{value_words(mark)} ({whose})" if whose else value_words(mark)


def _copyable(ctx: CommandContext) -> Shown:
    shown = ctx.viewer.shown(ctx.viewer.active)
    if shown is None or not shown.is_here:
        raise CommandError(tr("there is no image on this view"))
    if ctx.viewer.overlay(shown.index).wrong_patient:
        raise CommandError(tr("this image is of another patient: it is not copied"))
    site = shown.study.ref.site
    if site != LOCAL and not ctx.may_export(site):
        raise CommandError(tr("this site does not allow exports"))
    return shown


def _copied(ctx: CommandContext, shown: Shown, found: Listing) -> None:
    line = found.find(_BURNED_IN)
    burned_in = line.value.strip().upper() if line is not None else ""
    if burned_in == "YES":
        raise CommandError(tr("a name stands in the pixels of this image: it is not copied"))
    if not ctx.windows.copy_picture():
        raise CommandError(tr("this view cannot be copied"))
    ctx.session.note_export("clipboard")
    doubtful = burned_in != "NO" and shown.display_set.modality in WITH_WORDS
    warning = tr("Copied. A name can stand in the pixels of such images: look before you paste")
    ctx.windows.tell(warning if doubtful else tr("Copied without name, number and dates"))


COMMANDS = (picture, values)
