"""Another case is asked for while the next ones are fetched ahead on a line of 50 Mbit/s, 60 ms."""

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from attrs import evolve

from workstation.adapters.site_doors import ImageSource
from workstation.app.outer import Outer
from workstation.bench.figures import Figure, machine_load
from workstation.bench.following import opened_next
from workstation.bench.slow_line import BYTES_PER_S, line_of_every_site, painted
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.domain.identifiers import FrameKey, SeriesUID, StudyRef, StudyUID
from workstation.domain.study import Frame, Series
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError
from workstation.imaging.pixels import FramePixels
from workstation.services.ports.images import PATIENT, Demand, Fetched, Packed, SeriesHead
from workstation.text import tr

_CASES: Final = 5
#: So much after Enter nothing but that case is to be on the line.
_AIM_S: Final = 0.2
#: The piece at which an answer is left is not told; it is no larger.
_PIECE: Final = 64 * 1024


def preempting() -> tuple[Figure, ...]:
    """Enter on cases of which nothing is here yet."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        faults, meter = Path(folder) / "line.toml", _Meter()
        faults.write_text(line_of_every_site())
        with (
            running(["--faults", str(faults)]) as ready,
            watched(ready, through=meter.between) as seen,
        ):
            opened_next(seen)
            waits = [_another(seen, meter) for _ in range(_CASES)]
            seen.leave()
    late = sum(size for after in waits for at, size in after if at > _AIM_S)
    last = [max([0.0, *(at for at, _ in after)]) for after in waits]
    return (
        Figure(
            "Enter to the last piece of another case, longest", 1000 * max(last), "ms", "200 ms"
        ),
        Figure("Enter to the last piece of another case, middle", 1000 * median(last), "ms"),
        Figure(f"of other cases later than 200 ms, {_CASES} cases", late / 1024, "KiB"),
        Figure("time of the line that these take", 1000 * late / BYTES_PER_S, "ms"),
        *machine_load(),
    )


def _another(seen: Watched, meter: "_Meter") -> list[tuple[float, int]]:
    """Seconds from Enter on another case to each piece, with its size, of what was fetched
    ahead, until that case is whole: then the others go on."""
    context = seen.program.context
    loader, ahead = context.loader, context.prefetch
    seen.wait(lambda: not loader.reads)
    meter.pieces.clear()
    seen.wait(lambda: any(each in _studies(ahead.held) for each, _, _ in list(meter.pieces)))
    wanted = _not_fetched(seen)
    seen.program.send("case.put-aside")
    others = _studies(ahead.held) - {wanted.study}
    begun = time.perf_counter()
    seen.program.send(f"case.open {wanted.accession}")
    seen.wait(lambda: painted(seen) and loader.complete(wanted.ref))
    whole = time.perf_counter()
    return [
        (at - begun, size)
        for each, at, size in list(meter.pieces)
        if each in others and begun < at < whole
    ]


def _studies(refs: Iterable[StudyRef]) -> set[StudyUID]:
    return {ref.study for ref in refs}


def _not_fetched(seen: Watched) -> WorklistItem:
    """A case that may be read and of which nothing was asked for."""
    context = seen.program.context
    for row in context.worklist.rows:
        item = row.item
        if row.is_free and row.verdict.allowed and not context.loader.display_sets(item.ref):
            return item
    raise CommandError(tr("the worklist has no case left to open"))


class _Meter:
    """Which pieces of which studies came when, and when what was on its way was left."""

    def __init__(self) -> None:
        self.pieces: list[tuple[StudyUID, float, int]] = []

    def between(self, outer: Outer) -> Outer:
        """The outside, seen through this meter."""
        return evolve(
            outer,
            doors={
                site: evolve(
                    door, images=evolve(door.images, source=_Metered(door.images.source, self))
                )
                for site, door in outer.doors.items()
            },
        )

    def heard(self, study: StudyUID, demand: Demand) -> Demand:
        """The same demand; each piece is noted, and the one at which the rest was left."""

        def note(nbytes: int) -> None:
            self.pieces.append((study, time.perf_counter(), nbytes))

        def over() -> bool:
            left = demand.over()
            if left:
                note(_PIECE)
            return left

        def took(nbytes: int) -> None:
            note(nbytes)
            demand.took(nbytes)

        return Demand(over, took)


class _Metered:
    """An image source that is listened to."""

    def __init__(self, inner: ImageSource, meter: _Meter) -> None:
        self._inner, self._meter = inner, meter

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        return self._inner.series(ref)

    def attributes(self, key: FrameKey) -> bytes:
        return self._inner.attributes(key)

    def unpack(self, frame: Frame, packed: Packed) -> FramePixels:
        return self._inner.unpack(frame, packed)

    def metadata(self, ref: StudyRef, series: SeriesUID, demand: Demand = PATIENT) -> Series:
        return self._inner.metadata(ref, series, self._meter.heard(ref.study, demand))

    def frame(self, frame: Frame, demand: Demand = PATIENT) -> FramePixels:
        return self._inner.frame(frame, self._meter.heard(frame.key.study, demand))

    def frames(
        self,
        frames: Sequence[Frame],
        arrived: Callable[[Frame, Fetched], None],
        demand: Demand = PATIENT,
        *,
        decoded: bool = True,
    ) -> None:
        if frames:
            heard = self._meter.heard(frames[0].key.study, demand)
            self._inner.frames(frames, arrived, heard, decoded=decoded)
