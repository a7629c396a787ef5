"""A site whose orders and patients come by HL7 v2 too, ahead of its own worklist.

What is announced is shown at once; it can be claimed when the platform lists it. A changed or
merged patient is changed in every row of that patient, whoever sent it first.
"""

import hashlib
from typing import Final

from attrs import evolve

from workstation.adapters.platform import FhirPlatform
from workstation.adapters.site_client import SiteClient
from workstation.domain.identifiers import AccessionNumber, StudyUID, TaskId
from workstation.domain.patient import Patient
from workstation.domain.prior import PriorStudy
from workstation.domain.reader import Reader
from workstation.domain.worklist import Lack, Tier, WorklistItem
from workstation.errors import Refused
from workstation.protocols.hl7_orders import Order
from workstation.services.ports.hosting import Credentials, FeedPage
from workstation.services.queue.announced import Announced
from workstation.text import tr

_BETWEEN: Final = "|"


class AnnouncingPlatform(FhirPlatform):
    """`services.ports.hosting.HostingPlatform`, with what `announced` knows. One poll at a time."""

    def __init__(self, client: SiteClient, announced: Announced) -> None:
        super().__init__(client)
        self._jurisdiction = client.site.jurisdiction
        self._announced = announced
        self._listed: dict[TaskId, WorklistItem] = {}  # as the platform sent them
        self._shown: dict[TaskId, WorklistItem] = {}  # announced, and listed nowhere

    def sign_in(self, credentials: Credentials | None) -> Reader:
        self._listed, self._shown = {}, {}
        return super().sign_in(credentials)

    def sign_out(self) -> None:
        self._listed, self._shown = {}, {}
        super().sign_out()

    def feed(self, cursor: str) -> FeedPage:
        serial, _, inner = cursor.partition(_BETWEEN)
        heard = self._announced.serial
        page = super().feed(inner)
        if not cursor:
            self._listed, self._shown = {}, {}
        self._listed |= {each.task: each for each in page.items}
        for task in page.gone:
            self._listed.pop(task, None)
        changed = {each.task: each for each in page.items}
        if serial != str(heard):
            changed |= self._renamed()
        changed = {task: evolve(each, patient=self._now(each)) for task, each in changed.items()}
        shown = self._announced_items()
        changed |= {task: each for task, each in shown.items() if self._shown.get(task) != each}
        gone = (*page.gone, *(task for task in self._shown if task not in shown))
        self._shown = shown
        cursor = f"{heard}{_BETWEEN}{page.cursor}"
        not_taken = tuple(each.why for each in self._announced.rejected)
        return evolve(
            page, items=tuple(changed.values()), cursor=cursor, gone=gone, not_taken=not_taken
        )

    def _now(self, item: WorklistItem) -> Patient:
        return self._announced.patient(item.patient)

    def _renamed(self) -> dict[TaskId, WorklistItem]:
        """Rows of the platform whose patient is another than it said."""
        return {
            task: each for task, each in self._listed.items() if self._now(each) != each.patient
        }

    def _announced_items(self) -> dict[TaskId, WorklistItem]:
        listed = {each.accession for each in self._listed.values()}
        items = (self._row_of(each) for each in self._announced.orders)
        return {each.task: each for each in items if each.accession not in listed}

    def _row_of(self, order: Order) -> WorklistItem:
        digest = hashlib.sha256(order.accession.encode()).hexdigest()[:16]
        return WorklistItem(
            self.site,
            TaskId(f"announced-{digest}"),
            "",
            StudyUID(order.study),
            AccessionNumber(order.accession),
            order.patient,
            order.procedure,
            order.code,
            order.modality,
            order.priority,
            Tier.FINAL,
            order.due,
            order.listed,
            None,
            self._jurisdiction,
            indication=order.indication,
            lacks=frozenset() if order.promised else frozenset({Lack.DUE}),
            announced=True,
        )

    def claim(self, item: WorklistItem) -> WorklistItem:
        if item.announced:
            raise Refused(tr("announced only: the site's worklist does not list this case yet"))
        return super().claim(item)

    def priors(self, item: WorklistItem) -> tuple[PriorStudy, ...]:
        return () if item.announced else super().priors(item)
