"""What was known before: older studies of the patient."""

from datetime import datetime

from attrs import frozen

from workstation.domain.identifiers import StudyRef
from workstation.domain.patient import Patient, PatientKey


@frozen
class PriorStudy:
    """An older study of the same patient, and its report if there is one.

    `patient` is who it is of in the words of another site, once a reader confirmed that they
    are one person; None: the patient of the case, at the same site.
    """

    ref: StudyRef
    started: datetime | None
    description: str
    modality: str
    accession: str
    body_part: str = ""
    report_text: str = ""
    instances: int = 0
    patient: Patient | None = None


@frozen
class Person:
    """Somebody a site knows: by which identifiers, and as what (`Patient/17`)."""

    patient: Patient
    keys: frozenset[PatientKey]
    reference: str
