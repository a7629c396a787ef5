"""Which frames of a display set are here, failed, or were on the screen: the scroll bar's view."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from workstation.domain.identifiers import FrameKey
from workstation.domain.study import DisplaySet
from workstation.services.images.frames import FrameStore


class FrameState(StrEnum):
    MISSING = "missing"
    LOADED = "loaded"
    FAILED = "failed"
    SEEN = "seen"


_NONE: Final[Counter[FrameState]] = Counter()


class Coverage:
    """Kept up to date by single frames, so that painting never walks the store.

    Home thread; owned by `Screen`.
    """

    def __init__(self, store: FrameStore) -> None:
        self._store = store
        self._states: dict[str, list[FrameState]] = {}
        self._counts: dict[str, Counter[FrameState]] = {}  # of each display set, kept as well
        self._places: dict[FrameKey, list[tuple[str, int]]] = {}
        self._seen: set[FrameKey] = set()

    def know(self, display_set: DisplaySet) -> None:
        """A display set, or more frames of one that was known."""
        known = self._states.get(display_set.id)
        if known is not None and len(known) == len(display_set.frames):
            return
        states = [self._now(frame.key) for frame in display_set.frames]
        self._states[display_set.id], self._counts[display_set.id] = states, Counter(states)
        for index, frame in enumerate(display_set.frames):
            self._places.setdefault(frame.key, []).append((display_set.id, index))

    def update(self, key: FrameKey) -> tuple[str, ...]:
        """A frame arrived or failed; gives the display sets it is in."""
        places = self._places.get(key, ())
        for display_set, index in places:
            states, counts = self._states[display_set], self._counts[display_set]
            if index < len(states):
                counts[states[index]] -= 1
                states[index] = self._now(key)
                counts[states[index]] += 1
        return tuple(display_set for display_set, _ in places)

    def see(self, key: FrameKey) -> tuple[str, ...]:
        """A frame was painted; gives the display sets in which it is seen for the first time."""
        if key in self._seen:
            return ()
        self._seen.add(key)
        return self.update(key)

    def states(self, display_set_id: str) -> Sequence[FrameState]:
        return self._states.get(display_set_id, ())

    def count(self, display_set_id: str, state: FrameState) -> int:
        """How many frames are so, without walking them."""
        return self._counts.get(display_set_id, _NONE)[state]

    def clear(self) -> None:
        self._states.clear()
        self._counts.clear()
        self._places.clear()
        self._seen.clear()

    def _now(self, key: FrameKey) -> FrameState:
        if key in self._seen:
            return FrameState.SEEN
        if self._store.failure(key) is not None:
            return FrameState.FAILED
        return FrameState.LOADED if self._store.has(key) else FrameState.MISSING
