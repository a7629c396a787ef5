"""The hosting platform over FHIR R4: what is asked, and how answers are read.

Requests and answers are values; `adapters.platform` sends and keeps. The wire is
docs/conformance.md.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from attrs import frozen

from workstation.domain.identifiers import ReportId, StudyRef, StudyUID, TaskId
from workstation.domain.patient import PatientKey
from workstation.domain.prior import Person, PriorStudy
from workstation.errors import SiteUnavailable
from workstation.protocols.fhir import LISTED, main_modality, patient_from, study_uid
from workstation.protocols.fhir_values import (
    URI_IDENTIFIERS,
    Resource,
    Unreadable,
    first,
    inner,
    items,
    moment,
    moment_or_day,
    reference,
    text,
    typed_identifier,
    whole,
)
from workstation.protocols.platform_reports import DRAFTS, SIGNED, told
from workstation.protocols.web import Answer, Request
from workstation.settings import Site
from workstation.text import tr

FHIR_JSON: Final = "application/fhir+json"
#: Studies asked for in one search; keeps the address well under what servers take.
STUDIES_AT_ONCE: Final = 50


@frozen
class Page:
    """A searchset: what matched, what came along, and where it goes on."""

    matches: tuple[Resource, ...]
    included: tuple[Resource, ...]
    next: str

    @property
    def all(self) -> tuple[Resource, ...]:
        return self.matches + self.included


@frozen
class Platform:
    """Requests to one FHIR base."""

    base: str

    def get(self, path: str, **query: str) -> Request:
        """A search or read; a parameter named `a__b` is written `a-b`."""
        pairs = [(name.replace("__", "-"), value) for name, value in query.items()]
        address = f"{self.base.rstrip('/')}/{path}"
        asked = f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""
        return Request("GET", address + asked, {"Accept": FHIR_JSON})

    def goes_on(self, url: str) -> Request:
        return Request("GET", url, {"Accept": FHIR_JSON})

    def put(self, path: str, resource: Resource, **headers: str) -> Request:
        return self._send("PUT", path, json.dumps(resource).encode(), headers)

    def post_bundle(self, payload: bytes) -> Request:
        return self._send("POST", "", payload, {})

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Request:
        address = f"{self.base.rstrip('/')}/{path}".rstrip("/")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Request(
            method, address, {"Accept": FHIR_JSON, "Content-Type": FHIR_JSON, **named}, body
        )

    # --- worklist -----------------------------------------------------------

    def feed(self, cursor: str) -> Request:
        """Tasks changed after the cursor, oldest change first; all that are listed without."""
        since = {"_lastUpdated": f"gt{cursor}"} if cursor else {"status": ",".join(LISTED)}
        shape = {"_sort": "_lastUpdated", "_count": "200"}
        request = self.get("Task", **since, **shape)
        along = urlencode([("_include", "Task:focus"), ("_include", "Task:subject")])
        return Request("GET", f"{request.url}&{along}", request.headers)

    def studies(self, ids: Iterable[str]) -> Request:
        return self.get("ImagingStudy", _id=",".join(ids), _include="ImagingStudy:endpoint")

    def task(self, task: TaskId) -> Request:
        return self.get(f"Task/{quote(task, safe='')}")

    def change_task(self, task: Resource, version: str) -> Request:
        """A Task as we want it, only if it is still the version we saw."""
        ident = quote(text(task, "id"), safe="")
        return self.put(f"Task/{ident}", task, If_Match=f'W/"{version}"')

    # --- people and priors -----------------------------------------------------

    def practitioner(self, ref: str) -> Request:
        return self.get(quote(ref))

    def roles(self, ref: str) -> Request:
        return self.get("PractitionerRole", practitioner=ref)

    def every_role(self) -> Request:
        return self.get("PractitionerRole", _count="200")

    def studies_of(self, patient_ref: str) -> Request:
        along = "ImagingStudy:endpoint"
        return self.get("ImagingStudy", subject=patient_ref, _sort="-started", _include=along)

    def born_on(self, day: date) -> Request:
        return self.get("Patient", birthdate=day.isoformat(), _count="200")

    def known_by(self, key: PatientKey) -> Request:
        return self.get("Patient", identifier=f"{key.issuer}|{key.id}")

    def reports_of(self, patient_ref: str) -> Request:
        return self.get("DiagnosticReport", subject=patient_ref, status=",".join(SIGNED))

    # --- reports -----------------------------------------------------------------

    def reports_of_order(self, order: str) -> Request:
        return self.get("DiagnosticReport", based__on=order, status=",".join(SIGNED))

    def find_report(self, report: ReportId) -> Request:
        return self.get("DiagnosticReport", identifier=f"{URI_IDENTIFIERS}|urn:uuid:{report}")

    def drafts_of(self, order: str) -> Request:
        return self.get("DiagnosticReport", based__on=order, status="partial")

    def save_draft(self, report: ReportId, resource: Resource) -> Request:
        criteria = urlencode({"identifier": f"{DRAFTS}|{report}"})
        return self.put(f"DiagnosticReport?{criteria}", resource)


def page(answer: Answer) -> Page:
    """A searchset from an answer; raises `SiteUnavailable` where it is none."""
    bundle = answer.json()
    if bundle.get("resourceType") != "Bundle":
        raise SiteUnavailable(tr("the answer could not be understood (it is no FHIR bundle)"))
    entries = list(items(bundle.get("entry")))
    found = [(text(inner(each, "search"), "mode"), inner(each, "resource")) for each in entries]
    goes_on = [each for each in items(bundle.get("link")) if each.get("relation") == "next"]
    return Page(
        tuple(resource for mode, resource in found if mode in ("match", "")),
        tuple(resource for mode, resource in found if mode == "include"),
        text(first(goes_on), "url"),
    )


def resource(answer: Answer, kind: str) -> dict[str, Any]:
    """The one resource of an answer; raises `SiteUnavailable` where it is another."""
    found = answer.json()
    if found.get("resourceType") != kind:
        raise SiteUnavailable(tr("the answer could not be understood (it is no {kind})", kind=kind))
    return found


def later_cursor(cursor: str, tasks: Iterable[Resource]) -> str:
    """The largest `meta.lastUpdated` seen, as the site wrote it."""
    stamps = [text(inner(task, "meta"), "lastUpdated") for task in tasks]
    known = [(at, stamp) for stamp in (cursor, *stamps) if (at := moment(stamp)) is not None]
    return max(known)[1] if known else cursor


def image_bases(study: Resource, endpoints: Mapping[str, Resource]) -> tuple[str, ...]:
    """Where a study says that its images are: its Endpoints of DICOMweb that are in use."""
    named = [endpoints.get(reference(each), {}) for each in items(study.get("endpoint"))]
    found = [
        text(each, "address")
        for each in named
        if text(inner(each, "connectionType"), "code") == "dicom-wado-rs"
        and text(each, "status") in ("active", "")
    ]
    return tuple(filter(None, found))


def persons_from(patients: Iterable[Resource]) -> tuple[Person, ...]:
    """Each person once; one without a name or identifier cannot be compared."""
    found: dict[str, Person] = {}
    for each in patients:
        with suppress(Unreadable):
            keys = ((text(i, "value"), text(i, "system")) for i in items(each.get("identifier")))
            named = f"Patient/{text(each, 'id')}"
            held = frozenset(PatientKey(*key) for key in keys if all(key))
            found[named] = Person(patient_from(each), held, named)
    return tuple(found.values())


def priors_from(
    site: Site, current: StudyUID | None, studies: Sequence[Resource], reports: Sequence[Resource]
) -> tuple[PriorStudy, ...]:
    """The patient's other studies, newest first; what names no usable UID is left out."""
    found = []
    for study in studies:
        try:
            uid = study_uid(study)
        except Unreadable:
            continue
        mine = f"ImagingStudy/{text(study, 'id')}"
        of_it = [each for each in reports if mine in _references(each, "imagingStudy")]
        if uid != current and text(study, "resourceType") == "ImagingStudy":
            found.append(_prior(site, StudyRef(site.id, uid), study, of_it))
    return tuple(sorted(found, key=_age_order))


def _age_order(prior: PriorStudy) -> tuple[bool, float]:
    return (prior.started is None, -prior.started.timestamp() if prior.started else 0.0)


def _prior(site: Site, ref: StudyRef, study: Resource, reports: Sequence[Resource]) -> PriorStudy:
    series = first(study.get("series"))
    accession = text(typed_identifier(study, "ACSN"), "value") or next(
        (found for each in (study, *reports) if (found := _ordered_as(each))), ""
    )
    return PriorStudy(
        ref=ref,
        started=moment_or_day(study.get("started"), ZoneInfo(site.timezone)),
        description=text(study, "description"),
        modality=main_modality(study),
        accession=accession,
        body_part=text(inner(series, "bodySite"), "display"),
        report_text=told(reports),
        instances=whole(study.get("numberOfInstances")) or 0,
    )


def _references(holder: Resource, element: str) -> list[str]:
    return [reference(each) for each in items(holder.get(element))]


def _ordered_as(holder: Resource) -> str:
    """The accession number where `basedOn` carries it."""
    identifiers = (inner(each, "identifier") for each in items(holder.get("basedOn")))
    return next((found for each in identifiers if (found := text(each, "value"))), "")


def audit_bundle(events: Sequence[Mapping[str, Any]]) -> bytes:
    """AuditEvents, each under its own id, so that sending twice files once."""
    entries = [
        {
            "resource": event,
            "request": {"method": "PUT", "url": f"AuditEvent/{event['id']}"},
        }
        for event in events
    ]
    return json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}).encode()


def refused_entries(answer: Answer) -> list[str]:
    """Statuses of the entries of a batch that were not taken."""
    entries = items(answer.json().get("entry"))
    statuses = [text(inner(each, "response"), "status") for each in entries]
    return [status for status in statuses if not status.startswith("2")]
