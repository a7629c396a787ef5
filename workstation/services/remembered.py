"""The screen whose views remember how they looked: window, zoom, place, layout, series.

What measurements were is remembered with them (`services.measuring`): a reader who takes a
measurement back means that, however often he zoomed since.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from workstation.errors import CommandError
from workstation.services.arranging import Arrangement
from workstation.services.frames import FrameStore
from workstation.services.linked import Linked
from workstation.services.loading import Loader
from workstation.services.structures import Structures
from workstation.text import tr
from workstation.viewing.history import History
from workstation.viewing.presets import Presets


@frozen
class _Look:
    """All views as they are, and which one is active."""

    board: Arrangement
    active: int


class Remembered(Linked):
    """Home thread; `services.viewer.Viewer` says what is a step."""

    def __init__(
        self, store: FrameStore, loader: Loader, structures: Structures, presets: Presets
    ) -> None:
        super().__init__(store, loader, structures, presets)
        self._looks: History[_Look] = History()

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

    # --- inside ---

    @property
    def _look(self) -> _Look:
        return _Look(self._board.arrangement, self.active)

    @contextmanager
    def _step(self, gesture: str = "") -> Iterator[None]:
        """What is done in here can be taken back; steps that nobody sees are none."""
        before, seen = self._look, (self.layout, self.viewports)
        yield
        if (self.layout, self.viewports) != seen:
            self._looks = self._looks.noted(before, gesture)

    def _go_to(self, look: _Look, history: History[_Look]) -> None:
        self._looks = history
        self._board.arrange(look.board)
        self.active = min(look.active, len(self.viewports) - 1)
        self._hang()
        for state in self.viewports:
            self._look_at(state)
        self._align()
        self.changed.emit(None)
        self._emit_all()
