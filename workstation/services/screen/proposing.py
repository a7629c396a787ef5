"""The window an image is shown with before the reader chooses one."""

import math
from typing import Any, Final

from attrs import evolve
from numpy.typing import NDArray

from workstation.domain.presentation import Voi
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.imaging.colour import is_colour
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import auto_window, is_padding, spread_window
from workstation.services.screen.viewed import Shown
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.presets import AUTO, Choice, Own
from workstation.viewing.viewport import ViewportState

#: Pixels that are enough to know the spread of an image's values: a mammogram has fifty times
#: as many, and to sort them all would hold the wheel for half a second.
_ENOUGH: Final = 1 << 18


class Proposals:
    """What images propose, and where they do not, a window of the first frame seen.

    One window per display set, so that brightness does not jump from frame to frame.
    Home thread; owned by `Viewer`.
    """

    def __init__(self) -> None:
        self._windows: dict[str, Voi] = {}
        self._spreads: dict[str, float] = {}

    def clear(self) -> None:
        self._windows.clear()
        self._spreads.clear()

    def voi(
        self, display_set: DisplaySet, frame: Frame, pixels: FramePixels | None, own: int = 0
    ) -> Voi | None:
        """None for colour, which has no window, and while nothing is known.

        `own` counts the windows of the image; one that it has not is its first.
        """
        if is_colour(frame):
            return None
        if not frame.vois:
            return self._auto(display_set, frame, pixels)
        index = own if own < len(frame.vois) else 0
        voi = frame.vois[index]
        if voi.name or len(frame.vois) == 1:
            return voi
        return evolve(voi, name=tr("{n} of {total}", n=index + 1, total=len(frame.vois)))

    def chosen(self, shown: Shown, choice: Choice, state: ViewportState) -> ViewportState:
        """The state of a viewport after a window was chosen for what it shows."""
        if is_colour(shown.frame):
            raise CommandError(tr("a colour image has no window"))
        if isinstance(choice, Own):
            return reduce.own_window(state, choice.index)
        if isinstance(choice, Voi):
            return reduce.window(state, choice)
        if shown.sample is None:
            raise CommandError(tr("the image is not loaded yet"))
        stored = _sparse(shown.sample.stored)
        found = spread_window(
            stored, shown.frame, choice.low, choice.high, of_maximum=choice.of_maximum
        )
        name = tr("Auto") if choice == AUTO else choice.name
        return reduce.window(state, evolve(found, name=name))

    def next_own(self, shown: Shown, step: int) -> Own:
        """After the image's own window that is shown, round again at the end."""
        count = len(shown.frame.vois)
        if count < 2:
            raise CommandError(tr("the image proposes no other window"))
        if shown.state.voi is not None:
            return Own()
        return Own((shown.state.own_window + step) % count)

    def _auto(
        self, display_set: DisplaySet, frame: Frame, pixels: FramePixels | None
    ) -> Voi | None:
        if display_set.id not in self._windows and pixels is not None:
            found = auto_window(_sparse(pixels.stored), frame)
            self._windows[display_set.id] = evolve(found, name=tr("Auto"))
        return self._windows.get(display_set.id)

    def value_range(self, shown: Shown) -> float:
        """How far the values of an image spread, in modality units; at least something."""
        known = self._spreads.get(shown.display_set.id)
        if known is None and shown.sample is not None:
            stored = _sparse(shown.sample.stored)
            kept = stored[~is_padding(stored, shown.frame)]
            if kept.size:
                steps = float(kept.max()) - float(kept.min())
                known = abs(steps * shown.frame.rescale.slope)
                self._spreads[shown.display_set.id] = known
        return known or 4096.0


def _sparse(stored: NDArray[Any]) -> NDArray[Any]:
    """Every n-th row and column of a large image."""
    step = math.ceil(math.sqrt(stored.shape[0] * stored.shape[1] / _ENOUGH))
    return stored[::step, ::step]
