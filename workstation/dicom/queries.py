"""Identifiers of DIMSE queries and retrievals (PS3.4 C.4), study root."""

from collections.abc import Iterable, Mapping
from typing import Final

from pydicom import Dataset

from workstation.domain.identifiers import SeriesUID, SopUID, StudyUID

#: What is asked back of every study, for a list as for priors (PS3.4 C.6.2.1.2).
_OF_A_STUDY: Final = (
    "StudyInstanceUID", "StudyDate", "StudyTime", "TimezoneOffsetFromUTC", "AccessionNumber",
    "StudyDescription", "ModalitiesInStudy", "PatientName", "PatientID", "IssuerOfPatientID",
    "PatientBirthDate", "PatientSex", "ReferringPhysicianName",
    "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances",
)  # fmt: skip
_OF_A_SERIES: Final = (
    "SeriesInstanceUID", "SeriesNumber", "Modality", "SeriesDescription",
    "NumberOfSeriesRelatedInstances",
)  # fmt: skip
_OF_AN_INSTANCE: Final = ("SOPInstanceUID", "SOPClassUID", "InstanceNumber", "NumberOfFrames")


def studies(**wanted: str) -> Dataset:
    """Studies that match, by DICOM keyword: `StudyDate="20260101-"`, `PatientID="4711"`."""
    return _identifier("STUDY", _OF_A_STUDY, wanted)


def series_of(study: StudyUID) -> Dataset:
    return _identifier("SERIES", _OF_A_SERIES, {"StudyInstanceUID": study})


def instances_of(study: StudyUID, series: SeriesUID, sop: str = "") -> Dataset:
    """The objects of a series, or one of them."""
    wanted = {"StudyInstanceUID": study, "SeriesInstanceUID": series}
    if sop:
        wanted["SOPInstanceUID"] = sop
    return _identifier("IMAGE", _OF_AN_INSTANCE, wanted)


def retrieved(study: StudyUID, series: SeriesUID, sops: Iterable[SopUID] = ()) -> Dataset:
    """What C-GET and C-MOVE are to bring: a series, or some objects of it (PS3.4 C.4.2.2.1)."""
    asked = Dataset()
    named = list(sops)
    asked.QueryRetrieveLevel = "IMAGE" if named else "SERIES"
    asked.StudyInstanceUID = study
    asked.SeriesInstanceUID = series
    if named:
        asked.SOPInstanceUID = named
    return asked


def _identifier(level: str, returned: Iterable[str], wanted: Mapping[str, str]) -> Dataset:
    asked = Dataset()
    asked.QueryRetrieveLevel = level
    for keyword in returned:
        setattr(asked, keyword, None)
    for keyword, value in wanted.items():
        setattr(asked, keyword, value)
    asked.SpecificCharacterSet = "ISO_IR 192"
    return asked
