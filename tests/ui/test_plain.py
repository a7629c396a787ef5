"""Nothing a patient, a site or a file says is markup."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from workstation.ui import plain
from workstation.ui.chips import Chip

UI = Path(__file__).parents[2] / "workstation/ui"
SOURCES = sorted(path for path in UI.rglob("*.py") if path.name != "plain.py")
HOSTILE = "<img src='file:///etc/hostname'><b>Alder</b>"

#: Widgets that guess whether a text is markup, and where they may be made.
GUESSING = {"QLabel", "QMessageBox", "QToolTip", "QWhatsThis", "QTextBrowser", "QSplashScreen"}
#: Calls whose text Qt may take for markup.
CALLS = {"setToolTip", "setWhatsThis", "setStatusTip"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: str(p.relative_to(UI)))
def test_texts_are_made_in_one_place(source: Path) -> None:
    """A label that guesses loads the image a patient's name asks for (SEC-08)."""
    found = []
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in GUESSING:
            found.append(f"{name}( in line {node.lineno}")
        escaped = node.args and "tooltip_text" in ast.unparse(node.args[0])
        if name in CALLS and not escaped:
            found.append(f"{name}( in line {node.lineno}")

    assert found == []


def widgets() -> list[QWidget]:
    elided = plain.elided(HOSTILE)
    plain.set_tooltip(elided, HOSTILE)
    return [
        plain.label(HOSTILE, data=True),
        plain.label(HOSTILE, wrap=True),
        elided,
        Chip(HOSTILE),
    ]


@pytest.mark.parametrize("number", range(4))
def test_a_name_with_markup_is_shown_as_it_is(number: int, qtbot: QtBot) -> None:
    """The reader must see what the site sent, and nothing may be fetched for it."""
    widget = widgets()[number]
    qtbot.addWidget(widget)

    assert isinstance(widget, QLabel)
    assert widget.textFormat() == Qt.TextFormat.PlainText


def test_a_tooltip_shows_the_words_and_loads_nothing(qtbot: QtBot) -> None:
    """Tooltips are rich text whenever they look like it: so the words are escaped."""
    asked: list[object] = []

    class Reader(QTextEdit):
        def loadResource(self, kind: int, url: object) -> object:
            asked.append(url)
            return None

    shown = Reader()
    qtbot.addWidget(shown)
    shown.setHtml(plain.tooltip_text(HOSTILE))

    assert shown.toPlainText() == HOSTILE
    assert asked == []


def test_a_long_name_is_cut_in_the_middle_and_told_whole_in_the_tooltip(qtbot: QtBot) -> None:
    """Both ends of a name tell patients apart."""
    name = plain.elided("Müller-Lüdenscheidt-Beispiel, Johanna Maria Magdalena", middle=True)
    qtbot.addWidget(name)
    name.resize(160, 20)
    name.show()

    assert name.text().startswith("Mül")
    assert "…" in name.text()
    assert "Magdalena" in name.toolTip()
