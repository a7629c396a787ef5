"""Menus of things, as they are shown: lines that belong together in one of their own."""

from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from workstation.commands.offers import Offer
from workstation.ui import menus


def test_lines_that_belong_together_open_from_one_line(qtbot: QtBot) -> None:
    """Forty lines are more than the screen is high; a hand looks for planes under Planes."""
    parent = QWidget()
    qtbot.addWidget(parent)
    picked: list[str] = []
    made = menus.of_thing(
        parent,
        [
            Offer("viewport.fit", "Fit", "Images", key="F"),
            None,
            Offer("viewport.mpr", "Planes of the body", "Planes", within="Planes"),
            Offer("viewport.slab", "Slab", "Planes", within="Planes"),
            Offer("image.copy", "Copy the picture", "Objects"),
        ],
        lambda offer: picked.append(offer.line),
    )

    assert [each.text() for each in made.actions()] == ["Fit\tF", "", "Planes", "Copy the picture"]
    within = made.actions()[2].menu()
    assert isinstance(within, QMenu)
    first, second = within.actions()
    assert (first.text(), second.text()) == ("Planes of the body", "Slab")
    second.trigger()
    assert picked == ["viewport.slab"]
