"""Encapsulated PDF documents as images: their pages become frames of the instance.

Metadata do not say how many pages there are, so the object is fetched with the description
of its series, and a decoder child counts them.
"""

import json
from collections.abc import Callable
from typing import Final

from attrs import evolve

from workstation.adapters.decoders import Decoders
from workstation.dicom.sop_classes import object_code
from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.domain.study import Frame, Instance, PixelFormat, Series
from workstation.errors import NotDisplayable

#: What the child answers is a few numbers.
_ROOM: Final = 4_096
_MOST_PAGES: Final = 10_000
#: A page of A4 that stands for a document that cannot be opened: its fetch says why.
_UNKNOWN: Final = (1, 1754, 1240)


def is_pdf(instance: Instance) -> bool:
    return object_code(instance.sop_class) == "pdf"


def with_pages(
    ref: StudyRef, series: Series, object_of: Callable[[FrameKey], bytes], decoders: Decoders
) -> Series:
    """The series with a frame for each page of its documents. Raises `SiteUnavailable`."""
    return evolve(
        series,
        instances=tuple(
            _paged(ref, each, object_of, decoders) if is_pdf(each) else each
            for each in series.instances
        ),
    )


def _paged(
    ref: StudyRef, instance: Instance, object_of: Callable[[FrameKey], bytes], decoders: Decoders
) -> Instance:
    def key(index: int) -> FrameKey:
        return FrameKey(ref.site, ref.study, instance.series, instance.sop, index, instance.copy)

    try:
        count, rows, columns = layout_of(object_of(key(0)), decoders)
    except NotDisplayable:
        count, rows, columns = _UNKNOWN
    pixels = page_format(rows, columns)
    return evolve(
        instance,
        frames=tuple(
            Frame(key(at), pixels, at + 1, transfer_syntax=instance.transfer_syntax)
            for at in range(count)
        ),
    )


def layout_of(data: bytes, decoders: Decoders) -> tuple[int, int, int]:
    """Pages, rows and columns of an object's document. Raises `NotDisplayable`."""
    return _layout(decoders.text("pages", data, _ROOM, {}))


def page_format(rows: int, columns: int) -> PixelFormat:
    """What every page is drawn as."""
    return PixelFormat(rows, columns, 8, 8, 7, False, samples=3, photometric="RGB")


def _layout(text: bytes) -> tuple[int, int, int]:
    """Pages, rows and columns; what a broken child makes up is not believed."""
    try:
        said = json.loads(text)
        count, rows, columns = (int(said[each]) for each in ("pages", "rows", "columns"))
    except (ValueError, KeyError, TypeError):
        return _UNKNOWN
    believable = 0 < count <= _MOST_PAGES and 0 < rows <= 0xFFFF and 0 < columns <= 0xFFFF
    return (count, rows, columns) if believable else _UNKNOWN
