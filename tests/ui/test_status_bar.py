"""The status bar: what the reader waits for is read whole, what stands every day is quiet."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from workstation.ui.status_bar import Standing, StatusBar

SOFTWARE = "software rendering: llvmpipe (LLVM 15.0.6, 256 bits) is no graphics card"
STORE = "Nothing is kept on this machine: this system has no keyring that encrypts."
REFUSED = "there is no microphone, or another program has it to itself"


def bar(qtbot: QtBot, told: Standing, width: int = 1366) -> StatusBar:
    made = StatusBar((("case.next", "read next"), ("app.keys", "keys")))
    made.show_keys({"case.next": "N", "app.keys": "?"})
    qtbot.addWidget(made)
    made.resize(width, 24)
    made.show()
    made.show_standing(told)
    return made


def said(made: StatusBar) -> list[str]:
    return [each.text() for each in made.findChildren(QLabel) if each.isVisible() and each.text()]


def test_what_is_so_every_day_is_a_few_words_and_why_a_tooltip(qtbot: QtBot) -> None:
    """It is so every day on a machine without a card: a sentence there is noise. So is one, in
    amber, about a keyring that a machine will not have tomorrow either."""
    made = bar(qtbot, Standing(engine=SOFTWARE, store=STORE))
    for words, why in (("CPU planes", SOFTWARE), ("Unsent work is not kept", STORE)):
        found = [each for each in made.findChildren(QLabel) if each.text() == words]
        assert len(found) == 1
        assert why in found[0].toolTip()
        assert found[0].accessibleDescription() == why
        assert not any(why in each for each in said(made))

    made.show_standing(Standing())
    assert said(made) == ["read next", "keys"]


def test_why_a_command_did_not_work_is_not_cut_for_what_stands_every_day(qtbot: QtBot) -> None:
    """A machine without a keyring says so at length; why F4 does nothing is what is asked now."""
    told = Standing(message=REFUSED, engine=SOFTWARE, store=STORE, draft="Draft saved")
    made = bar(qtbot, told)
    qtbot.waitUntil(lambda: REFUSED[:1].upper() + REFUSED[1:] in said(made))
    assert "Unsent work is not kept" not in said(made), "it gave way"

    made.show_standing(Standing(engine=SOFTWARE, store=STORE))
    qtbot.waitUntil(lambda: {"CPU planes", "Unsent work is not kept"} <= set(said(made)))


def test_hints_bear_the_keys_of_the_keymap(qtbot: QtBot) -> None:
    """Whoever gave `Read next` another key is not told the old one for the rest of the night."""
    made = bar(qtbot, Standing())
    before = made.grab().toImage()

    made.show_keys({"case.next": "Ctrl+Space", "app.keys": "?"})
    qtbot.waitUntil(lambda: made.grab().toImage() != before)
    made.show_keys({"app.keys": "?"})

    assert said(made) == ["keys"], "a command without a key is no hint"
