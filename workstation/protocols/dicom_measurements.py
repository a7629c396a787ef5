"""Measurements out of structured reports (TID 1500), ours and other people's."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from attrs import frozen

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.units import shown
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_sr import NO_CODE, Code, ContentItem, ImageReference, content_tree

#: (0, 0) is the centre of the first pixel here, and its upper left corner there (PS3.3 C.18.6).
_CENTRE: Final = 0.5
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
    }
)
#: Concepts that are the value of a line or of a region; the second of each as before 2019.
_LENGTHS: Final = frozenset({"410668003", "G-D7FE"})
_AREAS: Final = frozenset({"42798000", "G-A166"})


@frozen
class ReportedValue:
    """A number of a group: what it is, how it was derived, its unit (UCUM), by which method."""

    name: Code
    value: float
    unit: Code
    derivation: Code = NO_CODE
    method: Code = NO_CODE


@frozen
class ReportedMeasurement:
    """A measurement group: one mark with its numbers. Points as everywhere here: (0, 0) is
    the centre of the first pixel.
    """

    label: str
    tracking_uid: str
    graphic: str  # as in the document; empty where the group has no outline on an image
    points: tuple[PixelPoint, ...]
    image: ImageReference | None
    values: tuple[ReportedValue, ...]

    @property
    def kind(self) -> MeasurementKind | None:
        """What this program would have drawn; None where it has no such kind."""
        return next((kind for kind, _ in _shape(self.graphic, self.points)), None)


def reported_measurements(document: Attributes) -> tuple[ReportedMeasurement, ...]:
    """Every measurement group of a document, in its order; none where it is no such report."""
    return tuple(
        found
        for item in content_tree(document).walk()
        if item.kind == "CONTAINER" and item.name.means("125007", "DCM")  # Measurement Group
        for found in _group(item)
    )


def _group(item: ContentItem) -> Iterable[ReportedMeasurement]:
    label, uid = item.child("112039", "DCM"), item.child("112040", "DCM")
    numbers = [c for c in item.children if c.kind == "NUM" and c.number is not None]
    outlines: list[ContentItem | None] = [*(_outlines([item]) or _outlines(numbers))]
    for outline in outlines or [None]:
        points = outline.points if outline else ()
        yield ReportedMeasurement(
            label=label.text if label else "",
            tracking_uid=uid.text if uid else "",
            graphic=outline.graphic if outline else "",
            points=tuple((x - _CENTRE, y - _CENTRE) for x, y in points),
            image=_image(outline or item),
            values=tuple(map(_value, numbers)),
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
    series = _series_of(document)
    study = StudyUID(document.text("0020000D"))
    made = (_measurement(r, site, study, series) for r in reported_measurements(document))
    return tuple(m for m in made if m is not None)


def _series_of(document: Attributes) -> Mapping[str, str]:
    """SOP to series, of the evidence (PS3.3 C.17.2.3)."""
    return {
        each.text("00081155"): series.text("0020000E")
        for evidence in document.items("0040A375")
        for series in evidence.items("00081115")
        for each in series.items("00081199")
    }


def _measurement(
    found: ReportedMeasurement, site: SiteId, study: StudyUID, series: Mapping[str, str]
) -> Measurement | None:
    shape = next(iter(_shape(found.graphic, found.points)), None)
    if shape is None or found.image is None or found.image.sop not in series:
        return None
    kind, points = shape
    wanted = _LENGTHS if kind is MeasurementKind.LENGTH else _AREAS
    value = next((v for v in found.values if v.name.value in wanted), None)
    if value is None:
        return None
    stats = {
        _STATISTICS[v.derivation.value]: v
        for v in found.values
        if v.derivation.value in _STATISTICS
    }
    frame = found.image.frames[0] - 1 if found.image.frames else 0
    sop = found.image.sop
    return Measurement(
        id=found.label,
        kind=kind,
        frame=FrameKey(site, study, SeriesUID(series[sop]), SopUID(sop), frame),
        points=points,
        value=value.value,
        unit=shown(value.unit.value),
        note=value.method.meaning,
        stats=MappingProxyType({name: v.value for name, v in stats.items()}),
        stats_unit=next((shown(v.unit.value) for v in stats.values()), ""),
    )


def _shape(
    graphic: str, points: tuple[PixelPoint, ...]
) -> Iterable[tuple[MeasurementKind, tuple[PixelPoint, ...]]]:
    """The kind, and the points that kind is made of; nothing for an outline of another kind."""
    if graphic == "POLYLINE" and len(points) == 2:
        yield MeasurementKind.LENGTH, points
    elif graphic == "POLYLINE" and _is_upright_box(points):
        yield MeasurementKind.RECTANGLE, (points[0], points[2])
    elif graphic == "ELLIPSE" and _is_upright_ellipse(points):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        yield MeasurementKind.ELLIPSE, ((min(xs), min(ys)), (max(xs), max(ys)))


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
