"""Outlines that structured reports draw on images: planar regions of TID 1500, findings of
CAD (PS3.16 TID 4000, 4100), any other SCOORD that names its image (PS3.3 C.18.6), and those
in the patient (SCOORD3D, C.18.9)."""

import math
from collections.abc import Iterator
from typing import Final

from attrs import evolve, frozen

from workstation.domain.identifiers import SiteId, SopUID
from workstation.domain.mark_set import Mark, MarkSet, PlacedMark
from workstation.domain.measurement import Measurement, centred
from workstation.domain.presentation_state import Shape
from workstation.domain.referenced import ReferencedImage
from workstation.domain.units import shown
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_measurements import as_measurements
from workstation.protocols.dicom_sr import ContentItem, ImageReference, content_tree

#: Outlines of one report, and points of all of them; beyond it the drawing would stall.
MAX_MARKS: Final = 2_000
MAX_POINTS: Final = 100_000
_FARTHEST: Final = 1e6
_ROOT: Final = "1.2.840.10008.5.1.4.1.1.88."
_REPORTS: Final = frozenset(f"{_ROOT}{number}" for number in ("22", "33", "34", "35"))
_CAD: Final = frozenset(f"{_ROOT}{number}" for number in ("50", "65", "69"))
_SHAPES: Final = {each.value: each for each in Shape} | {
    "MULTIPOINT": Shape.POINT,
    "POLYGON": Shape.POLYLINE,
}
_POINTS: Final = {Shape.POINT: 1, Shape.POLYLINE: 2, Shape.CIRCLE: 2, Shape.ELLIPSE: 4}
_ALGORITHM: Final = ("111001", "DCM")
_PERSON: Final = ("121008", "DCM")
_DEVICE: Final = ("121013", "DCM")
_TRACKING: Final = ("112039", "DCM")


def mark_set(row: Attributes, site: SiteId) -> MarkSet | None:
    """None where the object is no such report, or marks nothing."""
    kind = row.text("00080016")
    if kind not in _REPORTS | _CAD:
        return None
    root = content_tree(row)
    found: list[Mark | PlacedMark] = []
    lost, room = 0, MAX_POINTS
    for place in _places(root, root):
        marks = _placed(place) if place.outline.kind == "SCOORD3D" else _marks(place)
        points = sum(len(mark.points) for mark in marks)
        if not marks or points > room or len(found) + len(marks) > MAX_MARKS:
            lost += 1
            continue
        room -= points
        found.extend(marks)
    if not found and not lost:
        return None
    source, machine = _source(root, row)
    return MarkSet(
        SopUID(row.text("00080018")), root.name.words, source, machine or kind in _CAD,
        tuple(each for each in found if isinstance(each, Mark)), lost,
        tuple(each for each in found if isinstance(each, PlacedMark)),
        tuple(_theirs(each, source) for each in as_measurements(row, site)),
    )  # fmt: skip


def _theirs(measured: Measurement, source: str) -> Measurement:
    """With whose it is, and by the name that it has in the report."""
    return evolve(measured, author=source, text=measured.text or measured.id)


@frozen
class _Place:
    """An outline, the item it belongs to, and the image it lies on."""

    outline: ContentItem
    owner: ContentItem
    image: ImageReference | None


def _places(item: ContentItem, root: ContentItem) -> Iterator[_Place]:
    for child in item.children:
        if child.kind in ("SCOORD", "SCOORD3D"):
            yield _Place(child, item, _image(child, root))
        yield from _places(child, root)


def _image(outline: ContentItem, root: ContentItem) -> ImageReference | None:
    """The image it was selected from, also where that is another item of the tree."""
    for child in outline.children:
        found = _at(root, child.refers_to) if child.refers_to else child
        if found is not None and found.image is not None:
            return found.image
    return None


def _at(root: ContentItem, place: tuple[int, ...]) -> ContentItem | None:
    """The item at a place as C.17.3.2.4 counts them: the root is 1."""
    item = root
    for number in place[1:]:
        if not 1 <= number <= len(item.children):
            return None
        item = item.children[number - 1]
    return item


def _marks(place: _Place) -> tuple[Mark, ...]:
    """Several for the points of a MULTIPOINT; none for what is no outline on an image."""
    shape, points = _SHAPES.get(place.outline.graphic), place.outline.points
    if shape is None or place.image is None or len(points) < _POINTS.get(shape, 2):
        return ()
    if any(abs(part) > _FARTHEST for point in points for part in point):
        return ()
    if shape in (Shape.CIRCLE, Shape.ELLIPSE) and len(points) != _POINTS[shape]:
        return ()
    image = ReferencedImage(
        SopUID(place.image.sop),
        tuple(number - 1 for number in place.image.frames),
        sop_class=place.image.sop_class,
    )
    at = tuple(centred(point) for point in points)
    words = _words(place.owner)
    if shape is Shape.POINT:
        return tuple(Mark(image, shape, (point,), words) for point in at)
    return (Mark(image, shape, at, words),)


def _placed(place: _Place) -> tuple[PlacedMark, ...]:
    """Figures in millimetres; none for a solid (ELLIPSOID), or where no space is named."""
    item, flat = place.outline, place.outline.coordinates
    shape, space = _SHAPES.get(item.graphic), item.values.text("30060024")
    whole = len(flat) % 3 == 0 and all(map(math.isfinite, flat))
    points = tuple(zip(flat[::3], flat[1::3], flat[2::3], strict=True)) if whole else ()
    if shape not in (Shape.POINT, Shape.POLYLINE, Shape.ELLIPSE) or not space:
        return ()
    if len(points) < _POINTS[shape] or any(abs(part) > _FARTHEST for part in flat):
        return ()
    if shape is Shape.ELLIPSE and len(points) != _POINTS[shape]:
        return ()
    words = _words(place.owner)
    if shape is Shape.POINT:
        return tuple(PlacedMark(space, shape, (point,), words) for point in points)
    return (PlacedMark(space, shape, points, words),)


def _words(owner: ContentItem) -> str:
    """What is said of the outline: its name, then every number with its unit."""
    named = owner.child(*_TRACKING)
    first = (
        named.text
        if named
        else owner.code.words or ("" if owner.kind in ("CONTAINER", "NUM") else owner.name.words)
    )
    numbers = [owner, *owner.children]
    said = [_number(each) for each in numbers if each.kind == "NUM" and each.number is not None]
    return "  ".join(filter(None, (first, *said)))


def _number(item: ContentItem) -> str:
    """With the digits that were written."""
    written = item.values.item("0040A300").digits("0040A30A")
    return " ".join(filter(None, (item.name.words, written, _unit(item))))


def _unit(item: ContentItem) -> str:
    """As readers see it; in words where it is none of UCUM's."""
    if item.unit.value in ("1", ""):
        return ""
    return shown(item.unit.value) if item.unit.scheme == "UCUM" else item.unit.words


def _source(root: ContentItem, row: Attributes) -> tuple[str, bool]:
    """Who made it, and whether that is a machine: its algorithm, its device, else a person."""
    named: dict[tuple[str, str], str] = {}
    for item in root.walk():
        if item.text:
            named.setdefault((item.name.value, item.name.scheme), item.text)
    for code, machine in ((_ALGORITHM, True), (_PERSON, False), (_DEVICE, True)):
        if named.get(code):
            return named[code], machine
    return row.text("00080070"), False
