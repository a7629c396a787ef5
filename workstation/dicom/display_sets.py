"""Instances of a series to display sets: what belongs on one viewport, in scroll order.

Split by what must not be mixed (patient, frame of reference, SOP class, matrix, image type,
localizers, echo, b-value, contrast, stack, orientation; one set for each multi-frame object
and each radiograph; apart what shares an identifier), then by what may not be mixed at one
place (`dicom.coincidence`); sorted by position along the normal where there is one. Nothing
is dropped: `prove` is called on every result.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import evolve, frozen

from workstation.dicom import concatenations, labels, sop_classes
from workstation.dicom.coincidence import places_of, split_by_moment
from workstation.dicom.orientations import split_by_orientation
from workstation.domain.geometry import Vector
from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.patient import Patient, persons
from workstation.domain.study import (
    DisplaySet,
    DisplaySetKind,
    Frame,
    Geometry,
    Instance,
    Series,
    SpacingOrigin,
    is_secondary_capture,
)
from workstation.imaging.volume import judge
from workstation.text import tr

#: The patient axis that runs from the feet to the head.
_TO_HEAD: Final = 2
_ONE_BY_ONE: Final = frozenset({"CR", "DX", "MG", "PX", "IO", "RG"})
_SECTIONAL: Final = frozenset({"CT", "MR", "PT"})
_MOVING: Final = frozenset({"US", "IVUS", "XA", "RF", "ES", "NM"})
#: Image Type value 3 of nuclear medicine that is slices, not projections (PS3.3 C.8.4.9.1.1).
_NM_SLICES: Final = frozenset({"RECON TOMO", "RECON GATED TOMO"})


class FrameLost(Exception):
    """A bug: a frame is in no display set, or in two."""


@frozen
class _Group:
    """Frames that may be one stack, and what all of them share."""

    instance: Instance  # the first of them
    patient: Patient | None
    frames: tuple[Frame, ...]
    modality: str

    @property
    def localizer(self) -> bool:
        return any(_is_localizer(frame) for frame in self.frames[:1])


def display_sets(ref: StudyRef, series: Series) -> tuple[DisplaySet, ...]:
    """Display sets of one series; each frame of it is in exactly one."""
    groups = [part for group in _grouped(series) for part in _split(group)]
    sets = [_display_set(ref, series, group) for group in groups]
    named = labels.distinct(
        [
            labels.Named(each.label, group.localizer, each.frames)
            for each, group in zip(sets, groups, strict=True)
        ]
    )
    made = tuple(
        evolve(each, id=f"{ref.site}/{ref.study}/{series.uid}#{at}", label=label)
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
    """Frames with one key, in the order received; an object without frames stands alone."""
    groups: dict[tuple[object, ...], list[Frame]] = {}
    first: dict[tuple[object, ...], Instance] = {}
    lost = concatenations.incomplete(series.instances)
    whose = persons(each.patient for each in series.instances if each.patient is not None)
    for instance in series.instances:
        modality = instance.modality or series.modality
        patient = whose[instance.patient] if instance.patient is not None else None
        common = (patient, *_instance_key(instance, modality))
        if not instance.frames:
            groups[common], first[common] = [], instance
        is_part = instance.concatenation in lost
        for frame in concatenations.doubted(instance.frames) if is_part else instance.frames:
            key = (*common, *_frame_key(frame, modality))
            groups.setdefault(key, []).append(frame)
            first.setdefault(key, instance)
    return [
        _Group(
            first[key],
            key[0] if isinstance(key[0], Patient) else None,
            tuple(frames),
            first[key].modality or series.modality,
        )
        for key, frames in groups.items()
    ]


def _instance_key(instance: Instance, modality: str) -> tuple[object, ...]:
    """Two instances of one patient with one key may be scrolled through as one stack."""
    if instance.concatenation:
        return ("concatenation", instance.concatenation, instance.copy)
    alone = (
        len(instance.frames) != 1
        or modality in _ONE_BY_ONE
        or sop_classes.kind_of(instance.sop_class) is not None
    )
    if alone:
        return ("object", instance.sop, instance.copy)
    return ("stack", instance.sop_class, modality, instance.copy)


def _frame_key(frame: Frame, modality: str) -> tuple[object, ...]:
    """In CT the fourth value of Image Type and on are the vendor's (PS3.3 C.8.2.1.1.1): they
    split only what lies at one place."""
    pixels, content = frame.pixels, frame.content
    said = content.image_type[2:3] if modality == "CT" else content.image_type[2:]
    return (
        frame.frame_of_reference,
        pixels.rows,
        pixels.columns,
        pixels.samples,
        pixels.photometric,
        _is_localizer(frame),
        said,
        content.traits,
    )


def _is_localizer(frame: Frame) -> bool:
    return "LOCALIZER" in frame.content.image_type


def _split(group: _Group) -> list[_Group]:
    return [
        evolve(group, frames=frames)
        for oriented in split_by_orientation(group.frames)
        for frames in split_by_moment(oriented)
    ]


def _display_set(ref: StudyRef, series: Series, group: _Group) -> DisplaySet:
    frames = _sorted(group.frames)
    geometry = _geometry(group, frames)
    return DisplaySet(
        id="",
        study=ref.study,
        series=series.uid,
        site=SiteId(ref.site),
        modality=group.modality,
        label=labels.label(series, frames, group.localizer, group.instance.title),
        kind=sop_classes.kind_of(group.instance.sop_class) or _kind(group, frames, geometry),
        frames=frames,
        geometry=geometry,
        patient=group.patient,
        structures=group.instance.structures,
        document=group.instance.document,
        annotation=group.instance.annotation,
    )


def _sorted(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """As one reads where all have a place, else by number.

    Axial from the head, coronal from the front, sagittal from the right, however the
    normal of the first frame points. What lies at one place follows its number.
    """
    turns = sorted(frames, key=lambda frame: (frame.number, frame.key.frame_index))
    places = places_of(turns)
    if places is None:
        return tuple(turns)
    first = turns[0]
    sign = _reading_sign(first.plane.normal) if first.in_patient and first.plane else 1
    order = sorted(range(len(turns)), key=lambda at: sign * places[at])
    return tuple(turns[at] for at in order)


def _reading_sign(normal: Vector) -> int:
    """-1 where reading goes against the normal. Patient axes: to left, to back, to head."""
    axis = max(range(3), key=lambda each: abs(normal[each]))
    along = 1 if normal[axis] > 0 else -1
    return -along if axis == _TO_HEAD else along


def _geometry(group: _Group, frames: tuple[Frame, ...]) -> Geometry:
    planes = [frame.plane for frame in frames]
    spatial = frames and (any(planes) or _is_spatial(group))
    found = judge(planes, [frame.thickness_mm for frame in frames]) if spatial else Geometry()
    if not any(planes):
        return evolve(found, spacing_mm=_pixel_size(frames))
    if not frames[0].in_patient:
        found = evolve(found, orientation="")
    if found.mpr and (group.localizer or group.modality == "MG"):
        # Tomosynthesis knows its planes, but what lies in one is smeared over the others.
        return evolve(found, mpr=False, reason=_no_volume(group))
    return found


def _pixel_size(frames: Sequence[Frame]) -> tuple[float | None, float | None, None]:
    """Between columns and between rows, of images that do not say where they lie."""
    sizes = {(frame.spacing.column, frame.spacing.row) for frame in frames}
    unknown = any(frame.spacing.origin is SpacingOrigin.NONE for frame in frames)
    if unknown or len(sizes) != 1:
        return None, None, None
    return (*next(iter(sizes)), None)


def _no_volume(group: _Group) -> str:
    if group.localizer:
        return tr("localizer images are no volume")
    return tr("tomosynthesis: no true lengths across its slices")


def _is_spatial(group: _Group) -> bool:
    """Whether such images ought to say where they lie."""
    if is_secondary_capture(group.instance.sop_class):
        return False
    if group.modality == "NM":
        return any(said in _NM_SLICES for said in group.frames[0].content.image_type)
    return group.modality in _SECTIONAL


def _kind(group: _Group, frames: Sequence[Frame], geometry: Geometry) -> DisplaySetKind:
    if not frames:
        return DisplaySetKind.OTHER
    if len(frames) == 1:
        return DisplaySetKind.SINGLE
    if geometry.mpr:
        return DisplaySetKind.VOLUME
    one_object = len({frame.key.sop for frame in frames}) == 1 or group.instance.concatenation
    moves = group.modality in _MOVING and frames[0].plane is None
    if one_object and (moves or _is_one_place_in_time(frames)):
        return DisplaySetKind.CINE
    return DisplaySetKind.STACK


def _is_one_place_in_time(frames: Sequence[Frame]) -> bool:
    places = places_of(frames)
    timed = len({frame.content.moments for frame in frames}) > 1
    return places is not None and timed and len(set(places)) == 1
