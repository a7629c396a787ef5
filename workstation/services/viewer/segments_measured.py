"""What segments of the reader's own measure, as it is listed, told and cited in a report.

Worked out by the worker of volumes, anew for whatever was drawn since.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.domain.study import DisplaySet
from workstation.imaging.drawn import Slices
from workstation.imaging.drawn_values import measured
from workstation.imaging.volume_voxels import Volume
from workstation.services.jobs import Job
from workstation.services.signal import Signal
from workstation.services.viewer.drawn_segments import Segment
from workstation.services.viewer.segmenting import Segmenting
from workstation.services.viewer.volumes import Volumes

_Said = Mapping[str, float]
#: Of two axes `short` is in the unit of the value, which is a volume here.
_NAMES: Final = MappingProxyType({"long": "longest", "short": "across"})


class SegmentsMeasured:
    """Owned by the application, home thread."""

    def __init__(self, segmenting: Segmenting, volumes: Volumes) -> None:
        self.changed: Signal[None] = Signal()
        self._segmenting, self._volumes = segmenting, volumes
        #: By series and number: of which voxels it was worked out, and what was found.
        self._known: dict[tuple[str, int], tuple[Slices, _Said]] = {}
        self._busy = False
        segmenting.changed.connect(lambda _: self._follow())
        segmenting.leaving.connect(lambda _: self._known.clear())
        volumes.changed.connect(lambda _: self._measure_next())

    @property
    def marks(self) -> tuple[Measurement, ...]:
        """One of each segment that is not empty, in the order of the series they lie on."""
        return tuple(
            as_measurement(own, each, self._said(own, each))
            for own, segments in self._segmenting.sheets
            for each in segments
            if each.slices
        )

    def _said(self, own: DisplaySet, segment: Segment) -> _Said:
        known = self._known.get((own.id, segment.number))
        return known[1] if known is not None and known[0] is segment.slices else {}

    def _follow(self) -> None:
        self._measure_next()
        self.changed.emit(None)

    def _measure_next(self) -> None:
        """One at a time: a brush that goes on is not waited for by what it drew before."""
        if self._busy:
            return
        for own, segments in self._segmenting.sheets:
            for each in segments:
                if each.slices and not self._said(own, each):
                    self._volumes.want(own)
                    volume = self._volumes.get(own)
                    if volume is not None:
                        self._measure(own, each, volume)
                        return

    def _measure(self, own: DisplaySet, segment: Segment, volume: Volume) -> None:
        slices, self._busy = segment.slices, True
        work = self._volumes.work(lambda: measured(volume, slices))

        def found(job: Job[_Said]) -> None:
            self._busy = False
            if job.error is not None:
                return
            self._known[own.id, segment.number] = (slices, job.result())
            self._follow()

        work.then(found)


def as_measurement(own: DisplaySet, segment: Segment, said: _Said) -> Measurement:
    """As it is cited: its image is that on which it is largest. `said` of it may not be here."""
    frame = own.frames[segment.largest]
    return Measurement(
        segment.id, MeasurementKind.SEGMENT, frame.key, (), segment.volume_ml, "ml",
        stats=MappingProxyType({_NAMES.get(k, k): v for k, v in said.items() if k != "volume"}),
        stats_unit=frame.rescale.unit, image_number=segment.largest + 1, series_label=own.label,
        revision=segment.revision, text=segment.name,
    )  # fmt: skip
