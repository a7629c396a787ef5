"""Metadata as a site sends it: DICOM JSON, written by tag."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from workstation.dicom.display_sets import display_sets
from workstation.dicom.header import to_json
from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.study import DisplaySet, Frame
from workstation.protocols import dicom_json
from workstation.protocols.dicom_attributes import Attributes

REF = StudyRef(SiteId("s"), StudyUID("1.2"))
UID = SeriesUID("1.3")
Json = dict[str, Any]


def values(**tags: object) -> Json:
    """`t00280010=[512]` to the DICOM JSON model."""
    return {tag[1:]: {"vr": "UN", "Value": value} for tag, value in tags.items()}


def instance(sop: str = "1.4", **tags: object) -> Json:
    return values(
        t0020000D=["1.2"], t0020000E=["1.3"], t00080018=[sop], t00080060=["CT"],
        t00280010=[512], t00280011=[256], t00280100=[16], t00280101=[12], t00280102=[11],
        t00280103=[0], t00280002=[1], t00280004=["MONOCHROME2"], t00200013=[7],
    ) | values(**tags)  # fmt: skip


def one(**tags: object) -> Frame:
    (found,) = dicom_json.series(json.dumps([instance(**tags)]).encode(), REF, UID).instances
    return found.frames[0]


def header(path: Path) -> Json:
    """The header of a file, as the decoder child answers it."""
    (found,) = json.loads(to_json(path.read_bytes()))
    return cast(Json, found)


def sets_of(headers: Iterable[Json]) -> tuple[DisplaySet, ...]:
    """Display sets of everything, series by series, through the program's own way."""
    by_series: dict[tuple[str, str], list[Json]] = {}
    for each in headers:
        found = Attributes(each)
        by_series.setdefault((found.text("0020000D"), found.text("0020000E")), []).append(each)
    return tuple(
        made
        for (study, uid), rows in by_series.items()
        for made in _sets(StudyRef(SiteId("s"), StudyUID(study)), SeriesUID(uid), rows)
    )


def _sets(ref: StudyRef, uid: SeriesUID, rows: list[Json]) -> tuple[DisplaySet, ...]:
    return display_sets(ref, dicom_json.series_of([Attributes(row) for row in rows], ref, uid))
