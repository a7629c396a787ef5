"""Keys to command lines, from a TOML keymap. A wrong keymap is an error at load, in words.

    [images]                      # any name: a group of the key sheet
    title = "Image"
    scope = "images"              # always, worklist, images, report or measurements
    [images.keys]
    "I" = "viewport.invert"
    "1" = { run = "viewport.window lung", title = "Window lung" }
    "G G" = "viewport.go 1"       # a chord: one after the other
    "C" = { run = "magnifier.show on", until = "magnifier.show off" }  # while it is held

A profile names what differs: `base = "default"`, its own keys in groups, and keys of the base
that are to do nothing in `remove = ["F5"]`. A key that it binds is no more that of the base.

Single letters act on images. While somebody types, a letter is a letter, and Alt with it
is the key.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from workstation.commands.registry import Registry
from workstation.errors import CommandError, SettingsError
from workstation.text import tr


class Scope(StrEnum):
    """Where a key acts: by the pane that has the focus."""

    ALWAYS = "always"
    WORKLIST = "worklist"
    IMAGES = "images"
    REPORT = "report"
    MEASUREMENTS = "measurements"  # the list of them
    CURVE = "curve"  # of a rendered volume


#: Which scopes are asked, in this order, where the focus is. Letters that the report does
#: not take act on the images beside it.
REACH: Final = {
    Scope.ALWAYS: (Scope.ALWAYS,),
    Scope.WORKLIST: (Scope.WORKLIST, Scope.ALWAYS),
    Scope.IMAGES: (Scope.IMAGES, Scope.ALWAYS),
    Scope.REPORT: (Scope.REPORT, Scope.ALWAYS, Scope.IMAGES),
    Scope.MEASUREMENTS: (Scope.MEASUREMENTS, Scope.ALWAYS, Scope.IMAGES),
    Scope.CURVE: (Scope.CURVE, Scope.ALWAYS, Scope.IMAGES),
}
_MODIFIERS: Final = ("Ctrl", "Alt", "Shift", "Meta")
_NAMED: Final = frozenset(
    {"Up", "Down", "Left", "Right", "PgUp", "PgDown", "Home", "End", "Enter", "Esc", "Tab"}
    | {"Space", "Del", "Backspace", "Menu"}
    | {f"F{n}" for n in range(1, 25)}
)
#: Keys that a text field uses for itself.
_TYPED: Final = _NAMED - {"Esc", "Tab", "Menu"} - {f"F{n}" for n in range(1, 25)}


@frozen
class Stroke:
    """One press: ``Ctrl+Shift+A``. Signs are what they print, so they carry no Shift."""

    key: str
    modifiers: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return "+".join([m for m in _MODIFIERS if m in self.modifiers] + [self.key])

    @property
    def types(self) -> bool:
        """Whether a text field takes it."""
        plain = not self.modifiers & {"Ctrl", "Alt", "Meta"}
        return plain and (len(self.key) == 1 or self.key in _TYPED)

    @property
    def without_alt(self) -> "Stroke":
        return Stroke(self.key, self.modifiers - {"Alt"})


def stroke(text: str) -> Stroke:
    """Read ``Ctrl+K``. Raises ValueError with a sentence."""
    *modifiers, key = text.split("+") if text != "+" else ["+"]
    if not key:  # "Ctrl++"
        modifiers, key = modifiers[:-1], "+"
    unknown = [m for m in modifiers if m not in _MODIFIERS]
    if unknown:
        raise ValueError(tr("{name} is not a modifier key", name=unknown[0]))
    if len(key) == 1:
        key = key.upper()
        if not key.isalnum() and "Shift" in modifiers:
            raise ValueError(tr("{key}: a sign carries no Shift, write the sign", key=text))
    elif key not in _NAMED:
        raise ValueError(tr("{name} is not a key", name=key))
    return Stroke(key, frozenset(modifiers))


@frozen
class Binding:
    """One line of the keymap."""

    strokes: tuple[Stroke, ...]
    run: str
    scope: Scope
    group: str
    title: str
    until: str = ""  # sent when the key is let go

    @property
    def keys(self) -> str:
        """As written: ``Ctrl+K``, ``G G``."""
        return " ".join(map(str, self.strokes))


@frozen
class Bindings:
    """All keys of a keymap, in its order; `name` is what its profile is called."""

    all: tuple[Binding, ...]
    name: str = ""

    def find(self, strokes: Sequence[Stroke], focus: Scope) -> Binding | None:
        """What these presses do where the focus is."""
        for scope in REACH[focus]:
            for each in self.all:
                if each.scope is scope and each.strokes == tuple(strokes):
                    return each
        return None

    def begins(self, strokes: Sequence[Stroke], focus: Scope) -> bool:
        """Whether a longer chord begins with these presses."""
        n = len(strokes)
        return any(
            each.scope in REACH[focus]
            and len(each.strokes) > n
            and each.strokes[:n] == tuple(strokes)
            for each in self.all
        )

    @property
    def lines(self) -> Mapping[str, str]:
        """The first key of each command line that has one."""
        return {each.run: each.keys for each in reversed(self.all)}

    def key_of(self, line: str) -> str:
        """The first key of a command line, empty where it has none."""
        return next((each.keys for each in self.all if each.run == line), "")


def load(path: Path, registry: Registry, shipped: Path | None = None) -> Bindings:
    """Read a keymap. Raises `SettingsError` naming the file, the key and what is wrong.

    `shipped` is where the keymaps lie that others are based on; usually beside it.
    """
    read = _read(path)
    name, base = str(read.pop("name", "")), read.pop("base", None)
    gone = {_strokes(path, each) for each in read.pop("remove", ())}
    own = _own(path, read, registry)
    if base is None:
        return Bindings(own, name)
    folder = shipped or path.parent
    below = load(folder / f"{base}.toml", registry, folder).all
    kept = [each for each in below if each.strokes not in gone and not _hidden(each, own)]
    return Bindings((*own, *kept), name)


def _hidden(binding: Binding, own: Sequence[Binding]) -> bool:
    """A key of the base that is another one here."""
    return any(clash(binding, each) for each in own)


def _strokes(path: Path, keys: object) -> tuple[Stroke, ...]:
    try:
        return tuple(stroke(each) for each in str(keys).split(" "))
    except ValueError as wrong:
        raise SettingsError(tr("{file}: {what}", file=path.name, what=wrong)) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise SettingsError(tr("the keymap {file} cannot be read", file=path.name)) from None
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError(tr("{file}: {what}", file=path.name, what=wrong)) from None


def _own(path: Path, read: Mapping[str, Any], registry: Registry) -> tuple[Binding, ...]:
    made: list[Binding] = []
    for name, group in read.items():
        try:
            made.extend(_group(group, registry))
        except (ValueError, CommandError) as wrong:
            raise SettingsError(
                tr("{file}: [{group}] {what}", file=path.name, group=name, what=wrong)
            ) from None
    _no_conflicts(path, made)
    return tuple(made)


def _group(table: Any, registry: Registry) -> Iterable[Binding]:
    if not isinstance(table, dict) or not isinstance(table.get("keys"), dict):
        raise ValueError(tr("has no keys"))
    scope, title = Scope(table.get("scope", "always")), str(table.get("title", ""))
    for keys, value in table["keys"].items():
        entry = value if isinstance(value, dict) else {"run": value}
        line = str(entry.get("run", ""))
        strokes = tuple(stroke(each) for each in keys.split(" "))
        found, words = registry.find(line)
        found.parse(words)
        if until := str(entry.get("until", "")):
            end, words = registry.find(until)
            end.parse(words)
        yield Binding(strokes, line, scope, title, str(entry.get("title", found.title)), until)


def _no_conflicts(path: Path, made: Sequence[Binding]) -> None:
    for number, one in enumerate(made):
        for other in made[number + 1 :]:
            if clash(one, other):
                raise SettingsError(
                    tr(
                        "{file}: {key} is both {one} and {other}",
                        file=path.name,
                        key=other.keys,
                        one=one.run,
                        other=other.run,
                    )
                )


def clash(one: Binding, other: Binding) -> bool:
    """Whether a press could mean both."""
    return _meet(one.scope, other.scope) and _shadow(one.strokes, other.strokes)


def _meet(one: Scope, other: Scope) -> bool:
    return one is other or Scope.ALWAYS in (one, other)


def _shadow(one: tuple[Stroke, ...], other: tuple[Stroke, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
