"""Measurements in words: how a text cites one, and what goes along with the report."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from workstation.domain.key_image import KeyImage
from workstation.domain.measurement import REGIONS, WORDS, Measurement, MeasurementKind
from workstation.domain.report_field import Link
from workstation.imaging.lengths import LENGTHS
from workstation.text import tr


@frozen
class Citation:
    """`value` ("12 mm") is what a change of the measurement changes; `place` says where."""

    value: str
    place: str
    link: Link

    @property
    def words(self) -> str:
        return f"{self.value} ({self.place})"


def cite(measurement: Measurement, prior: str = "") -> Citation:
    """The words for a report. `prior` labels a measurement on an older study."""
    value = value_words(measurement)
    place = [prior, measurement.note]
    if measurement.kind in REGIONS and measurement.value is not None:
        place.append(f"area {decimal(measurement.value)} {measurement.unit}")
    if measurement.series_label:
        place.append(f"series {measurement.series_label}")
    if measurement.image_number:
        place.append(f"image {measurement.image_number}")
    link = Link(measurement.id, measurement.revision, value, study=measurement.frame.study)
    return Citation(value, ", ".join(part for part in place if part), link)


def key_words(key: KeyImage, prior: str = "") -> str:
    """Where a key image is: "(key image: series Axial lung 2.5, image 51)"."""
    place = [prior, f"series {key.series_label}" if key.series_label else ""]
    place.append(f"image {key.image_number}")
    return f"(key image: {', '.join(part for part in place if part)})"


def value_words(measurement: Measurement) -> str:
    """ "12 mm" of a length, "mean 27 HU" of a region, "SUVbw max 8.1, mean 3.2" on PET; of a
    fused view both."""
    own, layer, unit = _own_words(measurement), measurement.layer, measurement.layer_unit
    if "radius" in layer:
        peak = f", peak {decimal(layer['peak'])}" if "peak" in layer else ""
        inside = f"{unit} max {decimal(layer['max'])}{peak}, mean {decimal(layer['mean'])}"
        percent, ml = decimal(layer["threshold"]), decimal(layer["volume"])
        return f"{inside}; {ml} ml above {percent} %, TLG {decimal(layer['tlg'])}"
    if "max" in layer:
        return f"{own}; {unit} max {decimal(layer['max'])}, mean {decimal(layer['mean'])}"
    return f"{own}; {decimal(layer['value'])} {unit}".rstrip() if "value" in layer else own


def _own_words(measurement: Measurement) -> str:
    kind, value, stats = measurement.kind, measurement.value, measurement.stats
    if kind in WORDS:
        return measurement.text
    if kind is MeasurementKind.SEGMENT:
        return _segment_words(measurement)
    if "mean" in stats and measurement.stats_unit.startswith("SUV"):
        most, mean = decimal(stats["max"]), decimal(stats["mean"])
        return f"{measurement.stats_unit} max {most}, mean {mean}"
    if "mean" in stats:
        return f"mean {decimal(stats['mean'])} {measurement.stats_unit}".rstrip()
    if value is None:
        return tr("not measurable")
    if kind is MeasurementKind.CARDIOTHORACIC:
        return f"{value:.2f}"
    if "short" in stats:
        return f"{decimal(value)} × {decimal(stats['short'])} {measurement.unit}"
    return f"{decimal(value)}{'' if measurement.unit == '°' else ' '}{measurement.unit}".rstrip()


def _segment_words(segment: Measurement) -> str:
    """ "12.3 ml, 31 × 28 mm, mean 45 HU"; on PET "SUVbw max 12, peak 11.2, mean 8.1; 14.1 ml,
    TLG 115, 31 × 28 mm"."""
    stats, unit = segment.stats, segment.stats_unit
    size = [f"{decimal(segment.value or 0.0)} {segment.unit}"]
    if "tlg" in stats:
        size.append(f"TLG {decimal(stats['tlg'])}")
    if "longest" in stats:
        size.append(f"{decimal(stats['longest'])} × {decimal(stats['across'])} mm")
    if "mean" not in stats:
        return ", ".join(size)
    mean = f"mean {decimal(stats['mean'])}"
    if "tlg" not in stats:
        return ", ".join([*size, f"{mean} {unit}".rstrip()])
    peak = [f"peak {decimal(stats['peak'])}"] if "peak" in stats else []
    values = ", ".join([f"{unit} max {decimal(stats['max'])}", *peak, mean])
    return f"{values}; {', '.join(size)}"


def decimal(value: float) -> str:
    """One decimal, none where it is zero; a true minus is for screens, not for reports.

    Small values keep three digits: an apparent diffusion of 0.00123 is not 0.
    """
    if value and abs(value) < 0.1:
        return f"{value:.3g}"
    text = f"{value + 0.0:.1f}"  # of a zero below zero, none
    return text.removesuffix(".0")


#: What a field for a length takes.
_LENGTHS: Final = LENGTHS | {MeasurementKind.POLYLINE}


def in_unit(measurement: Measurement, unit: str) -> str | None:
    """The bare number for a field that has its unit outside; None where units do not agree."""
    value = measurement.value
    if measurement.kind in _LENGTHS and value is not None:
        same = 1.0 if measurement.unit == unit else None  # mm, and cm/s of a Doppler trace
        factor = 0.1 if (measurement.unit, unit) == ("mm", "cm") else same
        return None if factor is None else decimal(value * factor)
    if measurement.kind in REGIONS:
        value, own = measurement.stats.get("mean"), measurement.stats_unit
    else:
        own = measurement.unit
    return decimal(value) if value is not None and own == unit else None


def described(measurement: Measurement) -> Mapping[str, Any]:
    """What is sent with the report, in the keys of the `state` file."""
    key = measurement.frame
    return {
        "id": measurement.id,
        "kind": measurement.kind.value,
        "value": measurement.value,
        "unit": measurement.unit,
        "note": measurement.note,
        "stats": dict(measurement.stats),
        "stats_unit": measurement.stats_unit,
        "layer": dict(measurement.layer),
        "layer_unit": measurement.layer_unit,
        "study_uid": key.study,
        "series_uid": key.series,
        "sop_uid": key.sop,
        "frame": key.frame_index,
    }
