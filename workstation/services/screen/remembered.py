"""The screen whose views remember how they looked: window, zoom, place, layout, series, turns.

What measurements were is remembered with them (`services.screen.measuring`): a reader who takes a
measurement back means that, however often he zoomed since.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from attrs import evolve, frozen

from workstation.errors import CommandError
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.screen.arranging import Arrangement
from workstation.services.screen.linked import Linked
from workstation.services.screen.structures import Structures
from workstation.text import tr
from workstation.viewing.curved import Traced
from workstation.viewing.history import History
from workstation.viewing.mpr import Mpr
from workstation.viewing.presets import Presets


@frozen
class _Look:
    """All views as they are, and which one is active."""

    board: Arrangement
    active: int
    crosshairs: Mapping[str, Mpr]
    curves: Mapping[str, Traced]


class Remembered(Linked):
    """Home thread; `services.viewer.viewer.Viewer` says what is a step."""

    def __init__(
        self, store: FrameStore, loader: Loader, structures: Structures, presets: Presets
    ) -> None:
        super().__init__(store, loader, structures, presets)
        self._looks: History[_Look] = History()
        self._crosshairs: dict[str, Mpr] = {}  # of display sets that are seen in planes
        self._curves: dict[str, Traced] = {}  # of display sets that are seen along a curve

    def rest(self) -> None:
        """The hand let go of what it dragged: the next drag is taken back by itself."""
        self._looks = self._looks.rested()

    def undo_view(self) -> None:
        """The views as they were before the last step."""
        found = self._looks.back(self._look)
        if found is None:
            raise CommandError(tr("the views are as they came: there is nothing to take back"))
        self._go_to(*found)

    def redo_view(self) -> None:
        found = self._looks.forward(self._look)
        if found is None:
            raise CommandError(tr("nothing was taken back"))
        self._go_to(*found)

    def forget_looks(self) -> None:
        """The case is left."""
        self._looks = History()
        self._crosshairs.clear()
        self._curves.clear()

    # --- inside ---

    @property
    def _look(self) -> _Look:
        crosshairs, curves = dict(self._crosshairs), dict(self._curves)
        return _Look(self._board.arrangement, self.active, crosshairs, curves)

    @contextmanager
    def _step(self, gesture: str = "") -> Iterator[None]:
        """What is done in here can be taken back; steps that nobody sees are none."""
        before, seen = self._look, self._seen
        yield
        if self._seen != seen:
            self._looks = self._looks.noted(before, gesture)

    @property
    def _seen(self) -> tuple[object, ...]:
        return self.layout, self.viewports, dict(self._crosshairs), dict(self._curves)

    def _go_to(self, look: _Look, history: History[_Look]) -> None:
        self._looks = history
        self._board.arrange(look.board)
        self.active = min(look.active, len(self.viewports) - 1)
        for name, before in look.crosshairs.items():  # the turn is taken back, not the place
            now = self._crosshairs.get(name, before)
            self._crosshairs[name] = evolve(before, centre=now.centre)
        places = {name: curve.at_mm for name, curve in self._curves.items()}
        self._curves.clear()
        for name, curve in look.curves.items():
            self._curves[name] = evolve(curve, at_mm=places.get(name, curve.at_mm))
        self._hang()
        for state in self.viewports:
            self._look_at(state)
        self._align()
        self.changed.emit(None)
        self._emit_all()
