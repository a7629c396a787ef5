"""The lesions of a case in one table: spheres in a PET, and segments of the reader's own.

What is in it are measurements; the table says of all the same, can be walked and goes into a
report as text.
"""

from collections.abc import Sequence

from attrs import frozen

from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.errors import CommandError
from workstation.services.screen.citing import value_words
from workstation.services.signal import Signal
from workstation.services.viewer.segmenting import Segmenting
from workstation.services.viewer.segments_measured import SegmentsMeasured
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr


@frozen
class Lesion:
    """None where it is not defined, or not worked out yet. Of a sphere `long_mm` is its own."""

    mark: Measurement
    unit: str
    most: float | None
    peak: float | None
    mean: float | None
    volume_ml: float | None
    tlg: float | None
    long_mm: float | None

    @property
    def id(self) -> str:
        return self.mark.id

    @property
    def is_segment(self) -> bool:
        return self.mark.kind is MeasurementKind.SEGMENT


def lesion_of(mark: Measurement) -> Lesion | None:
    """None of a measurement that is no lesion with a volume."""
    if mark.kind is MeasurementKind.SEGMENT:
        said, unit, volume = mark.stats, mark.stats_unit, mark.value
        long_mm = said.get("longest")
    elif "radius" in mark.layer:
        said, unit, volume = mark.layer, mark.layer_unit, mark.layer["volume"]
        long_mm = 2 * mark.layer["radius"]
    else:
        return None
    return Lesion(
        mark, unit, said.get("max"), said.get("peak"), said.get("mean"), volume, said.get("tlg"),
        long_mm,
    )  # fmt: skip


class Lesions:
    """Owned by the application, home thread."""

    def __init__(self, viewer: Viewer, segmenting: Segmenting, measured: SegmentsMeasured) -> None:
        self.changed: Signal[None] = Signal()
        self.shown = False
        self.chosen = ""
        self._viewer, self._segmenting, self._measured = viewer, segmenting, measured
        measured.changed.connect(self.changed.emit)
        viewer.measurements_changed.connect(self.changed.emit)
        segmenting.leaving.connect(lambda _: self._leave())

    def _leave(self) -> None:
        self.chosen = ""
        self.changed.emit(None)

    @property
    def rows(self) -> tuple[Lesion, ...]:
        """Spheres as they were made, then segments by number."""
        marks = (*self._viewer.measurements, *self._measured.marks)
        return tuple(made for mark in marks if (made := lesion_of(mark)) is not None)

    def toggle(self) -> bool:
        """The table below the images, or not."""
        self.shown = not self.shown
        self.changed.emit(None)
        return self.shown

    def figures(self) -> str:
        """What the segment in hand measures. Raises CommandError where there is none."""
        segment = self._segmenting.in_hand
        row = next((each for each in self.rows if each.id == segment.id), None)
        if row is None:
            return tr("{name}: nothing is drawn", name=segment.name)
        return tr("{name}: {figures}", name=segment.name, figures=value_words(row.mark))

    def step(self, by: int) -> Lesion:
        """To the next one, round the ends."""
        rows = self.listed()
        ids = [each.id for each in rows]
        at = ids.index(self.chosen) + by if self.chosen in ids else (0 if by > 0 else -1)
        return self.go(ids[at % len(ids)])

    def named(self, name: str = "") -> Lesion:
        """Without a name the chosen one, else the only one. Raises CommandError."""
        rows = self.listed()
        wanted = name or self.chosen or (rows[0].id if len(rows) == 1 else "")
        row = next((each for each in rows if each.id == wanted), None)
        if row is None:
            raise CommandError(tr("no lesion is {name}", name=wanted or tr("chosen")))
        return row

    def go(self, name: str) -> Lesion:
        """Bring the image on which it is, and take it in hand. Raises CommandError."""
        row = self.named(name)
        if row.is_segment:
            if not self._viewer.point_at_place(*self._segmenting.place_of(row.id)):
                self._viewer.go_to_frame(row.mark.frame)
            self._segmenting.pick(row.id)
        else:
            self._viewer.go_to_measurement(row.id)
        self.chosen = row.id
        self.changed.emit(None)
        return row

    def has(self, name: str) -> bool:
        return any(each.id == name and each.is_segment for each in self.rows)

    def listed(self) -> Sequence[Lesion]:
        """The rows. Raises CommandError where there are none."""
        rows = self.rows
        if not rows:
            raise CommandError(tr("no lesion has a volume: make a sphere or a segment first"))
        return rows
