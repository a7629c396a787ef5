"""Who may change what: claims, leases, licences, drafts and signed reports.

The platform decides and enforces; a client may only explain. All times are the site's.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from attrs import frozen

from workstation.demo.fhir_values import (
    FhirError,
    coding,
    extension,
    moment,
    reference,
    references,
    without_extension,
)
from workstation.demo.sites import Person, SiteProfile
from workstation.demo.store import Resource, Unit, instant
from workstation.demo.task_states import HELD, LEASE, READ_STATE, has_report, tier, with_lease
from workstation.domain.worklist import ReadState, Tier

#: Documents, which are no images to be privileged for.
_NO_IMAGES: Final = ("SR", "KO", "PR", "DOC", "SEG", "REG", "RTSTRUCT", "RTPLAN")
LONGEST_LEASE: Final = timedelta(hours=1)

#: What a client may create or change; the rest is the platform's own.
WRITABLE: Final = frozenset(
    ("Task", "DiagnosticReport", "Observation", "Provenance", "Communication", "AuditEvent")
)
#: Task.status as a reader may change it.
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "requested": ("accepted", "in-progress"),
    "accepted": ("accepted", "in-progress", "requested", "completed"),
    "in-progress": ("accepted", "in-progress", "requested", "completed"),
    "completed": (),
}
#: Elements of a Task that the order fixes.
FIXED: Final = (
    "intent",
    "code",
    "focus",
    "for",
    "authoredOn",
    "performerType",
    "input",
    "priority",
)
#: Those that take the place of a signed report, and name it.
AMENDING: Final = ("amended", "corrected", "appended", "entered-in-error")
SIGNED: Final = ("preliminary", "final", *AMENDING)
_FINAL: Final = ("final", *AMENDING)


@frozen
class Caller:
    """Who asks: a person, and their id at this site."""

    person: Person
    practitioner: str  # "Practitioner/17"


@frozen
class Rules:
    site: SiteProfile

    def visible(self, caller: Caller, resource: Resource) -> bool:
        """Drafts are their author's alone; for everybody else they do not exist."""
        if resource["resourceType"] != "DiagnosticReport" or resource.get("status") != "partial":
            return True
        return caller.practitioner in references(resource, "resultsInterpreter")

    def jurisdiction(self, unit: Unit, order: str) -> str:
        """Where the scan of an order was made: its task says so."""
        for task in unit.all("Task"):
            if reference(task.get("focus")) == order:
                return extension(task, "jurisdiction") or self.site.jurisdiction
        return self.site.jurisdiction

    def refuses_images(self, caller: Caller, unit: Unit, study: str) -> str:
        """Why the caller gets no images; "" where all is well.

        Without a study the site's own place counts.
        """
        where, shows = self.site.jurisdiction, ""
        for each in unit.all("ImagingStudy") if study else ():
            if each["identifier"][0]["value"] == f"urn:oid:{study}":
                where = self.jurisdiction(unit, references(each, "basedOn")[0])
                shows = _modality(each)
        return self._refuses(caller, unit, where, shows)

    def _refuses(self, caller: Caller, unit: Unit, where: str, modality: str) -> str:
        if not caller.person.may_read_in(where, self.site.day_at(where, unit.now)):
            return f"{caller.person.name} holds no licence for {where} today."
        if not caller.person.is_privileged(modality):
            return f"{caller.person.name} is not privileged for {modality} at {self.site.name}."
        return ""

    def _shows(self, unit: Unit, task: Resource) -> str:
        """The modality of a task's study."""
        order = reference(task.get("focus"))
        studies = (s for s in unit.all("ImagingStudy") if order in references(s, "basedOn"))
        return next((_modality(each) for each in studies), "")

    def check_write(
        self, caller: Caller, unit: Unit, old: Resource | None, new: Resource
    ) -> Resource:
        """The resource as it will be filed; raises FhirError where it may not be."""
        kind = new["resourceType"]
        if kind == "AuditEvent":
            return self._only_once(old, new)
        if caller.person.role == "auditor":
            raise FhirError(403, "forbidden", "An auditor reads and changes nothing.")
        if kind == "Task":
            return self._task(caller, unit, old, new)
        if kind == "DiagnosticReport":
            return self._report(caller, unit, old, new)
        if kind in ("Provenance", "Observation", "Communication"):
            return self._only_once(old, new)
        return new

    def check_delete(self, caller: Caller, old: Resource) -> None:
        draft = old["resourceType"] == "DiagnosticReport" and old.get("status") == "partial"
        if not draft or not self.visible(caller, old):
            raise FhirError(403, "forbidden", "Only drafts can be deleted, by their author.")

    def _only_once(self, old: Resource | None, new: Resource) -> Resource:
        if old is not None and _content(old) != _content(new):
            raise FhirError(409, "conflict", f"This {new['resourceType']} is filed; it stays so.")
        return new

    # --- tasks ---------------------------------------------------------------

    def _task(self, caller: Caller, unit: Unit, old: Resource | None, new: Resource) -> Resource:
        if old is None:
            raise FhirError(403, "forbidden", "Reading tasks are made by the platform alone.")
        for name in FIXED:
            if old.get(name) != new.get(name):
                raise FhirError(422, "business-rule", f"Task.{name} is fixed by the order.")
        if new["status"] not in STEPS.get(old["status"], ()):
            text = f"A task that is {old['status']} cannot become {new['status']}."
            raise FhirError(422, "business-rule", text)
        held = old["status"] in HELD
        if held and reference(old.get("owner")) != caller.practitioner:
            holder = old.get("owner", {}).get("display", "somebody else")
            raise FhirError(403, "forbidden", f"This case is claimed by {holder}.")
        if new["status"] in HELD:
            return self._claimed(caller, unit, old, new)
        if new["status"] == "completed":
            return self._completed(caller, unit, new)
        return self._released(new)

    def _claimed(self, caller: Caller, unit: Unit, old: Resource, new: Resource) -> Resource:
        where = extension(old, "jurisdiction") or self.site.jurisdiction
        if text := self._refuses(caller, unit, where, self._shows(unit, old)):
            raise FhirError(403, "forbidden", text)
        if reference(new.get("owner")) != caller.practitioner:
            raise FhirError(422, "business-rule", "A case is claimed for oneself: owner is wrong.")
        if coding(new.get("businessStatus"), READ_STATE) != ReadState.CLAIMED:
            raise FhirError(422, "business-rule", "A claimed task has businessStatus 'claimed'.")
        text = extension(new, "lease-until")
        until = moment(text) if text else unit.now + LEASE
        if until is None or until <= unit.now or until > unit.now + LONGEST_LEASE:
            raise FhirError(422, "business-rule", "lease-until is not within the next hour.")
        return with_lease(new, instant(until))

    def _completed(self, caller: Caller, unit: Unit, new: Resource) -> Resource:
        outputs = [
            report
            for each in new.get("output", ())
            if (report := unit.follow(reference(each.get("valueReference"))))
        ]
        if not any(
            each["resourceType"] == "DiagnosticReport" and each["status"] in SIGNED
            for each in outputs
        ):
            raise FhirError(422, "business-rule", "A completed task has its report as output.")
        if reference(new.get("owner")) != caller.practitioner:
            raise FhirError(422, "business-rule", "A completed task keeps its reader as owner.")
        state = coding(new.get("businessStatus"), READ_STATE)
        if state not in (ReadState.FINAL, ReadState.PRELIMINARY):
            raise FhirError(422, "business-rule", "A completed task is preliminary or final.")
        if state == ReadState.PRELIMINARY and tier(new) != Tier.PRELIMINARY:
            text = "A final read is promised: after a preliminary one the task is open again."
            raise FhirError(422, "business-rule", text)
        return {**new, "extension": without_extension(new, "lease-until")}

    def _released(self, new: Resource) -> Resource:
        if new.get("owner"):
            raise FhirError(422, "business-rule", "A released task has no owner.")
        state = coding(new.get("businessStatus"), READ_STATE)
        if state not in (ReadState.UNREAD, ReadState.PRELIMINARY):
            text = "A released task is unread, or preliminary as before."
            raise FhirError(422, "business-rule", text)
        if (state == ReadState.PRELIMINARY) != has_report(new):
            text = "A released task is preliminary where it has a report, else unread."
            raise FhirError(422, "business-rule", text)
        return {**new, "extension": without_extension(new, "lease-until")}

    # --- reports -------------------------------------------------------------

    def _report(self, caller: Caller, unit: Unit, old: Resource | None, new: Resource) -> Resource:
        if caller.practitioner not in references(new, "resultsInterpreter"):
            raise FhirError(403, "forbidden", "A report is filed by the one who interpreted it.")
        if old is not None and old.get("status") != "partial":
            text = "A signed report is not changed; it is corrected by an addendum."
            raise FhirError(409, "conflict", text)
        if old is not None and new["status"] != "partial":
            raise FhirError(422, "business-rule", "A draft does not become a report; file it anew.")
        where = self.jurisdiction(unit, next(iter(references(new, "basedOn")), ""))
        if not caller.person.may_read_in(where, self.site.day_at(where, unit.now)):
            raise FhirError(403, "forbidden", f"{caller.person.name} holds no licence for {where}.")
        if new["status"] not in ("partial", *SIGNED):
            raise FhirError(422, "business-rule", f"A report is not filed as {new['status']}.")
        if new["status"] in _FINAL and caller.person.role not in self.site.finals_by:
            text = f"At {self.site.name} a {caller.person.role} files preliminary reports only."
            raise FhirError(403, "forbidden", text)
        if new["status"] in AMENDING or extension(new, "predecessor"):
            self._addendum(unit, new)
        elif not self._holds_claim(caller, unit, new) and not self._drafts_addendum(unit, new):
            raise FhirError(403, "forbidden", "A report needs the claim on its case.")
        return new

    def _addendum(self, unit: Unit, new: Resource) -> None:
        first = f"urn:uuid:{extension(new, 'predecessor')}"
        for report in unit.all("DiagnosticReport"):
            names = [each.get("value") for each in report.get("identifier", ())]
            same_order = references(report, "basedOn") == references(new, "basedOn")
            if first in names and same_order and report["status"] in SIGNED:
                return
        text = "An addendum or correction names the report it belongs to."
        raise FhirError(422, "business-rule", text)

    def _drafts_addendum(self, unit: Unit, new: Resource) -> bool:
        """Unfinished words to a case that is read: nobody holds it, and nobody needs to."""
        order = references(new, "basedOn")
        return new["status"] == "partial" and any(
            report["status"] in SIGNED and references(report, "basedOn") == order
            for report in unit.all("DiagnosticReport")
        )

    def _holds_claim(self, caller: Caller, unit: Unit, report: Resource) -> bool:
        orders = references(report, "basedOn")
        return any(
            task["status"] in HELD
            and reference(task.get("focus")) in orders
            and reference(task.get("owner")) == caller.practitioner
            for task in unit.all("Task")
        )


def _modality(study: Resource) -> str:
    codes = [str(each.get("code", "")) for each in study.get("modality", ())]
    return next((code for code in codes if code not in _NO_IMAGES), "")


def _content(resource: Resource) -> Resource:
    return {k: v for k, v in resource.items() if k not in ("meta", "id")}
