"""The shift below the lists: three numbers, and the way to all of them."""

from pytestqt.qtbot import QtBot

from workstation.commands import catalogue
from workstation.services.reading.shift import SoFar
from workstation.ui.shift_block import ShiftBlock


def test_before_anything_was_accepted_no_promise_is_said_to_be_kept(qtbot: QtBot) -> None:
    """A hundred percent of nothing would be the first number of every night."""
    block = ShiftBlock(lambda _line: None)
    qtbot.addWidget(block)
    fresh = block.numbers
    block.show_shift(SoFar(signed=4, last_hour=3, accepted=3, in_time=2))

    assert [value for value, _ in fresh] == ["0", "0", "–"]
    assert [value for value, _ in block.numbers] == ["4", "3", "66 %"]
    assert block.accessibleName() == "This shift: 4 signed, 3 last hour, 66 % on time"


def test_a_click_opens_the_shift_site_by_site(qtbot: QtBot) -> None:
    sent: list[str] = []
    block = ShiftBlock(sent.append)
    qtbot.addWidget(block)
    block.click()

    assert [catalogue.registry().find(line)[0].id for line in sent] == ["app.shift"]
