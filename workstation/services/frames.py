"""FrameStore: decoded frames in memory, and nowhere else.

A budget bounds it; what was looked at longest ago goes first, whole studies at a time,
and an open case never. A dropped study's memory goes back to the system, which clears
it, as soon as no view holds a frame of it any more.
"""

from collections import OrderedDict
from typing import Final

from attrs import define, field

from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels
from workstation.services.signal import Signal

DEFAULT_BYTES: Final = 4 << 30


@define(eq=False)
class _Study:
    frames: dict[FrameKey, FramePixels] = field(factory=dict)
    failures: dict[FrameKey, NotDisplayable] = field(factory=dict)
    nbytes: int = 0


class FrameStore:
    """Owned by the application, lives on the home thread."""

    def __init__(self, budget_bytes: int = DEFAULT_BYTES) -> None:
        self._budget = budget_bytes
        self._studies: OrderedDict[StudyRef, _Study] = OrderedDict()
        self._protected: set[StudyRef] = set()
        self.nbytes = 0
        #: A study left the store: decoder children may forget it too.
        self.dropped: Signal[StudyRef] = Signal()

    def get(self, key: FrameKey) -> FramePixels | None:
        ref = StudyRef(key.site, key.study)
        study = self._studies.get(ref)
        if study is None:
            return None
        self._studies.move_to_end(ref)
        return study.frames.get(key)

    def put(self, key: FrameKey, pixels: FramePixels) -> None:
        study = self._of(key)
        before = study.frames.get(key)
        study.frames[key] = pixels
        study.failures.pop(key, None)
        grown = pixels.nbytes - (before.nbytes if before is not None else 0)
        study.nbytes += grown
        self.nbytes += grown
        self._make_room(StudyRef(key.site, key.study))

    def fail(self, key: FrameKey, error: NotDisplayable) -> None:
        """Remember why a frame cannot be shown; a frame that is here stays shown."""
        study = self._of(key)
        if key not in study.frames:
            study.failures[key] = error

    def forgive(self, key: FrameKey) -> None:
        """The frame is tried once more."""
        self._of(key).failures.pop(key, None)

    def failure(self, key: FrameKey) -> NotDisplayable | None:
        study = self._studies.get(StudyRef(key.site, key.study))
        return study.failures.get(key) if study is not None else None

    def protect(self, ref: StudyRef) -> None:
        """A study of the open case is kept whatever it takes."""
        self._protected.add(ref)

    def drop(self, ref: StudyRef) -> None:
        self._protected.discard(ref)
        study = self._studies.pop(ref, None)
        if study is not None:
            self.nbytes -= study.nbytes
            study.frames.clear()
            self.dropped.emit(ref)

    def clear(self) -> None:
        for ref in list(self._studies):
            self.drop(ref)

    def _of(self, key: FrameKey) -> _Study:
        ref = StudyRef(key.site, key.study)
        study = self._studies.setdefault(ref, _Study())
        self._studies.move_to_end(ref)
        return study

    def _make_room(self, newest: StudyRef) -> None:
        for ref in list(self._studies):
            if self.nbytes <= self._budget:
                return
            if ref not in self._protected and ref != newest:
                self.drop(ref)
