"""Measurements as a DICOM SR document: TID 1500, for other workstations and the next reader.

Imports highdicom, and is itself imported only where a document is written: the program and
its decoders start without either.
"""

import warnings
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from attrs import evolve
from highdicom import sr
from pydicom import Dataset
from pydicom.sr.codedict import codes

from workstation.dicom.document_head import (
    DocumentHead,
    MarkedImage,
    as_file,
    complete,
    evidence,
    placed,
)
from workstation.dicom.measurement_shapes import shapes
from workstation.dicom.observer import observer
from workstation.domain.identifiers import derived_uid, is_uid
from workstation.domain.measurement import (
    CENTRE,
    LAYER,
    LAYER_UNITS,
    REGIONS,
    SPHERE,
    Measurement,
    MeasurementKind,
    OnPlane,
    Sphere,
    is_writable,
)
from workstation.domain.reader import Reader
from workstation.domain.units import ucum

#: Whose millimetres they are, and by which tool, are no concepts of the standard: ours say it.
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
        "peak": codes.DCM.PeakValueWithinROI,
    }
)
#: PS3.16 CID 7466: of a sphere, what of it lies above the threshold.
_LAYER_CONCEPTS: Final = MappingProxyType(
    {
        "volume": codes.DCM.MetabolicVolume,
        "tlg": codes.DCM.TotalLesionGlycolysis,
        "radius": codes.SCT.Length,
    }
)
#: What the value of each kind is; of a point it is what the image's values are.
_CONCEPTS: Final = MappingProxyType(
    {
        MeasurementKind.LENGTH: codes.SCT.Length,
        MeasurementKind.POLYLINE: codes.SCT.Length,
        MeasurementKind.PERPENDICULAR: codes.SCT.Length,
        MeasurementKind.BIDIRECTIONAL: codes.SCT.LongAxis,
        MeasurementKind.ANGLE: codes.SCT.Angle,
        MeasurementKind.COBB: codes.SCT.CobbAngle,
        MeasurementKind.CARDIOTHORACIC: sr.CodedConcept("CTR", _OURS, "Cardiothoracic ratio"),
        **dict.fromkeys(REGIONS, codes.SCT.Area),
    }
)
#: The two ends of an axis.
_BOTH_WAYS: Final = np.array([[-1.0], [1.0]] * 3)
_CONTAINS: Final = sr.RelationshipTypeValues.CONTAINS


def measurement_report(head: DocumentHead, measurements: Sequence[Measurement]) -> bytes:
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
        return as_file(document)


def _document(head: DocumentHead, measurements: Sequence[Measurement]) -> Dataset:
    modality = next((head.images[m.frame.sop].modality for m in measurements), "")
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_person_context=observer(head.reader)),
        procedure_reported=_PROCEDURES.get(modality, codes.SCT.ImagingProcedure),
        imaging_measurements=[group for m in measurements for group in _groups(m, head)],
        title=codes.DCM.ImagingMeasurementReport,
    )
    document = sr.Comprehensive3DSR(
        evidence=list(evidence(head, {m.frame.sop: m.frame.series for m in measurements})),
        content=content,
        **placed(head),
        is_complete=True,
        is_final=False,  # what is signed is the report, not this
        series_description="Measurements",
    )
    complete(document, head)
    return document


def _groups(measurement: Measurement, head: DocumentHead) -> Iterable[Any]:
    """Of a sphere the region it was drawn by, and the sphere with what it holds."""
    sphere = measurement.sphere
    if sphere is None or not is_uid(sphere.space):
        yield _group(measurement, head)
        return
    yield _group(evolve(measurement, layer={}), head)
    yield _volume(measurement, sphere, head)


def _volume(measurement: Measurement, sphere: Sphere, head: DocumentHead) -> Any:
    """A volumetric ROI (TID 1411): an ellipsoid by the ends of its axes (PS3.3 C.18.9.1.2)."""
    ends = measurement.layer["radius"] * np.repeat(np.eye(3), 2, axis=0) * _BOTH_WAYS
    surface = sr.VolumeSurface(
        "ELLIPSOID", np.asarray(sphere.centre) + ends, sphere.space,
        source_series=sr.SourceSeriesForSegmentation(sphere.series),
    )  # fmt: skip
    return sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        sr.TrackingIdentifier(tracking_uid(measurement, head.reader), measurement.id),
        referenced_volume_surface=surface,
        measurements=list(_of_layer(measurement, head.images[measurement.frame.sop])),
        qualitative_evaluations=[
            sr.QualitativeEvaluation(_ours("Kind of mark"), _ours(SPHERE)),
        ],
    )


def _group(measurement: Measurement, head: DocumentHead) -> Any:
    """A region is the group's own (TID 1410); lines belong to their values (TID 1501)."""
    image = head.images[measurement.frame.sop]
    on = measurement.on
    drawn = _drawn_on_image(measurement, image) if on is None else _drawn_on_plane(measurement, on)
    tracking = sr.TrackingIdentifier(tracking_uid(measurement, head.reader), measurement.id)
    kind = [sr.QualitativeEvaluation(_ours("Kind of mark"), _ours(measurement.kind.value))]
    if measurement.kind in REGIONS:
        group = sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking,
            referenced_region=(sr.ImageRegion if on is None else sr.ImageRegion3D)(*drawn[0]),
            measurements=[_value(measurement, image), *_others(measurement, image, [])],
            qualitative_evaluations=kind,
        )
    else:
        group = sr.MeasurementsAndQualitativeEvaluations(
            tracking,
            measurements=list(_lines(measurement, image, drawn)),
            qualitative_evaluations=kind,
        )
    if measurement.text:
        comment = sr.TextContentItem(codes.DCM.Comment, measurement.text, _CONTAINS)
        group[0].ContentSequence.append(comment)
    return group


def _drawn_on_image(measurement: Measurement, image: MarkedImage) -> list[Any]:
    """Each shape with its points and the image they are pixels of: a SCOORD (PS3.3 C.18.6)."""
    frames = [measurement.frame.frame_index + 1] if image.frames > 1 else None
    source = sr.SourceImageForRegion(image.sop_class, measurement.frame.sop, frames)
    return [
        (graphic, np.asarray(points, np.float64) + CENTRE, source)
        for graphic, points in shapes(measurement.kind, measurement.points)
    ]


def _drawn_on_plane(measurement: Measurement, on: OnPlane) -> list[Any]:
    """Each shape in the patient, mm, with its frame of reference: a SCOORD3D (PS3.3 C.18.9)."""
    region = measurement.kind in REGIONS
    if on.course:
        return [("POLYLINE", np.asarray(on.course, np.float64), on.space)]
    return [
        (
            "POLYGON" if region and graphic == "POLYLINE" else graphic,
            np.asarray([on.plane.to_patient(*point) for point in points], np.float64),
            on.space,
        )
        for graphic, points in shapes(measurement.kind, measurement.points)
    ]


def _lines(measurement: Measurement, image: MarkedImage, drawn: list[Any]) -> Iterable[Any]:
    """Of two axes each number has its own line; else the value has all of them."""
    kind = sr.CoordinatesForMeasurement3D if measurement.on else sr.CoordinatesForMeasurement
    lines, second = [kind(*each) for each in drawn], list[Any]()
    if measurement.kind is MeasurementKind.BIDIRECTIONAL:
        lines, second = lines[:1], lines[1:]
    yield _value(measurement, image, referenced_coordinates=lines)
    yield from _others(measurement, image, second)


def _value(measurement: Measurement, image: MarkedImage, **where: Any) -> Any:
    note = measurement.note
    concept = _CONCEPTS.get(measurement.kind)
    return sr.Measurement(
        concept or _quantity(measurement.unit, image),
        float(measurement.value or 0.0),
        _unit(measurement.unit),
        method=_ours(note) if note else None,
        **where,
    )


def _ours(meaning: str) -> Any:
    """A concept that the standard does not have, as a code of at most 16 characters."""
    return sr.CodedConcept(meaning.replace(" ", "_").upper()[:16], _OURS, meaning[:64])


def _quantity(unit: str, image: MarkedImage) -> Any:
    """What the values of an image are."""
    if unit == "HU":
        return codes.DCM.AttenuationCoefficient
    if unit.startswith("SUV"):
        return codes.DCM.StandardizedUptakeValue
    if image.modality == "MR" and not unit:
        return codes.DCM.MRSignalIntensity
    return codes.SCT.Quantity


def _others(measurement: Measurement, image: MarkedImage, second: list[Any]) -> Iterable[Any]:
    """What stands beside the value: statistics of a region, the second of two axes."""
    for name, value in measurement.stats.items():
        unit = "" if name == "pixels" else measurement.stats_unit
        if measurement.kind is MeasurementKind.BIDIRECTIONAL:
            yield sr.Measurement(
                codes.SCT.ShortAxis, float(value), _unit(unit), referenced_coordinates=second
            )
        else:
            region = measurement.kind in REGIONS
            yield sr.Measurement(
                _quantity(unit, image) if region else codes.SCT.Length,
                float(value),
                _unit(unit),
                derivation=_DERIVATIONS.get(name) or _ours(name),
            )
    yield from _of_layer(measurement, image)


def _of_layer(measurement: Measurement, image: MarkedImage) -> Iterable[Any]:
    """Of what was laid over the image, or of a sphere in it."""
    for name, value in measurement.layer.items():
        unit = LAYER_UNITS.get(name, measurement.layer_unit)
        yield sr.Measurement(
            _LAYER_CONCEPTS.get(name) or _quantity(unit, image),
            float(value),
            _unit(unit),
            derivation=_DERIVATIONS.get(name) or _ours(name),
            method=_ours(LAYER),
        )


def _unit(shown: str) -> Any:
    return sr.CodedConcept(ucum(shown), "UCUM", shown or "no units")


def tracking_uid(measurement: Measurement, reader: Reader) -> str:
    """The same for the same mark in every document about it (PS3.16 TID 4108)."""
    key = measurement.frame
    name = f"{key.site}/{key.sop}/{key.frame_index}/{reader.id}/{measurement.id}"
    return derived_uid(name)
