"""Everything that is drawn on one series: its segments, the one in hand, and how it was before."""

from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import define, evolve, field

from workstation.domain.structure import Colour
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.drawn import Slices
from workstation.imaging.volume_voxels import affine_of
from workstation.services.viewer.drawn_segments import Segment
from workstation.text import tr

#: Apart for the colour-blind too, and none of those that others' structures get first.
_COLOURS: Final[tuple[Colour, ...]] = (
    (204, 121, 167), (0, 158, 115), (240, 228, 66), (86, 180, 233), (230, 159, 0), (213, 94, 0),
)  # fmt: skip
_MOST: Final = 50
_STEPS: Final = 100


@define(eq=False)
class Sheet:
    """Owned by `services.viewer.segmenting`; every change but a choice is a step of undo."""

    display_set: DisplaySet
    segments: tuple[Segment, ...] = ()
    active: int = 0  # its number; 0 where nothing is drawn
    revision: int = 0
    before: list[tuple[tuple[Segment, ...], int]] = field(factory=list)
    changes: int = 0  # so far; each segment knows with which of them it became what it is

    @property
    def in_hand(self) -> Segment:
        """Raises CommandError where nothing is begun."""
        found = next((each for each in self.segments if each.number == self.active), None)
        if found is None:
            raise CommandError(tr("begin a segment first"))
        return found

    def named(self, name: str) -> Segment:
        """By name, number or as it is listed. Raises CommandError."""
        wanted = name.strip().casefold()
        for each in self.segments:
            if wanted in (each.name.casefold(), str(each.number), each.id.casefold()):
                return each
        known = ", ".join(f"{each.number} {each.name}" for each in self.segments)
        raise CommandError(tr("no segment is {name}; there are: {known}", name=name, known=known))

    def begin(self, number: int, name: str, *, grown: bool = False) -> Segment:
        """A new one, in hand. Raises CommandError where there are too many."""
        if len(self.segments) >= _MOST:
            raise CommandError(tr("so many segments are not kept: save them first"))
        self.keep()
        colour = _COLOURS[(number - 1) % len(_COLOURS)]
        made = Segment(number, name.strip() or tr("Segment {n}", n=number), colour, {}, grown=grown)
        self.segments, self.active = (*self.segments, made), number
        return made

    def change(self, how: Callable[[Segment], Segment]) -> None:
        """The one in hand becomes another, as a step of undo."""
        old = self.in_hand
        self.keep()
        self.put(old, how(old))

    def put(self, old: Segment, new: Segment) -> Segment:
        self.changes += 1
        new = evolve(new, revision=self.changes)
        self.segments = tuple(new if each is old else each for each in self.segments)
        return new

    def drawn(self, segment: Segment, slices: Slices) -> Segment:
        """A segment with these voxels."""
        matrix = affine_of(self.display_set.frames).matrix[:3, :3]
        voxels = sum(int(mask.sum()) for mask in slices.values())
        return segment.with_slices(slices, voxels * abs(float(np.linalg.det(matrix))) / 1000.0)

    def without(self, gone: Segment) -> None:
        self.segments = tuple(each for each in self.segments if each is not gone)

    def keep(self) -> None:
        self.before.append((self.segments, self.active))
        del self.before[:-_STEPS]

    def back(self) -> None:
        """As it was before the last step. Raises CommandError where there was none."""
        if not self.before:
            raise CommandError(tr("nothing was drawn that could be taken back"))
        self.segments, self.active = self.before.pop()
