"""Measurements as a DICOM SR document: TID 1500, for other workstations and the next reader.

Imports highdicom, and is itself imported only where a document is written: the program and
its decoders start without either.
"""

import io
import uuid
import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from attrs import field, frozen
from highdicom import sr
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from workstation.domain.identifiers import SopUID, StudyUID
from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.patient import Patient
from workstation.domain.reader import Reader
from workstation.domain.units import ucum

#: (0, 0) is the centre of the first pixel here, and its upper left corner there (PS3.3 C.18.6).
_CENTRE: Final = 0.5
#: Whose millimetres they are is no concept of the standard: a code of our own says it.
_OURS: Final = "99READWS"
_PROCEDURES: Final = MappingProxyType(
    {
        "CT": codes.LN.CTUnspecifiedBodyRegion,
        "MR": codes.LN.MRIUnspecifiedBodyRegion,
        "NM": codes.LN.NMUnspecifiedBodyRegion,
        "PT": codes.LN.PETUnspecifiedBodyRegion,
        "CR": codes.LN.XRUnspecifiedBodyRegion,
        "DX": codes.LN.XRUnspecifiedBodyRegion,
    }
)
_DERIVATIONS: Final = MappingProxyType(
    {
        "mean": codes.SCT.Mean,
        "sd": codes.SCT.StandardDeviation,
        "min": codes.SCT.Minimum,
        "max": codes.SCT.Maximum,
    }
)


@frozen
class MeasuredImage:
    """An instance that was measured on, as the document refers to it."""

    sop_class: str
    modality: str
    frames: int  # how many the instance has; with one, no frame is named


@frozen
class ReportHead:
    """Whose document it is. The UIDs are the caller's: a second sending has the same."""

    patient: Patient
    study: StudyUID
    accession: str
    started: datetime | None  # the study's date and time, in the site's zone
    reader: Reader
    at: datetime  # in the same zone
    series_uid: str
    sop_uid: str
    images: Mapping[SopUID, MeasuredImage] = field(repr=False)


def is_writable(measurement: Measurement) -> bool:
    """Whether TID 1500 can hold it: its kind has a shape there, and its value is defined."""
    return measurement.kind in _SHAPES and measurement.value is not None


def measurement_report(head: ReportHead, measurements: Sequence[Measurement]) -> bytes:
    """A Comprehensive 3D SR of measurements on one study, as a Part 10 file.

    Raises
    ------
    ValueError
        A measurement is of another study, on an image that is not known, or not writable.
    """
    for each in measurements:
        if each.frame.study != head.study or each.frame.sop not in head.images:
            raise ValueError("a measurement of another study")
        if not is_writable(each):
            raise ValueError(f"no shape for {each.kind} without a value")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        document = _document(head, measurements)
        written = io.BytesIO()
        document.save_as(written, enforce_file_format=True)
    return written.getvalue()


def _document(head: ReportHead, measurements: Sequence[Measurement]) -> Dataset:
    modality = next((head.images[m.frame.sop].modality for m in measurements), "")
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_person_context=_observer(head.reader)),
        procedure_reported=_PROCEDURES.get(modality, codes.SCT.ImagingProcedure),
        imaging_measurements=[_group(m, head) for m in measurements],
        title=codes.DCM.ImagingMeasurementReport,
    )
    document = sr.Comprehensive3DSR(
        evidence=list(_evidence(head, measurements)),
        content=content,
        series_instance_uid=head.series_uid,
        series_number=1,
        sop_instance_uid=head.sop_uid,
        instance_number=1,
        manufacturer="Reading Workstation",
        is_complete=True,
        is_final=False,  # what is signed is the report, not this
        transfer_syntax_uid=ExplicitVRLittleEndian,
        series_description="Measurements",
    )
    _date(document, head.at)
    return document


def _date(document: Dataset, at: datetime) -> None:
    """The moment is the caller's; the library took the machine's own."""
    for kind in ("Content", "InstanceCreation"):
        setattr(document, f"{kind}Date", at.strftime("%Y%m%d"))
        setattr(document, f"{kind}Time", at.strftime("%H%M%S"))
    document.TimezoneOffsetFromUTC = at.strftime("%z")
    for library in document.ContributingEquipmentSequence:
        library.ContributionDateTime = at.strftime("%Y%m%d%H%M%S%z")


def _observer(reader: Reader) -> Any:
    return sr.ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=sr.PersonObserverIdentifyingAttributes(
            name=_person(reader.name), login_name=reader.id or None
        ),
    )


def _person(shown: str) -> str:
    """ "Family, Given" as a PN; a name without a comma is kept whole (PS3.5 6.2.1)."""
    kept = "".join(c for c in shown if c not in "^=\\")
    family, _, given = kept.partition(", ")
    return f"{family.strip()[:32]}^{given.strip()[:31]}"


def _evidence(head: ReportHead, measurements: Sequence[Measurement]) -> Iterable[Dataset]:
    """As much of each image's header as the document refers to."""
    patient, started = head.patient, head.started
    for sop, series in sorted({m.frame.sop: m.frame.series for m in measurements}.items()):
        image = Dataset()
        image.SpecificCharacterSet = "ISO_IR 192"
        image.PatientID, image.PatientName = patient.id, _person(patient.name)
        born = patient.birth_date
        image.PatientBirthDate = born.strftime("%Y%m%d") if born else ""
        image.PatientSex = patient.sex
        image.AccessionNumber, image.StudyID = head.accession, ""
        image.StudyDate = started.strftime("%Y%m%d") if started else ""
        image.StudyTime = started.strftime("%H%M%S") if started else ""
        image.ReferringPhysicianName = ""
        image.StudyInstanceUID, image.SeriesInstanceUID = head.study, series
        image.SOPInstanceUID, image.SOPClassUID = sop, head.images[sop].sop_class
        yield image


def _group(measurement: Measurement, head: ReportHead) -> Any:
    """A region is the group's own (TID 1410); a line belongs to its value (TID 1501)."""
    image = head.images[measurement.frame.sop]
    frames = [measurement.frame.frame_index + 1] if image.frames > 1 else None
    source = sr.SourceImageForRegion(image.sop_class, measurement.frame.sop, frames)
    graphic, points = _SHAPES[measurement.kind](measurement.points)
    data = np.asarray(points, np.float64) + _CENTRE
    tracking = sr.TrackingIdentifier(
        uid=tracking_uid(measurement, head.reader), identifier=measurement.id
    )
    if measurement.kind is MeasurementKind.LENGTH:
        line = sr.CoordinatesForMeasurement(graphic, data, source)
        value = _value(measurement, codes.SCT.Length, referenced_coordinates=[line])
        return sr.MeasurementsAndQualitativeEvaluations(tracking, measurements=[value])
    return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking,
        referenced_region=sr.ImageRegion(graphic, data, source),
        measurements=[_value(measurement, codes.SCT.Area), *_statistics(measurement, image)],
    )


def _value(measurement: Measurement, concept: Any, **where: Any) -> Any:
    note = measurement.note
    return sr.Measurement(
        concept,
        float(measurement.value or 0.0),
        _unit(measurement.unit),
        method=sr.CodedConcept(_code(note), _OURS, note) if note else None,
        **where,
    )


def _code(note: str) -> str:
    """ "estimated magnification" as a code of at most 16 characters."""
    return note.replace(" ", "_").upper()[:16]


def _statistics(measurement: Measurement, image: MeasuredImage) -> Iterable[Any]:
    concept = codes.SCT.Quantity
    if measurement.stats_unit == "HU":
        concept = codes.DCM.AttenuationCoefficient
    elif measurement.stats_unit == "SUV":
        concept = codes.DCM.StandardizedUptakeValue
    elif image.modality == "MR" and not measurement.stats_unit:
        concept = codes.DCM.MRSignalIntensity
    for name, derivation in _DERIVATIONS.items():
        if name in measurement.stats:
            yield sr.Measurement(
                concept,
                float(measurement.stats[name]),
                _unit(measurement.stats_unit),
                derivation=derivation,
            )


def _unit(shown: str) -> Any:
    return sr.CodedConcept(ucum(shown), "UCUM", shown or "no units")


def tracking_uid(measurement: Measurement, reader: Reader) -> str:
    """The same for the same mark in every document about it (PS3.16 TID 4108)."""
    key = measurement.frame
    name = f"{key.site}/{key.sop}/{key.frame_index}/{reader.id}/{measurement.id}"
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, name).int}"


# --- shapes (PS3.3 C.18.6.1.2) ----------------------------------------------------------

Shape = tuple[str, Sequence[PixelPoint]]


def _line(points: Sequence[PixelPoint]) -> Shape:
    return "POLYLINE", points


def _rectangle(points: Sequence[PixelPoint]) -> Shape:
    """There is no rectangle: a closed outline whose last point is its first."""
    (x1, y1), (x2, y2) = points
    return "POLYLINE", ((x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1))


def _ellipse(points: Sequence[PixelPoint]) -> Shape:
    """Ends of the major axis, then of the minor."""
    (x1, y1), (x2, y2) = points
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    across = ((min(x1, x2), y), (max(x1, x2), y))
    down = ((x, min(y1, y2)), (x, max(y1, y2)))
    wide = abs(x2 - x1) >= abs(y2 - y1)
    return "ELLIPSE", (*across, *down) if wide else (*down, *across)


_SHAPES: Final = MappingProxyType(
    {
        MeasurementKind.LENGTH: _line,
        MeasurementKind.RECTANGLE: _rectangle,
        MeasurementKind.ELLIPSE: _ellipse,
    }
)
