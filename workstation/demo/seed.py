"""What is on the sites when a shift begins: orders, tasks, finished priors."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from workstation.demo import resources
from workstation.demo.archive import Instance, MadeSource
from workstation.demo.chart import CHARTS, file_chart
from workstation.demo.intake import Found
from workstation.demo.phantoms import PhantomStudy
from workstation.demo.phantoms_dicom import PhantomSeries
from workstation.demo.resources import OrderFacts, PatientFacts, Refs, StudyFacts
from workstation.demo.rules import LEASE, read_state
from workstation.demo.sites import PEOPLE, RW, SITES, Person, SiteProfile
from workstation.demo.store import Resource, Unit, instant
from workstation.domain.worklist import ReadState

_NO_REPORT: Final = "No report came with these images; this text stands for it."
_READ_BEFORE: Final = timedelta(minutes=50)


@frozen
class Planned:
    """One study to be put on a site, with the order that it belongs to."""

    site: SiteProfile
    patient: PatientFacts
    study: StudyFacts
    order: OrderFacts
    instances: tuple[Instance, ...] = field(repr=False)
    is_prior: bool
    sections: tuple[tuple[str, str], ...] = ()
    expected: int = 0  # images; more than there are while they still arrive
    held_by: str = ""  # user who claimed it before the shift
    preliminary_by: str = ""  # user whose preliminary report waits for the final one
    place: str = ""  # of the scan, where it is not the site's own
    jurisdiction: str = ""
    arrived: int | None = None  # how many of the images are there already; None: all


@frozen
class Placed:
    """Where an order stands after seeding, for the ready file."""

    site: str
    accession: str
    study_uid: str
    patient_id: str
    state: str


# --- real files ---------------------------------------------------------------


def plan_files(studies: Sequence[Found], now: datetime) -> tuple[Planned, ...]:
    """Per patient the newest study is unread, older ones are finished priors."""
    patients: dict[str, list[Found]] = {}
    for each in studies:
        patients.setdefault(each.patient.id, []).append(each)
    planned = []
    for number, group in enumerate(patients.values()):
        site = SITES[number % len(SITES)]
        zone = ZoneInfo(site.timezone)
        ranked = sorted(group, key=lambda each: _age_key(each, zone), reverse=True)
        for rank, found in enumerate(ranked):
            planned.append(_plan_file(site, found, number, rank > 0, now))
    return tuple(planned)


def _age_key(found: Found, zone: ZoneInfo) -> tuple[bool, str, str]:
    started = found.started(zone)
    return (started is not None, started.isoformat() if started else "", found.uid)


def _plan_file(
    site: SiteProfile, found: Found, number: int, is_prior: bool, now: datetime
) -> Planned:
    study = found.facts(ZoneInfo(site.timezone))
    listed = now - timedelta(minutes=5 + 3 * number)
    stat = number % 4 == 1
    minutes = site.stat_minutes if stat else site.routine_minutes
    order = OrderFacts(
        procedure=study.description,
        code=re.sub(r"[^A-Z0-9]+", "-", study.description.upper())[:16].strip("-") or "STUDY",
        indication="" if is_prior else "Demonstration order; no clinical question was given.",
        priority="stat" if stat and not is_prior else "routine",
        tier="final",
        listed=listed,
        due=now + timedelta(minutes=minutes - 5),
        requester=site.ordering_physician,
    )
    sections = (("Findings", _NO_REPORT), ("Impression", _NO_REPORT)) if is_prior else ()
    return Planned(
        site,
        found.patient,
        study,
        order,
        found.instances,
        is_prior,
        sections,
        expected=study.instances,
    )


# --- phantoms -----------------------------------------------------------------


#: What has happened to some cases before the reader comes.
SHIFT: Final[Mapping[str, Mapping[str, Any]]] = {
    "MV-26-40431": {"held_by": "rae.resident"},
    "HG-26-118190": {"preliminary_by": "rae.resident"},
    "KN-26-7736": {"arrived_part": 0.6},
    "MV-26-40409": {"place": "Mesa Valley Roswell", "jurisdiction": "US-NM"},
}


def plan_phantoms(cases: Sequence[PhantomStudy], now: datetime) -> tuple[Planned, ...]:
    """A shift that has begun: one case is held by a colleague, of one a resident's report
    waits for the final one, of one the images are still arriving, and one was scanned
    where the first demo reader holds no licence.
    """
    return tuple(_in_shift(_plan_phantom(case, now)) for case in cases)


def _in_shift(planned: Planned) -> Planned:
    changes = dict(SHIFT.get(planned.study.accession, {}))
    part = changes.pop("arrived_part", None)
    if part is not None:
        changes["arrived"] = int(planned.study.instances * part)
    return evolve(planned, **changes)


def _plan_phantom(case: PhantomStudy, now: datetime) -> Planned:
    site = next(each for each in SITES if each.id == case.site_hint)
    study = StudyFacts(
        case.study_uid,
        case.accession,
        case.description,
        case.body_part.capitalize(),
        tuple(sorted({each.modality for each in case.series})),
        case.started,
        len(case.series),
        case.instances,
    )
    order = OrderFacts(
        procedure=case.description,
        code=case.procedure_code,
        indication=case.indication,
        priority=case.priority,
        tier=case.tier,
        listed=min(now, case.started + timedelta(seconds=site.transfer_seconds)),
        due=now + timedelta(minutes=case.due_minutes),
        requester=site.ordering_physician,
    )
    return Planned(
        site,
        PatientFacts(case.patient_id, case.patient_name, case.birth_date, case.sex),
        study,
        order,
        tuple(
            _made(case.study_uid, each, i) for each in case.series for i in range(each.instances)
        ),
        case.is_prior,
        tuple(_sections(case.prior_report)),
        expected=case.instances,
    )


def _made(study: str, series: PhantomSeries, index: int) -> Instance:
    source = MadeSource(lambda: series.header(index), lambda: series.dataset(index))
    return Instance(study, series.uid, series.sop_uid(index), source)


def _sections(text: str) -> Iterable[tuple[str, str]]:
    for block in text.strip().split("\n\n"):
        title, _, words = block.partition("\n")
        if title:
            yield title.capitalize(), words


# --- filing -------------------------------------------------------------------


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
