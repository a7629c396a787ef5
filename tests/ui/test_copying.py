"""A copied view: its pixels and marks are there, and nobody's name in any letter of it."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import add_length, larger, opened, stack, viewed
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot
from volume_phantoms import SCANS, display_set

from workstation.domain.patient import Patient
from workstation.domain.technique import Fact, Stated
from workstation.errors import CommandError
from workstation.services.jobs import Jobs
from workstation.services.screen.overlay_lines import Overlay
from workstation.services.screen.unnamed import unnamed, unnamed_marks
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.copying import pixels_of, unnamed_picture
from workstation.ui.viewer.pictures import Pictures

ROBIN = Patient("Alder, Robin", "HG-100482", "harbor", date(1962, 3, 2), "M")
SAM = Patient("Birch, Sam Alexander", "HG-999999", "harbor", date(1948, 12, 24), "F")


def viewer_of(patient: Patient = ROBIN, label: str = "Axial 2.5", **more: Any) -> Viewer:
    study = evolve(viewed(), patient=patient, accession=f"A-{patient.id}", procedure=patient.name)
    said = (Stated(Fact.KVP, "120 kVp"), Stated(Fact.PROTOCOL, patient.name))
    viewer, _ = opened(
        evolve(stack(3, name=label, technique=said, **more), patient=patient), studies=(study,)
    )
    viewer.resized(0, 600, 500, 1.0)
    viewer.set_overlay_level(3)
    return viewer


def copied(viewer: Viewer, banner: str = "") -> QImage:
    made = unnamed_picture(viewer, Pictures(Jobs(HomePost().post), lambda: None), 1.0, banner)
    assert made is not None
    return made


def words_of(viewer: Viewer) -> Overlay:
    shown = viewer.shown(0)
    assert shown is not None
    return unnamed(viewer.overlay(0), shown)


def pixels(image: QImage) -> NDArray[np.uint8]:
    flat = np.frombuffer(image.constBits(), np.uint8).copy()  # an image dies with its last name
    return flat.reshape(image.height(), image.bytesPerLine())[:, : image.width() * 4]


def test_two_patients_copy_to_the_same_pixels(qtbot: QtBot) -> None:
    """F108: nothing on it depends on whose it is, when it was or what a site wrote about it."""
    robin = pixels(copied(viewer_of(ROBIN)))
    sam = pixels(copied(viewer_of(SAM, label="for Dr Okafor")))

    assert np.array_equal(robin, sam)


def test_the_image_and_the_marks_are_on_it(qtbot: QtBot) -> None:
    viewer = viewer_of()
    bare = pixels(copied(viewer))
    add_length(viewer, 10, 10, 40, 10)

    assert not np.array_equal(bare, pixels(copied(viewer)))
    assert bare[250, 4 * 300] > 0  # 1000 stored, within the window: no black


def test_what_must_be_told_of_an_image_goes_with_it(qtbot: QtBot) -> None:
    """LOSSY, the side, whose millimetres: they are as true where it is pasted (F73)."""
    words = words_of(viewer_of(laterality="L", lossy_ratio=8.0, axes=None))

    assert "LOSSY 8:1" in words.lines
    assert "LEFT" in words.lines
    assert "uncalibrated" in words.lines
    assert "Im 1 / 3" in words.lines


def test_no_line_of_it_names_anybody(qtbot: QtBot) -> None:
    lines = " ".join(words_of(viewer_of(SAM)).lines)

    for word in ("Birch", "Sam", "999999", "1948", "2026", "CURRENT", "Harbor"):
        assert word not in lines


def test_the_mark_of_a_demonstration_goes_with_every_copy(qtbot: QtBot) -> None:
    """Section 6 of the design guide: on each export."""
    viewer = viewer_of()

    assert not np.array_equal(pixels(copied(viewer)), pixels(copied(viewer, "DEMO")))


def test_a_scale_given_by_hand_is_said_without_who_gave_it_and_when(qtbot: QtBot) -> None:
    viewer = viewer_of()
    add_length(viewer, 10, 10, 40, 10)
    by_hand = "user calibrated by Hazel, J. at 2026-11-21 17:31 UTC"
    marks = tuple(evolve(m, note=by_hand, author="Hazel, J.") for m in viewer.measurements)

    (mark,) = unnamed_marks(marks)

    assert (mark.note, mark.author) == ("user calibrated", "")


@pytest.mark.parametrize("there", [True, False])
def test_an_empty_view_has_no_copy(qtbot: QtBot, *, there: bool) -> None:
    viewer = viewer_of()
    if not there:
        viewer.close()
    made = unnamed_picture(viewer, Pictures(Jobs(HomePost().post), lambda: None), 1.0, "")

    assert (made is not None) is there


def test_pixels_of_a_copy_are_red_green_and_blue_line_by_line(qtbot: QtBot) -> None:
    """What is saved in the study: a line of an odd width is not filled up, no colour is another."""
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor(10, 20, 30))
    image.setPixelColor(2, 1, QColor(200, 0, 7))

    made = pixels_of(image)

    assert made.shape == (2, 3, 3)
    assert made[0, 0].tolist() == [10, 20, 30]
    assert made[1, 2].tolist() == [200, 0, 7]


def test_a_volume_of_a_series_larger_than_the_memory_is_not_copied(qtbot: QtBot) -> None:
    """It stays a preview: to wait for more, as the reader would be told otherwise, is no use."""
    own = display_set(SCANS["straight"], 20, (30, 34))
    viewer, loader = opened(own)
    larger(viewer, loader, own)
    viewer.resized(0, 300, 200, 1.0)
    viewer.set_volume("ct-bone")

    with pytest.raises(CommandError, match="this is a preview"):
        unnamed_picture(viewer, Pictures(Jobs(HomePost().post), lambda: None), 1.0, "")


def test_a_plane_that_is_not_exact_yet_is_copied_with_its_mark(qtbot: QtBot) -> None:
    own = display_set(SCANS["straight"], 20, (30, 34))
    viewer, loader = opened(own)
    larger(viewer, loader, own)
    viewer.resized(0, 300, 200, 1.0)
    viewer.toggle_mpr()
    shown, drawn = (
        viewer.shown(0),
        Pictures(Jobs(HomePost().post), lambda: None).draw_now(viewer.scene(0)),
    )

    assert shown is not None
    assert "preview ½" in unnamed(drawn.words, shown).lines


def test_a_volume_that_is_being_drawn_is_not_copied_half(qtbot: QtBot) -> None:
    """Rays take seconds: the windows stand still for none of them, and no coarse picture of a
    bone goes anywhere."""
    viewer, _ = opened(display_set(SCANS["straight"], 20, (30, 34)))
    viewer.resized(0, 300, 200, 1.0)
    viewer.set_volume("ct-bone")
    jobs = Jobs(HomePost().post)
    pictures = Pictures(jobs, lambda: None)

    with pytest.raises(CommandError, match="being made"):
        unnamed_picture(viewer, pictures, 1.0, "")
    pictures.draw_now(viewer.scene(0))

    assert unnamed_picture(viewer, pictures, 1.0, "") is not None
    jobs.close()
