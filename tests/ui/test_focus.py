"""The keyboard's place is always seen: whatever takes the focus looks otherwise while it has it."""

from collections.abc import Callable

import pytest
from fakes_windows import views
from fakes_worklist import FakeDeliveries, FakeFiling, FakeWorklist, shift
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from workstation.commands import catalogue
from workstation.commands.bindings import Scope, load
from workstation.protocols.dicom_listing import Listed, Listing
from workstation.settings import resource
from workstation.ui import plain
from workstation.ui.attributes import AttributesDialog
from workstation.ui.keysheet import KeySheet
from workstation.ui.outbox import OutboxPage
from workstation.ui.screens import ScreenDialog
from workstation.ui.worklist import WorklistPane


def _keys(window: QMainWindow) -> QWidget:
    registry = catalogue.registry()
    bindings = load(resource("keymaps", "default.toml"), registry)
    made = KeySheet(window, bindings, registry, Scope.IMAGES, frozenset({"image"}), print)
    made.open()
    return made


def _attributes(window: QMainWindow) -> QWidget:
    lines = tuple(Listed(str(n), 0, "00080060", "CS", "Modality", "CT") for n in range(60))
    made = AttributesDialog(window, Listing(lines), "Attributes", lambda _: None)
    made.show_it()
    return made


def _screen(window: QMainWindow) -> QWidget:
    made = ScreenDialog(window, lambda _: None)
    made.open()
    return made


def _outbox(window: QMainWindow) -> QWidget:
    made = OutboxPage(FakeWorklist(shift()), FakeDeliveries(), FakeFiling(), lambda _: None)
    window.setCentralWidget(made)
    return made


def _worklist(window: QMainWindow) -> QWidget:
    worklist = FakeWorklist(shift())
    made = WorklistPane(
        worklist, FakeDeliveries(), views(), lambda _: None, worklist.clock, frozenset,  # type: ignore[arg-type]
    )  # fmt: skip
    window.setCentralWidget(made)
    return made


def _controls(window: QMainWindow) -> QWidget:
    made = plain.column(
        plain.button("Sign", lambda: None, look="main"), plain.button("Back", lambda: None),
        plain.icon_button("ruler", "Length", lambda: None), plain.check_box("Next"),
        plain.line_edit("Name"), margins=(20, 20, 20, 20), spacing=20,
    )  # fmt: skip
    window.setCentralWidget(made)
    return made


@pytest.mark.parametrize("made", [_controls, _worklist, _outbox, _keys, _attributes, _screen])
def test_every_stop_of_the_tab_key_is_seen(
    qtbot: QtBot, made: Callable[[QMainWindow], QWidget]
) -> None:
    """Who reads by keys alone loses the place at the first control that keeps its look."""
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(1600, 1000)
    window.show()
    qtbot.waitExposed(window)
    inside = made(window)
    window.activateWindow()
    qtbot.wait(20)
    aside = QWidget(window)
    aside.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    aside.setGeometry(0, 0, 1, 1)
    aside.show()
    stops = [
        each
        for each in (inside, *inside.findChildren(QWidget))
        if each.isVisible() and each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.focusProxy() is None
    ]  # fmt: skip

    unseen = []
    for each in stops:
        around = QRect(each.mapTo(window, QPoint()), each.size()).adjusted(-5, -5, 5, 5)
        aside.setFocus()
        without = window.grab(around).toImage()
        each.setFocus(Qt.FocusReason.TabFocusReason)
        if window.grab(around).toImage() == without:
            unseen.append(f"{type(each).__name__} {each.accessibleName()}")

    assert stops
    assert unseen == []
