"""The older studies beside the open case: which are known, which are shown, what is cited."""

from collections.abc import Iterable

from attrs import evolve

from workstation.domain.patient import Patient
from workstation.domain.prior import PriorStudy
from workstation.domain.report import SectionKind
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.reading.case import viewed
from workstation.services.reading.conducted import Conductor, Services
from workstation.services.reading.priors import relevant
from workstation.services.screen.viewed import ViewedStudy
from workstation.services.waiting import All, settled
from workstation.text import tr


class HungPriors:
    """Owned by the session, lives on the home thread."""

    def __init__(self, session: Conductor, services: Services) -> None:
        self._session, self._s = session, services

    def viewed(self) -> tuple[ViewedStudy, ...]:
        case = self._session.need_case()
        return viewed(case, lambda site: self._s.sites[site].name)

    def add(self, patient: Patient, priors: Iterable[PriorStudy]) -> None:
        """Of the same person at another site, as the reader confirmed; nothing is fetched."""
        case = self._session.need_case()
        known = {prior.ref for prior in case.priors}
        new = [evolve(p, patient=patient) for p in priors if p.ref not in known and self.may_see(p)]
        if new or patient not in case.known_as:
            self._session.case = evolve(
                case,
                priors=relevant((*case.priors, *new), case.item),
                known_as=(*case.known_as, patient),
            )
            self._s.viewer.show(self.viewed())
            self._session.changed.emit(None)

    def remove(self, patient: Patient) -> bool:
        """Somebody at another site who is not the patient after all; whether images of theirs
        stood on the screen."""
        case = self._session.need_case()
        gone = {prior.ref for prior in case.priors if prior.patient == patient}
        shown = [ref for ref in case.shown_priors if ref in gone]
        self._session.case = evolve(
            case,
            priors=tuple(prior for prior in case.priors if prior.ref not in gone),
            shown_priors=tuple(ref for ref in case.shown_priors if ref not in gone),
            known_as=tuple(each for each in case.known_as if each != patient),
        )
        self._s.viewer.show(self.viewed())
        for ref in shown:
            self._s.loader.close(ref)
            self._s.reporting.compared_no_more(ref)
        self._session.changed.emit(None)
        return bool(shown)

    def show(self, number: int) -> Job[None]:
        """Fetch one of the case's priors and hang it beside it; 1 is the most relevant."""
        case = self._session.need_case()
        if not 1 <= number <= len(case.priors):
            raise CommandError(tr("there is no prior {n}", n=number))
        prior = case.priors[number - 1]
        if prior.ref in case.shown_priors:
            return settled()
        self._session.case = evolve(case, shown_priors=(*case.shown_priors, prior.ref))
        self._s.viewer.show(self.viewed())
        beside = next(each for each in self.viewed() if each.ref == prior.ref)
        self.cite(beside, prior)
        shown: Job[None] = Job()
        waiting = All(shown)
        waiting.add(self._session.permit(prior.ref))
        waiting.add(self._s.loader.open(prior.ref, first=False))
        waiting.close()
        self._session.changed.emit(None)
        return shown

    def may_see(self, prior: PriorStudy) -> bool:
        """A study that is listed, and may not be read by this reader, is no prior for them."""
        rows = self._s.worklist.rows
        return all(row.verdict.allowed for row in rows if row.item.ref == prior.ref)

    def cite(self, beside: ViewedStudy, prior: PriorStudy) -> None:
        """The comparison line names what is displayed, and nothing that is not."""
        case = self._session.need_case()
        confirmed = beside.patient in case.known_as  # by the reader: it is the patient, then
        who = case.item.patient if confirmed else beside.patient
        self._s.reporting.compared_with(prior.ref, who, beside.label)
        shown = [each for each in case.priors if each.ref in case.shown_priors]
        words = " ".join(map(_dated, shown))
        self._s.reporting.prefill(SectionKind.COMPARISON, words, tr("prior shown"))


def _dated(prior: PriorStudy) -> str:
    when = prior.started.date().isoformat() if prior.started else tr("undated")
    return f"{prior.description} {when}."
