"""What was written about an older study: the platform's words, or the structured reports that lie
with its images. Read when a reader asks, and nothing but the documents is fetched for it."""

from attrs import frozen

from workstation.domain.document import DocumentLine, TextDocument
from workstation.domain.identifiers import SeriesUID, StudyRef
from workstation.domain.prior import PriorStudy
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.ports.images import FrameSource, PiecewiseSource
from workstation.services.reading.conducted import Conductor, Services
from workstation.text import tr


@frozen
class PriorReport:
    """All that is there to be read of one study."""

    prior: PriorStudy
    documents: tuple[TextDocument, ...]


class PriorReports:
    """Part of the session, lives on the home thread."""

    def __init__(self, session: Conductor, services: Services) -> None:
        self._session, self._s = session, services

    def read(self, number: int) -> Job[PriorReport]:
        """Of one of the case's priors; 1 is the most relevant. Told only once it is on record that
        it was looked at."""
        case = self._session.need_case()
        if not 1 <= number <= len(case.priors):
            raise CommandError(tr("there is no prior {n}", n=number))
        prior = case.priors[number - 1]
        read: Job[PriorReport] = Job()
        self._session.permit(prior.ref).then(lambda done: self._permitted(prior, done, read))
        return read

    def _permitted(self, prior: PriorStudy, done: Job[None], read: Job[PriorReport]) -> None:
        if done.error is not None:
            read.settle(None, done.error)
            return
        shown = self._s.loader.display_sets(prior.ref)
        known = [each.document for each in shown if each.document is not None]
        if prior.report_text:
            known.insert(0, _plain(prior.report_text))
        if known:
            read.settle(PriorReport(prior, tuple(known)))
            return
        source = self._s.loader.source(prior.ref.site)
        # A lane of its own: whoever reads does not wait behind the series of the open case.
        asked = self._s.jobs.run(
            lambda: documents_of(source, prior.ref), lane=f"reports:{prior.ref.site}"
        )
        asked.then(lambda found: self._found(prior, found, read))

    def _found(
        self, prior: PriorStudy, found: Job[tuple[TextDocument, ...]], read: Job[PriorReport]
    ) -> None:
        source, ref = self._s.loader.source(prior.ref.site), prior.ref
        case = self._session.case
        if isinstance(source, PiecewiseSource) and (case is None or ref not in case.refs):
            source.forget(ref)
        if found.error is not None:
            read.settle(None, found.error)
        elif found.result():
            read.settle(PriorReport(prior, found.result()))
        else:
            words = tr("there is no report that can be read as text; its images may show more")
            read.settle(None, CommandError(words))


def _plain(text: str) -> TextDocument:
    return TextDocument(tr("Report"), tuple(map(DocumentLine, text.splitlines())))


def documents_of(source: FrameSource, ref: StudyRef) -> tuple[TextDocument, ...]:
    """Blocking: the structured reports of a study that is not open."""
    series: list[SeriesUID] = [head.uid for head in source.series(ref) if head.modality == "SR"]
    found = (each for uid in series for each in source.metadata(ref, uid).instances)
    return tuple(each.document for each in found if each.document is not None)
