"""Images of different series under one SOP Instance UID: both are shown, and both say so.

An identifier is an image's alone (PS3.3 C.12.1): which of two is meant where one is named
only the sender knows.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import evolve

from workstation.domain.identifiers import SeriesUID, SopUID
from workstation.domain.study import DisplaySet, Frame

#: A code of `dicom.reasons.NOTICES`.
_CONTESTED: Final = "uid-conflict"

Sets = tuple[DisplaySet, ...]


class Filed:
    """Where each image of a study was first met. Home thread."""

    def __init__(self) -> None:
        self._first: dict[SopUID, SeriesUID] = {}
        self._shared: set[SopUID] = set()

    def marked(
        self, found: Mapping[SeriesUID, Sets], newest: SeriesUID
    ) -> Mapping[SeriesUID, Sets]:
        """The series that have to say so by now; `newest` was described last."""
        concerned = set[SeriesUID]()
        for sop in {frame.key.sop for each in found[newest] for frame in each.frames} - {""}:
            owner = self._first.setdefault(sop, newest)
            if owner != newest or sop in self._shared:
                self._shared.add(sop)
                concerned |= {owner, newest}
        return {uid: tuple(map(self._saying, found[uid])) for uid in concerned if uid in found}

    def _saying(self, shown: DisplaySet) -> DisplaySet:
        frames = tuple(
            _doubting(frame) if frame.key.sop in self._shared else frame for frame in shown.frames
        )
        return evolve(shown, frames=frames)


def _doubting(frame: Frame) -> Frame:
    codes: Iterable[str] = (*frame.doubts, _CONTESTED)
    return evolve(frame, doubts=tuple(dict.fromkeys(codes)))
