"""Studies that are to be put on the sites, each with the order that it belongs to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from workstation.demo.archive import Instance, MadeSource
from workstation.demo.intake import Found
from workstation.demo.phantoms import PhantomStudy
from workstation.demo.phantoms_dicom import PhantomSeries
from workstation.demo.resources import OrderFacts, PatientFacts, StudyFacts
from workstation.demo.sites import SITES, SiteProfile

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
