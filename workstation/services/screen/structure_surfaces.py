"""Segmentations and structure sets in rendered volumes: a surface each, in colour and opacity.

Made by a worker, once for each structure of a display set, while the case is open.
"""

from collections.abc import Sequence
from typing import Final

from workstation.domain.structure import Colour
from workstation.imaging.surface import Border, Surface
from workstation.services.jobs import Jobs
from workstation.services.screen.structure_planes import LANE, Asked, StructurePlanes
from workstation.services.screen.viewed import Shown
from workstation.services.signal import Signal

_Key = tuple[str, int]  # SOP of the object, number of the structure
#: Their fronts let something through: what lies in them is not to be hidden unasked.
USUAL: Final = 0.85


class StructureSurfaces:
    """Owned by `Structures`, lives on the home thread."""

    def __init__(self, jobs: Jobs, planes: StructurePlanes, done: Signal[None]) -> None:
        self._jobs, self._planes, self._done = jobs, planes, done
        self._borders: dict[tuple[str, _Key], Border | None] = {}
        self._under_way: set[tuple[str, _Key]] = set()
        self._opacity: dict[_Key, float] = {}
        self._colour: dict[_Key, Colour] = {}

    def forget(self) -> None:
        """The case is left."""
        self._borders.clear()
        self._under_way.clear()
        self._opacity.clear()
        self._colour.clear()

    def set_opacity(self, key: _Key, opacity: float) -> None:
        self._opacity[key] = min(max(opacity, 0.0), 1.0)

    def set_colour(self, key: _Key, colour: Colour) -> None:
        self._colour[key] = colour

    def colour(self, key: _Key, usual: Colour) -> Colour:
        """As the reader wants it, else as usual."""
        return self._colour.get(key, usual)

    def on(
        self, shown: Shown, asked: Sequence[Asked], usual: Sequence[Colour]
    ) -> tuple[Surface, ...]:
        """What is made already; the rest is asked for, and `done` tells when it is there."""
        found = []
        for each, own in zip(asked, usual, strict=True):
            name = (shown.display_set.id, each.key)
            if name not in self._borders:
                self._make(name, each, shown)
            border = self._borders.get(name)
            if border is not None:
                red, green, blue = (part / 255 for part in self.colour(each.key, own))
                opacity = self._opacity.get(each.key, USUAL)
                found.append(Surface(border, (red, green, blue), opacity))
        return tuple(found)

    def _make(self, name: tuple[str, _Key], asked: Asked, shown: Shown) -> None:
        source = self._planes.source(asked, shown.display_set)
        if source is None or name in self._under_way:
            return
        self._under_way.add(name)

        def make() -> Border | None:
            grid = source.grid()
            border = None if grid is None or not grid.inside.any() else Border(grid)
            return border

        self._jobs.run(make, lane=LANE, on_done=lambda border: self._came(name, border))

    def _came(self, name: tuple[str, _Key], border: Border | None) -> None:
        if name in self._under_way:  # else the case was left meanwhile
            self._under_way.discard(name)
            self._borders[name] = border
            self._done.emit(None)
