"""Key images that others picked out: told, counted, gone through alone."""

from datetime import date
from pathlib import Path

import pydicom
import pytest
from attrs import evolve
from fakes_viewer import opened, runner, stack

from workstation.domain.identifiers import SopUID
from workstation.domain.key_objects import KeySelection, Title
from workstation.domain.referenced import ReferencedImage
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.errors import CommandError
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_key_objects import key_selection
from workstation.services.viewer.viewer import Viewer

REFERRER = Title("113002", "DCM", "For Referring Provider")
REJECTED = Title("113001", "DCM", "Rejected for Quality Reasons", ("Patient motion",))


def picked(images: DisplaySet, *indices: int, title: Title = REFERRER) -> DisplaySet:
    names = tuple(ReferencedImage(images.frames[at].key.sop) for at in indices)
    selection = KeySelection(
        SopUID(f"8.{title.value}"), title, names, "see the left lobe", "Okafor, Ada",
        date(2026, 11, 21),
    )  # fmt: skip
    own = stack(1, series=f"1.1.{title.value}", study=images.study)
    return evolve(own, kind=DisplaySetKind.KEY_OBJECTS, frames=(), annotation=selection)


def at(viewer: Viewer) -> int:
    shown = viewer.shown(0)
    assert shown is not None
    return shown.state.frame_index


def test_a_key_image_says_why_and_by_whom() -> None:
    images = stack(9)
    viewer, _ = opened(images, picked(images, 2))
    viewer.go(2)

    words = viewer.overlay(0).lines
    assert "Key: For Referring Provider, by Okafor, Ada, 21 Nov 2026" in words
    assert "see the left lobe" in words
    assert viewer.snapshot(0)["key"] is True


def test_an_image_that_nobody_picked_says_nothing() -> None:
    images = stack(9)
    viewer, _ = opened(images, picked(images, 2))

    assert not any("Key:" in line for line in viewer.overlay(0).lines)
    assert viewer.snapshot(0)["key"] is False


def test_only_key_images_are_scrolled_and_the_view_says_so() -> None:
    """Whoever scrolls through three of nine must not believe to have seen all."""
    images = stack(9)
    viewer, _ = opened(images, picked(images, 1, 4, 7))
    run = runner(viewer)

    run("key.filter")
    seen = [at(viewer)]
    for by in (1, 1, 1, -1, -5):
        run(f"viewport.scroll {by}")
        seen.append(at(viewer))

    assert seen == [1, 4, 7, 7, 4, 1]
    assert "Only the 3 key images of 9" in viewer.overlay(0).lines


def test_all_images_are_scrolled_again_after_the_same_key() -> None:
    images = stack(9)
    viewer, _ = opened(images, picked(images, 1, 4))
    run = runner(viewer)
    run("key.filter")
    run("key.filter")

    run("viewport.scroll 1")

    assert at(viewer) == 2


def test_what_was_rejected_is_told_and_is_no_key_image() -> None:
    """CID 7010: rejected for quality is picked out in order not to be read."""
    images = stack(3)
    viewer, _ = opened(images, picked(images, 0, title=REJECTED))

    assert any("Rejected for Quality Reasons: Patient motion" in w for w in viewer.overlay(0).lines)
    with pytest.raises(CommandError, match="no image of this series is a key image"):
        runner(viewer)("key.filter")


def test_a_selection_of_another_study_marks_nothing_here() -> None:
    images = stack(3)
    other = stack(3, study="2.2", series="2.2.1")
    viewer, _ = opened(images, picked(other, 0))

    assert viewer.key_indices(images) == ()


@pytest.mark.data
def test_a_real_selection_is_read_with_what_it_names() -> None:
    """ClearCanvas: six images and the presentation states for them, of interest."""
    folder = Path(__file__).parents[5] / "shared" / "data" / "gsps_ko"
    row = pydicom.dcmread(folder / "real0X.ko.dcm")

    found = key_selection(Attributes(row.to_json_dict()))

    assert found is not None
    assert (found.title.value, found.title.meaning) == ("113000", "Of Interest")
    named = {item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in row.ContentSequence
             if item.ValueType == "IMAGE"}  # fmt: skip
    assert {image.sop for image in found.images} == named
    assert all(image.study == row.StudyInstanceUID for image in found.images)


def test_the_key_images_of_others_are_counted_for_a_series_without_the_rejected() -> None:
    """The thumbnail promises images worth looking at; a rejected one is not."""
    images = stack(9)
    viewer, _ = opened(images, picked(images, 2, 5), picked(images, 7, title=REJECTED))

    assert viewer.key_selections.count(images) == 2
    assert viewer.key_selections.count(stack(9, study="7.7", series="7.7.1")) == 0
