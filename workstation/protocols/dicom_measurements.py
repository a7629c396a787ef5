"""Measurements out of structured reports (TID 1500), ours and other people's."""

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve, frozen

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.measurement import (
    LAYER,
    LAYER_UNITS,
    POINTS,
    REGIONS,
    SPHERE,
    Measurement,
    MeasurementKind,
    PixelPoint,
    centred,
)
from workstation.domain.units import shown
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_references import evidence
from workstation.protocols.dicom_sr import NO_CODE, Code, ContentItem, ImageReference, content_tree

#: Coordinates are single precision (FL); what differs by less is the same place.
_SAME: Final = 1e-3
_STATISTICS: Final = MappingProxyType(
    {
        "373098007": "mean",
        "R-00317": "mean",  # as SNOMED RT wrote it, before 2019
        "386136009": "sd",
        "R-10047": "sd",
        "255605001": "min",
        "R-404FB": "min",
        "56851009": "max",
        "G-A437": "max",
        "126031": "peak",
    }
)
#: Concepts that are the value of a line or of a region; the second of each as before 2019.
_LENGTHS: Final = frozenset({"410668003", "G-D7FE"})
_AREAS: Final = frozenset({"42798000", "G-A166", "131184002", "G-A16A"})
_ANGLES: Final = frozenset({"1483009", "G-A192", "125013"})
_ANGLE: Final = MeasurementKind.ANGLE
_OURS: Final = "99READWS"  # coding scheme of documents of this program


@frozen
class ReportedValue:
    """A number of a group: what it is, how it was derived, its unit (UCUM), by which method."""

    name: Code
    value: float
    unit: Code
    derivation: Code = NO_CODE
    method: Code = NO_CODE


@frozen
class Outline:
    """Points as everywhere here: (0, 0) is the centre of the first pixel."""

    graphic: str  # POINT, MULTIPOINT, POLYLINE, CIRCLE, ELLIPSE
    points: tuple[PixelPoint, ...]


@frozen
class ReportedMeasurement:
    """A measurement group: one mark with its outlines and numbers, as they were reported."""

    label: str
    tracking_uid: str
    outlines: tuple[Outline, ...]
    image: ImageReference | None
    values: tuple[ReportedValue, ...]
    own_kind: str = ""  # of a document of this program: the tool it was made with
    comment: str = ""


def reported_measurements(document: Attributes) -> tuple[ReportedMeasurement, ...]:
    """Every measurement group of a document, in its order; none where it is no such report."""
    return tuple(
        _group(item)
        for item in content_tree(document).walk()
        if item.kind == "CONTAINER" and item.name.means("125007", "DCM")  # Measurement Group
    )


def _group(item: ContentItem) -> ReportedMeasurement:
    label, uid = item.child("112039", "DCM"), item.child("112040", "DCM")
    kind, comment = item.child("KIND_OF_MARK", _OURS), item.child("121106", "DCM")
    numbers = [c for c in item.children if c.kind == "NUM" and c.number is not None]
    outlines = _outlines([item]) or _outlines(numbers)
    return ReportedMeasurement(
        label=label.text if label else "",
        tracking_uid=uid.text if uid else "",
        outlines=tuple(
            Outline(each.graphic, tuple(centred(point) for point in each.points))
            for each in outlines
        ),
        image=_image(outlines[0] if outlines else item),
        values=tuple(map(_value, numbers)),
        own_kind=kind.code.meaning if kind else "",
        comment=comment.text if comment else "",
    )


def _outlines(parents: Iterable[ContentItem]) -> list[ContentItem]:
    return [c for parent in parents for c in parent.children if c.kind == "SCOORD"]


def _image(item: ContentItem) -> ImageReference | None:
    return next((each.image for each in item.walk() if each.kind == "IMAGE"), None)


def _value(item: ContentItem) -> ReportedValue:
    derivation, method = item.child("121401", "DCM"), item.child("370129005", "SCT")
    return ReportedValue(
        item.name,
        item.number or 0.0,
        item.unit,
        derivation.code if derivation else NO_CODE,
        method.code if method else NO_CODE,
    )


# --- as measurements of this program ------------------------------------------------------


def as_measurements(document: Attributes, site: SiteId) -> tuple[Measurement, ...]:
    """Those that this program could have made; the others stay readable as reported."""
    where = evidence(document)
    found = reported_measurements(document)
    made = (_measurement(r, site, where) for r in found if r.own_kind != SPHERE)
    spheres = {r.label: _layer(r.values) for r in found if r.own_kind == SPHERE}
    return tuple(_with_sphere(m, spheres.get(m.id)) for m in made if m is not None)


def _with_sphere(made: Measurement, found: Mapping[str, ReportedValue] | None) -> Measurement:
    """The region that a sphere was made of, with what that holds."""
    return made if found is None else evolve(made, **_said_of(found))


def _measurement(
    found: ReportedMeasurement, site: SiteId, where: Mapping[str, tuple[StudyUID, SeriesUID]]
) -> Measurement | None:
    shape = _own_shape(found) or _shape(found)
    if shape is None or found.image is None or found.image.sop not in where:
        return None
    kind, points = shape
    wanted = _AREAS if kind in REGIONS else _ANGLES if kind is _ANGLE else _LENGTHS
    value = next((v for v in found.values if found.own_kind or v.name.value in wanted), None)
    if value is None:
        return None
    others = [v for v in found.values if v is not value]
    stats = {name: v for v in others if v.method.meaning != LAYER and (name := _statistic(v))}
    if kind is not MeasurementKind.BIDIRECTIONAL:
        stats.pop("short", None)  # of an ellipse it is no second number beside the area
    frame = found.image.frames[0] - 1 if found.image.frames else 0
    sop = found.image.sop
    study, series = where[sop]
    return Measurement(
        id=found.label,
        kind=kind,
        frame=FrameKey(site, study, series, SopUID(sop), frame),
        points=points,
        value=value.value,
        unit=_unit(value.unit),
        note=value.method.meaning,
        stats=MappingProxyType({name: v.value for name, v in stats.items()}),
        stats_unit=next((_unit(v.unit) for name, v in stats.items() if name != "pixels"), ""),
        text=found.comment,
        **_said_of(_layer(others)),
    )


def _layer(values: Iterable[ReportedValue]) -> Mapping[str, ReportedValue]:
    return {_statistic(v): v for v in values if v.method.meaning == LAYER}


def _said_of(layer: Mapping[str, ReportedValue]) -> Mapping[str, Any]:
    """The fields of a measurement that speak of what was laid over it."""
    unit = next((_unit(v.unit) for name, v in layer.items() if name not in LAYER_UNITS), "")
    return {
        "layer": MappingProxyType({name: v.value for name, v in layer.items()}),
        "layer_unit": unit,
    }


def _statistic(value: ReportedValue) -> str:
    if value.name.means("103340004", "SCT"):  # Short axis
        return "short"
    known = _STATISTICS.get(value.derivation.value, "")
    return known or (value.derivation.meaning if value.derivation.scheme == _OURS else "")


def _unit(code: Code) -> str:
    """As readers see it; what UCUM has no code for is written in the meaning."""
    return code.meaning if code.value.startswith("{") and code.meaning else shown(code.value)


Drawn = tuple[MeasurementKind, tuple[PixelPoint, ...]]


def _own_shape(found: ReportedMeasurement) -> Drawn | None:
    """By the tool that is named, if the points are as many as that tool makes."""
    if found.own_kind not in list(MeasurementKind):
        return None
    kind = MeasurementKind(found.own_kind)
    points = tuple(point for outline in found.outlines for point in outline.points)
    if kind is MeasurementKind.RECTANGLE and _is_upright_box(points):
        points = (points[0], points[2])
    elif kind is MeasurementKind.ELLIPSE and _is_upright_ellipse(points):
        points = _box(points)
    elif kind in (MeasurementKind.POLYGON, MeasurementKind.FREEHAND):
        points = points[:-1]
    least, most = POINTS[kind]
    return (kind, points) if least <= len(points) <= most else None


def _shape(found: ReportedMeasurement) -> Drawn | None:
    """By geometry: what this program would have drawn; None for an outline of another kind."""
    if len(found.outlines) != 1:
        return None
    graphic, points = found.outlines[0].graphic, found.outlines[0].points
    if graphic == "ELLIPSE" and _is_upright_ellipse(points):
        return MeasurementKind.ELLIPSE, _box(points)
    if graphic == "CIRCLE" and len(points) == 2:  # its centre, and a point on it
        (x, y), radius = points[0], math.dist(*points)
        return MeasurementKind.ELLIPSE, ((x - radius, y - radius), (x + radius, y + radius))
    if graphic != "POLYLINE" or len(points) < 2:
        return None
    if len(points) == 2:
        return MeasurementKind.LENGTH, points
    if _is_upright_box(points):
        return MeasurementKind.RECTANGLE, (points[0], points[2])
    if _near(points[0], points[-1]) and len(points) > 3:
        return MeasurementKind.POLYGON, points[:-1]
    return (_ANGLE, points) if len(points) == 3 else None


def _box(points: tuple[PixelPoint, ...]) -> tuple[PixelPoint, ...]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs), min(ys)), (max(xs), max(ys))


def _is_upright_box(points: tuple[PixelPoint, ...]) -> bool:
    if len(points) != 5 or not _near(points[0], points[4]):
        return False
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    upright = [abs(dx) < _SAME for dx, _ in steps], [abs(dy) < _SAME for _, dy in steps]
    return upright in (
        ([False, True, False, True], [True, False, True, False]),
        ([True, False, True, False], [False, True, False, True]),
    )


def _is_upright_ellipse(points: tuple[PixelPoint, ...]) -> bool:
    """Ends of both axes, along rows and columns."""
    if len(points) != 4:
        return False
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    level = abs(ay - by) < _SAME and abs(cx - dx) < _SAME
    upended = abs(ax - bx) < _SAME and abs(cy - dy) < _SAME
    return level or upended


def _near(a: PixelPoint, b: PixelPoint) -> bool:
    return abs(a[0] - b[0]) < _SAME and abs(a[1] - b[1]) < _SAME
