"""Named windows by modality, from `resources/windows.toml` and a file of the reader's own.

[MR]
window = [
  { header = true },                                  # all that the image itself proposes
  { name = "Bright", center = 300, width = 600 },     # in modality values
  { name = "SUV 0 to 5", low = 0, high = 5, unit = "SUVbw" },  # by its ends; only for SUVbw
  { name = "Contrast", percent = [5, 95] },           # between percentiles of the image
  { name = "Lower half", maximum = [0, 50] },         # % of its largest value
]
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import evolve, field, frozen

from workstation.domain.presentation import Voi, VoiFunction
from workstation.errors import CommandError, SettingsError
from workstation.text import tr

_NUMBERS: Final = re.compile(r"(-?[0-9.eE+-]+)/([0-9.eE+-]+)")

#: What the image proposes itself, under the first number key.
DEFAULT: Final = "default"
#: The table for modalities without one of their own.
OTHERS: Final = "others"
#: Number keys: the first is what the image proposes.
MOST: Final = 8


@frozen
class Own:
    """A window that the image itself proposes, counted from 0."""

    index: int = 0


@frozen
class Spread:
    """A window from the values of the image: between percentiles, or parts of its largest."""

    name: str
    low: float  # per cent
    high: float
    of_maximum: bool = False


Choice = Voi | Own | Spread

AUTO: Final = Spread("Auto", 0.5, 99.5)


@frozen
class Row:
    """One line of the file; `choice` None stands for all further windows of the image."""

    choice: Voi | Spread | None
    unit: str = ""  # of the values it is for; empty: of whatever values there are


@frozen
class Presets:
    """The windows of each modality in the order of the number keys.

    Key 1 is always what the image proposes; a name without a modality's own entry is
    looked up in all of them, so that `viewport.window lung` works in any script.
    """

    by_modality: Mapping[str, tuple[Row, ...]]

    def numbered(self, modality: str, number: int, *, own: int = 1, unit: str = "") -> Choice:
        """What a number key does on an image with `own` windows and values in `unit`.

        Windows for another unit are not on its keys; where none is left, those of the
        modalities without a table are.

        Raises
        ------
        CommandError
            There are not so many.
        """
        if number == 1:
            return Own()
        tables = (self.by_modality.get(name, ()) for name in (modality, OTHERS))
        rows = next(filter(None, (_offered(table, own, unit) for table in tables)), [])
        if not 2 <= number <= len(rows) + 1:
            raise CommandError(tr("{m} has no window {n}", m=modality, n=number))
        return rows[number - 2]

    def parse(self, text: str, modality: str) -> Choice:
        """A window as a reader writes it: a name, or ``center/width`` as in ``40/400``.

        Numbers that are a preset of the modality are called by its name.

        Raises
        ------
        CommandError
            It is neither; says which names there are.
        """
        if text.casefold() == DEFAULT:
            return Own()
        if text.casefold() == "auto":
            return AUTO
        match = _NUMBERS.fullmatch(text.replace("−", "-"))
        if match is None:
            return self._named(text, modality)
        try:
            center, width = float(match[1]), float(match[2])
        except ValueError:
            raise CommandError(tr("{w} is not a window", w=text)) from None
        if not width > 0:
            raise CommandError(tr("a window is wider than 0"))
        fixed = (v for v in self._choices((modality,)) if isinstance(v, Voi))
        same = (v for v in fixed if (v.center, v.width) == (center, width))
        return next(same, Voi(center, width))

    def _named(self, text: str, modality: str) -> Voi | Spread:
        wanted = _plain(text)
        for choice in self._choices((modality, *self.by_modality)):
            if _plain(choice.name) == wanted:
                return choice
        own = self._choices((modality if modality in self.by_modality else OTHERS,))
        known = ", ".join(_dashed(choice.name) for choice in own)
        raise CommandError(tr("no window is named {w}; there are: {k}", w=text, k=known))

    def _choices(self, modalities: Iterable[str]) -> list[Voi | Spread]:
        rows = (row for each in modalities for row in self.by_modality.get(each, ()))
        return [row.choice for row in rows if row.choice is not None]

    def with_own(self, own: "Presets") -> "Presets":
        """The reader's tables stand in for those of the program, modality by modality."""
        return Presets({**self.by_modality, **own.by_modality})


def _offered(table: Iterable[Row], own: int, unit: str) -> list[Choice]:
    found: list[Choice] = []
    for row in table:
        if row.choice is None:
            found.extend(Own(index) for index in range(1, own))
        elif row.unit in ("", unit.partition(" ")[0]):  # SUVlbm, whoever's formula
            found.append(row.choice)
    return found[:MOST]


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _dashed(name: str) -> str:
    return _plain(name).replace(" ", "-")


def read_presets(toml: str, file: str = "windows.toml") -> Presets:
    """The presets of a file. Raises `SettingsError` naming the file and the line."""
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError(tr("{file}: {why}", file=file, why=wrong)) from None
    return Presets({each: _table(_Place(file, toml, each), tables[each]) for each in tables})


@frozen
class _Place:
    """Where a row stands, for errors."""

    file: str
    text: str = field(repr=False)
    modality: str
    row: int | None = None

    def error(self, why: str) -> SettingsError:
        words = tr("{file}, line {line}: {why}", file=self.file, line=self._line(), why=why)
        return SettingsError(words)

    def _line(self) -> int:
        """Of the row; of the table's head where it has none."""
        lines = [re.sub(r"#.*", "", line) for line in self.text.splitlines()]
        name = re.escape(self.modality)
        head = rf"\s*\[+\s*[\"']?{name}[\"']?(\.window)?\s*\]+|\s*[\"']?{name}[\"']?\s*="
        starts = [at for at, line in enumerate(lines) if re.match(head, line)] or [0]
        if self.row is None:
            return starts[0] + 1
        if len(starts) > 1:  # [[MR.window]], one for each row
            return starts[self.row] + 1
        rows = [at for at in range(starts[0], len(lines)) for _ in re.findall(r"\{", lines[at])]
        return rows[self.row] + 1 if self.row < len(rows) else starts[0] + 1


def _table(place: _Place, table: Any) -> tuple[Row, ...]:
    rows = table.get("window") if isinstance(table, dict) else None
    if not isinstance(rows, list) or set(table) != {"window"}:
        raise place.error(tr("[{m}] must have one list, window = [...]", m=place.modality))
    return tuple(_row(evolve(place, row=at), row) for at, row in enumerate(rows))


def _row(place: _Place, row: Any) -> Row:
    if not isinstance(row, dict):
        raise place.error(
            tr("a window is written {x}", x='{ name = "…", center = 40, width = 400 }')
        )
    if row == {"header": True}:
        return Row(None)
    name, kinds = row.get("name"), set(row) - {"name", "unit"}
    if not isinstance(name, str) or not name.strip():
        raise place.error(tr("the window has no name"))
    unit = row.get("unit", "")
    if not isinstance(unit, str):
        raise place.error(tr("{name}: the unit is a text in quotes", name=name))
    for kind, make in (
        ({"center", "width"}, _centered), ({"low", "high"}, _ended),
        ({"percent"}, _spread), ({"maximum"}, _spread),
    ):  # fmt: skip
        if kinds == kind:
            return Row(make(place, name, row), unit)
    raise place.error(
        tr("{name}: give center and width, low and high, percent, or maximum", name=name)
    )


def _number(place: _Place, name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise place.error(tr("{name}: {value!r} is not a number", name=name, value=value))
    return float(value)


def _centered(place: _Place, name: str, row: Mapping[str, Any]) -> Voi:
    center, width = (_number(place, name, row[key]) for key in ("center", "width"))
    if width < 1:
        raise place.error(tr("{name}: the width is at least 1", name=name))
    return Voi(center, width, name=name)


def _ended(place: _Place, name: str, row: Mapping[str, Any]) -> Voi:
    low, high = (_number(place, name, row[key]) for key in ("low", "high"))
    if not low < high:
        raise place.error(tr("{name}: low is below high", name=name))
    return Voi((low + high) / 2, high - low, VoiFunction.LINEAR_EXACT, name)


def _spread(place: _Place, name: str, row: Mapping[str, Any]) -> Spread:
    of_maximum = "maximum" in row
    ends = row["maximum" if of_maximum else "percent"]
    if not isinstance(ends, list) or len(ends) != 2:
        raise place.error(tr("{name}: two numbers are needed, from and to", name=name))
    low, high = (_number(place, name, value) for value in ends)
    if not 0 <= low < high <= 100:
        raise place.error(tr("{name}: from 0 to 100 per cent, the lower first", name=name))
    return Spread(name, low, high, of_maximum)
