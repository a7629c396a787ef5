"""What is on the sites when a shift begins: orders, tasks, finished priors."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from workstation.demo import resources
from workstation.demo.chart import CHARTS, file_chart
from workstation.demo.plans import Planned
from workstation.demo.resources import Refs
from workstation.demo.sites import PEOPLE, RW, Person, SiteProfile
from workstation.demo.store import Resource, Unit, instant
from workstation.demo.task_states import LEASE, read_state
from workstation.domain.worklist import ReadState

_NO_REPORT: Final = "No report came with these images; this text stands for it."
_READ_BEFORE: Final = timedelta(minutes=50)


@frozen
class Placed:
    """Where an order stands after seeding, for the ready file."""

    site: str
    accession: str
    study_uid: str
    patient_id: str
    state: str


class Seeder:
    """Puts planned studies into the empty store of one site, in one unit."""

    def __init__(self, site: SiteProfile, unit: Unit, dicomweb: str, now: datetime) -> None:
        self._site = site
        self._unit = unit
        self._now = now
        self._organization = self._file(resources.organization(site))
        self._endpoint = self._file(resources.endpoint(site, dicomweb, self._organization))
        for who in PEOPLE:
            ident = site.practitioner_id(who)
            unit.put("Practitioner", ident, resources.practitioner(who))
            ref = f"Practitioner/{ident}"
            self._file(resources.practitioner_role(who, ref, self._organization))

    def _file(self, resource: Resource) -> str:
        kind = resource["resourceType"]
        ident = self._unit.new_id(kind)
        self._unit.put(kind, ident, resource)
        return f"{kind}/{ident}"

    def _author(self, who: Person) -> tuple[str, str]:
        return f"Practitioner/{self._site.practitioner_id(who)}", who.name

    def place(self, planned: Sequence[Planned]) -> list[Placed]:
        """All studies of this site; priors first, so that tasks can name them."""
        patients: dict[str, str] = {}
        priors: dict[str, list[str]] = {}
        placed = []
        for each in sorted(planned, key=lambda p: (not p.is_prior, p.order.listed)):
            ident = each.patient.id
            if ident not in patients:
                facts = resources.patient(self._site, each.patient, self._organization)
                patients[ident] = self._file(facts)
            refs = self._refs(each, patients[ident], tuple(priors.get(ident, ())))
            if ident in CHARTS and not each.is_prior:
                file_chart(CHARTS[ident], refs.patient, refs.order, self._now, self._file)
            if each.is_prior:
                priors.setdefault(ident, []).append(refs.study)
            placed.append(self._task(each, refs))
        return placed

    def _refs(self, each: Planned, patient: str, priors: tuple[str, ...]) -> Refs:
        request = resources.service_request(each.study, each.order, patient, done=each.is_prior)
        refs = Refs(patient, self._endpoint, self._file(request), priors=priors)
        there = each.instances[: each.arrived]
        series = len({instance.series for instance in there})
        study = evolve(each.study, instances=len(there), series=series)
        return evolve(refs, study=self._file(resources.imaging_study(study, refs)))

    def _task(self, each: Planned, refs: Refs) -> Placed:
        place = each.place or self._site.name, each.jurisdiction or self._site.jurisdiction
        task = resources.task(place, each.order, refs, each.expected)
        state = ReadState.UNREAD
        if each.is_prior:
            state, task = ReadState.FINAL, self._finished(each, refs, task)
        elif each.held_by:
            state, task = ReadState.CLAIMED, self._held(each, task)
        elif each.preliminary_by:
            state, task = ReadState.PRELIMINARY, self._preliminary(each, refs, task)
        self._file(task)
        facts = each.study
        return Placed(self._site.id, facts.accession, facts.uid, each.patient.id, str(state))

    def _finished(self, each: Planned, refs: Refs, task: Resource) -> Resource:
        who = self._author(PEOPLE[0])
        at = (each.study.started or self._now - timedelta(days=365)) + _READ_BEFORE
        report = self._report(each, refs, who, each.sections or _silence(), "final", at)
        done = resources.owned(task, *who, "completed", ReadState.FINAL)
        done["output"] = [_output(report)]
        done["authoredOn"] = instant(at - _READ_BEFORE)
        done["restriction"] = {"period": {"end": instant(at + _READ_BEFORE)}}
        return done

    def _held(self, each: Planned, task: Resource) -> Resource:
        who = next(p for p in PEOPLE if p.user == each.held_by)
        held = resources.owned(task, *self._author(who), "accepted", ReadState.CLAIMED)
        until = {"url": RW + "lease-until", "valueDateTime": instant(self._now + 2 * LEASE)}
        held["extension"] = [*held["extension"], until]
        return held

    def _preliminary(self, each: Planned, refs: Refs, task: Resource) -> Resource:
        who = next(p for p in PEOPLE if p.user == each.preliminary_by)
        words = (("Findings", _RESIDENT), ("Impression", _RESIDENT))
        at = self._now - timedelta(minutes=4)
        report = self._report(each, refs, self._author(who), words, "preliminary", at)
        return {
            **task,
            "businessStatus": read_state(ReadState.PRELIMINARY),
            "output": [_output(report)],
        }

    def _report(
        self,
        each: Planned,
        refs: Refs,
        author: tuple[str, str],
        sections: Sequence[tuple[str, str]],
        status: str,
        at: datetime,
    ) -> str:
        return self._file(
            resources.report(
                self._site,
                each.study,
                each.order,
                refs,
                author,
                sections,
                status=status,
                at=at,
                organization_ref=self._organization,
            )
        )


_RESIDENT: Final = "Preliminary read by the resident on call; a final read is asked for."


def _silence() -> tuple[tuple[str, str], ...]:
    return (("Findings", _NO_REPORT), ("Impression", _NO_REPORT))


def _output(report: str) -> Resource:
    return {"type": {"text": "report"}, "valueReference": {"reference": report}}
