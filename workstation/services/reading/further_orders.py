"""One report for several orders of a patient: claimed, kept and given up beside the open case."""

from attrs import evolve

from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.queue.worklist import Row
from workstation.services.reading.case import Case, also_of
from workstation.services.reading.conducted import Conductor, Services
from workstation.text import tr


class FurtherOrders:
    """Owned by the session, lives on the home thread."""

    def __init__(self, session: Conductor, services: Services) -> None:
        self._session, self._s = session, services

    def answer_too(self, row: Row) -> Job[None]:
        """The report of the open case answers another order of the patient as well.

        That case is claimed like any other; its images belong to the study it names.
        """
        case, item = self._session.need_case(), row.item
        if case.read_only:
            raise CommandError(tr("this case is not claimed by you"))
        same = (item.site, item.patient, item.patient_ref) == (
            case.item.site, case.item.patient, case.item.patient_ref,
        )  # fmt: skip
        if not same or item.key == case.item.key:
            raise CommandError(tr("one report answers orders of one patient at one site"))
        done: Job[None] = Job()
        if self._session.is_mine(item):
            self._answers_too(case, item)
            done.settle(None)
            return done

        def claimed(job: Job[WorklistItem]) -> None:
            now = self._session.case
            if job.error is None and now is not None and now.item.key == case.item.key:
                self._s.audit.record("claim", study=item.ref)
                self._answers_too(now, job.result())
            done.settle(None, job.error)

        self._s.worklist.claim(row).then(claimed)
        return done

    def _answers_too(self, case: Case, item: WorklistItem) -> None:
        self._session.keep(item)
        self._s.reporting.answer_too(also_of(item))
        news = tr("This report answers {a} too", a=item.accession)
        self._session.case = evolve(case, also=(*case.also, item), news=news)
        self._session.changed.emit(None)

    def again(self) -> None:
        """A draft came back that answers several orders: they are claimed again, or it does not."""
        case, report = self._session.case, self._s.reporting.report
        if case is None or report is None or case.read_only:
            return
        for order in report.binding.also:
            row = self._s.worklist.find(order.accession, case.item.site)
            mine = row is not None and self._session.is_mine(row.item)
            if row is None or not (mine or row.is_free):
                self._s.reporting.answer_no_more(order.accession)
            elif row.item.key not in {each.key for each in case.also}:
                self.answer_too(row)

    def lost(self, item: WorklistItem) -> None:
        """A claim beside that of the case went to somebody else: its order is not answered here."""
        case = self._session.case
        if case is None or item.key not in {each.key for each in case.also}:
            return
        self._s.reporting.answer_no_more(item.accession)
        also = tuple(each for each in case.also if each.key != item.key)
        news = tr("{a} is another reader's now: not answered here", a=item.accession)
        self._session.case = evolve(case, also=also, news=news)
        self._session.changed.emit(None)
