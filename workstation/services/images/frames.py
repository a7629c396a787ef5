"""FrameStore: frames in memory, and nowhere else.

A ceiling bounds it. What was looked at longest ago goes first, whole studies at a time, and
an open case never. Of an open case that is larger than the ceiling, frames are held as they
travelled, compressed; those that were looked at longest ago are held so again. A dropped
study's memory goes back to the system, which clears it, when whoever listens lets go of it
and no view holds a frame of it any more.
"""

from collections import OrderedDict
from typing import Final

from attrs import define, field

from workstation.domain.identifiers import FrameKey, SiteId, StudyRef, StudyUID
from workstation.domain.study import PixelFormat
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels, ReducedImage
from workstation.services.ports.images import Packed
from workstation.services.signal import Signal

DEFAULT_BYTES: Final = 4 << 30

#: A study, as its frames name it: looked up thousands of times while a case loads.
_Place = tuple[SiteId, StudyUID]


def decoded_bytes(pixels: PixelFormat) -> int:
    """What a frame will take once it is decoded, by its own word."""
    return pixels.rows * pixels.columns * pixels.samples * -(-pixels.bits_allocated // 8)


@define(eq=False)
class _Study:
    frames: OrderedDict[FrameKey, FramePixels] = field(factory=OrderedDict)
    packed: dict[FrameKey, Packed] = field(factory=dict)
    failures: dict[FrameKey, NotDisplayable] = field(factory=dict)
    meanwhile: dict[FrameKey, ReducedImage] = field(factory=dict)
    nbytes: int = 0
    beside: int = 0  # of `nbytes`: what was made of its frames


class Dropped:
    """A study that left the store, with its frames: nobody finds them here any more."""

    def __init__(self, ref: StudyRef, held: _Study) -> None:
        self.ref = ref
        self._held = held

    def let_go(self) -> None:
        """Give the memory back: 100 ms for 600 images, so for a worker to do."""
        self._held.frames.clear()
        self._held.packed.clear()
        self._held.meanwhile.clear()


class FrameStore:
    """Owned by the application, lives on the home thread."""

    def __init__(self, budget_bytes: int = DEFAULT_BYTES) -> None:
        self._budget = budget_bytes
        self._studies: OrderedDict[_Place, _Study] = OrderedDict()
        self._protected: set[StudyRef] = set()
        self._beside = 0  # bytes of what was made of frames, of all studies
        self.nbytes = 0
        #: A smaller image of a frame that is on its way.
        self.previewed: Signal[FrameKey] = Signal()
        #: A study left the store: decoder children may forget it too. Where nobody listens,
        #: its memory goes at once.
        self.dropped: Signal[Dropped] = Signal()

    @property
    def room(self) -> int:
        """The ceiling: bytes of frames that may be held decoded at once."""
        return self._budget - self._beside

    def get(self, key: FrameKey) -> FramePixels | None:
        """The pixels, if they are here and decoded."""
        place = key.site, key.study
        study = self._studies.get(place)
        found = study.frames.get(key) if study is not None else None
        if study is not None:
            self._studies.move_to_end(place)
        if study is not None and found is not None and study.packed:
            study.frames.move_to_end(key)
        return found

    def packed(self, key: FrameKey) -> Packed | None:
        """The frame as it travelled, where it is held so."""
        study = self._studies.get((key.site, key.study))
        return study.packed.get(key) if study is not None else None

    def has(self, key: FrameKey) -> bool:
        """Here, decoded or not: nobody needs to ask the site for it."""
        study = self._studies.get((key.site, key.study))
        return study is not None and (key in study.frames or key in study.packed)

    def show_meanwhile(self, key: FrameKey, reduced: ReducedImage) -> None:
        """To look at until the frame is here or has failed; it is no frame itself."""
        closed = StudyRef(key.site, key.study) not in self._protected
        if closed or self.has(key) or self.failure(key) is not None:
            return
        self._of(key).meanwhile[key] = reduced
        self.previewed.emit(key)

    def meanwhile(self, key: FrameKey) -> ReducedImage | None:
        study = self._studies.get((key.site, key.study))
        return study.meanwhile.get(key) if study is not None else None

    def put(self, key: FrameKey, frame: FramePixels | Packed) -> None:
        study = self._of(key)
        study.failures.pop(key, None)
        study.meanwhile.pop(key, None)
        if isinstance(frame, Packed):
            study.packed[key] = frame
            return
        before = study.frames.get(key)
        study.frames[key] = frame
        self._grow(study, frame.nbytes - (before.nbytes if before is not None else 0))
        self._make_room((key.site, key.study), key)

    def fail(self, key: FrameKey, error: NotDisplayable) -> None:
        """Remember why a frame cannot be shown; a frame that is here stays shown."""
        study = self._of(key)
        study.meanwhile.pop(key, None)
        if key not in study.frames:
            study.packed.pop(key, None)
            study.failures[key] = error

    def forgive(self, key: FrameKey) -> None:
        """The frame is tried once more."""
        self._of(key).failures.pop(key, None)

    def failure(self, key: FrameKey) -> NotDisplayable | None:
        study = self._studies.get((key.site, key.study))
        return study.failures.get(key) if study is not None else None

    def protect(self, ref: StudyRef) -> None:
        """A study of the open case is kept whatever it takes."""
        self._protected.add(ref)

    def hold_beside(self, ref: StudyRef, nbytes: int) -> None:
        """What was made of the frames of a study takes so many bytes of the ceiling; negative:
        it does no more. With the study it is gone by itself."""
        study = self._studies.get((ref.site, ref.study))
        if study is not None:
            study.beside += nbytes
            self._beside += nbytes
            self._grow(study, nbytes)
            self._make_room((ref.site, ref.study), None)

    def drop(self, ref: StudyRef) -> None:
        """Told also of a study of which no frame is here yet: it may be on its way."""
        self._protected.discard(ref)
        study = self._studies.pop((ref.site, ref.study), None) or _Study()
        self.nbytes -= study.nbytes
        self._beside -= study.beside
        self.dropped.emit(Dropped(ref, study))

    def clear(self) -> None:
        for place in list(self._studies):
            self.drop(StudyRef(*place))

    def _of(self, key: FrameKey) -> _Study:
        place = key.site, key.study
        study = self._studies.setdefault(place, _Study())
        self._studies.move_to_end(place)
        return study

    def _grow(self, study: _Study, nbytes: int) -> None:
        study.nbytes += nbytes
        self.nbytes += nbytes

    def _make_room(self, newest: _Place, key: FrameKey | None) -> None:
        for place in list(self._studies):
            if self.nbytes <= self._budget:
                return
            ref = StudyRef(*place)
            if ref not in self._protected and place != newest:
                self.drop(ref)
        for study in self._studies.values():
            for old in [each for each in study.frames if each in study.packed and each != key]:
                if self.nbytes <= self._budget:
                    return
                self._grow(study, -study.frames.pop(old).nbytes)
