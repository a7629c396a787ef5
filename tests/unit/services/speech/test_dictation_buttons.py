"""Buttons of a microphone: held while one speaks, and never twice for one press."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from fakes import FakeClock, InlineJobs

from workstation.errors import CommandError
from workstation.services.signal import Signal
from workstation.services.speech.dictation_buttons import DictationButtons, Way
from workstation.services.speech.listening import Ear


class Ears:
    """What the button acts on; `refuses` is why nothing can be dictated."""

    def __init__(self) -> None:
        self.changed: Signal[None] = Signal()
        self.ear = Ear.OFF
        self.asked: list[str] = []
        self.refuses = ""

    def _go(self, what: str, ear: Ear) -> None:
        if self.refuses:
            raise CommandError(self.refuses)
        self.asked.append(what)
        self.ear = ear
        self.changed.emit(None)

    def start(self) -> None:
        self._go("start", Ear.ON)

    def stop(self) -> None:
        self._go("stop", Ear.OFF)

    def toggle(self) -> None:
        self._go("toggle", Ear.OFF if self.ear is Ear.ON else Ear.ON)


class Hand:
    """A device with buttons, and what came of pressing them."""

    def __init__(self, way: Way = "hold") -> None:
        self.clock = FakeClock()
        self.ears = Ears()
        self.lit: list[bool] = []
        self.sent: list[str] = []
        self.told: list[str] = []
        self.locked = False
        self.moved: Callable[[str, bool], None] = lambda _name, _down: None
        device = SimpleNamespace(watch=self._watch, light=self.lit.append, stop=lambda: None)
        buttons = DictationButtons(
            self.ears,  # type: ignore[arg-type]
            device,
            {"tab-forward": "report.next-field"},
            InlineJobs(self.clock),
            self.clock,
            way=way,
        )
        buttons.obey(self.sent.append, self.told.append, lambda: self.locked)

    def _watch(self, moved: Callable[[str, bool], None]) -> None:
        self.moved = moved

    def press(self, name: str) -> None:
        self.moved(name, True)
        self.moved(name, False)


def test_the_button_is_held_while_one_speaks() -> None:
    hand = Hand()
    hand.moved("record", True)
    assert (hand.ears.asked, hand.lit) == (["start"], [True])
    hand.moved("record", False)
    assert (hand.ears.asked, hand.lit) == (["start", "stop"], [True, False])


def test_or_pressed_before_and_after() -> None:
    hand = Hand("toggle")
    hand.press("record")
    hand.clock.advance(2)
    hand.press("record")
    assert hand.ears.asked == ["toggle", "toggle"]


def test_a_worn_button_is_pressed_once() -> None:
    """Two presses within 300 ms are one: the second would end what the first began."""
    hand = Hand("toggle")
    hand.press("record")
    hand.clock.advance(0.2)
    hand.press("record")
    hand.press("tab-forward")
    hand.clock.advance(0.2)
    hand.press("tab-forward")
    assert (hand.ears.asked, hand.sent) == (["toggle"], ["report.next-field"])


def test_behind_the_lock_every_button_is_dead() -> None:
    hand = Hand()
    hand.locked = True
    hand.press("record")
    hand.press("tab-forward")
    assert not hand.ears.asked
    assert not hand.sent


@pytest.mark.parametrize("name", ["record", "custom-left"])
def test_a_button_that_does_nothing_says_why(name: str) -> None:
    """Silence would be taken for a broken device."""
    hand = Hand()
    hand.ears.refuses = "no report is open"
    hand.moved(name, True)
    assert len(hand.told) == 1
