"""Papers from a ward are drawn by the sandboxed child: their pages, or why there are none."""

from collections.abc import Iterator

import numpy as np
import pytest

from workstation.adapters.decoders import Decoders
from workstation.adapters.document_pages import DocumentPages
from workstation.demo.paper import pdf_of
from workstation.errors import NotDisplayable

PAPER = 200  # what an empty page is drawn on, darker than white (docs: decoder/pdf.py)


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    made = Decoders(children=1)
    yield made
    made.close()


def test_a_page_of_a_form_comes_as_pixels_and_nothing_stays(decoders: Decoders) -> None:
    """Letters dark on paper, A4 at 150 dots to the inch; the memory of the child goes back."""
    pages = DocumentPages(decoders)
    pdf = pdf_of(["Imaging requisition", "eGFR (2026) \\ 38"])

    drawn = pages.page(pdf, 0).stored

    assert pages.count(pdf) == 1
    assert drawn.shape == (1754, 1239, 3)  # 842 and 595 points at 150 / 72, whole pixels
    assert np.bincount(drawn.ravel()).argmax() == PAPER
    assert (drawn < 60).any()
    assert not drawn.flags.writeable
    assert decoders._studies == {}


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.4", b"<html><script>", b"%PDF-1.4\n" + b"\0" * 4000]
)
def test_what_is_no_document_is_said_in_words(decoders: Decoders, data: bytes) -> None:
    """A picture that was named a PDF; the child says no, and the window goes on."""
    with pytest.raises(NotDisplayable):
        DocumentPages(decoders).count(data)


def test_a_page_that_is_not_there_is_no_page(decoders: Decoders) -> None:
    with pytest.raises(NotDisplayable):
        DocumentPages(decoders).page(pdf_of(["one"]), 3)
