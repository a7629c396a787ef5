"""References from one object to images of others (PS3.3 10.3, C.11.11, C.17.2.1)."""

from collections.abc import Iterable, Iterator
from typing import Final

from workstation.domain.identifiers import SeriesUID, SopUID, StudyUID
from workstation.domain.referenced import ReferencedImage
from workstation.protocols.dicom_attributes import Attributes

#: Images one object may speak of; the largest studies have some ten thousand.
MOST_IMAGES: Final = 50_000
_MOST_FRAMES: Final = 100_000
_IMAGES: Final = "00081140"


def referenced(item: Attributes, series: str = "", study: str = "") -> ReferencedImage | None:
    """One item of a sequence that names an instance; frame numbers count from 1 there."""
    sop = item.text("00081155")
    if not sop:
        return None
    numbers = item.numbers("00081160")[:_MOST_FRAMES]
    return ReferencedImage(
        SopUID(sop),
        tuple(int(number) - 1 for number in numbers if number >= 1),
        SeriesUID(series),
        StudyUID(study),
        item.text("00081150"),
    )


def images_of(item: Attributes, series: str = "") -> tuple[ReferencedImage, ...]:
    """Those of Referenced Image Sequence."""
    return _bounded(referenced(each, series) for each in item.items(_IMAGES))


def images_by_series(values: Attributes) -> tuple[ReferencedImage, ...]:
    """Those of Referenced Series Sequence of a presentation state (PS3.3 C.11.11)."""
    return _bounded(
        referenced(each, series.text("0020000E"))
        for series in values.items("00081115")
        for each in series.items(_IMAGES)
    )


def evidence(values: Attributes) -> dict[str, tuple[StudyUID, SeriesUID]]:
    """Where the objects that a document names are: SOP to study and series (C.17.2.3)."""
    return {
        each.text("00081155"): (
            StudyUID(study.text("0020000D")),
            SeriesUID(series.text("0020000E")),
        )
        for tag in ("0040A375", "0040A385")
        for study in values.items(tag)
        for series in study.items("00081115")
        for each in series.items("00081199")
    }


def _bounded(found: Iterable[ReferencedImage | None]) -> tuple[ReferencedImage, ...]:
    return tuple(_first(found))


def _first(found: Iterable[ReferencedImage | None]) -> Iterator[ReferencedImage]:
    room = MOST_IMAGES
    for each in found:
        if each is not None and room:
            room -= 1
            yield each
