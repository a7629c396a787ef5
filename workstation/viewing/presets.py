"""Named windows by modality, from `resources/windows.toml`."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from workstation.domain.presentation import Voi
from workstation.errors import CommandError
from workstation.text import tr

_NUMBERS: Final = re.compile(r"(-?[0-9.eE+-]+)/([0-9.eE+-]+)")

#: What the image proposes itself, under the first number key.
DEFAULT: Final = "default"


@frozen
class Presets:
    """The windows of each modality in the order of the number keys, from 1.

    Key 1 is always what the image proposes; a name without a modality's own entry is
    looked up in all of them, so that `viewport.window lung` works in any script.
    """

    by_modality: Mapping[str, tuple[Voi, ...]]
    #: What is on the keys of a modality without windows of its own: "header", "auto".
    others: tuple[str, ...] = ()

    def of(self, modality: str) -> tuple[Voi, ...]:
        return self.by_modality.get(modality, ())

    def numbered(self, modality: str, number: int, offered: Sequence[Voi] = ()) -> Voi | None:
        """None is the window that the image proposes. `offered` stands in for a table.

        Raises
        ------
        CommandError
            The modality has no such preset.
        """
        own = self.of(modality) or tuple(offered)
        if number == 1:
            return None
        if not 2 <= number <= len(own) + 1:
            raise CommandError(tr("{m} has no window {n}", m=modality, n=number))
        return own[number - 2]

    def parse(self, text: str, modality: str) -> Voi | None:
        """A window as a reader writes it: a name, or ``center/width`` as in ``40/400``.

        Numbers that are a preset of the modality are called by its name.

        Raises
        ------
        CommandError
            It is neither; says which names there are.
        """
        if text.casefold() == DEFAULT:
            return None
        match = _NUMBERS.fullmatch(text.replace("−", "-"))
        if match:
            try:
                center, width = float(match[1]), float(match[2])
            except ValueError:
                raise CommandError(tr("{w} is not a window", w=text)) from None
            if not width > 0:
                raise CommandError(tr("a window is wider than 0"))
            same = (v for v in self.of(modality) if (v.center, v.width) == (center, width))
            return next(same, Voi(center, width))
        return self._named(text, modality)

    def _named(self, text: str, modality: str) -> Voi:
        wanted = _plain(text)
        tables = (self.of(modality), *self.by_modality.values())
        for voi in (voi for table in tables for voi in table):
            if _plain(voi.name) == wanted:
                return voi
        known = ", ".join(_dashed(voi.name) for voi in self.of(modality))
        raise CommandError(tr("no window is named {w}; there are: {k}", w=text, k=known))


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _dashed(name: str) -> str:
    return _plain(name).replace(" ", "-")


def read_presets(toml: str) -> Presets:
    """The presets of a file: tables by modality, rows of name, center, width; `others`."""
    tables = tomllib.loads(toml)
    others = tuple(str(kind) for kind in tables.pop("others", {}).get("keys", ()))
    return Presets(
        {
            modality: tuple(
                Voi(float(row["center"]), float(row["width"]), name=row["name"])
                for row in table["window"]
            )
            for modality, table in tables.items()
        },
        others,
    )
