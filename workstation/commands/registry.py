"""Commands: the one list behind keys, menus, toolbar, palette, scripts and voice."""

import inspect
import shlex
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_type_hints

from attrs import field, frozen

from workstation.commands.context import CommandContext
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.text import tr

Outcome = Job[Any] | None


@frozen
class Command:
    """One thing a reader can do; `viewport.window lung` as typed, bound or spoken.

    `when` names what must be there ("case", "image", ...; see `CommandContext.active`).
    `rest` says that the last argument takes all remaining words.
    """

    id: str
    run: Callable[..., Outcome]
    title: str
    group: str
    when: frozenset[str] = frozenset()
    say: tuple[str, ...] = ()
    rest: bool = False
    hidden: bool = False
    help: str = field(default="")

    def parse(self, words: list[str]) -> dict[str, Any]:
        """Arguments from words, converted by the handler's annotations."""
        hints = get_type_hints(self.run)
        parameters = list(inspect.signature(self.run).parameters.values())[1:]
        names = [p.name for p in parameters]
        if self.rest and len(words) > len(names):
            words = [*words[: len(names) - 1], " ".join(words[len(names) - 1 :])]
        if len(words) > len(names):
            raise CommandError(
                tr(
                    "{id}: takes {most} arguments, got {n}",
                    id=self.id,
                    most=len(names),
                    n=len(words),
                )
            )
        missing = [p.name for p in parameters[len(words) :] if p.default is p.empty]
        if missing:
            raise CommandError(tr("{id}: {what} is missing", id=self.id, what=missing[0]))
        pairs = zip(names, words, strict=False)
        return {name: _convert(self.id, hints[name], word) for name, word in pairs}


def _convert(command_id: str, kind: Any, word: str) -> Any:
    kind = next((each for each in get_args(kind) if each is not NoneType), kind)  # X | None
    try:
        return kind(word)
    except ValueError:
        known = ""
        if isinstance(kind, type) and issubclass(kind, Enum):
            known = ": " + ", ".join(str(member.value) for member in kind)
        name = getattr(kind, "__name__", str(kind))
        raise CommandError(
            tr("{id}: {word!r} is not one of {kind}", id=command_id, word=word, kind=name) + known
        ) from None


class Registry:
    """Every command there is, by its name."""

    def __init__(self, commands: Iterable[Command] = ()) -> None:
        self._by_id: dict[str, Command] = {}
        for each in commands:
            self.add(each)

    def add(self, command: Command) -> None:
        if command.id in self._by_id:
            raise ValueError(f"two commands are named {command.id}")
        self._by_id[command.id] = command

    def __iter__(self) -> Iterator[Command]:
        return iter(self._by_id.values())

    def find(self, line: str) -> tuple[Command, list[str]]:
        """The command and the words of a line. Raises CommandError."""
        try:
            name, *words = shlex.split(line)
        except ValueError:
            raise CommandError(tr("a quote is not closed: {line}", line=line)) from None
        if name not in self._by_id:
            raise CommandError(tr("no such command: {name}", name=name))
        return self._by_id[name], words

    def available(self, command: Command, context: CommandContext) -> bool:
        return command.when <= context.active

    def run(self, line: str, context: CommandContext) -> Outcome:
        """Run a command line; every front end ends here.

        A command that takes time gives back its job; a script waits for it.

        Raises
        ------
        CommandError
            Unknown command, wrong argument, or not available in this context.
        """
        found, words = self.find(line)
        if not self.available(found, context):
            needs = ", ".join(sorted(found.when - context.active))
            raise CommandError(
                tr("{title}: not now, needs {needs}", title=found.title, needs=needs)
            )
        return found.run(context, **found.parse(words))


def command(
    name: str,
    *,
    title: str,
    group: str,
    when: Iterable[str] = (),
    say: Iterable[str] = (),
    rest: bool = False,
    hidden: bool = False,
) -> Callable[[Callable[..., Outcome]], Command]:
    """Make a command of a function; its docstring becomes its help."""

    def make(run: Callable[..., Outcome]) -> Command:
        words = inspect.getdoc(run) or ""
        return Command(name, run, title, group, frozenset(when), tuple(say), rest, hidden, words)

    return make
