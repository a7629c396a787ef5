"""The open case: the task as we hold it, and how its studies are marked on the screen."""

from collections.abc import Callable
from datetime import datetime

from attrs import frozen

from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.patient import Patient
from workstation.domain.prior import PriorStudy
from workstation.domain.report import AlsoOrder, Binding
from workstation.domain.worklist import WorklistItem
from workstation.services.screen.viewed import ViewedStudy
from workstation.text import tr


@frozen
class Case:
    """What is open: the task as we hold it, and the older studies of the patient."""

    item: WorklistItem
    read_only: bool = False
    priors: tuple[PriorStudy, ...] = ()
    shown_priors: tuple[StudyRef, ...] = ()
    known_as: tuple[Patient, ...] = ()  # at other sites, as the reader confirmed
    also: tuple[WorklistItem, ...] = ()  # further orders that its report answers
    news: str = ""  # what the site changed about it since it was opened
    came: int = 0  # images since then

    @property
    def ref(self) -> StudyRef:
        return self.item.ref

    @property
    def refs(self) -> tuple[StudyRef, ...]:
        """Every study on the screen."""
        return (self.ref, *self.shown_priors)


def viewed(case: Case, name_of: Callable[[SiteId], str]) -> tuple[ViewedStudy, ...]:
    """The current study and the priors beside it, as the viewer marks them."""
    item = case.item
    current = ViewedStudy(
        item.ref, item.patient, item.acquired, "current", tr("CURRENT"), None,
        item.accession, item.procedure, name_of(item.site), case.known_as,
    )  # fmt: skip
    shown = [prior for prior in case.priors if prior.ref in case.shown_priors]
    return (
        current,
        *(
            ViewedStudy(
                prior.ref, prior.patient or item.patient, prior.started, "prior",
                tr("PRIOR {n}", n=n),
                days_between(prior.started, item.acquired), prior.accession,
                prior.description, name_of(prior.ref.site),
            )
            for n, prior in enumerate(shown, 1)
        ),
    )  # fmt: skip


def binding_of(item: WorklistItem) -> Binding:
    """What a report of this case is bound to, from its first word on."""
    return Binding(
        item.site, item.study, item.accession, item.task, item.patient, item.procedure,
        item.order_id, item.patient_ref, item.imaging_ref,
    )  # fmt: skip


def also_of(item: WorklistItem) -> AlsoOrder:
    """The same for a further order that the report answers."""
    return AlsoOrder(
        item.accession, item.task, item.study, item.procedure, item.order_id, item.imaging_ref
    )


def days_between(prior: datetime | None, current: datetime | None) -> int | None:
    """By the calendars of their sites, as a reader reckons: today less a year is 365 days."""
    if prior is None or current is None:
        return None
    return (current.date() - prior.date()).days
