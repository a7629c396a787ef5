"""Instances of a series to display sets: what belongs on one viewport, in scroll order.

Split by what must not be mixed (patient, matrix, image type, localizers, orientation,
one set for each multi-frame object and each radiograph), sorted by position along the
normal where there is one. Nothing is dropped: `prove` is called on every result.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import evolve, field, frozen

from workstation.dicom import labels, sop_classes
from workstation.domain.geometry import Vector, dot
from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.patient import Patient
from workstation.domain.study import (
    DisplaySet,
    DisplaySetKind,
    Frame,
    GeometryVerdict,
    Instance,
    Series,
)
from workstation.imaging.volume import judge

#: Directions closer than this (cosine) are the same orientation.
_SAME_DIRECTION: Final = 0.9995
#: More orientations than this in one group are a rotation, and stay together.
_MOST_ORIENTATIONS: Final = 4
#: The patient axis that runs from the feet to the head.
_TO_HEAD: Final = 2
_ONE_BY_ONE: Final = frozenset({"CR", "DX", "MG", "PX", "IO", "RG"})
_SECTIONAL: Final = frozenset({"CT", "MR", "PT"})
_MOVING: Final = frozenset({"US", "IVUS", "XA", "RF", "ES", "NM"})


class FrameLost(Exception):
    """A bug: a frame is in no display set, or in two."""


@frozen
class _Group:
    instances: tuple[Instance, ...]
    frames: tuple[Frame, ...]
    localizer: bool = False
    patient: Patient | None = None
    kind: DisplaySetKind | None = field(default=None)


def display_sets(ref: StudyRef, series: Series) -> tuple[DisplaySet, ...]:
    """Display sets of one series; each frame of it is in exactly one."""
    groups = [part for group in _grouped(series) for part in _by_orientation(group)]
    sets = [_display_set(ref, series, group) for group in groups]
    named = labels.distinct(
        [
            labels.Named(each.label, group.localizer, each.frames)
            for each, group in zip(sets, groups, strict=True)
        ]
    )
    made = tuple(
        evolve(each, id=f"{series.uid}#{at}", label=label)
        for at, (each, label) in enumerate(zip(sets, named, strict=True))
    )
    prove(series, made)
    return made


def prove(series: Series, sets: Iterable[DisplaySet]) -> None:
    """Every frame of the series stands in exactly one display set; raises `FrameLost`."""
    received = Counter(frame.key for instance in series.instances for frame in instance.frames)
    shown = Counter(frame.key for each in sets for frame in each.frames)
    if received != shown:
        raise FrameLost(f"{sum(received.values())} frames received, {sum(shown.values())} shown")


def _grouped(series: Series) -> list[_Group]:
    groups: dict[tuple[object, ...], list[Instance]] = {}
    for instance in series.instances:
        groups.setdefault(_key(instance, series.modality), []).append(instance)
    return [_group(members) for members in groups.values()]


def _key(instance: Instance, modality: str) -> tuple[object, ...]:
    """Two instances with one key may be scrolled through as one stack."""
    alone = (
        len(instance.frames) != 1
        or modality in _ONE_BY_ONE
        or sop_classes.kind_of(instance.sop_class) is not None
    )
    if alone:
        return (instance.sop,)
    pixels = instance.frames[0].pixels
    patient = instance.patient.key if instance.patient else None
    matrix = (pixels.rows, pixels.columns, pixels.samples, pixels.photometric)
    return (patient, *matrix, _is_localizer(instance), instance.image_type[2:])


def _is_localizer(instance: Instance) -> bool:
    return "LOCALIZER" in instance.image_type


def _group(members: Sequence[Instance]) -> _Group:
    first = members[0]
    return _Group(
        instances=tuple(members),
        frames=tuple(frame for each in members for frame in each.frames),
        localizer=_is_localizer(first),
        patient=first.patient,
        kind=sop_classes.kind_of(first.sop_class),
    )


def _by_orientation(group: _Group) -> list[_Group]:
    """Split a group of several orientations (three-plane scouts, mixed enhanced objects)."""
    clusters: list[list[Frame]] = []
    for frame in group.frames:
        for cluster in clusters:
            if _same_orientation(cluster[0], frame):
                cluster.append(frame)
                break
        else:
            clusters.append([frame])
            if len(clusters) > _MOST_ORIENTATIONS:
                return [group]
    if len(clusters) <= 1:
        return [group]
    return [evolve(group, frames=tuple(cluster)) for cluster in clusters]


def _same_orientation(a: Frame, b: Frame) -> bool:
    if a.plane is None or b.plane is None:
        return a.plane is b.plane
    same_row = dot(a.plane.row, b.plane.row) > _SAME_DIRECTION
    return same_row and dot(a.plane.column, b.plane.column) > _SAME_DIRECTION


def _display_set(ref: StudyRef, series: Series, group: _Group) -> DisplaySet:
    frames = _sorted(group.frames)
    verdict, reason = _verdict(series.modality, frames)
    return DisplaySet(
        id="",
        study=ref.study,
        series=series.uid,
        site=SiteId(ref.site),
        modality=series.modality,
        label=labels.label(series, frames, group.localizer),
        kind=group.kind or _kind(series, frames, verdict),
        frames=frames,
        verdict=verdict,
        reason=reason,
        patient=group.patient,
    )


def _sorted(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """As one reads where all have a place, else by number.

    Axial from the head, coronal from the front, sagittal from the right, however the
    normal of the first frame points.
    """
    first = frames[0].plane if frames else None
    if first is not None and _all_placed(frames):
        normal, sign = first.normal, _reading_sign(first.normal)

        def place(frame: Frame) -> tuple[float, int]:
            assert frame.plane is not None
            # Rounded: noise in the last digits must not turn equal positions around.
            return round(sign * dot(frame.plane.origin, normal), 3), frame.number

        return tuple(sorted(frames, key=place))
    return tuple(sorted(frames, key=lambda frame: (frame.number, frame.key.frame_index)))


def _reading_sign(normal: Vector) -> int:
    """-1 where reading goes against the normal. Patient axes: to left, to back, to head."""
    axis = max(range(3), key=lambda each: abs(normal[each]))
    along = 1 if normal[axis] > 0 else -1
    return -along if axis == _TO_HEAD else along


def _all_placed(frames: tuple[Frame, ...]) -> bool:
    return len(frames) > 1 and all(frame.plane is not None for frame in frames)


def _verdict(modality: str, frames: tuple[Frame, ...]) -> tuple[GeometryVerdict, str]:
    planes = [frame.plane for frame in frames]
    if modality not in _SECTIONAL and not any(planes):
        return GeometryVerdict.NOT_SPATIAL, ""
    if len(frames) < 2:
        return GeometryVerdict.NOT_SPATIAL, ""
    return judge(planes)


def _kind(series: Series, frames: tuple[Frame, ...], verdict: GeometryVerdict) -> DisplaySetKind:
    if not frames:
        return DisplaySetKind.OTHER
    if len(frames) == 1:
        return DisplaySetKind.SINGLE
    if verdict in (GeometryVerdict.REGULAR, GeometryVerdict.TILTED) and len(frames) > 2:
        return DisplaySetKind.VOLUME
    one_object = len({frame.key.sop for frame in frames}) == 1
    if one_object and series.modality in _MOVING and frames[0].plane is None:
        return DisplaySetKind.CINE
    return DisplaySetKind.STACK
