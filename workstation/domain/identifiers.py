"""Names of things, as types, so that one is never passed for another."""

import re
from typing import Final, NewType
from uuid import NAMESPACE_OID, UUID, uuid5

from attrs import frozen

SiteId = NewType("SiteId", str)
TaskId = NewType("TaskId", str)
StudyUID = NewType("StudyUID", str)
SeriesUID = NewType("SeriesUID", str)
SopUID = NewType("SopUID", str)
AccessionNumber = NewType("AccessionNumber", str)
ReportId = NewType("ReportId", str)  # a UUID in lower case

_UID: Final = re.compile(r"[0-9.]{1,64}")


def is_uid(text: str) -> bool:
    """Whether a text from outside may be used as a UID in an address (PS3.5 9.1).

    Longer or stranger ones exist in the field; they are shown but never become
    part of a path or URL.
    """
    return _UID.fullmatch(text) is not None


def derived_uid(name: str, within: UUID = NAMESPACE_OID) -> str:
    """Always the same for the same name (PS3.5 B.2: a UUID, version 5, as a UID)."""
    return f"2.25.{uuid5(within, name).int}"


@frozen
class StudyRef:
    """A study at the site that holds it: the same UID may exist at two sites."""

    site: SiteId
    study: StudyUID


@frozen
class TaskRef:
    """A reading task at its site: platforms number theirs as they like, and alike."""

    site: SiteId
    task: TaskId


@frozen(cache_hash=True)  # a case of 600 images looks them up some ten thousand times
class FrameKey:
    """One frame of one instance; `frame_index` counts from 0.

    `copy` tells instances apart that came under one SOP Instance UID: 0 for the first.
    """

    site: SiteId
    study: StudyUID
    series: SeriesUID
    sop: SopUID
    frame_index: int = 0
    copy: int = 0
