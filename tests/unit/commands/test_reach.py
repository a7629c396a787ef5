"""Every command of the viewer is reached by key, menu, palette and script."""

from typing import Final

import pytest

from workstation.commands import catalogue
from workstation.commands.bindings import load
from workstation.commands.menus import load_menus
from workstation.commands.offers import WHEN, Offer, offers
from workstation.commands.registry import Command
from workstation.settings import resource

REGISTRY = catalogue.registry()
BINDINGS = load(resource("keymaps", "default.toml"), REGISTRY)
MENUS = load_menus(resource("menus.toml"), REGISTRY)

#: Rooms that are not the viewer: they have their own keys where a reader needs them.
ELSEWHERE: Final = {"Program", "Scripts", "Case", "Files", "Report"}
#: Commands that need no key of their own, and what does the same without words.
BY_ANOTHER_KEY: Final = {
    "measurement.select": "measurement.next",  # selects, and shows the image as well
    "measurement.go": "measurement.next",
    "image.uncalibrate": "measurement.undo",  # which takes a calibration back
}


def of_viewer() -> list[Command]:
    return [each for each in REGISTRY if each.group not in ELSEWHERE and not each.hidden]


def keys_of(command: Command) -> list[str]:
    return [each.keys for each in BINDINGS.all if each.run.split(" ")[0] == command.id]


def without_words(command: Command) -> bool:
    """Whether it says all by itself, or by one of a few choices."""
    required = [each for each in command.arguments if each.required]
    return all(each.choices for each in required)


@pytest.mark.parametrize("command", of_viewer(), ids=lambda each: each.id)
def test_what_works_without_words_has_a_key(command: Command) -> None:
    """Hands that read six hundred images do not go to a menu. The rule: a command of the viewer
    that runs without words to be typed has a key; one that needs words (a name, a number, a
    path) opens the palette with its line begun, and may have keys for the usual words."""
    if not without_words(command):
        return

    assert keys_of(REGISTRY.find(BY_ANOTHER_KEY.get(command.id, command.id))[0]), command.id


@pytest.mark.parametrize("command", of_viewer(), ids=lambda each: each.id)
def test_every_command_is_in_the_menu_and_in_the_palette(command: Command) -> None:
    """Both are made of the same offers: what a newcomer looks for is there by its name."""
    offered = [each for each in EVERY if each.line.split(" ")[0] == command.id]

    assert offered
    assert all(each.title and each.group for each in offered)


@pytest.mark.parametrize("offer", offers(REGISTRY, BINDINGS, frozenset()), ids=lambda o: o.line)
def test_every_line_that_is_offered_is_one_that_a_script_may_send(offer: Offer) -> None:
    """Keys, menus, palette and scripts send the same lines through the same door."""
    command, words = REGISTRY.find(offer.line)

    if offer.line.endswith(" "):
        assert any(each.required for each in command.arguments)
    else:
        command.parse(words)


def test_no_two_offers_have_one_name() -> None:
    """Two lines of one name in the palette are one that surprises."""
    names = [(offer.group, offer.title) for offer in EVERY]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("command", list(REGISTRY), ids=lambda each: each.id)
def test_what_a_command_needs_can_be_told(command: Command) -> None:
    assert command.when <= set(WHEN), "commands.offers.WHEN has the words for each `when` key"


def test_a_command_says_what_it_needs_in_words() -> None:
    by_line = {each.line: each for each in EVERY}

    assert by_line["report.insert-measurement"].needs == "a measurement, a report"
    assert by_line["viewport.flip vertical"].title == "Flip top for bottom"
    assert by_line["viewport.flip vertical"].key == "Shift+V"
    assert by_line["viewport.go "].title == "Go to image…"
    assert by_line["viewport.window 3"].title == "Window preset 3"


EVERY = offers(REGISTRY, BINDINGS, frozenset())
