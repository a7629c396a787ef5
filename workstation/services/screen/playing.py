"""A film on one view: what plays there, how far it is, and how fast it really goes."""

from collections import deque
from typing import Final

from attrs import define, field

from workstation.text import tr
from workstation.viewing.cine import Film
from workstation.viewing.planes import Plane

#: The real rate is counted over this long.
COUNTED_S: Final = 2.0


@define(eq=False)
class Playing:
    """One view's film; `at` is how far into it the moment `since` was."""

    display_set: str
    plane: Plane | None
    phases: tuple[str, ...]  # the display sets it goes through; none: images or planes of one
    film: Film
    recorded: bool
    since: float
    at: float
    waiting: bool = False
    seen: deque[float] = field(factory=deque)

    def place(self, now: float, speed: float) -> float:
        return self.at if self.waiting else self.at + (now - self.since) * speed

    def words(self, speed: float) -> str:
        """How fast it plays, and how fast it was recorded."""
        if self.waiting:
            return tr("Cine waits for images")
        nominal = self.film.rate * speed
        wanted = tr("{n:.3g} a second", n=nominal)
        if not self.recorded:
            wanted = tr("{n:.3g} a second, not recorded", n=nominal)
        elif speed != 1.0:
            wanted = tr("{n:.3g} a second, recorded {r:.3g}", n=nominal, r=self.film.rate)
        seen, span = self.seen, COUNTED_S
        if len(seen) < 3 or seen[-1] - seen[0] < span / 2:
            return tr("Cine {wanted}", wanted=wanted)
        real = (len(seen) - 1) / (seen[-1] - seen[0])
        if real < 0.95 * nominal:
            return tr("Cine {wanted}, {real:.3g} shown", wanted=wanted, real=real)
        return tr("Cine {wanted}", wanted=wanted)
