"""The gallery: every state of every widget is drawn, and no word of it is cut."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from workstation.ui import theme
from workstation.ui.bars import Tab
from workstation.ui.buttons import Button
from workstation.ui.chips import Chip, KeyCap
from workstation.ui.gallery import Gallery, picture
from workstation.ui.plain import ElidedLabel
from workstation.ui.report_lists import SlotList
from workstation.ui.sla_clock import SlaClock


def cut(page: QWidget) -> list[str]:
    """What has less room than its words take."""
    found = []
    for each in page.findChildren(QWidget):
        words = each.text() if isinstance(each, QLabel | QAbstractButton) else ""
        if isinstance(each, ElidedLabel) and each.whole() != each.text():
            found.append(each.whole())
        elif each.isVisibleTo(page) and each.width() < each.sizeHint().width():
            found.append(words or type(each).__name__)
    return found


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_nothing_in_the_gallery_is_cut(qtbot: QtBot, direction: Qt.LayoutDirection) -> None:
    """A word that loses its end in one state, in one direction of writing, is seen here first."""
    page = Gallery()
    qtbot.addWidget(page)
    page.setLayoutDirection(direction)
    page.show()
    qtbot.waitExposed(page)

    assert cut(page) == []


def test_a_cut_word_would_be_found(qtbot: QtBot) -> None:
    """The check above, on a page that is too narrow for what it shows."""
    page = Gallery()
    qtbot.addWidget(page)
    page.show()
    button = next(each for each in page.findChildren(QAbstractButton) if each.text() == "Record")
    button.setFixedWidth(20)

    assert "Record" in cut(page)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_it_is_drawn_at_the_ratio_of_any_screen(qtbot: QtBot, ratio: float) -> None:
    """Every hue of the tokens is on it, at each ratio."""
    image: QImage = picture(ratio)
    colours = {
        image.pixelColor(x, y).name()
        for y in range(0, image.height(), 2)
        for x in range(image.width() // 8, image.width(), 2)
    }

    assert image.width() == round(1240 * ratio)
    for token in ("hue.here", "hue.act", "hue.open", "hue.done", "hue.ai", "ink.measure"):
        assert theme.color(token).name() in colours, token


def test_a_time_reads_the_same_whichever_way_the_page_is_written(qtbot: QtBot) -> None:
    """+1:04:18 is no 1:04:18+: times, chips and keys are painted from left to right."""
    pages = []
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        page = Gallery()
        qtbot.addWidget(page)
        page.setLayoutDirection(direction)
        page.show()
        painted = (Button, Chip, KeyCap, SlaClock, SlotList, Tab)
        found = [each for each in page.findChildren(QWidget) if isinstance(each, painted)]
        pages.append([each.grab().toImage() for each in found])

    assert len(pages[0]) > 60
    assert pages[0] == pages[1]
