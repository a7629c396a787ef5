"""What was known before: older studies of the patient."""

from datetime import datetime

from attrs import frozen

from workstation.domain.identifiers import StudyRef


@frozen
class PriorStudy:
    """An older study of the same patient at the same site, and its report if there is one."""

    ref: StudyRef
    started: datetime | None
    description: str
    modality: str
    accession: str
    body_part: str = ""
    report_text: str = ""
    instances: int = 0
