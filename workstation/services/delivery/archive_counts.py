"""How many images an archive holds of what was signed: some sites never touch a Task again.

The worklist tells of late images where a site gives the Task a new version. Where it does not,
the archive itself is asked now and then, for as long as a report is young.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from workstation.domain.identifiers import SiteId, StudyRef
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.images import FrameSource
from workstation.services.signal import Signal

#: Seconds between two questions; each is one small QIDO search for each report.
_EVERY_S: Final = 600.0
#: The newest reports: more are not signed in the two days for which they are watched.
_MOST: Final = 200
#: Documents are no images, and some of them are our own.
_DOCUMENTS: Final = frozenset({"SR", "KO", "PR", "DOC", "SEG", "REG", "RTSTRUCT", "RTPLAN"})


class ArchiveCounts:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self,
        sources: Mapping[SiteId, FrameSource],
        reader: Callable[[SiteId], str],
        jobs: Jobs,
    ) -> None:
        self.counted: Signal[StudyRef] = Signal()  # a number that is not the last one
        self._sources, self._reader, self._jobs = sources, reader, jobs
        self._counts: dict[StudyRef, int] = {}
        self._watched: dict[StudyRef, None] = {}
        self._running = False

    def of(self, ref: StudyRef) -> int | None:
        """Images of a study, as its archive said last; None where it was not asked yet."""
        return self._counts.get(ref)

    def watch(self, studies: Iterable[StudyRef]) -> None:
        """These too, from now on and at once."""
        new = [each for each in studies if each not in self._watched]
        self._watched |= dict.fromkeys(new)
        while len(self._watched) > _MOST:
            del self._watched[next(iter(self._watched))]
        for each in new:
            self._ask(each)
        if self._watched and not self._running:
            self._running = True
            self._jobs.later(_EVERY_S, self._again)

    def _again(self) -> None:
        for each in self._watched:
            self._ask(each)
        self._jobs.later(_EVERY_S, self._again)

    def _ask(self, ref: StudyRef) -> None:
        source = self._sources.get(ref.site)
        if source is None or not self._reader(ref.site):
            return  # nobody is signed in there
        asked = self._jobs.run(lambda: _images(source, ref), lane=f"site:{ref.site}")
        asked.then(lambda job: self._answered(ref, job))

    def _answered(self, ref: StudyRef, job: Job[int]) -> None:
        """A site that is silent is asked again the next time."""
        if job.error is None and job.result() != self._counts.get(ref):
            self._counts[ref] = job.result()
            self.counted.emit(ref)


def _images(source: FrameSource, ref: StudyRef) -> int:
    return sum(each.instances for each in source.series(ref) if each.modality not in _DOCUMENTS)
