"""One site's hosting platform over FHIR R4 (docs/conformance.md)."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from workstation.adapters.held_tasks import HeldTasks, need_free, need_mine
from workstation.adapters.image_bases import ImageBases
from workstation.adapters.site_client import SiteClient
from workstation.domain.identifiers import ReportId, SiteId, TaskId
from workstation.domain.prior import Person, PriorStudy
from workstation.domain.reader import Colleague, Reader
from workstation.domain.report import IssuedReport
from workstation.domain.worklist import WorklistItem
from workstation.errors import SignInFailed, SiteUnavailable
from workstation.protocols import fhir
from workstation.protocols import platform as wire
from workstation.protocols import platform_reports as reports
from workstation.protocols.fhir_values import Resource, Unreadable, by_reference, text
from workstation.protocols.web import Answer, Request
from workstation.services.ports.hosting import Credentials, FeedPage, Receipt, RowProblem, StepUp
from workstation.text import tr

log = logging.getLogger("worklist")

#: A feed that goes on longer than this is taken up again at the next poll.
_MOST_PAGES: Final = 100


class FhirPlatform:
    """`services.ports.hosting.HostingPlatform`. Safe to use from any worker thread."""

    def __init__(self, client: SiteClient) -> None:
        self._client = client
        self._site = client.site
        self._ask = wire.Platform(client.site.fhir)
        self._tasks = HeldTasks(client)
        self.images = ImageBases(client)
        self._reader: Reader | None = None

    @property
    def site(self) -> SiteId:
        return self._site.id

    # --- the reader -----------------------------------------------------------

    def sign_in(self, credentials: Credentials | None) -> Reader:
        identity = self._client.sign_on.sign_in(credentials)
        if not identity.fhir_user.startswith("Practitioner/"):
            raise SignInFailed(tr("{site} does not know you as a reader", site=self._site.name))
        answer = self._send(self._ask.practitioner(identity.fhir_user))
        practitioner = wire.resource(answer, "Practitioner")
        roles = wire.page(self._send(self._ask.roles(identity.fhir_user))).matches
        self._reader = fhir.reader_from(identity.fhir_user, practitioner, list(roles))
        return self._reader

    def step_up(self, credentials: Credentials | None) -> StepUp:
        identity = self._client.sign_on.step_up(credentials)
        at = identity.authenticated_at
        assert at is not None  # `oidc.step_up` refuses an identity without it
        return StepUp(identity.fhir_user, at, identity.method)

    def sign_out(self) -> None:
        self._client.sign_on.sign_out()
        self._tasks.forget()
        self.images.clear()
        self._reader = None

    # --- the worklist ---------------------------------------------------------

    def feed(self, cursor: str) -> FeedPage:
        tasks, others = self._changed_tasks(self._ask.feed(cursor))
        server_time = self._client.server_now()
        reading = [task for task in tasks if fhir.is_reading_task(task)]
        others |= self._studies(reading)
        items, problems = [], []
        for task in reading:
            if text(task, "status") not in fhir.LISTED:
                continue
            try:
                items.append(fhir.item_from(self._site, task, others))
                self._tasks.keep(task)
            except Unreadable as error:
                problems.append(RowProblem(TaskId(text(task, "id")), str(error)))
                log.warning("a row cannot be understood: %s", error)
        gone = [t for t in reading if text(t, "status") not in fhir.LISTED]
        return FeedPage(
            tuple(items),
            wire.later_cursor(cursor, tasks),
            server_time,
            tuple(TaskId(text(task, "id")) for task in gone),
            tuple(problems),
        )

    def _changed_tasks(self, request: Request) -> tuple[list[Resource], dict[str, Resource]]:
        matches, included = self._all(request)
        tasks = [each for each in matches if text(each, "resourceType") == "Task"]
        return tasks, by_reference(included)

    def _studies(self, tasks: Iterable[Resource]) -> dict[str, Resource]:
        found: dict[str, Resource] = {}
        ids = {ref.rpartition("/")[2] for task in tasks for ref in fhir.inputs(task, "study")}
        ordered = sorted(ids)
        for start in range(0, len(ordered), wire.STUDIES_AT_ONCE):
            some = ordered[start : start + wire.STUDIES_AT_ONCE]
            found |= self._heard(wire.page(self._send(self._ask.studies(some))).all)
        return found

    def _heard(self, resources: Sequence[Resource]) -> dict[str, Resource]:
        found = by_reference(resources)
        self.images.hear(resources, found)
        return found

    def claim(self, item: WorklistItem) -> WorklistItem:
        reader = self._need_reader()

        def mine(task: Resource) -> Mapping[str, Any]:
            need_free(task, reader)
            return fhir.claimed(task, reader, self._lease_end())

        return self._tasks.change(item, mine)

    def heartbeat(self, item: WorklistItem) -> WorklistItem:
        reader = self._need_reader()

        def renewed(task: Resource) -> Mapping[str, Any]:
            need_mine(task, reader)
            return fhir.claimed(task, reader, self._lease_end())

        return self._tasks.change(item, renewed)

    def release(self, item: WorklistItem, reason: str) -> WorklistItem:
        return self._freed(item, reason, None)

    def reassign(self, item: WorklistItem, to: Colleague, reason: str) -> WorklistItem:
        """Free, and meant for one reader (`services.ports.hosting.Staffed`)."""
        return self._freed(item, reason, to)

    def colleagues(self) -> tuple[Colleague, ...]:
        me = self._need_reader().id
        every = fhir.colleagues_from(self._all(self._ask.every_role())[0])
        return tuple(each for each in every if each.id != me)

    def _freed(self, item: WorklistItem, reason: str, to: Colleague | None) -> WorklistItem:
        reader = self._need_reader()

        def free(task: Resource) -> Mapping[str, Any]:
            need_mine(task, reader)
            return fhir.released(task, f"{reader.name}: {reason}" if reason else "", to)

        return self._tasks.change(item, free)

    def _lease_end(self) -> datetime:
        return self._client.server_now() + timedelta(seconds=self._site.lease_seconds)

    def _need_reader(self) -> Reader:
        if self._reader is None:
            raise SignInFailed(tr("{site}: sign in first", site=self._site.name))
        return self._reader

    # --- priors, drafts, reports, audit ------------------------------------------

    def priors(self, item: WorklistItem) -> tuple[PriorStudy, ...]:
        studies, endpoints = self._all(self._ask.studies_of(item.patient_ref))
        self._heard([*studies, *endpoints])
        written, _ = self._all(self._ask.reports_of(item.patient_ref))
        return wire.priors_from(self._site, item.study, studies, written)

    def persons(self, item: WorklistItem) -> tuple[Person, ...]:
        """Who may be the patient of another site's case: `services.reading.elsewhere`."""
        patient = item.patient
        asked = [self._ask.born_on(patient.birth_date)] if patient.birth_date else []
        if patient.issuer:
            asked.append(self._ask.known_by(patient.key))
        found = [each for request in asked for each in self._all(request)[0]]
        return wire.persons_from(found)

    def studies_of(self, person: Person) -> tuple[PriorStudy, ...]:
        studies, endpoints = self._all(self._ask.studies_of(person.reference))
        self._heard([*studies, *endpoints])
        written, _ = self._all(self._ask.reports_of(person.reference))
        return wire.priors_from(self._site, None, studies, written)

    def save_draft(self, item: WorklistItem, report: ReportId, body: str) -> None:
        draft = reports.draft(item, report, self._need_reader().id, body)
        self._send(self._ask.save_draft(report, draft))

    def load_draft(self, item: WorklistItem) -> str | None:
        found, _ = self._all(self._ask.drafts_of(item.order_id))
        return reports.draft_body(found)

    def issued(self, item: WorklistItem) -> IssuedReport | None:
        found, _ = self._all(self._ask.reports_of_order(item.order_id))
        return reports.latest(found)

    def resource(self, reference: str) -> Mapping[str, Any] | None:
        answer = self._client.request(self._ask.get(quote(reference)), expect=(200, 404, 410))
        if answer.status != 200:
            return None
        return wire.resource(answer, reference.partition("/")[0])

    def deliver(self, payload: bytes) -> Receipt:
        location, status = reports.filed_first(self._send(self._ask.post_bundle(payload)))
        return Receipt(location, self._client.server_now(), status)

    def find_report(self, report: ReportId) -> Receipt | None:
        found = wire.page(self._send(self._ask.find_report(report))).matches
        if not found:
            return None
        location = f"DiagnosticReport/{text(found[0], 'id')}"
        return Receipt(location, self._client.server_now(), text(found[0], "status"))

    def close_case(self, payload: bytes) -> None:
        answer = self._send(self._ask.post_bundle(payload))
        if answer.json().get("type") != "transaction-response":
            raise SiteUnavailable(tr("the answer to the report could not be understood"))

    def send_audit(self, events: Sequence[Mapping[str, Any]]) -> None:
        answer = self._send(self._ask.post_bundle(wire.audit_bundle(events)))
        refused = wire.refused_entries(answer)
        if refused:
            raise SiteUnavailable(
                tr("{site} did not take {n} audit records", site=self._site.name, n=len(refused))
            )

    def _all(self, request: Request) -> tuple[list[Resource], list[Resource]]:
        matches: list[Resource] = []
        included: list[Resource] = []
        for _ in range(_MOST_PAGES):
            page = wire.page(self._send(request))
            matches += page.matches
            included += page.included
            if not page.next:
                break
            request = self._ask.goes_on(page.next)
        return matches, included

    def _send(self, request: Request) -> Answer:
        return self._client.request(request)
