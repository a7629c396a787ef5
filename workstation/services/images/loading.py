"""Loader: the series of the open studies, from the site's list to what can be looked at.

The first image waits for the metadata of its own series and for nothing else. What arrives
at the site while a study is open is taken in beside what is shown (`services.images.arrivals`);
`services.images.describing` asks what there is, `services.images.fetching` brings the frames.
"""

from attrs import evolve

from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.source import Written
from workstation.domain.study import DisplaySet
from workstation.services.images.counted_sets import set_bytes
from workstation.services.images.describing import Describing
from workstation.services.images.fetching import Fetching, SetProgress, all_here
from workstation.services.images.open_study import OpenStudy
from workstation.services.jobs import Job
from workstation.services.ports.images import FrameSource, PiecewiseSource


class Loader(Describing):
    """Owned by the application, lives on the home thread."""

    # --- asking ---------------------------------------------------------------

    def source(self, site: SiteId) -> FrameSource:
        """Where images of a site come from, for those who look without opening."""
        return self._sources[site]

    def open(self, ref: StudyRef, *, first: bool, growing: bool = False) -> Job[None]:
        """Load a study; `first`: the current one, before priors. Settles when every
        series is described; its frames come after that, each by `frame_arrived`.

        A `growing` one is still being read from files: until `whole` only what is looked at
        is decoded, and `refresh` takes in what came.
        """
        for each in list(self._studies):
            if each != ref:
                self.hold_back(each)  # somebody waits for this one
        known = self._studies.get(ref)
        if known is not None:
            if known.ahead:
                self._take_over(known, first=first)
            return known.job
        return self._begin(OpenStudy(Fetching(ref, first, growing=growing), Job()))

    def _begin(self, study: OpenStudy) -> Job[None]:
        ref = study.ref
        self._studies[ref] = study
        self._fetcher.begin(study.fetching)
        self._store.protect(ref)
        self._list(study)
        return study.job

    def fetch_ahead(self, ref: StudyRef) -> None:
        """The first image of each series of a study that nobody has opened yet, behind all
        that is open; asked again, it goes on where `hold_back` stopped it. `whole` fetches
        the rest."""
        study = self._studies.get(ref)
        if study is None:
            fetching = Fetching(ref, first=False, ahead=True, growing=True)
            self._begin(OpenStudy(fetching, Job()))
        elif study.ahead:
            self._go_on(study)

    def hold_back(self, ref: StudyRef) -> None:
        """Somebody waits for another one: of one that is fetched ahead nothing more comes now,
        and what is on its way stops where it is."""
        study = self._studies.get(ref)
        if study is None or not study.ahead:
            return
        self._fetcher.interrupt(study.fetching)
        for job in study.describing.values():
            job.cancel()
        study.describing.clear()
        source = self._sources[study.ref.site]
        if isinstance(source, PiecewiseSource):
            source.pause(study.ref)

    def is_described(self, ref: StudyRef) -> bool:
        """Whether every series is known, and the image at which its view begins is here or
        failed."""
        study = self._studies.get(ref)
        if study is None or study.asking or study.waiting or not study.heads:
            return False
        first = [each.frames[0].key for each in study.known if each.frames]
        return all(self._store.has(k) or self._store.failure(k) is not None for k in first)

    def nbytes(self, ref: StudyRef) -> int:
        """What the study takes once all of it is here and decoded."""
        return sum(map(set_bytes, self.display_sets(ref)))

    def _take_over(self, study: OpenStudy, *, first: bool) -> None:
        """What was fetched ahead is opened: what is known of it is shown at once."""
        study.fetching.ahead, study.fetching.first = False, first
        self._go_on(study)
        for words in study.untold:
            self.problems.emit((study.ref, words))
        if study.known:
            self.study_ready.emit((study.ref, study.known))
        if study.fetching.growing:
            self.whole(study.ref)

    def refresh(self, ref: StudyRef) -> None:
        """The site has more images of an open study: what is new is taken in."""
        study = self._studies.get(ref)
        if study is None:
            return
        if study.asking:
            study.again = True
        else:
            self._list(study)

    def whole(self, ref: StudyRef) -> Job[None]:
        """A growing study is there as a whole. Settles as `open` does."""
        study = self._studies[ref]
        study.ending = True
        self.refresh(ref)
        return study.job

    def look_at(self, display_set: DisplaySet, frame_index: int) -> None:
        """That frame next, then outward from it; what was asked before waits behind."""
        self._fetcher.look_at(display_set, frame_index)

    def progress(self, display_set_id: str) -> SetProgress:
        known = self._fetcher.progress(display_set_id)
        return evolve(known, total=known.total + self._coming.get(display_set_id, 0))

    @property
    def free(self) -> int:
        """Bytes of the ceiling that are promised to no images."""
        return self._fetcher.free

    def complete(self, ref: StudyRef) -> bool:
        """Every series is described or told as lost, every frame loaded or failed."""
        study = self._studies.get(ref)
        if study is None or not study.job.done or study.waiting:
            return False
        return all_here([self.progress(each.id) for each in study.known])

    @property
    def reads(self) -> bool:
        """Whether images of something that somebody opened are still to come."""
        return any(
            not each.ahead and not self.complete(each.ref) for each in self._studies.values()
        )

    def lost_series(self, ref: StudyRef) -> int:
        """Series of the study that could not even be described: it is incomplete."""
        study = self._studies.get(ref)
        return len(study.lost) if study is not None else 0

    def display_sets(self, ref: StudyRef) -> tuple[DisplaySet, ...]:
        study = self._studies.get(ref)
        return study.known if study is not None else ()

    def written(self, ref: StudyRef) -> Written | None:
        """How the images of a study write whose it is; None while none is described."""
        study = self._studies.get(ref)
        return study.how_written if study is not None else None

    def close(self, ref: StudyRef) -> None:
        """Stop fetching and forget the images."""
        study = self._studies.pop(ref, None)
        for each in study.known if study is not None else ():
            self._coming.pop(each.id, None)
        self._fetcher.close(ref)
        self._store.drop(ref)

    def _go_on(self, study: OpenStudy) -> None:
        """From where `hold_back` stopped it."""
        if not study.fetching.put_off:
            return
        study.fetching.put_off = False
        for at, (uid, head) in enumerate(study.heads.items()):
            if uid in study.waiting:
                self._describe(study, head, at)
            else:
                self._complete(study, head)
