"""The demo's cases: synthetic patients with known answers, at three sites.

`demo_cases` gives the studies; pixels are computed when an instance is asked for
(`PhantomSeries.dataset(index)`, some 0.05 to 0.1 s) and are the same on every machine.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen
from pydicom.dataset import Dataset

from workstation.demo.phantoms_cases import CASES, Case
from workstation.demo.phantoms_dicom import Identity, PhantomSeries, demo_uid
from workstation.demo.phantoms_truth import StudyTruth

#: Site -> name, zone, issuer of patient ids: as the images say it.
SITES: Final = {
    "harbor": ("Harbor General", "America/Los_Angeles", "HARBOR"),
    "mesa": ("Mesa Valley", "America/Chicago", "MESA"),
    "nord": ("Klinikum Nord", "Europe/Berlin", "NORD"),
}

PRIOR_CLOCK: Final = time(9, 20)


@frozen(eq=False)
class PhantomStudy:
    """One study of a phantom patient, with what an order would say about it."""

    patient_id: str
    patient_name: str  # DICOM PN
    birth_date: date
    sex: str
    issuer: str
    accession: str
    study_uid: str
    modality: str
    description: str
    procedure_code: str
    body_part: str
    indication: str
    priority: str  # "stat", "asap", "urgent", "routine"
    tier: str  # "preliminary", "final"
    due_minutes: int  # from now to the promise
    site_hint: str
    started: datetime  # aware, in the site's zone
    is_prior: bool
    prior_report: str  # plain text; empty where there is none
    series: tuple[PhantomSeries, ...]
    truth: StudyTruth | None = None

    @property
    def instances(self) -> int:
        return sum(series.instances for series in self.series)

    def datasets(self) -> Iterator[Dataset]:
        return (dataset for series in self.series for dataset in series.datasets())


def demo_cases(today: datetime) -> tuple[PhantomStudy, ...]:
    """Every study of the demo; `today` (aware) is the moment the shift begins.

    Current studies were acquired minutes before it, priors the days that they say.
    """
    if today.tzinfo is None:
        raise ValueError("the sites lie in different zones: today needs one too")
    return tuple(_study(case, today) for case in CASES)


def _study(case: Case, today: datetime) -> PhantomStudy:
    institution, zone, issuer = SITES[case.site]
    started = (today - timedelta(minutes=case.minutes_before)).astimezone(ZoneInfo(zone))
    if case.days_before:
        day = started.date() - timedelta(days=case.days_before)
        started = datetime.combine(day, PRIOR_CLOCK, ZoneInfo(zone))
    uid = demo_uid("study", case.accession)
    identity = Identity(
        patient_id=case.patient.id,
        patient_name=case.patient.name,
        birth_date=case.patient.birth_date,
        sex=case.patient.sex,
        accession=case.accession,
        study_uid=uid,
        description=case.description,
        body_part=case.body_part,
        institution=institution,
        issuer=issuer,
        started=started.replace(microsecond=0),
    )
    series = tuple(PhantomSeries(identity, plan) for plan in case.plans(demo_uid(uid, "frame")))
    return PhantomStudy(
        patient_id=case.patient.id,
        patient_name=case.patient.name,
        birth_date=case.patient.birth_date,
        sex=case.patient.sex,
        issuer=issuer,
        accession=case.accession,
        study_uid=uid,
        modality=case.modality,
        description=case.description,
        procedure_code=case.procedure_code,
        body_part=case.body_part,
        indication=case.indication,
        priority=case.priority,
        tier=case.tier,
        due_minutes=case.due_minutes,
        site_hint=case.site,
        started=identity.started,
        is_prior=case.days_before > 0,
        prior_report=case.report,
        series=series,
        truth=case.truth,
    )
