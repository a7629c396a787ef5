"""Reports name images by identifier; the screen has words for those it shows."""

from attrs import evolve
from fakes_viewer import opened, stack

from workstation.domain.document import DocumentLine
from workstation.services.screen.named_images import NamedImages

AXIAL = stack(5, name="Axial 2.5")


def line(sop: str) -> DocumentLine:
    return DocumentLine(f"Source: Image {sop}", named=7, refers=sop)


def test_an_image_of_the_screen_is_called_as_its_view_calls_it() -> None:
    """Nobody finds image 3 by forty digits."""
    known = NamedImages()
    known.know((AXIAL,))

    assert known.line(line(AXIAL.frames[2].key.sop)) == "Source: Image 3 of Axial 2.5"


def test_an_image_that_is_not_here_keeps_its_identifier() -> None:
    """A wrong name would be worse than none."""
    known = NamedImages()
    known.know((AXIAL,))

    assert known.line(line("9.9.9")) == "Source: Image 9.9.9"
    assert known.line(DocumentLine("Note: 1.1.1.3")) == "Note: 1.1.1.3"


def test_an_object_of_many_frames_is_its_series() -> None:
    """The line itself says which frames it means."""
    first = AXIAL.frames[0].key
    frames = tuple(evolve(f, key=evolve(first, frame_index=n)) for n, f in enumerate(AXIAL.frames))
    known = NamedImages()
    known.know((evolve(AXIAL, frames=frames),))

    told = DocumentLine(f"Image {first.sop} · frame 4", refers=first.sop)
    assert known.line(told) == "Image of Axial 2.5 · frame 4"


def test_more_images_of_a_series_are_known_as_they_come_and_none_after_the_case() -> None:
    viewer, _ = opened(AXIAL)
    before = viewer.named_images.line(line(AXIAL.frames[4].key.sop))
    viewer.forget()

    assert before == "Source: Image 5 of Axial 2.5"
    assert viewer.named_images.line(line(AXIAL.frames[4].key.sop)) != before
