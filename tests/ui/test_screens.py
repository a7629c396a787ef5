"""Measuring a screen: a card as wide on the glass as the one held against it."""

import numpy as np
import pytest
from fakes_viewer import opened, runner, stack
from numpy.typing import NDArray
from pseudo_locale import another_language, untranslated
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from workstation.errors import CommandError
from workstation.services.screen.screens import key_of
from workstation.ui.screens import ScreenDialog, identity


class Room:
    def __init__(self, qtbot: QtBot, known_mm: float = 0.0) -> None:
        self.sent: list[str] = []
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window.resize(1400, 900)
        self.window.show()
        self.dialog = ScreenDialog(self.window, self.sent.append, known_mm)
        self.dialog.open()

    def drawn(self) -> int:
        """How many device pixels lie between the marks above the card."""
        image = self.dialog.card.grab().toImage()
        flat = np.frombuffer(image.constBits(), np.uint8).copy()
        grey: NDArray[np.uint8] = flat.reshape(image.height(), -1, 4)[:, :, 0]
        high = self.dialog.card.wide * 53.98 / 85.60
        row = grey[round((image.height() - high) / 2 - 8)]
        at = np.flatnonzero(row.astype(int) - int(np.median(row)) > 40)
        return int(at[-1] - at[0])


@pytest.mark.parametrize("known_mm", [200.0, 264.6, 300.0])
def test_the_card_is_drawn_as_wide_as_it_says(qtbot: QtBot, known_mm: float) -> None:
    """85.60 mm (ISO/IEC 7810 ID-1) of a screen whose 1000 pixels are so many mm."""
    room = Room(qtbot, known_mm)

    assert room.dialog.card.wide == round(85.60 / known_mm * 1000)
    assert abs(room.drawn() - room.dialog.card.wide) <= 1


def test_arrows_match_it_to_the_pixel_and_enter_keeps_it(qtbot: QtBot) -> None:
    """A pixel of 340 is 0.3 %: well within the 1 % that true size promises."""
    room = Room(qtbot, 264.6)
    before = room.dialog.card.wide
    QTest.keyClick(room.dialog, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(room.dialog, Qt.Key.Key_Left)
    wide = room.dialog.card.wide
    room.dialog._accept()

    assert wide == before + 9
    assert room.sent == [f"screen.set {85600 / wide:.4g}"]


def test_leaving_it_keeps_nothing(qtbot: QtBot) -> None:
    room = Room(qtbot)
    QTest.keyClick(room.dialog, Qt.Key.Key_Right)
    room.dialog.back()

    assert room.sent == []


def test_no_hand_makes_it_what_no_screen_is(qtbot: QtBot) -> None:
    room = Room(qtbot)
    for _ in range(3):
        room.dialog.widen(-100_000)
    least = room.dialog.mm
    room.dialog.widen(100_000)

    assert least <= 1000
    assert room.dialog.mm >= 20
    assert room.dialog.card.wide <= room.dialog.card.width()


def test_true_size_goes_by_it_at_once_and_two_screens_of_one_name_are_two(qtbot: QtBot) -> None:
    """F68: measured on the left one, said on the left one alone."""
    left, right = key_of("U2720Q", "A1", 3840, 2160), key_of("U2720Q", "B2", 3840, 2160)
    viewer, _ = opened(stack(1))
    kept: list[tuple[str, float]] = []
    viewer.keep_screen = lambda key, mm: kept.append((key, mm))  # type: ignore[assignment, return-value]
    viewer.resized(0, 800, 600, 1.0, left)
    viewer.measure_screen(155.25)
    runner(viewer)("viewport.true-size")
    on_left = viewer.overlay(0).lines
    viewer.resized(0, 800, 600, 1.0, right)

    assert any("true size" in line for line in on_left)
    assert kept == [(left, 155.25)]
    with pytest.raises(CommandError, match="U2720Q is not measured"):
        runner(viewer)("viewport.true-size")


def test_a_screen_of_the_settings_is_known_by_its_name(qtbot: QtBot) -> None:
    """Whoever typed it there has one of them."""
    viewer, _ = opened(stack(1))
    viewer.screens = {"DP-1": 250.0}
    viewer.resized(0, 800, 600, 1.0, key_of("DP-1", "A1", 1920, 1080))

    assert viewer.screen_mm(0) == 250.0


def test_the_screen_of_a_window_has_a_name_and_its_pixels(qtbot: QtBot) -> None:
    screen = Room(qtbot).window.screen()
    ratio = screen.devicePixelRatio()

    wide = round(screen.size().width() * ratio)
    assert identity(screen).startswith(f"{screen.name()} #")
    assert f" {wide}x" in identity(screen)


def test_every_word_of_it_can_be_translated(qtbot: QtBot) -> None:
    with another_language():
        assert untranslated(Room(qtbot).dialog) == []
