"""A report as it is painted: letters on the dark ground, scrolled, and in the column of series."""

import pytest
from attrs import evolve
from fakes_viewer import opened, runner, stack
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workstation.domain.document import DocumentLine, TextDocument
from workstation.domain.study import DisplaySet, DisplaySetKind, Geometry
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui.bridge import HomePost
from workstation.ui.viewer.pane import ViewerPane

LONG = " ".join(["word"] * 400)


def report(*texts: str) -> DisplaySet:
    lines = tuple(DocumentLine(text) for text in texts)
    return evolve(
        stack(0, name="Chest report", series="1.1.9", modality="SR"),
        kind=DisplaySetKind.REPORT,
        geometry=Geometry(),
        document=TextDocument("Chest CT", lines),
    )


def paned(qtbot: QtBot, shown: DisplaySet) -> tuple[Viewer, ViewerPane]:
    viewer, _ = opened(shown)
    pane = ViewerPane(viewer, runner(viewer), Jobs(HomePost().post))
    qtbot.addWidget(pane)
    pane.resize(1000, 700)
    pane.show()
    qtbot.waitExposed(pane)
    return viewer, pane


@pytest.fixture
def reading(qtbot: QtBot) -> tuple[Viewer, ViewerPane]:
    return paned(qtbot, report(*(f"Finding {n}" for n in range(80))))


def grabbed(pane: ViewerPane) -> QImage:
    return pane.grid.canvases[0].grab().toImage()


def lit(image: QImage, above: int = 80) -> int:
    """Pixels of the middle that are not ground, every second row and column."""
    across, down = range(60, image.width() - 60, 2), range(120, image.height() - 120, 2)
    return sum(image.pixelColor(x, y).lightness() > above for x in across for y in down)


def test_there_are_letters_and_the_ground_stays_dark(reading: tuple[Viewer, ViewerPane]) -> None:
    """A white page in a dark room costs the reader's adaptation for minutes."""
    image = grabbed(reading[1])
    samples = (image.width() - 120) * (image.height() - 240) // 4
    assert 0.002 * samples < lit(image) < 0.2 * samples
    assert image.pixelColor(image.width() // 2, image.height() - 100).lightness() < 40


def test_the_wheel_scrolls_by_lines(reading: tuple[Viewer, ViewerPane]) -> None:
    viewer, pane = reading
    before, canvas = grabbed(pane), pane.grid.canvases[0]
    turn = QWheelEvent(
        QPointF(200, 200), QPointF(200, 200), QPoint(0, 0), QPoint(0, -360),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, turn)
    assert viewer.snapshot(0)["text"][0] == "Finding 3"
    assert grabbed(pane) != before


def test_a_measuring_tool_says_that_there_is_nothing_to_measure(
    reading: tuple[Viewer, ViewerPane],
) -> None:
    viewer, pane = reading
    viewer.pick_tool("length")
    assert "nothing to measure" in grabbed_words(pane)


def grabbed_words(pane: ViewerPane) -> str:
    grabbed(pane)
    return pane.grid.canvases[0].accessibleName()


def test_markup_is_painted_as_the_letters_it_is(qtbot: QtBot) -> None:
    """SEC-08: were it a page, the heading would be large and its signs gone."""
    _, plain = paned(qtbot, report("(h1)x(/h1)"))
    _, marked = paned(qtbot, report("<h1>x</h1>"))
    assert abs(lit(grabbed(plain)) - lit(grabbed(marked))) < 60


@pytest.mark.parametrize("text", [LONG, "1.2." * 300], ids=["words", "one word"])
def test_a_long_line_is_wrapped_within_the_view(qtbot: QtBot, text: str) -> None:
    """What runs out of the view at the right would be lost without a sign."""
    _, pane = paned(qtbot, report(text))
    image = grabbed(pane)
    margin = [image.width() - 20, image.width() - 16]
    rows = range(130, image.height() - 130)
    assert all(image.pixelColor(x, y).lightness() < 40 for x in margin for y in rows)


def test_its_thumbnail_says_what_it_is(reading: tuple[Viewer, ViewerPane]) -> None:
    """An empty dark box would be taken for images that did not come."""
    (item,) = reading[1].thumbnails.items
    image = item.grab().toImage()
    assert any(
        image.pixelColor(x, y).lightness() > 80
        for x in range(30, 110) for y in range(10, 80)
    )  # fmt: skip


def test_what_is_said_stands_out_from_its_name_and_from_identifiers(qtbot: QtBot) -> None:
    """The area of a lesion among tracking identifiers: the eye finds the value."""

    def bright(line: DocumentLine) -> int:
        """Of twenty such lines what is as bright as what is said."""
        shown = evolve(report("x"), document=TextDocument("Report", (line,) * 20))
        return lit(grabbed(paned(qtbot, shown)[1]), above=200)

    uid = "1.2.826.0.1.3680043.9.7278.1.83798073110115"

    assert bright(DocumentLine("Area: 24", 4, named=5)) < bright(DocumentLine("Area: 24", 4)) * 0.7
    words = uid.replace(".", "x")
    assert bright(DocumentLine(f"Image {uid}")) < bright(DocumentLine(f"Image {words}")) / 2


def test_the_page_keys_turn_a_report_by_what_the_view_shows_of_it(
    reading: tuple[Viewer, ViewerPane],
) -> None:
    """Ten lines at a time is slow, and a guess leaves lines out: the last one stays at the top."""
    viewer, pane = reading
    grabbed(pane)
    drawn = viewer.lines_drawn[0]
    run = runner(viewer)
    run("viewport.page")
    after = viewer.viewports[0].frame_index
    run("viewport.page -1")

    assert 10 < drawn < 60
    assert after == drawn - 1
    assert viewer.viewports[0].frame_index == 0
