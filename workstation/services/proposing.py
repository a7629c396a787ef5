"""The window an image is shown with before the reader chooses one."""

from attrs import evolve

from workstation.domain.presentation import Voi
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.colour import is_colour
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import auto_window, is_padding
from workstation.services.viewed import Shown
from workstation.text import tr


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
        if display_set.id not in self._windows and pixels is not None:
            found = auto_window(pixels.stored, frame)
            self._windows[display_set.id] = evolve(found, name=tr("Auto"))
        return self._windows.get(display_set.id)

    def value_range(self, shown: Shown) -> float:
        """How far the values of an image spread, in modality units; at least something."""
        known = self._spreads.get(shown.display_set.id)
        if known is None and shown.pixels is not None:
            stored = shown.pixels.stored
            kept = stored[~is_padding(stored, shown.frame)]
            if kept.size:
                steps = float(kept.max()) - float(kept.min())
                known = abs(steps * shown.frame.rescale.slope)
                self._spreads[shown.display_set.id] = known
        return known or 4096.0
