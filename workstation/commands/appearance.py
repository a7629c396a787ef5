"""How the image on the active view looks: window, scale, place and orientation."""

from enum import StrEnum
from functools import partial

from workstation.commands.context import CommandContext
from workstation.commands.registry import Outcome, command
from workstation.errors import CommandError
from workstation.imaging.colour import is_colour
from workstation.imaging.filters import DisplayFilter
from workstation.text import tr
from workstation.viewing import viewport as reduce

GROUP = "Images"
_IMAGE = {"image"}

#: One step of brightness or contrast by key, in pixels of a drag.
_STEP = 15.0


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


class Axis(StrEnum):
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"


@command(
    "viewport.window", title="Window preset", group=GROUP, when=_IMAGE, rest=True,
    say={"{preset} window"},
)  # fmt: skip
def window(ctx: CommandContext, preset: str) -> Outcome:
    """A preset by name or by its number key, center/width, auto (from the values), or default."""
    ctx.viewer.set_window(preset)
    return None


@command("viewport.next-window", title="Next window of the image", group=GROUP, when=_IMAGE)
def next_window(ctx: CommandContext, step: int = 1) -> Outcome:
    """Through the windows and curves that the image itself proposes, with their names."""
    ctx.viewer.next_window(step)
    return None


@command("viewport.window-by", title="Drag the window", group=GROUP, when=_IMAGE, hidden=True)
def window_by(ctx: CommandContext, wider: float, darker: float) -> Outcome:
    """As a drag of so many pixels to the right and down."""
    ctx.viewer.drag_window(wider, darker, "window")
    return None


@command("viewport.brighten", title="Brighter", group=GROUP, when=_IMAGE)
def brighten(ctx: CommandContext, steps: float = 1) -> Outcome:
    """A step brighter, or part of one; negative is darker."""
    ctx.viewer.drag_window(0.0, _STEP * steps)
    return None


@command("viewport.contrast", title="More contrast", group=GROUP, when=_IMAGE)
def contrast(ctx: CommandContext, steps: float = 1) -> Outcome:
    """A step narrower, or part of one; negative is wider."""
    ctx.viewer.drag_window(-_STEP * steps, 0.0)
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


@command("viewport.zoom-to", title="Zoom to a box", group=GROUP, when=_IMAGE, hidden=True)
def zoom_to(ctx: CommandContext, x1: float, y1: float, x2: float, y2: float) -> Outcome:
    """The box between two image points fills the view."""
    ctx.viewer.zoom_to((x1, y1), (x2, y2))
    return None


@command("viewport.pan", title="Pan", group=GROUP, when=_IMAGE, hidden=True)
def pan(ctx: CommandContext, dx: float, dy: float) -> Outcome:
    """Move the picture by image pixels."""
    ctx.viewer.change(lambda state: reduce.pan(state, dx, dy), "pan")
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


@command("viewport.turn", title="Turn by degrees", group=GROUP, when=_IMAGE, say={"turn {degrees}"})
def turn(ctx: CommandContext, degrees: float) -> Outcome:
    """Clockwise, negative the other way; the letters follow."""
    ctx.viewer.change(partial(reduce.turn, degrees=degrees))
    return None


@command("viewport.turn-by", title="Drag the turn", group=GROUP, when=_IMAGE, hidden=True)
def turn_by(ctx: CommandContext, degrees: float) -> Outcome:
    """As the hand turns it about the middle of the view: one drag is taken back as one."""
    ctx.viewer.change(partial(reduce.turn, degrees=degrees), "turn")
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
    ctx.viewer.fit()
    return None


@command("viewport.one-to-one", title="One to one", group=GROUP, when=_IMAGE)
def one_to_one(ctx: CommandContext) -> Outcome:
    """One image pixel on one pixel of the screen."""
    ctx.viewer.change(reduce.one_to_one)
    return None


@command("viewport.true-size", title="True size", group=GROUP, when=_IMAGE, say={"true size"})
def true_size(ctx: CommandContext) -> Outcome:
    """A millimetre of the object as one of the screen; where the screen was measured."""
    ctx.viewer.true_size()
    return None


@command("viewport.reset", title="Reset", group=GROUP, when=_IMAGE, say={"reset"})
def reset(ctx: CommandContext) -> Outcome:
    """Window, zoom, pan and orientation as they came."""
    ctx.viewer.change(reduce.reset)
    return None


@command("viewport.undo", title="Undo the view", group=GROUP, when=_IMAGE)
def undo(ctx: CommandContext) -> Outcome:
    """Window, zoom, place, turns, layout and series as before; measurements stay as they are."""
    ctx.viewer.undo_view()
    return None


@command("viewport.redo", title="Redo the view", group=GROUP, when=_IMAGE)
def redo(ctx: CommandContext) -> Outcome:
    """Does again what was taken back from the views."""
    ctx.viewer.redo_view()
    return None


@command("viewport.filter", title="Filter the picture", group=GROUP, when=_IMAGE)
def display_filter(ctx: CommandContext, kind: DisplayFilter | None = None) -> Outcome:
    """Sharpen, smooth, clahe (local contrast) or none; without a word the next. Values stay."""
    shown = ctx.viewer.shown(ctx.viewer.active)
    every = [DisplayFilter.NONE, DisplayFilter.SHARPEN, DisplayFilter.SMOOTH, DisplayFilter.CLAHE]
    if shown is not None and is_colour(shown.frame):
        if kind is DisplayFilter.CLAHE:
            raise CommandError(tr("local contrast is for grey images"))
        every.remove(DisplayFilter.CLAHE)

    def turned(state: reduce.ViewportState) -> reduce.ViewportState:
        after = every[(every.index(state.filter) + 1) % len(every)]
        return reduce.filtered(state, kind or after)

    ctx.viewer.change(turned)
    return None


@command("viewport.interpolation", title="Interpolation", group=GROUP, when=_IMAGE)
def interpolation(ctx: CommandContext, kind: reduce.Interpolation | None = None) -> Outcome:
    """Between pixels: nearest, linear or cubic; without a word the next of them."""
    every = list(reduce.Interpolation)

    def turned(state: reduce.ViewportState) -> reduce.ViewportState:
        after = every[(every.index(state.interpolation) + 1) % len(every)]
        return reduce.interpolate(state, kind or after)

    ctx.viewer.change(turned)
    return None


COMMANDS = (
    window,
    next_window,
    window_by,
    brighten,
    contrast,
    zoom,
    zoom_to,
    pan,
    nudge,
    invert,
    rotate,
    turn,
    turn_by,
    flip,
    fit,
    one_to_one,
    true_size,
    reset,
    undo,
    redo,
    display_filter,
    interpolation,
)
