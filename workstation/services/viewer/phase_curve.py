"""What a region holds at each moment: a curve of wash-in and wash-out, in values of the images.

Of each phase the image at the same place is measured, by the same points; what is not here yet
has no value, and none is guessed in between.
"""

from collections.abc import Callable, Iterable

from attrs import field, frozen

from workstation.domain.measurement import REGIONS, Measurement
from workstation.domain.study import DisplaySet, Frame, Trait
from workstation.errors import CommandError
from workstation.imaging.measure import measure
from workstation.imaging.pixels import FramePixels
from workstation.text import tr
from workstation.viewing.phases import Phases

#: What their values are milliseconds of.
_MILLISECONDS = frozenset({Trait.TRIGGER_TIME, Trait.FRAME_TIME})


@frozen
class PhaseCurve:
    """`at` are the values that phases differ in, seconds where they are times of a clock."""

    mark: str
    at: tuple[float, ...]
    means: tuple[float | None, ...] = field()  # None: that image is not here
    unit: str
    in_seconds: bool
    now: int  # the phase on the view

    @property
    def known(self) -> tuple[tuple[float, float], ...]:
        return tuple((x, y) for x, y in zip(self.at, self.means, strict=True) if y is not None)

    @property
    def words(self) -> str:
        """From the first to the highest, when that is, and the last."""
        if not self.known:
            return tr("{mark}: no image of these phases is here yet", mark=self.mark)
        (_, first), (_, last) = self.known[0], self.known[-1]
        when, top = max(self.known, key=lambda point: point[1])
        place = f"{when:.1f} s" if self.in_seconds else f"{when:g}"
        unit = f" {self.unit}" if self.unit else ""
        return tr(
            "{mark}: {first} to {top}{unit} at {place}, {last} at the end",
            mark=self.mark, first=f"{first:.1f}", top=f"{top:.1f}", unit=unit, place=place,
            last=f"{last:.1f}",
        )  # fmt: skip


def curve_of(
    mark: Measurement, found: Phases, sets: Iterable[DisplaySet],
    pixels: Callable[[Frame], FramePixels | None],
) -> PhaseCurve:  # fmt: skip
    """`sets` are those of the phases, in their order.

    Raises CommandError where the mark is no region on an image of one of them.
    """
    phases = tuple(sets)
    keys = [[frame.key for frame in each.frames] for each in phases]
    place = next((own.index(mark.frame) for own in keys if mark.frame in own), None)
    if mark.kind not in REGIONS or mark.on is not None or place is None:
        raise CommandError(tr("draw a region on an image of these phases first"))
    means = []
    for each in phases:
        frame = each.frames[place]
        here = pixels(frame)
        made = None if here is None else measure(mark.kind, mark.points, frame, here)
        means.append(None if made is None else made.stats.get("mean"))
    seconds = found.axis in _MILLISECONDS
    at = tuple(value / 1000.0 if seconds else value for value in found.values)
    return PhaseCurve(
        mark.id, at, tuple(means), phases[found.at].frames[place].rescale.unit, seconds, found.at
    )
