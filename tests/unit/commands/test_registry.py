"""One list of commands: a key, a menu, a script and a voice send the same line."""

from enum import StrEnum
from types import SimpleNamespace
from typing import Any, cast

import pytest

from workstation.commands.context import CommandContext
from workstation.commands.registry import Registry, command
from workstation.errors import CommandError

heard: list[tuple[Any, ...]] = []


class Preset(StrEnum):
    LUNG = "lung"
    BONE = "bone"


@command("viewport.window", title="Window", group="View", when={"image"})
def window(ctx: CommandContext, preset: Preset, count: int = 1) -> None:
    """Apply a window."""
    heard.append((preset, count))


@command("report.set", title="Set", group="Report", rest=True)
def set_text(ctx: CommandContext, section: str, text: str) -> None:
    """Replace a section."""
    heard.append((section, text))


def context(*active: str) -> CommandContext:
    return cast(CommandContext, SimpleNamespace(active=frozenset(active)))


@pytest.fixture(autouse=True)
def _forget() -> None:
    heard.clear()


def test_words_become_what_the_handler_asks_for() -> None:
    Registry([window]).run("viewport.window lung 3", context("image"))

    assert heard == [(Preset.LUNG, 3)]


@pytest.mark.parametrize(
    "line", ["report.set findings 'No effusion.'", "report.set findings No effusion."]
)
def test_the_last_argument_may_take_all_remaining_words(line: str) -> None:
    """A dictated sentence needs no quotes."""
    Registry([set_text]).run(line, context())

    assert heard == [("findings", "No effusion.")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("viewport.window liver", "'liver' is not one of lung, bone"),
        ("viewport.window lung x", "'x' is not a whole number"),
        ("viewport.window lung 1e400", "'1e400' is not a whole number"),
        ("viewport.window lung 99999999999999999999", "is not a whole number"),
        ("", "no such command: "),
        ("viewport.window lung 1 2", "takes 2 arguments, got 3"),
        ("viewport.window", "preset is missing"),
        ("viewport.widow lung", "no such command: viewport.widow"),
        ("viewport.window 'lung", "a quote is not closed"),
    ],
)
def test_misuse_is_told_to_the_reader(line: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        Registry([window]).run(line, context("image"))
    assert heard == []


def test_a_command_that_cannot_run_now_says_what_it_needs() -> None:
    with pytest.raises(CommandError, match="Window: not now, needs image"):
        Registry([window]).run("viewport.window lung", context())


def test_two_commands_of_one_name_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match=r"two commands are named viewport\.window"):
        Registry([window, window])
