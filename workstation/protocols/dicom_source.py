"""Patient and study of an object, as it writes them, out of its DICOM JSON."""

from typing import Final

from workstation.domain.source import Source
from workstation.protocols.dicom_attributes import Attributes, cleaned

_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")


def source_of(row: Attributes) -> Source:
    """What is not there is empty; characters that change the order of writing are left out."""
    return Source(
        patient_name=_name(row, "00100010"),
        patient_id=row.text("00100020"),
        issuer=row.text("00100021"),
        birth_date=row.text("00100030"),
        sex=row.text("00100040"),
        study_date=row.text("00080020"),
        study_time=row.text("00080030"),
        study_id=row.text("00200010"),
        study_description=row.text("00081030"),
        accession=row.text("00080050"),
        referrer=_name(row, "00080090"),
    )


def _name(row: Attributes, tag: str) -> str:
    """All component groups of a person's name (PS3.5 6.2.1, PS3.18 F.2.2)."""
    found = next(iter(row.values(tag)), "")
    groups = found if isinstance(found, dict) else {"Alphabetic": found}
    written = (groups.get(group) for group in _GROUPS)
    kept = [cleaned(each) if isinstance(each, str) else "" for each in written]
    return "=".join(kept).rstrip("=")
