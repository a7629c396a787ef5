"""Images that another object speaks of: a presentation state, a selection, a report."""

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyUID

_NO_SERIES: Final = SeriesUID("")
_NO_STUDY: Final = StudyUID("")


@frozen
class ReferencedImage:
    """One image, or some frames of it; what of `series` and `study` is not said is empty."""

    sop: SopUID
    frames: tuple[int, ...] = ()  # indices from 0; empty: all of them
    series: SeriesUID = _NO_SERIES
    study: StudyUID = _NO_STUDY
    sop_class: str = ""

    def means(self, frame: FrameKey) -> bool:
        return frame.sop == self.sop and (not self.frames or frame.frame_index in self.frames)


def mean(images: Iterable[ReferencedImage], frame: FrameKey) -> bool:
    """Whether one of them is this frame."""
    return any(image.means(frame) for image in images)
