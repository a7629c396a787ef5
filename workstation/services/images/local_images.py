"""Images of this machine for a command without windows: `workstation render`.

The same way as in the program: read, described and decoded in the decoder children, arranged
by `dicom.display_sets`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from attrs import define

from workstation.dicom.display_sets import display_sets
from workstation.dicom.reasons import WORDS
from workstation.domain.identifiers import StudyRef
from workstation.domain.study import DisplaySet, Frame
from workstation.domain.suv import SuvType
from workstation.errors import CommandError, NotDisplayable
from workstation.imaging.colour import why_not
from workstation.imaging.pixels import FramePixels
from workstation.imaging.suv import words_for
from workstation.imaging.uptake import in_suv
from workstation.imaging.volume_voxels import Volume, VolumeDraft, why_no_volume
from workstation.services.ports.files import FileOpener
from workstation.services.ports.images import Fetched, FrameSource
from workstation.text import tr


class LocalSource(FrameSource, FileOpener, Protocol):
    """Files as a source of frames."""


@define(eq=False)
class LocalImages:
    """What lies below a path. One thread at a time."""

    _source: LocalSource
    _suv: SuvType | None = None  # what values of PET are asked for in

    def open(self, path: Path, series: str = "", *, volume: bool = False) -> DisplaySet:
        """The largest display set below a path, or of a series of it.

        For a `volume` those that are one come first. Raises CommandError where there is none,
        and where SUV was asked for and cannot be had: never other values than those.
        """
        opened = self._source.open(path)
        found = [each for study in opened.studies for each in self._sets(study.ref)]
        if series:
            found = [each for each in found if each.series == series]
        images = [each for each in found if each.frames]
        if not images:
            raise CommandError(_nothing(series, opened.problems))
        best = max(images, key=lambda each: self._worth(each, volume=volume))
        if self._suv is not None and best.no_suv is not None:
            raise CommandError(words_for(best.no_suv))
        if self._suv is not None and not _is_pet(best):
            raise CommandError(tr("these images are no PET: they have no SUV"))
        return best

    def _worth(self, each: DisplaySet, *, volume: bool) -> tuple[bool, bool, int]:
        wanted = self._suv is not None and _is_pet(each)
        return wanted, volume and not why_no_volume(each), len(each.frames)

    def _sets(self, ref: StudyRef) -> list[DisplaySet]:
        heads = self._source.series(ref)
        described = [self._source.metadata(ref, head.uid) for head in heads]
        found = [display_sets(ref, one) for one in described]
        if self._suv is not None:
            found = [in_suv(sets, self._suv) for sets in found]
        return [each for sets in found for each in sets]

    def frame(self, display_set: DisplaySet, frame_index: int) -> tuple[Frame, FramePixels]:
        """Raises NotDisplayable, and CommandError where there is no such image."""
        total = len(display_set.frames)
        if not 0 <= frame_index < total:
            raise CommandError(tr("this series has images 1 to {total}", total=total))
        frame = display_set.frames[frame_index]
        refusal = why_not(frame)
        if refusal:
            raise NotDisplayable(refusal, reason="photometric")
        return frame, self._source.frame(frame)

    def volume(self, display_set: DisplaySet) -> Volume:
        """All its slices. Raises NotDisplayable with the reason where that is no volume, or
        where one of them cannot be shown: what lies there is not guessed."""
        frames = display_set.frames
        draft = VolumeDraft.begun(display_set, self._source.frame(frames[0]))
        place = {frame.key: index for index, frame in enumerate(frames)}

        def arrived(frame: Frame, fetched: Fetched) -> None:
            if isinstance(fetched, NotDisplayable):
                n = place[frame.key] + 1
                raise NotDisplayable(
                    tr("image {n} cannot be shown: {why}", n=n, why=fetched), fetched.reason
                )
            assert isinstance(fetched, FramePixels)  # decoded, as asked
            draft.fill(place[frame.key], fetched)

        self._source.frames(frames, arrived)
        return draft.finished()


def _is_pet(display_set: DisplaySet) -> bool:
    return any(frame.suv_basis is not None for frame in display_set.frames[:1])


def _nothing(series: str, problems: Iterable[str]) -> str:
    if series:
        return tr("there is no image of that series")
    told = [tr(WORDS[reason]) for reason in sorted(problems) if reason in WORDS]
    return " ".join([tr("there are no DICOM images in it"), *told])
