"""Viewer commands: what a reader does with images. Keys: `resources/keymaps/default.toml`."""

import re
from enum import StrEnum

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.text import tr

GROUP = "Images"
_IMAGE = {"image"}


class Place(StrEnum):
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


@command("viewport.scroll", title="Scroll", group=GROUP, when=_IMAGE, say={"scroll {n}"})
def scroll(ctx: CommandContext, n: int = 1) -> Outcome:
    """Images onward; negative goes back. Linked views follow."""
    ctx.viewer.scroll(n)
    return None


@command("viewport.page", title="Page on", group=GROUP, when=_IMAGE)
def page(ctx: CommandContext, n: int = 1) -> Outcome:
    """Ten images of a stack, a page of a document, as much of a report as the view shows;
    negative goes back."""
    ctx.viewer.turn_page(n)
    return None


@command("viewport.go", title="Go to image", group=GROUP, when=_IMAGE, say={"image {n}"})
def go(ctx: CommandContext, n: str) -> Outcome:
    """To image n of N as the view counts them, or to the first, middle or last."""
    total = ctx.viewer.frames_on_active
    places = {Place.FIRST: 1, Place.MIDDLE: (total + 1) // 2, Place.LAST: total}
    if n not in places and not n.isdecimal():
        raise CommandError(tr("{n} is not an image number, nor first, middle or last", n=n))
    number = int(n) if n.isdecimal() else places[Place(n)]
    if not total:
        raise CommandError(tr("there is no image on this view"))
    if not 1 <= number <= total:
        raise CommandError(tr("this series has images 1 to {total}", total=total))
    ctx.viewer.go(number - 1)
    return None


@command("viewport.layout", title="Layout", group=GROUP, say={"layout {layout}"})
def layout(ctx: CommandContext, layout: str) -> Outcome:
    """Rows x columns: 1x1, 1x2, 2x2."""
    match = re.fullmatch(r"(\d)[x×](\d)", layout)
    if match is None:
        raise CommandError(tr("{layout} is not a layout; write 1x2 or 2x2", layout=layout))
    ctx.viewer.set_layout(int(match[1]), int(match[2]))
    return None


@command("viewport.maximize", title="One view alone", group=GROUP, when=_IMAGE)
def maximize(ctx: CommandContext) -> Outcome:
    """The active view fills the window; again brings all views back as they were."""
    ctx.viewer.maximize()
    return None


@command("viewport.activate", title="Go to view", group=GROUP)
def activate(ctx: CommandContext, n: int) -> Outcome:
    """Make view n, counted from 1 row by row, the active one."""
    ctx.viewer.activate(n - 1)
    return None


@command("viewport.next", title="Next view", group=GROUP)
def next_view(ctx: CommandContext, step: int = 1) -> Outcome:
    """The next view becomes the active one, round again at the end."""
    ctx.viewer.activate((ctx.viewer.active + step) % len(ctx.viewer.viewports))
    return None


@command("viewport.next-series", title="Next series", group=GROUP, when=_IMAGE)
def next_series(ctx: CommandContext) -> Outcome:
    """The next series of the study on the active view."""
    ctx.viewer.next_series(1)
    return None


@command("viewport.previous-series", title="Previous series", group=GROUP, when=_IMAGE)
def previous_series(ctx: CommandContext) -> Outcome:
    """The previous series of the study on the active view."""
    ctx.viewer.next_series(-1)
    return None


@command("viewport.show-series", title="Show series", group=GROUP, hidden=True)
def show_series(ctx: CommandContext, display_set: str, n: int = 0) -> Outcome:
    """Put a series on view n, or on the active one."""
    ctx.viewer.show_set(display_set, n - 1 if n else None)
    return None


@command("compare.prior", title="Compare with prior", group=GROUP, when=_IMAGE, say={"compare"})
def compare_prior(ctx: CommandContext) -> Outcome:
    """Current left, its best matching prior right."""
    return ctx.viewer.compare_prior()


@command("link.toggle", title="Link views", group=GROUP, when=_IMAGE, say={"link", "unlink"})
def link_toggle(ctx: CommandContext) -> Outcome:
    """By patient position or by your offset; current and prior share window and zoom too."""
    ctx.viewer.toggle_links()
    return None


@command("link.offset", title="Link at this level", group=GROUP, when=_IMAGE)
def link_offset(ctx: CommandContext, mm: float | None = None) -> Outcome:
    """Say that the views now show the same level, or lie so many mm apart."""
    ctx.viewer.join(mm)
    return None


@command("overlay.level", title="Overlay text", group=GROUP)
def overlay_level(ctx: CommandContext, level: int = 0) -> Outcome:
    """1 least, 2 usual, 3 everything; without a number the next. Identity always stays."""
    if level not in (0, 1, 2, 3):
        raise CommandError(tr("there are three levels, 1 to 3"))
    ctx.viewer.set_overlay_level(level or ctx.viewer.overlay_level % 3 + 1)
    return None


@command("ink.toggle", title="Hide or show ink", group=GROUP, when=_IMAGE)
def ink_toggle(ctx: CommandContext) -> Outcome:
    """Measurements and lines; words of identity always stay."""
    ctx.viewer.toggle_ink()
    return None


@command("structures.toggle", title="Show or hide structures", group=GROUP, when=_IMAGE)
def structures_toggle(ctx: CommandContext) -> Outcome:
    """What segmentations and structure sets drew, with whose work it is; hidden at first."""
    ctx.viewer.toggle_structures()
    return None


COMMANDS = (
    scroll,
    page,
    go,
    layout,
    maximize,
    activate,
    next_view,
    next_series,
    previous_series,
    show_series,
    compare_prior,
    link_toggle,
    link_offset,
    overlay_level,
    ink_toggle,
    structures_toggle,
)
