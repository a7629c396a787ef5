"""The window an image is shown with before the reader chooses one."""

import math
from collections.abc import Sequence
from typing import Any, Final

from attrs import evolve
from numpy.typing import NDArray

from workstation.domain.presentation import Voi
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.colour import is_colour
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import auto_window, is_padding
from workstation.services.viewed import Shown
from workstation.text import tr

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

    def voi(self, display_set: DisplaySet, frame: Frame, pixels: FramePixels | None) -> Voi | None:
        """None for colour, which has no window, and while nothing is known."""
        if is_colour(frame):
            return None
        if frame.vois:
            return frame.vois[0]
        return self._auto(display_set, frame, pixels)

    def offered(self, shown: Shown, kinds: Sequence[str]) -> tuple[Voi, ...]:
        """Windows for the number keys: the header's after the first, one from the values."""
        if is_colour(shown.frame):
            return ()
        auto = self._auto(shown.display_set, shown.frame, shown.pixels)
        found = {"header": shown.frame.vois[1:], "auto": () if auto is None else (auto,)}
        return tuple(voi for kind in kinds for voi in found.get(kind, ()))

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
        if known is None and shown.pixels is not None:
            stored = _sparse(shown.pixels.stored)
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
