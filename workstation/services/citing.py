"""Measurements in words: how a text cites one, and what goes along with the report."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.domain.report import Link
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
    if measurement.kind is not MeasurementKind.LENGTH and measurement.value is not None:
        place.append(f"area {decimal(measurement.value)} {measurement.unit}")
    if measurement.series_label:
        place.append(f"series {measurement.series_label}")
    if measurement.image_number:
        place.append(f"image {measurement.image_number}")
    link = Link(measurement.id, measurement.revision, value, study=measurement.frame.study)
    return Citation(value, ", ".join(part for part in place if part), link)


def value_words(measurement: Measurement) -> str:
    """ "12 mm" of a length, "mean 27 HU" of a region: the value with its unit."""
    if measurement.kind is not MeasurementKind.LENGTH and "mean" in measurement.stats:
        unit = f" {measurement.stats_unit}" if measurement.stats_unit else ""
        return f"mean {decimal(measurement.stats['mean'])}{unit}"
    if measurement.value is None:
        return tr("not measurable")
    return f"{decimal(measurement.value)} {measurement.unit}"


def decimal(value: float) -> str:
    """One decimal, none where it is zero; a true minus is for screens, not for reports."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def in_unit(measurement: Measurement, unit: str) -> str | None:
    """The bare number for a field that has its unit outside; None where units do not agree."""
    if measurement.kind is not MeasurementKind.LENGTH or measurement.value is None:
        mean = measurement.stats.get("mean")
        agrees = mean is not None and unit == measurement.stats_unit
        return decimal(mean) if agrees and mean is not None else None
    factor = {("mm", "mm"): 1.0, ("mm", "cm"): 0.1}.get((measurement.unit, unit))
    return None if factor is None else decimal(measurement.value * factor)


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
        "study_uid": key.study,
        "series_uid": key.series,
        "sop_uid": key.sop,
        "frame": key.frame_index,
    }
