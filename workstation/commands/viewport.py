"""Viewer commands: what a reader does with images. Keys: `resources/keymaps/default.toml`."""

import re
from enum import StrEnum
from functools import partial

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.text import tr
from workstation.viewing import viewport as reduce

GROUP = "Images"
_IMAGE = {"image"}

#: One step of brightness or contrast by key, in pixels of a drag.
_STEP = 15.0


class Place(StrEnum):
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


class Axis(StrEnum):
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"


@command("viewport.scroll", title="Scroll", group=GROUP, when=_IMAGE, say={"scroll {n}"})
def scroll(ctx: CommandContext, n: int = 1) -> Outcome:
    """Images onward; negative goes back. Linked views follow."""
    ctx.viewer.scroll(n)
    return None


@command("viewport.go", title="Go to image", group=GROUP, when=_IMAGE, say={"image {n}"})
def go(ctx: CommandContext, n: str) -> Outcome:
    """To image n of N as the view counts them, or to the first, middle or last."""
    total = ctx.viewer.frames_on_active
    places = {Place.FIRST: 1, Place.MIDDLE: (total + 1) // 2, Place.LAST: total}
    if n not in places and not n.isdecimal():
        raise CommandError(tr("{n} is not an image number, nor first, middle or last", n=n))
    number = int(n) if n.isdecimal() else places[Place(n)]
    if not 1 <= number <= total:
        raise CommandError(tr("this series has images 1 to {total}", total=total))
    ctx.viewer.go(number - 1)
    return None


@command(
    "viewport.window", title="Window preset", group=GROUP, when=_IMAGE, rest=True,
    say={"{preset} window"},
)  # fmt: skip
def window(ctx: CommandContext, preset: str) -> Outcome:
    """A preset by name or by its number key, center/width, or default."""
    ctx.viewer.set_window(preset)
    return None


@command("viewport.window-by", title="Drag the window", group=GROUP, when=_IMAGE, hidden=True)
def window_by(ctx: CommandContext, wider: float, darker: float) -> Outcome:
    """As a drag of so many pixels to the right and down."""
    ctx.viewer.drag_window(wider, darker)
    return None


@command("viewport.brighten", title="Brighter", group=GROUP, when=_IMAGE)
def brighten(ctx: CommandContext, steps: int = 1) -> Outcome:
    """A step brighter; negative is darker."""
    ctx.viewer.drag_window(0.0, _STEP * steps)
    return None


@command("viewport.contrast", title="More contrast", group=GROUP, when=_IMAGE)
def contrast(ctx: CommandContext, steps: int = 1) -> Outcome:
    """A step narrower; negative is wider."""
    ctx.viewer.drag_window(-_STEP * steps, 0.0)
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


@command("viewport.zoom", title="Zoom", group=GROUP, when=_IMAGE)
def zoom(
    ctx: CommandContext, factor: float, x: float | None = None, y: float | None = None
) -> Outcome:
    """By a factor, about an image point or the middle of the view."""
    if not factor > 0:
        raise CommandError(tr("a zoom factor is above 0"))
    about = None if x is None or y is None else (x, y)
    ctx.viewer.zoom(factor, about)
    return None


@command("viewport.pan", title="Pan", group=GROUP, when=_IMAGE, hidden=True)
def pan(ctx: CommandContext, dx: float, dy: float) -> Outcome:
    """Move the picture by image pixels."""
    ctx.viewer.change(lambda state: reduce.pan(state, dx, dy))
    return None


@command("viewport.nudge", title="Move the picture", group=GROUP, when=_IMAGE)
def nudge(ctx: CommandContext, side: Side) -> Outcome:
    """A tenth of the view to a side."""
    ways = {Side.LEFT: (-1, 0), Side.RIGHT: (1, 0), Side.UP: (0, -1), Side.DOWN: (0, 1)}
    ctx.viewer.nudge(*ways[side])
    return None


@command("viewport.invert", title="Invert", group=GROUP, when=_IMAGE, say={"invert"})
def invert(ctx: CommandContext) -> Outcome:
    """Black for white."""
    ctx.viewer.change(reduce.invert)
    return None


@command("viewport.rotate", title="Rotate", group=GROUP, when=_IMAGE)
def rotate(ctx: CommandContext, quarter_turns: int = 1) -> Outcome:
    """Quarter turns clockwise; the letters follow."""
    ctx.viewer.change(partial(reduce.rotate, quarter_turns=quarter_turns))
    return None


@command("viewport.flip", title="Flip", group=GROUP, when=_IMAGE)
def flip(ctx: CommandContext, axis: Axis = Axis.HORIZONTAL) -> Outcome:
    """Mirror horizontal (left for right) or vertical; the letters follow."""
    horizontal = axis is Axis.HORIZONTAL
    ctx.viewer.change(reduce.flip_horizontal if horizontal else reduce.flip_vertical)
    return None


@command("viewport.fit", title="Fit", group=GROUP, when=_IMAGE, say={"fit"})
def fit(ctx: CommandContext) -> Outcome:
    """The whole image, as large as the view allows."""
    ctx.viewer.change(reduce.fit)
    return None


@command("viewport.one-to-one", title="One to one", group=GROUP, when=_IMAGE)
def one_to_one(ctx: CommandContext) -> Outcome:
    """One image pixel on one pixel of the screen."""
    ctx.viewer.change(reduce.one_to_one)
    return None


@command("viewport.reset", title="Reset", group=GROUP, when=_IMAGE, say={"reset"})
def reset(ctx: CommandContext) -> Outcome:
    """Window, zoom, pan and orientation as they came."""
    ctx.viewer.change(reduce.reset)
    return None


@command("viewport.interpolation", title="Interpolation", group=GROUP, when=_IMAGE)
def interpolation(ctx: CommandContext, kind: reduce.Interpolation) -> Outcome:
    """Between pixels: nearest, linear or cubic."""
    ctx.viewer.change(partial(reduce.interpolate, kind=kind))
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


@command("viewport.show-series", title="Show series", group=GROUP, when={"case"}, hidden=True)
def show_series(ctx: CommandContext, display_set: str, n: int = 0) -> Outcome:
    """Put a series on view n, or on the active one."""
    ctx.viewer.show_set(display_set, n - 1 if n else None)
    return None


@command("compare.prior", title="Compare with prior", group=GROUP, when={"case"}, say={"compare"})
def compare_prior(ctx: CommandContext) -> Outcome:
    """Current left, its best matching prior right."""
    ctx.viewer.compare_prior()
    return None


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
    scroll, go, window, window_by, brighten, contrast, layout, maximize, activate, next_view,
    zoom, pan, nudge, invert, rotate, flip, fit, one_to_one, reset, interpolation, next_series,
    previous_series, show_series, compare_prior, link_toggle, link_offset, overlay_level,
    ink_toggle, structures_toggle,
)  # fmt: skip
