"""The measurements of the open case: numbered, recomputed on change, never bare."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import evolve

from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.errors import CommandError
from workstation.imaging.measure import measure
from workstation.services.drafted_measurements import numbers_used
from workstation.services.viewed import Shown
from workstation.text import tr


class Measurements:
    """What the reader measured, in the order it was measured. Home thread; owned by `Viewer`."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._by_id: dict[str, Measurement] = {}
        self._last: dict[str, int] = {}
        self._kept: tuple[Measurement, ...] = ()  # as a draft brought them
        self.selected = ""

    @property
    def all(self) -> tuple[Measurement, ...]:
        return tuple(self._by_id.values())

    def add(
        self, shown: Shown, kind: MeasurementKind, points: Sequence[PixelPoint], letter: str
    ) -> Measurement:
        """Measure on the image shown. `letter` names its study: A current, B the prior.

        Raises
        ------
        CommandError
            The image is not here: what is not seen is not measured.
        """
        if shown.pixels is None:
            raise CommandError(shown.missing or tr("the image is not here yet"))
        made = measure(kind, tuple(points), shown.frame, shown.pixels)
        made = evolve(
            made,
            id=self._fresh_name(letter),
            image_number=shown.state.frame_index + 1,
            series_label=shown.display_set.label,
        )
        self._by_id[made.id] = made
        self.selected = made.id
        self._changed()
        return made

    def _fresh_name(self, letter: str) -> str:
        """A name is used once, so that a report cites what it cited."""
        self._last[letter] = self._last.get(letter, 0) + 1
        return f"{letter}{self._last[letter]}"

    def restore(self, kept: Sequence[Measurement], names: Iterable[str] = ()) -> None:
        """Those of a draft, under their names; what was made meanwhile stays, renamed if need be.

        `names` were given too, to measurements that are gone.
        """
        new = [m for m in self._by_id.values() if m not in self._kept]
        taken = {m.id for m in kept}
        for letter, number in numbers_used([*self._by_id, *taken, *names]).items():
            self._last[letter] = max(number, self._last.get(letter, 0))
        self._kept = tuple(kept)
        renamed = [evolve(m, id=self._fresh_name(m.id[0])) if m.id in taken else m for m in new]
        self._by_id = {m.id: m for m in (*kept, *renamed)}
        self.selected = ""
        self._changed()

    def move(self, name: str, shown: Shown, points: Sequence[PixelPoint]) -> Measurement:
        """Other points on the same frame; the revision grows, so that a report can tell."""
        old = self.find(name)
        if shown.pixels is None or shown.frame.key != old.frame:
            raise CommandError(tr("{id} is on another image", id=name))
        made = measure(old.kind, tuple(points), shown.frame, shown.pixels)
        made = evolve(
            made,
            id=name,
            image_number=old.image_number,
            series_label=old.series_label,
            revision=old.revision + 1,
        )
        self._by_id[name] = made
        self._changed()
        return made

    def find(self, name: str = "") -> Measurement:
        """By name; without one the selected, else the last."""
        wanted = name or self.selected or next(reversed(self._by_id), "")
        if wanted not in self._by_id:
            raise CommandError(tr("there is no measurement {id}", id=wanted))
        return self._by_id[wanted]

    def select(self, name: str) -> None:
        self.selected = name and self.find(name).id
        self._changed()

    def delete(self, name: str = "") -> Measurement:
        gone = self._by_id.pop(self.find(name).id)
        self.selected = ""
        self._changed()
        return gone

    def clear(self) -> None:
        self._by_id.clear()
        self._last.clear()
        self._kept = ()
        self.selected = ""

    def snapshot(self) -> list[Mapping[str, object]]:
        """As contracts.md has them."""
        return [
            {
                "id": m.id,
                "kind": m.kind.value,
                "value": m.value,
                "unit": m.unit,
                "note": m.note,
                "stats": dict(m.stats),
                "stats_unit": m.stats_unit,
                "series_uid": m.frame.series,
                "sop_uid": m.frame.sop,
                "frame": m.frame.frame_index,
                "image": m.image_number,
                "points": [list(point) for point in m.points],
                "revision": m.revision,
            }
            for m in self.all
        ]
