"""What is offered to the reader: every command with its name, its key, and why it cannot run now.

Palette, menus, tool strip and docs/commands.md are made of these: a name stands in one place.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from attrs import frozen

from workstation.commands.bindings import Binding, Bindings
from workstation.commands.everyday import WORDS
from workstation.commands.registry import Command, Registry
from workstation.services.viewer.cutting import LASSOS
from workstation.text import tr

_TOOL: Final = "tool."
#: The `when` keys in the reader's words.
WHEN: Final = {
    "signed-in": "somebody to be signed in",
    "row": "a case to be selected",
    "case": "an open case",
    "files": "opened files",
    "image": "an image",
    "prior": "a prior",
    "measurement": "a measurement",
    "key-image": "a key image",
    "report": "a report",
}


def in_words(keys: Iterable[str]) -> str:
    """What a command needs: "an open case, an image"."""
    return ", ".join(tr(WHEN[key]) for key in sorted(keys))


@frozen
class Offer:
    """One thing to choose. `line` ends in a space where words must be typed after it."""

    line: str
    title: str
    group: str
    key: str = ""
    needs: str = ""  # what is missing for it to work now
    kind: str = ""  # the command's own name, where several lines are of one command
    icon: str = ""  # on the tool strip
    told: str = ""  # what the command does, in a sentence
    within: str = ""  # the name of a menu of its own that it stands in
    also: str = ""  # what people call it elsewhere
    takes: tuple[str, ...] = ()  # what may follow: "mm (a number)", "scope (one of image, series)"

    def lacks(self, given: int) -> str:
        """What may still follow so many words."""
        return ", ".join(self.takes[min(given, len(self.takes) - 1) :]) if self.takes else ""


def offers(registry: Registry, bindings: Bindings, active: frozenset[str]) -> tuple[Offer, ...]:
    """Everything that can be run, each once, in the order of the commands."""
    made: dict[str, Offer] = {}
    for command in registry:
        if not command.hidden:
            for line in lines(command, bindings):
                made.setdefault(line, offer(line, registry, bindings, active))
    return tuple(made.values())


def offer(line: str, registry: Registry, bindings: Bindings, active: frozenset[str]) -> Offer:
    """One line by its name, with its key. Raises CommandError where there is no such command."""
    command, _ = registry.find(line)
    bound = tuple(each for each in bindings.all if _of(each, command))
    return Offer(
        line,
        _title(line, command, bound),
        tr(command.group),
        bindings.key_of(line.strip()),
        in_words(command.when - active),
        tr(command.title),
        takes=_takes(command),
        told=tr(command.help),
        also=tr(also) if (also := WORDS.get(command.id, "")) else "",
    )


def hands(registry: Registry, bindings: Bindings) -> dict[str, Offer]:
    """What takes a tool into the hand, by the viewer's name for the tool."""
    taking = {
        each.id.removeprefix(_TOOL): each.id for each in registry if each.id.startswith(_TOOL)
    }
    inside, outside = LASSOS
    taking |= {inside: "volume.lasso", outside: "volume.lasso outside"}
    return {tool: offer(line, registry, bindings, frozenset()) for tool, line in taking.items()}


def lines(command: Command, bindings: Bindings) -> list[str]:
    """The lines of a command: one for each of its choices, one that asks for words, those
    that a key sends."""
    takes = command.arguments
    if len(takes) == 1 and takes[0].choices:
        found = [f"{command.id} {choice}" for choice in takes[0].choices]
    elif any(each.required for each in takes):
        found = [f"{command.id} "]
    else:
        found = [command.id]
    bound = (each.run for each in bindings.all if _of(each, command))
    return list(dict.fromkeys((*found, *bound)))


def _title(line: str, command: Command, bound: tuple[Binding, ...]) -> str:
    """Its own name where the keymap gives it one, else the command's, with its words."""
    shared = Counter(each.title for each in bound)
    own = next((each.title for each in bound if each.run == line), "")
    if own and shared[own] == 1:
        return tr(own)
    if line.endswith(" "):
        return f"{tr(command.title)}…"
    words = line.removeprefix(command.id)
    return f"{tr(command.title)}{words}"


def _takes(command: Command) -> tuple[str, ...]:
    return tuple(f"{each.name.replace('_', ' ')} ({each.words})" for each in command.arguments)


def _of(binding: Binding, command: Command) -> bool:
    return binding.run.split(" ")[0] == command.id
