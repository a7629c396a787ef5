"""Documents as sources give them: counted when a series is described, whole until it is closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pdf_writing import PDF, SOP, encapsulated, written

from workstation.adapters.decoders import Decoders
from workstation.adapters.documents import with_pages
from workstation.adapters.local_frames import LocalFrames
from workstation.dicom.display_sets import display_sets
from workstation.dicom.reasons import not_displayable
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyRef, StudyUID
from workstation.domain.study import DisplaySet, DisplaySetKind, Frame, Instance, Series
from workstation.imaging.pixels import FramePixels


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders(children=1)
    yield pool
    pool.close()


@pytest.fixture
def opened(decoders: Decoders, tmp_path: Path) -> tuple[LocalFrames, DisplaySet]:
    """A file with three pages, opened from this machine."""
    (tmp_path / "report.dcm").write_bytes(encapsulated(written(*[(300, 300)] * 3)))
    source = LocalFrames(decoders)
    (study,) = source.open(tmp_path).studies
    (head,) = source.series(study.ref)
    (shown,) = display_sets(study.ref, source.metadata(study.ref, head.uid))
    return source, shown


def test_a_document_is_one_display_set_with_a_frame_for_each_page(
    opened: tuple[LocalFrames, DisplaySet],
) -> None:
    """A page that is in no display set is a page that nobody reads."""
    _, shown = opened
    assert (shown.kind, len(shown.frames)) == (DisplaySetKind.DOCUMENT, 3)
    assert shown.label == "Prior report"


def test_every_page_can_be_looked_at_again(opened: tuple[LocalFrames, DisplaySet]) -> None:
    """The file of a single image is let go once it is decoded; a document's must not be."""
    source, shown = opened
    arrived: list[object] = []
    for page in shown.frames:  # one at a time, as a reader turns them

        def take(_: Frame, result: object) -> None:
            arrived.append(result)

        source.frames([page], take)
    assert [isinstance(each, FramePixels) for each in arrived] == [True] * 3


def test_a_document_that_cannot_be_had_stands_for_itself_with_one_page(decoders: Decoders) -> None:
    """Its place in the column of series stays, and looking at it says why it is empty."""

    def refused(_: FrameKey) -> bytes:
        raise not_displayable("not-delivered")

    instance = Instance(SopUID(SOP), SeriesUID("1.3"), PDF, 1, ())
    series = Series(SeriesUID("1.3"), 1, "DOC", "", (instance,))
    ref = StudyRef(SiteId("s"), StudyUID("1.2"))
    (found,) = with_pages(ref, series, refused, decoders).instances
    assert len(found.frames) == 1
