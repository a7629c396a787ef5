"""What stands in the tool strip and in the menus of things, from `resources/menus.toml`.

Only the order is written there: names, keys and what is possible now come from the commands.

    [view]
    lines = ["viewport.fit", "", { run = "measurement.delete {target}", title = "Delete it" }]

An empty line is a gap; `{ menu = "Planes", lines = [...] }` is a menu within. `{target}` is what
the menu was opened on: a measurement's name, a series. A title stands only where the command's
own would not say what the line does. A wrong line is an error at load, in words.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from workstation.commands.bindings import Bindings
from workstation.commands.context import Place
from workstation.commands.offers import Offer, offer
from workstation.commands.registry import Registry
from workstation.errors import CommandError, SettingsError
from workstation.services.lines import quoted
from workstation.text import tr

TARGET: Final = "{target}"


STRIP: Final = "strip"


@frozen
class Item:
    """One line of a menu; no line is a gap. `title`, `icon` and `within`, the name of a menu of
    its own that it stands in, are empty where none is given."""

    line: str
    title: str = ""
    icon: str = ""
    within: str = ""

    def on(self, target: str) -> str:
        """The command line for what the menu was opened on."""
        return self.line.replace(TARGET, quoted(target))

    @property
    def alone(self) -> str:
        """The line without what it is for: that is where its key and its name are."""
        return self.line.partition(TARGET)[0].strip()


Menus = Mapping[str, tuple[Item, ...]]


def load_menus(path: Path, registry: Registry) -> Menus:
    """The items of each place in order. Raises `SettingsError` naming the place and what is
    wrong with it."""
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as wrong:
        raise SettingsError(tr("{file}: {what}", file=path.name, what=wrong)) from None
    icons = read.pop("icons", {})
    found: dict[str, tuple[Item, ...]] = {}
    for place, table in read.items():
        try:
            found[place] = tuple(
                evolve(_item(each, icons, registry), within=within)
                for entry in table["lines"]
                for within, each in _flat(entry)
            )
            _known(place, found[place])
        except (CommandError, ValueError) as wrong:
            raise SettingsError(
                tr("{file}: [{place}] {what}", file=path.name, place=place, what=wrong)
            ) from None
    return found


def _flat(entry: Any) -> Iterable[tuple[str, Any]]:
    """A line alone, or those of a menu within, each with its name."""
    if isinstance(entry, dict) and "menu" in entry:
        return [(str(entry["menu"]), each) for each in entry["lines"]]
    return [("", entry)]


def _item(entry: Any, icons: Mapping[str, str], registry: Registry) -> Item:
    table = entry if isinstance(entry, dict) else {"run": entry}
    made = Item(str(table["run"]), str(table.get("title", "")), icons.get(str(table["run"]), ""))
    if made.line:
        command, words = registry.find(made.on("1"))
        command.parse(words)
    return made


def _known(place: str, items: Iterable[Item]) -> None:
    if place not in (STRIP, *Place):
        raise ValueError(tr("there is no such menu"))
    bare = [item.line for item in items if place == STRIP and item.line and not item.icon]
    if bare:
        raise ValueError(tr("{line} has no icon", line=bare[0]))


def offered(
    items: Iterable[Item],
    registry: Registry,
    bindings: Bindings,
    active: frozenset[str] = frozenset(),
    target: str = "",
) -> tuple[Offer | None, ...]:
    """What a menu offers on this target; None is a gap."""
    return tuple(
        evolve(
            made,
            line=item.on(target),
            title=tr(item.title) or made.title,
            icon=item.icon,
            within=tr(item.within),
        )
        if item.line and (made := offer(item.alone, registry, bindings, active))
        else None
        for item in items
    )
