"""What other programs at the desk did, while the reader does something else."""

from pytestqt.qtbot import QtBot

from workstation.commands import catalogue
from workstation.ui.launch_bar import LaunchBar, StepBar


def test_it_asks_and_leaves_the_keyboard_where_it_is(qtbot: QtBot) -> None:
    """Dictated words and typed ones belong to the open case."""
    sent: list[str] = []
    bar = LaunchBar(sent.append)
    qtbot.addWidget(bar)
    assert bar.isHidden()

    bar.ask("Harbor General")
    bar.show()
    bar.open.click()
    bar.later.click()

    assert not bar.open.hasFocus()
    registry = catalogue.registry()
    assert [registry.find(line)[0].id for line in sent] == sent
    bar.ask("")
    assert bar.isHidden()


def test_it_names_the_site_and_nobody(qtbot: QtBot) -> None:
    """Whoever stands behind the reader learns nothing of a patient."""
    bar = LaunchBar(lambda _line: None)
    qtbot.addWidget(bar)

    bar.ask("Harbor General")

    assert bar._words.whole() == "Harbor General sent a case to this desk"


def test_a_program_that_does_not_follow_is_named_until_the_reader_knows(qtbot: QtBot) -> None:
    """Two screens with two patients: it must not be a word in the status bar that goes by."""
    sent: list[str] = []
    bar = StepBar(sent.append)
    qtbot.addWidget(bar)
    assert bar.isHidden()

    bar.warn("Acme Dictation does not show this case: busy")
    assert not bar.isHidden()
    assert bar._words.whole() == "Acme Dictation does not show this case: busy"
    bar.again.click()
    bar.known.click()

    assert not bar.known.hasFocus()
    registry = catalogue.registry()
    assert [registry.find(line)[0].id for line in sent] == sent == ["case.share", "case.apart"]
    bar.warn("")
    assert bar.isHidden()
