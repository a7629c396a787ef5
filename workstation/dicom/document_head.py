"""What every document of ours says alike: whose it is, who made it, and when."""

import io
import warnings
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen
from pydicom import Dataset
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRLittleEndian

from workstation.domain.identifiers import SeriesUID, SopUID, StudyUID
from workstation.domain.reader import Reader
from workstation.domain.source import Source

MANUFACTURER: Final = "Reading Workstation"


@frozen
class MarkedImage:
    """An instance that carries a mark, as documents refer to it."""

    sop_class: str
    modality: str
    frames: int  # how many the instance has; with one, no frame is named


@frozen
class DocumentHead:
    """Whose document it is. The UIDs are the caller's: a second sending has the same."""

    study: StudyUID
    source: Source
    reader: Reader
    at: datetime  # in the zone of the site
    series_uid: str
    sop_uid: str
    images: Mapping[SopUID, MarkedImage] = field(repr=False)


def identity(head: DocumentHead) -> Dataset:
    """Patient and study as the images themselves write them, in UTF-8."""
    source, made = head.source, Dataset()
    made.SpecificCharacterSet = "ISO_IR 192"
    made.PatientName, made.PatientID = source.patient_name, source.patient_id
    if source.issuer:
        made.IssuerOfPatientID = source.issuer
    made.PatientBirthDate, made.PatientSex = source.birth_date, source.sex
    made.StudyInstanceUID, made.StudyID = head.study, source.study_id
    made.StudyDate, made.StudyTime = source.study_date, source.study_time
    if source.study_description:
        made.StudyDescription = source.study_description
    made.AccessionNumber = source.accession
    made.ReferringPhysicianName = source.referrer
    return made


def evidence(head: DocumentHead, marked: Mapping[SopUID, SeriesUID]) -> Iterable[Dataset]:
    """As much of each image's header as a document that refers to it needs."""
    for sop, series in sorted(marked.items()):
        image = identity(head)
        image.SeriesInstanceUID = series
        image.SOPInstanceUID, image.SOPClassUID = sop, head.images[sop].sop_class
        yield image


def placed(head: DocumentHead) -> dict[str, Any]:
    """Where a document lies, and who made it, as the library asks for them."""
    return {
        "series_instance_uid": head.series_uid,
        "series_number": 1,
        "sop_instance_uid": head.sop_uid,
        "instance_number": 1,
        "manufacturer": MANUFACTURER,
        "transfer_syntax_uid": ExplicitVRLittleEndian,
    }


def complete(document: Dataset, head: DocumentHead) -> None:
    """The moment is the caller's, where a library took the machine's own; so is the issuer."""
    for kind in ("Content", "InstanceCreation"):
        setattr(document, f"{kind}Date", head.at.strftime("%Y%m%d"))
        setattr(document, f"{kind}Time", head.at.strftime("%H%M%S"))
    document.TimezoneOffsetFromUTC = head.at.strftime("%z")
    for library in document.get("ContributingEquipmentSequence", ()):
        library.ContributionDateTime = head.at.strftime("%Y%m%d%H%M%S%z")
    for element in identity(head):
        document[element.tag] = element


def as_file(document: FileDataset | Dataset) -> bytes:
    """A Part 10 file."""
    written = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        document.save_as(written, enforce_file_format=True)
    return written.getvalue()


def person_name(shown: str) -> str:
    """ "Family, Given" as a PN; a name without a comma is kept whole (PS3.5 6.2.1)."""
    kept = "".join(c for c in shown if c not in "^=\\")
    family, _, given = kept.partition(", ")
    return f"{family.strip()[:32]}^{given.strip()[:31]}"
