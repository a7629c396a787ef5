"""Words at the top of a view: whose it is, of when, which side, and whether it is a key image."""

from typing import Final

from workstation.domain.key_image import KEY_CODES, KeyImage, KeyTitle
from workstation.domain.patient import Patient
from workstation.domain.study import Frame
from workstation.services.screen.overlay_lines import Line, Mark
from workstation.services.screen.viewed import ViewedStudy, moment
from workstation.text import isolated, tr

#: A name is elided in the middle only beyond this; an ID never.
LONGEST_NAME: Final = 24


def whose(study: ViewedStudy) -> tuple[Line, ...]:
    """The patient, at the top left of every view."""
    return (
        Line(name_line(study), 1, Mark.NAME),
        Line(identity_line(study.patient), 1),
        Line(study.accession, 3),
        Line(study.site_name, 3),
    )


def when(study: ViewedStudy) -> tuple[Line, ...]:
    """CURRENT or PRIOR and the date, at the top right of every view."""
    tag = Mark.CURRENT if study.role == "current" else Mark.PRIOR
    return Line(study.tag, 1, tag), Line(moment(study.started), 1)


def key_words(key: KeyImage | None) -> str:
    """That it is one, and what it was marked for where the reader said so."""
    if key is None:
        return ""
    if key.title is KeyTitle.OF_INTEREST:
        return tr("KEY IMAGE")
    return tr("KEY IMAGE · {title}", title=KEY_CODES[key.title][1])


def name_line(study: ViewedStudy) -> str:
    """Name, sex and age: the same words in the same order on every pane."""
    patient = study.patient
    name = isolated(shortened(patient.name or tr("name not known")))
    age = patient.age_years(study.started.date()) if study.started else None
    who = " ".join(part for part in (patient.sex, "" if age is None else str(age)) if part)
    return f"{name}  {who}".rstrip()


def shortened(name: str) -> str:
    """Cut in the middle, and only beyond 24 characters: both ends tell people apart."""
    if len(name) <= LONGEST_NAME:
        return name
    half = (LONGEST_NAME - 1) // 2
    return f"{name[:half].rstrip()}…{name[-half:].lstrip()}"


def identity_line(patient: Patient) -> str:
    born = patient.birth_date.isoformat() if patient.birth_date else tr("birth date not known")
    return f"{born}  {isolated(patient.id or tr('ID not known'))}"


def side_line(frame: Frame, beside: tuple[Line, ...]) -> Line:
    """The side of the patient, and how the projection was taken where that is said."""
    words = (laterality(frame), *(line.text for line in beside))
    return Line("  ".join(filter(None, words)), 1)


def laterality(frame: Frame) -> str:
    return {"L": tr("LEFT"), "R": tr("RIGHT"), "B": tr("BOTH SIDES")}.get(frame.laterality, "")
