"""The column of series: what is here, what was shown and marked, and no series out of reach."""

import pytest
from attrs import evolve
from fakes_viewer import opened, runner, stack
from pytestqt.qtbot import QtBot

from workstation.domain.identifiers import SopUID
from workstation.domain.key_objects import KeySelection, Title
from workstation.domain.referenced import ReferencedImage
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.pane import ViewerPane
from workstation.ui.viewer.thumbnails import Thumbnails

AXIAL = stack(5, name="Axial 2.5")


def column(qtbot: QtBot, viewer: Viewer) -> Thumbnails:
    made = Thumbnails(viewer, runner(viewer), Jobs(HomePost().post))
    qtbot.addWidget(made)
    made.resize(made.width(), 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def picked(images: DisplaySet, *indices: int) -> DisplaySet:
    names = tuple(ReferencedImage(images.frames[at].key.sop) for at in indices)
    title = Title("113002", "DCM", "For Referring Provider")
    selection = KeySelection(SopUID("8.1"), title, names, "", "Okafor, Ada", None)
    own = stack(1, series="1.1.8")
    return evolve(own, kind=DisplaySetKind.KEY_OBJECTS, frames=(), annotation=selection)


def said(qtbot: QtBot, made: Thumbnails, words: str) -> None:
    qtbot.waitUntil(lambda: made.items[0].accessibleName() == words)


def test_a_thumbnail_says_how_much_of_its_series_was_shown(qtbot: QtBot) -> None:
    """Which series is read and which is not: at a glance, not from memory."""
    viewer, _ = opened(AXIAL)
    made = column(qtbot, viewer)
    assert made.items[0].accessibleName() == "Axial 2.5 · 5 images · 0 shown"
    fresh = made.items[0].grab().toImage()

    for frame in AXIAL.frames[:2]:
        viewer.mark_seen(frame.key)
    said(qtbot, made, "Axial 2.5 · 5 images · 2 shown")
    half = made.items[0].grab().toImage()
    for frame in AXIAL.frames[2:]:
        viewer.mark_seen(frame.key)
    said(qtbot, made, "Axial 2.5 · 5 images · all shown")

    assert fresh != half
    assert half != made.items[0].grab().toImage()
    assert "2 shown" not in made.items[0].toolTip()


def test_key_images_of_the_reader_and_of_others_are_told_apart(qtbot: QtBot) -> None:
    """Ours are for this report; theirs are what somebody wanted to be looked at."""
    viewer, _ = opened(AXIAL, picked(AXIAL, 1, 3))
    made = column(qtbot, viewer)
    others = made.items[0].accessibleName()
    viewer.toggle_key_image()

    assert others == "Axial 2.5 · 5 images · 0 shown · 2 picked out by others"
    said(
        qtbot, made,
        "Axial 2.5 · 5 images · 0 shown · 1 key image · 2 picked out by others",
    )  # fmt: skip


@pytest.mark.parametrize("many", [1, 12])
def test_series_that_do_not_fit_can_be_reached(qtbot: QtBot, many: int) -> None:
    """A thirteenth series below the edge, without a sign that there is more, is not read."""
    sets = [stack(1, name=f"Series {n}", series=f"1.1.{n}") for n in range(many)]
    viewer, _ = opened(*sets)
    made = column(qtbot, viewer)

    assert made.verticalScrollBar().isVisible() is (many == 12)

    viewer.show_set(sets[-1].id)
    last = made.items[-1]
    top = last.mapTo(made, last.rect().topLeft()).y()
    assert 0 <= top <= made.height() - last.height()


def test_on_a_small_screen_series_are_names_and_more_of_them_are_seen(qtbot: QtBot) -> None:
    """Five pictures fill a laptop's screen; the sixth series would be read by who scrolls."""
    sets = [stack(1, name=f"Series {n}", series=f"1.1.{n}") for n in range(12)]
    viewer, _ = opened(*sets)
    made = column(qtbot, viewer)
    made.show_by_name(True)
    plain = made.items[3].grab().toImage()

    viewer.show_set(sets[3].id)

    qtbot.waitUntil(lambda: not made.verticalScrollBar().isVisible())
    assert made.items[3].grab().toImage() != plain  # where it hangs is seen
    assert made.items[3].accessibleName().startswith("Series 3 · 1 image")
    made.show_by_name(False)
    qtbot.waitUntil(made.verticalScrollBar().isVisible)


@pytest.mark.parametrize(("wide", "by_name"), [(1366, True), (1920, False)])
def test_the_window_decides_between_names_and_pictures(
    qtbot: QtBot, wide: int, by_name: bool
) -> None:
    viewer, _ = opened(AXIAL)
    pane = ViewerPane(viewer, runner(viewer), Jobs(HomePost().post))
    qtbot.addWidget(pane)
    pane.resize(wide, 700)
    pane.show()
    qtbot.waitExposed(pane)

    (item,) = pane.thumbnails.items
    assert (item.height() < 50) is by_name
