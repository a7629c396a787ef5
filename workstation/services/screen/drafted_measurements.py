"""A measurement as it is kept in a draft: every field, so that it comes back as it was made."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from attrs import asdict

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.measurement import Measurement, MeasurementKind, OnPlane, Sphere


def to_plain(measurement: Measurement) -> Mapping[str, Any]:
    """As JSON can hold it. Values are kept, not worked out again: they were seen as they are."""
    return asdict(measurement, value_serializer=_plain)


def _plain(_owner: object, _field: object, value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def from_plain(read: Mapping[str, Any]) -> Measurement:
    """Raises KeyError, TypeError or ValueError; never half a measurement."""
    value, doubt, label_at = read["value"], read.get("uncertainty"), read.get("label_at")
    return Measurement(
        id=str(read["id"]),
        kind=MeasurementKind(read["kind"]),
        frame=frame_of(read["frame"]),
        points=tuple((float(x), float(y)) for x, y in read["points"]),
        value=None if value is None else float(value),
        unit=str(read["unit"]),
        note=str(read["note"]),
        stats=MappingProxyType({str(k): float(v) for k, v in read["stats"].items()}),
        stats_unit=str(read["stats_unit"]),
        image_number=int(read["image_number"]),
        series_label=str(read["series_label"]),
        revision=int(read["revision"]),
        text=str(read.get("text", "")),  # drafts of earlier versions have neither
        uncertainty=None if doubt is None else float(doubt),
        author=str(read.get("author", "")),
        label_at=None if label_at is None else (float(label_at[0]), float(label_at[1])),
        on=None if read.get("on") is None else _plane_of(read["on"]),
        layer=MappingProxyType({str(k): float(v) for k, v in read.get("layer", {}).items()}),
        layer_unit=str(read.get("layer_unit", "")),
        sphere=None if read.get("sphere") is None else _sphere_of(read["sphere"]),
    )


def _sphere_of(read: Mapping[str, Any]) -> Sphere:
    return Sphere(_vector(read["centre"]), str(read["space"]), SeriesUID(str(read["series"])))


def _plane_of(read: Mapping[str, Any]) -> OnPlane:
    lies = read["plane"]
    return OnPlane(
        ImagePlane(
            _vector(lies["origin"]), _vector(lies["row"]), _vector(lies["column"]),
            float(lies["row_spacing"]), float(lies["column_spacing"]),
        ),
        str(read["space"]), str(read["name"]), float(read["slab_mm"]), str(read["mode"]),
        tuple(map(_vector, read.get("course", ()))),  # earlier versions have none
    )  # fmt: skip


def _vector(read: Sequence[float]) -> Vector:
    x, y, z = map(float, read)
    return x, y, z


def frame_of(read: Mapping[str, Any]) -> FrameKey:
    return FrameKey(
        SiteId(str(read["site"])),
        StudyUID(str(read["study"])),
        SeriesUID(str(read["series"])),
        SopUID(str(read["sop"])),
        int(read["frame_index"]),
        int(read.get("copy", 0)),
    )


def numbered(name: str) -> tuple[str, int]:
    """ "A10" comes after "A9"."""
    return name[:1], int(name[1:]) if name[1:].isdecimal() else 0


def numbers_used(names: Iterable[str]) -> Mapping[str, int]:
    """The highest number of each letter: "A3" is 3 of A. A name is used once."""
    used: dict[str, int] = {}
    for name in names:
        letter, number = numbered(name)
        if letter.isalpha() and number:
            used[letter] = max(used.get(letter, 0), number)
    return used
