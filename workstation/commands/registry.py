"""Commands: the one list behind keys, menus, toolbar, palette, scripts and voice."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from attrs import field, frozen

from workstation.commands.context import CommandContext
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.lines import split
from workstation.text import tr, trn

Outcome = Job[Any] | None

#: No number that a reader means is larger: not an image, not a millimetre, not a stored value.
LARGEST: Final = 1_000_000_000


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

    @property
    def arguments(self) -> tuple["Argument", ...]:
        """What may follow the name, in order, by the handler's annotations."""
        hints = get_type_hints(self.run)
        parameters = list(inspect.signature(self.run).parameters.values())[1:]
        return tuple(
            Argument(each.name, _kind(hints[each.name]), each.default is each.empty)
            for each in parameters
        )

    def parse(self, words: list[str]) -> dict[str, Any]:
        """Arguments from words. Raises CommandError with what is wrong, in words."""
        takes = self.arguments
        if self.rest and len(words) > len(takes):
            words = [*words[: len(takes) - 1], " ".join(words[len(takes) - 1 :])]
        if len(words) > len(takes):
            raise CommandError(
                trn(
                    len(takes),
                    "{id}: takes 1 argument, got {got}",
                    "{id}: takes {n} arguments, got {got}",
                    id=self.id,
                    got=len(words),
                )
            )
        missing = [each.name for each in takes[len(words) :] if each.required]
        if missing:
            raise CommandError(tr("{id}: {what} is missing", id=self.id, what=missing[0]))
        pairs = zip(takes, words, strict=False)
        return {each.name: each.convert(self.id, word) for each, word in pairs}


@frozen
class Argument:
    """One word of a command line."""

    name: str
    kind: type
    required: bool

    @property
    def choices(self) -> tuple[str, ...]:
        """The words there are; empty where any will do."""
        if not issubclass(self.kind, Enum):
            return ()
        return tuple(str(member.value) for member in self.kind)

    @property
    def words(self) -> str:
        """What may stand there, for messages and docs/commands.md."""
        if self.choices:
            return tr("one of {known}", known=", ".join(self.choices))
        names = {int: tr("a whole number"), float: tr("a number")}
        return names.get(self.kind, tr("words"))

    def convert(self, command_id: str, word: str) -> Any:
        try:
            value = self.kind(word)
            if isinstance(value, int | float) and not abs(value) <= LARGEST:
                raise ValueError  # infinite, no number, or larger than anything on a screen
        except (ValueError, OverflowError):
            raise CommandError(
                tr("{id}: {word!r} is not {kind}", id=command_id, word=word, kind=self.words)
            ) from None
        return value


def _kind(hint: Any) -> type:
    """The type in `X | None`."""
    found = next((each for each in get_args(hint) if each is not NoneType), hint)
    assert isinstance(found, type)
    return found


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
        name, *words = split(line) or [""]
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
