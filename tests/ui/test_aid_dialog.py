"""Decision aids: every question can be read whole, and the keyboard is at the first answer."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workstation.domain.decision_aid import Aid
from workstation.services.report.decision_aids import AIDS
from workstation.ui.aid_dialog import AidDialog


@pytest.mark.parametrize("rule", AIDS, ids=lambda each: each.id)
def test_each_question_is_whole_and_the_first_has_the_keyboard(qtbot: QtBot, rule: Aid) -> None:
    """A line cut off is a condition of the rule that nobody reads."""
    host = QWidget()
    qtbot.addWidget(host)
    QVBoxLayout(host).addWidget(QPushButton("under"))
    host.resize(1366, 768)
    host.show()
    host.activateWindow()
    dialog = AidDialog(host, rule, "Alder, Robin  M 64", lambda _line: None)
    dialog.show_it()
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QPushButton | QLineEdit))

    focus = QApplication.focusWidget()
    assert focus is not None
    assert dialog.isAncestorOf(focus)
    asked = {each.words for each in rule.questions}
    names = [each for each in dialog.findChildren(QLabel) if each.text() in asked]
    assert len(names) == len(asked)
    for name in names:
        assert name.height() >= name.heightForWidth(name.width()), name.text()
    assert any("Alder, Robin" in each.text() for each in dialog.findChildren(QLabel))


@pytest.mark.parametrize("rule", AIDS, ids=lambda each: each.id)
def test_each_choice_is_whole(qtbot: QtBot, rule: Aid) -> None:
    """`internal capsu` is a region that a reader has to guess."""
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1366, 768)
    host.show()
    dialog = AidDialog(host, rule, "", lambda _line: None)
    dialog.show_it()
    dialog.grab()

    choices = [each for each in dialog.findChildren(QPushButton) if each.isVisible()]
    assert len(choices) > 3
    for each in choices:
        assert each.width() >= each.sizeHint().width(), each.text()
