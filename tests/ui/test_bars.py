"""What stands above every page."""

from datetime import date

import pytest
from attrs import evolve
from fakes_platform import READER
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from workstation.domain.reader import Licence
from workstation.ui.bars import TopBar

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("ends", "said", "tone"),
    [
        (date(2027, 1, 15), "licence WA ends in 54 days", "mid"),
        (date(2026, 12, 20), "licence WA ends in 28 days", "open"),
        (date(2026, 11, 29), "licence WA ends in 7 days", "act"),
        (date(2026, 11, 23), "licence WA ends in 1 day", "act"),
        (date(2026, 11, 22), "licence WA ends today", "act"),
    ],
)
def test_a_licence_that_ends_soon_is_said_ever_louder(
    qtbot: QtBot, ends: date, said: str, tone: str
) -> None:
    """Beside the reader's name, on every page: the night it ends is the wrong one to notice."""
    bar = TopBar((), lambda _line: None, "")
    qtbot.addWidget(bar)
    reader = evolve(READER, licences=(Licence("1", "US-WA", None, ends),))
    bar.show_reader([reader], 1, TODAY)
    (label,) = (each for each in bar.findChildren(QLabel) if "ends" in each.text())
    shown = label.text().removeprefix(" · "), label.property("tone"), label.isHidden()
    bar.show_reader([evolve(reader, licences=(Licence("1", "US-WA"),))], 1, TODAY)

    assert shown == (said, tone, False)
    assert label.isHidden()
