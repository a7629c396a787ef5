"""The screen whose views go together: by level, by window, by scale.

Views of one frame of reference follow each other by patient position, those of two only
by what the reader said. What is shared beside the level is `viewing.sharing`'s to say.
"""

from typing import Final

from attrs import evolve

from workstation.domain.identifiers import FrameKey
from workstation.domain.registration import Registered
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.screen import link_words, locating
from workstation.services.screen.marking import Marked
from workstation.services.screen.overlay import NARROW
from workstation.services.screen.overlay_lines import Line, Overlay
from workstation.services.screen.structures import Structures
from workstation.services.screen.viewed import Shown
from workstation.services.signal import Signal
from workstation.viewing import viewport as reduce
from workstation.viewing.linking import Links
from workstation.viewing.presets import Presets
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.sharing import at_scale
from workstation.viewing.viewport import ViewportState

#: From this level on a view says what it shares.
_LINKS_SAID: Final = 2


class Linked(Marked):
    """Home thread; `services.viewer.viewer.Viewer` adds what else a reader does."""

    def __init__(
        self, store: FrameStore, loader: Loader, structures: Structures, presets: Presets
    ) -> None:
        super().__init__(store, loader, structures, presets)
        self.links = Links(on=True)
        self.scrolls_round = False
        #: The reader has gone to an image on this view himself.
        self.steered: Signal[int] = Signal()
        #: A canvas has painted this frame.
        self.painted: Signal[FrameKey] = Signal()
        self._going_on: dict[int, str] = {}

    def forget_links(self) -> None:
        """The case is left: what the reader said of its levels says nothing of the next."""
        self.links = Links(on=True)

    def mark_seen(self, key: FrameKey) -> None:
        super().mark_seen(key)
        self.painted.emit(key)

    def say(self, index: int, words: str) -> None:
        """What goes on on a view, beside its image; empty: nothing does."""
        if self._going_on.get(index, "") != words:
            self._going_on[index] = words
            self.viewport_changed.emit(index)

    def moves(self, index: int) -> bool:
        """Whether a film goes on there."""
        return bool(self._going_on.get(index))

    def play_to(self, index: int, frame_index: int) -> None:
        """The next frame of a film; no act of the reader."""
        shown = self.shown(index)
        if shown is not None:
            self._show_frame(shown, frame_index)

    def toggle_round(self) -> None:
        """Whether scrolling goes on at the other end of a stack."""
        self.scrolls_round = not self.scrolls_round
        self.changed.emit(None)

    def toggle_links(self) -> None:
        self.links = self.links.toggled()
        self.changed.emit(None)

    def join(self, offset_mm: float | None = None) -> None:
        """The reader says: the views now show the same level (or lie so many mm apart)."""
        source = self._need_shown()
        others = [self.shown(i) for i in range(len(self.viewports)) if i != self.active]
        self.links = locating.joined(self.links, source, [o for o in others if o], offset_mm)
        self.changed.emit(None)

    def register(self, found: Registered) -> None:
        """Views go by this from now on, for the reader to see what it does."""
        self.links = self.links.with_registration(found)
        self._align()
        self.changed.emit(None)

    def accept_registration(self) -> None:
        """The reader has seen it."""
        found = locating.offered(self.links)
        self.links = self.links.with_registration(evolve(found, accepted=True))
        self.changed.emit(None)

    def reject_registration(self) -> None:
        """The views are linked no longer: what was known of the two before is not said again."""
        found = locating.offered(self.links, accepted=True)
        self.links = self.links.without(found.a, found.b)
        self.changed.emit(None)

    @property
    def link_words(self) -> str:
        """How the views are linked, for the tool strip; empty where they are not."""
        shown = [s for i in range(len(self.viewports)) if (s := self.shown(i)) is not None]
        return locating.link_words(self.links, shown)

    # --- inside ---

    def _words(self, index: int, shown: Shown | None, view: ResolvedView | None) -> Overlay:
        """With what goes on on the view, and what it shares with others."""
        words, going_on = super()._words(index, shown, view), self._going_on.get(index, "")
        if shown is None:
            return words
        if going_on:
            words = evolve(words, bottom_left=(Line(going_on, 1), *words.bottom_left))
        width, _, ratio = self._size(index)
        quiet = self.overlay_level < _LINKS_SAID or width / ratio < NARROW
        alone = shown.state.plane is not None or len(self.viewports) < 2
        if quiet or alone or not self.links.on:
            return words
        others = [other for other in map(self.shown, range(len(self.viewports))) if other]
        linked = link_words.shared(self.links, shown, others, self.layout[1])
        line = (Line(linked, _LINKS_SAID),) if linked else ()
        return evolve(words, bottom_right=(*line, *words.bottom_right))

    def _hang(self) -> None:
        """What is hung beside the view being read comes up at its level."""
        before = dict(enumerate(state.display_set for state in self.viewports))
        super()._hang()
        for index, state in enumerate(self.viewports):
            if before.get(index) != state.display_set:
                self._level(index)

    def _level(self, index: int) -> None:
        source, other = self.shown(self.active), self.shown(index)
        if source is not None and other is not None and index != self.active:
            at = locating.level_beside(self.links, source, other)
            self._show_frame(other, at)

    def _share(self, before: ViewportState) -> None:
        """Linked views take the scale; the other study in the same row takes the window."""
        row = self.active // self.layout[1]
        self._back_to_current(row)
        source, view = self._need_shown(), self.resolved(self.active)
        assert view is not None
        moved = (before.zoom, before.pan, before.one_to_one) != (
            source.state.zoom, source.state.pan, source.state.one_to_one,
        )  # fmt: skip
        windowed = (before.voi, before.own_window) != (source.state.voi, source.state.own_window)
        for other in filter(None, map(self.shown, range(len(self.viewports)))):
            state, size = other.state, self._size(other.index)[:2]
            if other.rendering is not None:  # its scale and window are its own
                continue
            if windowed and other.index // self.layout[1] == row:
                state = locating.window_beside(source, other)
            if moved and other.index != source.index and not state.presentation:
                rigid = self.links.rigid(source.frame, other.frame)
                state = at_scale(view, source.frame, state, other.frame, size, rigid) or state
            if state != other.state:
                self._board[other.index] = state
                self.viewport_changed.emit(other.index)

    def _back_to_current(self, row: int) -> None:
        """A prior without a window of its own is as it was hung: in that of the current study."""
        prior = self._need_shown()
        if prior.state.voi is not None or prior.state.own_window or prior.study.role != "prior":
            return
        for other in filter(None, map(self.shown, range(len(self.viewports)))):
            if other.index // self.layout[1] == row and other.study.role == "current":
                self._board[prior.index] = locating.window_beside(other, prior)

    def _align(self) -> None:
        """Linked views go where the active one is."""
        active = self.shown(self.active)
        if active is not None:
            self._follow(active)

    def _follow(self, source: Shown) -> None:
        for index in range(len(self.viewports)):
            other = self.shown(index)
            if index == source.index or other is None:
                continue
            follow = self.links.follow(source.frame, other.display_set.frames)
            if follow is not None:
                self._show_frame(other, follow.frame_index)

    def _show_frame(self, other: Shown, frame_index: int) -> None:
        """On a view that the reader does not scroll himself."""
        if frame_index != other.state.frame_index:
            count = len(other.display_set.frames)
            self._board[other.index] = reduce.go(other.state, frame_index, count)
            self._look_at(self._board[other.index])
            self.viewport_changed.emit(other.index)
