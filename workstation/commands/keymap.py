"""The keys as they are now: those of a profile, and what the reader changed of them.

A key that a reader gave to a command is no other command's any more, where both would act;
of two that were given the same key the later has it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from workstation.commands.bindings import Binding, Bindings, Scope, Stroke, clash, stroke
from workstation.commands.offers import lines, offer
from workstation.commands.registry import Command, Registry
from workstation.errors import CommandError
from workstation.services.own_keys import KeyChange, OwnKeys
from workstation.services.signal import Signal
from workstation.text import tr

#: What a command needs says where its key acts, where no keymap says it.
_ACTS_ON_IMAGES: Final = frozenset({"image", "prior", "measurement", "key-image"})


class Profile(StrEnum):
    """The keymaps of the program."""

    DEFAULT = "default"
    POWERSCRIBE = "powerscribe"
    FLUENCY = "fluency"
    LEFT_HAND = "left-hand"


@frozen
class Bindable:
    """One command line that a key may send, and the keys it has."""

    scope: Scope
    run: str
    title: str
    group: str
    told: str  # what it does, in a sentence
    keys: tuple[str, ...] = ()


def strokes_of(keys: str) -> tuple[Stroke, ...]:
    """ "Ctrl+K", "G G". Raises CommandError."""
    try:
        return tuple(stroke(each) for each in keys.split(" "))
    except ValueError as wrong:
        raise CommandError(str(wrong)) from None


def rebound(base: Bindings, changes: Sequence[KeyChange], registry: Registry) -> Bindings:
    """A profile with what a reader changed; what this program does not know is left out."""
    own: list[Binding] = []
    changed = set()
    for change in reversed(changes):
        try:
            made = _made(change, base, registry)
        except (CommandError, ValueError):
            continue  # of another version of the program
        changed.add((Scope(change.scope), change.run))
        own += [each for each in made if not _taken(each, own)]
    kept = (each for each in base.all if (each.scope, each.run) not in changed)
    return Bindings((*(each for each in kept if not _taken(each, own)), *own), base.name)


def _taken(binding: Binding, by: Iterable[Binding]) -> bool:
    return any(clash(binding, each) for each in by)


def _made(change: KeyChange, base: Bindings, registry: Registry) -> list[Binding]:
    command, words = registry.find(change.run)
    command.parse(words)
    scope = Scope(change.scope)
    before = next((b for b in base.all if b.run == change.run and b.scope is scope), None)
    if before is None:
        before = Binding((), change.run, scope, command.group, _title(change.run, command))
    return [evolve(before, strokes=strokes_of(keys)) for keys in change.keys]


def _title(run: str, command: Command) -> str:
    return f"{command.title}{run.removeprefix(command.id)}"


def scope_of(command: Command) -> Scope:
    """Where a key of a command acts that no profile gave one."""
    if command.when & _ACTS_ON_IMAGES:
        return Scope.IMAGES
    return Scope.WORKLIST if "row" in command.when else Scope.ALWAYS


def written(bindings: Bindings, name: str) -> str:
    """As a file that the setting `keymap` may name; it is based on no other."""
    parts = [f"name = {json.dumps(name)}"]
    tables = dict.fromkeys((each.scope, each.group) for each in bindings.all)
    for number, (scope, group) in enumerate(tables):
        head = f"[keys{number}]\ntitle = {json.dumps(group)}\nscope = {json.dumps(scope)}"
        mine = (each for each in bindings.all if (each.scope, each.group) == (scope, group))
        parts.append("\n".join([head, f"[keys{number}.keys]", *map(_line, mine)]))
    return "\n\n".join(parts) + "\n"


def _line(each: Binding) -> str:
    until = f", until = {json.dumps(each.until)}" if each.until else ""
    keys, run, title = map(json.dumps, (each.keys, each.run, each.title))
    return f"{keys} = {{ run = {run}, title = {title}{until} }}"


class Keymap:
    """Owned by the application, home thread.

    Parameters
    ----------
    read
        A keymap of the program by its name.
    start
        The name of the one that the settings choose, which may be a file of the reader's.
    """

    def __init__(
        self, read: Callable[[str], Bindings], start: str, registry: Registry, own: OwnKeys
    ) -> None:
        self.changed: Signal[Bindings] = Signal()
        self._read, self._start, self._registry, self._own = read, start, registry, own
        self._known: dict[str, Bindings] = {}
        self.bindings = self.profile(start)
        own.understood_by(self.judge, lambda: written(self.bindings, tr("Own keys")))
        own.changed.connect(lambda _: self._follow())

    @property
    def chosen(self) -> str:
        """The name of the profile below the reader's own keys."""
        return self._own.profile or self._start

    @property
    def own(self) -> OwnKeys:
        return self._own

    def profile(self, name: str) -> Bindings:
        """A keymap by its name, read once."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def bindables(self) -> tuple[Bindable, ...]:
        """Every command line that a key may send, in the order of the commands."""
        found: dict[tuple[Scope, str], list[Binding]] = {}
        for each in (*self.bindings.all, *self.profile(self.chosen).all):
            found.setdefault((each.scope, each.run), []).append(each)
        made = []
        for command in self._registry:
            bound = [key for key in found if key[1].split(" ")[0] == command.id]
            made += [self._bindable(found[key][0]) for key in bound]
            for line in () if command.hidden else lines(command, self.bindings):
                if not line.endswith(" ") and line not in {run for _, run in bound}:
                    made.append(self._unbound(line, command))
        return tuple(made)

    def _bindable(self, each: Binding) -> Bindable:
        return Bindable(
            each.scope, each.run, tr(each.title), tr(each.group),
            tr(self._registry.find(each.run)[0].help), self.keys(each.scope, each.run),
        )  # fmt: skip

    def _unbound(self, line: str, command: Command) -> Bindable:
        made = offer(line, self._registry, self.bindings, frozenset())
        return Bindable(scope_of(command), line, made.title, made.group, made.told)

    def keys(self, scope: Scope, run: str, of: Bindings | None = None) -> tuple[str, ...]:
        """Those of a line, now or in a profile."""
        every = (of or self.bindings).all
        return tuple(each.keys for each in every if each.scope is scope and each.run == run)

    def is_own(self, scope: Scope, run: str) -> bool:
        """Whether the reader changed it."""
        return any(each.is_of(KeyChange(scope, run)) for each in self._own.changes)

    def in_the_way(self, scope: Scope, run: str, keys: str) -> tuple[Binding, ...]:
        """What these keys do now where they would act."""
        wanted = Binding(strokes_of(keys), run, scope, "", "")
        return tuple(
            each
            for each in self.bindings.all
            if (each.scope, each.run) != (scope, run) and clash(each, wanted)
        )

    def judge(self, change: KeyChange) -> None:
        """Raises CommandError for what is no key, no command, or would never act there."""
        try:
            scope = Scope(change.scope)
        except ValueError:
            raise CommandError(tr("{name} is no place where keys act", name=change.scope)) from None
        for each in _made(change, self.bindings, self._registry):
            if scope is Scope.REPORT and each.strokes[0].types:
                words = tr("{key} is typed in the report: hold Ctrl or Alt with it", key=each.keys)
                raise CommandError(words)
            if str(each.strokes[0]) == "Esc" and change.run != "app.back":
                raise CommandError(tr("Esc is the way back, always"))

    # --- inside ---------------------------------------------------------------

    def _follow(self) -> None:
        now = rebound(self.profile(self.chosen), self._own.changes, self._registry)
        if now != self.bindings:
            self.bindings = now
            self.changed.emit(now)
