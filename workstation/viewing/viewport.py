"""How one viewport looks at its display set: a frozen value and its reducers.

Nothing here knows pixels, windows or widgets. A reducer takes a state and gives the next
one; what it needs from outside (how many frames, how wide the data) comes in as numbers.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from workstation.domain.measurement import PixelPoint
from workstation.domain.presentation import Voi, VoiFunction
from workstation.imaging.filters import DisplayFilter
from workstation.viewing.curved import Along
from workstation.viewing.fusion import Fusion
from workstation.viewing.phases import Over
from workstation.viewing.planes import Plane
from workstation.viewing.volume_look import From, VolumeLook, seen_from

#: Zoom relative to fit, or to one image pixel per screen pixel.
ZOOM_LIMITS: Final = (0.05, 40.0)

#: The thickest slab, mm.
MOST_SLAB_MM: Final = 500.0

#: A drag of this many screen pixels changes the window by its own width.
WINDOW_DRAG_PIXELS: Final = 300.0


class Interpolation(StrEnum):
    NEAREST = "nearest"
    LINEAR = "linear"
    CUBIC = "cubic"


class SlabMode(StrEnum):
    """What of all samples through a slab is shown."""

    MEAN = "mean"
    MIP = "mip"
    MINIP = "minip"


@frozen
class ViewportState:
    """Where the reader is on one viewport; kept when layout or size changes.

    `zoom` multiplies the fit (or 1:1), so that a view keeps its framing when it becomes
    smaller. `pan` is the image point in the middle of the view, in image pixels from the
    centre of the image. `quarter_turns` are clockwise and come after the flip; `degrees`,
    from 0 up to 90, are what is turned beyond them.
    `display_set` None: nothing is hung here. `voi` None: as the image proposes, by the
    window of its own that `own_window` counts from 0.
    """

    display_set: str | None = None
    frame_index: int = 0
    plane: Plane | None = None  # a plane through the volume in place of a frame
    along: Along | None = None  # what lies along a curve through it, in place of both
    slab_mm: float = 0.0  # thickness of what is shown; 0: a plane, or the frame itself
    slab_mode: SlabMode = SlabMode.MIP
    look: VolumeLook | None = None  # the whole volume as rays see it, in place of all that
    zoom: float = 1.0
    pan: PixelPoint = (0.0, 0.0)
    one_to_one: bool = False
    voi: Voi | None = None
    own_window: int = 0
    inverted: bool = False
    quarter_turns: int = 0
    degrees: float = 0.0
    flipped: bool = False
    interpolation: Interpolation = Interpolation.LINEAR
    filter: DisplayFilter = DisplayFilter.NONE
    keys_only: bool = False  # only key images are scrolled through
    presentation: str = ""  # the presentation state applied, by its SOP Instance UID
    planes_hidden: bool = False  # the overlays that the object itself brings
    shutter_lifted: bool = False  # what the object covers is shown
    fusion: Fusion | None = None  # what is laid over it
    over: Over | None = None  # what phases give together, in place of the one shown
    touched: bool = False  # the reader changed something: hanging leaves it alone


def show(state: ViewportState, display_set: str | None, frame_index: int = 0) -> ViewportState:
    """Another display set; zoom, pan and orientation start anew, interpolation stays."""
    return ViewportState(
        display_set=display_set, frame_index=frame_index, interpolation=state.interpolation
    )


def touch(state: ViewportState) -> ViewportState:
    """The reader changed something here."""
    return evolve(state, touched=True)


def go(state: ViewportState, frame_index: int, count: int) -> ViewportState:
    """To a frame, as near as there is one."""
    there = max(0, min(frame_index, count - 1))
    return state if state.frame_index == there else evolve(state, frame_index=there)


def scroll(state: ViewportState, by: int, count: int, *, around: bool = False) -> ViewportState:
    """Onward; `around` goes on at the other end."""
    wanted = state.frame_index + by
    return go(state, wanted % count if around and count else wanted, count)


def pan(state: ViewportState, dx: float, dy: float) -> ViewportState:
    """Move the picture by a vector in image pixels, as a hand on a film would."""
    return evolve(state, pan=(state.pan[0] - dx, state.pan[1] - dy))


def zoom(
    state: ViewportState, factor: float, about: PixelPoint, centre: PixelPoint
) -> ViewportState:
    """Magnify so that the image point `about` stays where it is on the screen.

    `centre` is the middle of the image, in image pixels.
    """
    low, high = ZOOM_LIMITS
    wanted = max(low, min(state.zoom * factor, high))
    applied = wanted / state.zoom
    x, y = about[0] - centre[0], about[1] - centre[1]
    moved = (x - (x - state.pan[0]) / applied, y - (y - state.pan[1]) / applied)
    return evolve(state, zoom=wanted, pan=moved)


def zoom_to(
    state: ViewportState, factor: float, middle: PixelPoint, centre: PixelPoint
) -> ViewportState:
    """Magnify, with the image point `middle` in the middle of the view.

    `centre` is the middle of the image, in image pixels.
    """
    low, high = ZOOM_LIMITS
    wanted = max(low, min(state.zoom * factor, high))
    return evolve(state, zoom=wanted, pan=(middle[0] - centre[0], middle[1] - centre[1]))


def fit(state: ViewportState, zoom: float = 1.0) -> ViewportState:
    """All of it; `zoom` below 1 where it is turned by degrees and its corners stand out."""
    return evolve(state, zoom=zoom, pan=(0.0, 0.0), one_to_one=False)


def one_to_one(state: ViewportState) -> ViewportState:
    """One image pixel on one pixel of the screen, about the same place."""
    return evolve(state, zoom=1.0, one_to_one=True)


def true_size(state: ViewportState, pixel_mm: float, screen_mm: float) -> ViewportState:
    """A millimetre of the object is one of the screen, whose pixels measure `screen_mm`.

    Bound to the pixels of the screen as 1:1 is, so that it stays when the view is resized.
    """
    low, high = ZOOM_LIMITS
    zoomed = max(low, min(pixel_mm / screen_mm, high))
    return evolve(state, zoom=zoomed, one_to_one=True)


def window(state: ViewportState, voi: Voi | None) -> ViewportState:
    return evolve(state, voi=voi, own_window=0)


def own_window(state: ViewportState, index: int) -> ViewportState:
    """One of those that each image proposes itself."""
    return evolve(state, voi=None, own_window=index)


def windowed_as(state: ViewportState, other: ViewportState) -> ViewportState:
    """In the window of another state of the same series, inverted or not like it."""
    return evolve(state, voi=other.voi, own_window=other.own_window, inverted=other.inverted)


def drag_window(
    state: ViewportState, shown: Voi, dx: float, dy: float, value_range: float
) -> ViewportState:
    """Right is wider, down is brighter; a stroke does as much on ADC maps as on CT.

    `shown` is the window drawn, `value_range` the spread of the values of the image: the
    step follows the width within 1/200 and all of it, so that it is neither stuck nor wild.
    """
    spread = value_range if value_range > 0 else shown.width
    step = max(spread / 200, min(shown.width, spread)) / WINDOW_DRAG_PIXELS
    function = shown.function
    width = shown.width + dx * step
    if shown.lut is not None:  # the object's own curve is moved and stretched, never lost
        moved = evolve(shown, center=shown.center - dy * step, width=max(step, width), name="")
        return window(state, moved)
    if function is VoiFunction.LINEAR and (spread < 256 or not spread.is_integer()):
        function = VoiFunction.LINEAR_EXACT  # LINEAR has no windows narrower than 1
    least = 1.0 if function is VoiFunction.LINEAR else spread / 10_000
    return window(state, Voi(shown.center - dy * step, max(least, width), function, name=""))


def invert(state: ViewportState) -> ViewportState:
    return evolve(state, inverted=not state.inverted)


def rotate(state: ViewportState, quarter_turns: int) -> ViewportState:
    """Clockwise as seen on the screen."""
    return evolve(state, quarter_turns=(state.quarter_turns + quarter_turns) % 4)


def turn(state: ViewportState, degrees: float) -> ViewportState:
    """Clockwise as seen on the screen, by any angle."""
    return _at_angle(state, 90 * state.quarter_turns + state.degrees + degrees)


def _at_angle(state: ViewportState, degrees: float) -> ViewportState:
    """To a thousandth of a degree, so that many small turns end where one large one does."""
    quarters, rest = divmod(round(degrees * 1000) % 360_000, 90_000)
    return evolve(state, quarter_turns=quarters, degrees=rest / 1000)


def flip_horizontal(state: ViewportState) -> ViewportState:
    """Left for right as seen on the screen, whatever the rotation."""
    turned = _at_angle(state, -90 * state.quarter_turns - state.degrees)
    return evolve(turned, flipped=not state.flipped)


def flip_vertical(state: ViewportState) -> ViewportState:
    return rotate(flip_horizontal(state), 2)


def toggle_shutter(state: ViewportState) -> ViewportState:
    """What the object covers is shown, or covered again."""
    return evolve(state, shutter_lifted=not state.shutter_lifted)


def toggle_planes(state: ViewportState) -> ViewportState:
    """The overlays that the object itself brings, shown or hidden."""
    return evolve(state, planes_hidden=not state.planes_hidden)


def toggle_keys_only(state: ViewportState) -> ViewportState:
    """Only key images, or all of them again."""
    return evolve(state, keys_only=not state.keys_only)


def towards(indices: Sequence[int], at: int, wanted: int) -> int:
    """On the way to an image, the first of these that is no nearer; else the last on the way."""
    if wanted > at:
        ahead = [each for each in indices if each > at]
        return next((each for each in ahead if each >= wanted), ahead[-1] if ahead else at)
    behind = [each for each in reversed(indices) if each < at]
    if wanted == at or not behind:
        return at
    return next((each for each in behind if each <= wanted), behind[-1])


def present(state: ViewportState, presentation: str) -> ViewportState:
    """As a presentation state says, or without one; what the reader moved starts anew."""
    return evolve(reset(state), presentation=presentation)


def interpolate(state: ViewportState, kind: Interpolation) -> ViewportState:
    return evolve(state, interpolation=kind)


def seen_as(state: ViewportState, other: ViewportState) -> ViewportState:
    """The same image in the window, framing and orientation that another view had."""
    return evolve(
        state, zoom=other.zoom, pan=other.pan, one_to_one=other.one_to_one, voi=other.voi,
        own_window=other.own_window, inverted=other.inverted, quarter_turns=other.quarter_turns,
        degrees=other.degrees, flipped=other.flipped,
    )  # fmt: skip


def slab(state: ViewportState, mm: float, mode: SlabMode) -> ViewportState:
    """So thick, the plane in the middle; 0 is the plane again."""
    return evolve(state, slab_mm=max(0.0, min(mm, MOST_SLAB_MM)), slab_mode=mode)


def filtered(state: ViewportState, kind: DisplayFilter) -> ViewportState:
    return evolve(state, filter=kind)


def reset(state: ViewportState) -> ViewportState:
    """As it was hung: same display set and frame or plane, everything else as proposed."""
    look = None if state.look is None else seen_from(state.look, From.A)
    there = show(state, state.display_set, state.frame_index)
    return evolve(there, plane=state.plane, along=state.along, look=look)
