"""docs/commands.md: every command, as a page.

`python -m workstation.commands.page > docs/commands.md` writes it anew.
"""

import sys
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from workstation.commands import catalogue
from workstation.commands.bindings import Bindings, load
from workstation.commands.gestures import GESTURES, GROUP
from workstation.commands.menus import Menus, load_menus
from workstation.commands.offers import in_words
from workstation.commands.registry import Command, Registry
from workstation.settings import resource

_HEAD: Final = """\
# Commands

One list behind keys, menus, tool strip, palette (`Ctrl+K`), scripts and voice: each sends a
command line such as `viewport.window lung`. `[words]` may be left out; quotes keep words
together. Keys are those of the keymap `{keymap}`; a command without one is reached by the
palette and by the menu of all commands (`F10`), where everything stands but what is marked
"scripts". "Also" names the tool strip and the menus of things (right button, or the menu key).

This page is generated: `python -m workstation.commands.page > docs/commands.md`.
"""


def page(registry: Registry, keymaps: dict[str, Bindings], menus: Menus) -> str:
    """The page, from what the program itself runs on."""
    parts = [_HEAD.format(keymap=", ".join(keymaps))]
    ordered = sorted(registry, key=lambda each: _groups(registry).index(each.group))
    for group, commands in groupby(ordered, key=lambda each: each.group):
        parts.append(f"## {group}\n")
        parts.append("| command | name | what it does | keys | also | spoken | needs |")
        parts.append("|---|---|---|---|---|---|---|")
        parts.extend(_row(each, keymaps.values(), menus) for each in commands)
        parts.append("")
    return "\n".join((*parts, *_pointer(), ""))


def _pointer() -> Iterable[str]:
    yield f"## {GROUP}\n"
    yield "| on an image | with any tool |"
    yield "|---|---|"
    for each in GESTURES:
        yield f"| {' + '.join(each.caps)} | {each.title} |"


def _groups(registry: Registry) -> list[str]:
    return list(dict.fromkeys(each.group for each in registry))


def _row(command: Command, keymaps: Iterable[Bindings], menus: Menus) -> str:
    cells = (
        f"`{_usage(command)}`",
        command.title,
        " ".join(command.help.split()),
        ", ".join(_keys(command, keymaps)),
        ", ".join(_places(command, menus)),
        ", ".join(f"“{each}”" for each in sorted(command.say)),
        in_words(command.when),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _usage(command: Command) -> str:
    words = [command.id]
    for each in command.arguments:
        word = "|".join(each.choices) or each.name.upper()
        words.append(word if each.required else f"[{word}]")
    return " ".join(words)


def _keys(command: Command, keymaps: Iterable[Bindings]) -> Iterable[str]:
    """Each key, and the words it sends where it sends some."""
    for bindings in keymaps:
        for each in bindings.all:
            name, _, words = each.run.partition(" ")
            if name == command.id:
                yield f"`{each.keys}`" + (f" ({words})" if words else "")


def _places(command: Command, menus: Menus) -> Iterable[str]:
    if command.hidden:
        yield "scripts"
    for place, items in menus.items():
        if any(item.line.split(" ")[0] == command.id for item in items):
            yield place


def made() -> str:
    """The page of the commands, the usual keymap and the shipped menus; the profiles beside it
    (`powerscribe`, `fluency`, `left-hand`) name what differs in files of a few lines."""
    registry = catalogue.registry()
    keymaps = {"default": load(resource("keymaps", "default.toml"), registry)}
    return page(registry, keymaps, load_menus(resource("menus.toml"), registry))


if __name__ == "__main__":
    sys.stdout.write(made())
