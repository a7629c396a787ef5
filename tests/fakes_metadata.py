"""Metadata as a site sends it: DICOM JSON, written by tag."""

import json
from typing import Any

from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.study import Frame
from workstation.protocols import dicom_json

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
