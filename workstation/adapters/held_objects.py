"""Whole objects in memory as a source of images: files of this machine, or what DIMSE brought.

Each object stands beside its header, which a decoder child gave in the form that sites send.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Final

from attrs import define, field

from workstation.adapters.decode_line import DecodeLine
from workstation.adapters.decoders import Decoders
from workstation.adapters.documents import with_pages
from workstation.dicom.reasons import not_displayable
from workstation.domain.identifiers import FrameKey, SeriesUID, StudyRef
from workstation.domain.study import Frame, Series
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels
from workstation.protocols import dicom_json
from workstation.protocols.dicom_attributes import Attributes, parse
from workstation.services.ports.images import PATIENT, Demand, Fetched, Packed, SeriesHead

_FRAMES_AT_ONCE: Final = 16
#: SOP Instance UID, and which of several objects that share it.
_Name = tuple[str, int]
#: Study and series.
Place = tuple[str, str]


@define(eq=False)
class HeldObject:
    """One object. `again` brings its bytes a second time, once they were let go."""

    data: bytes = field(repr=False)
    header: bytes = field(repr=False)  # one DICOM JSON object, without the array around it
    values: Attributes = field(repr=False)
    again: Callable[[], bytes] = field(repr=False)

    @property
    def frames(self) -> int:
        """How many, as far as the header says; 0 where it does not, as for documents."""
        return self.values.whole("00280008") or int(self.values.has("00280010"))


class HeldObjects:
    """What `services.ports.images.FrameSource` asks, but for the list. Any worker thread."""

    def __init__(self, decoders: Decoders) -> None:
        self._decoders = decoders
        self._series: dict[Place, dict[_Name, HeldObject]] = {}
        self._lock = threading.Lock()  # objects come while those that are here are looked at

    def _take(self, held: HeldObject) -> None:
        """Another object under an identifier stays beside the first. Under `_lock`.

        Raises `NotDisplayable` where the same came before.
        """
        place = held.values.text("0020000D"), held.values.text("0020000E")
        objects = self._series.setdefault(place, {})
        sop, copy = held.values.text("00080018"), 0
        while (known := objects.get((sop, copy))) is not None:
            if known.data == held.data:
                raise NotDisplayable("", "duplicate")
            copy += 1
        objects[sop, copy] = held

    def _held(self) -> dict[Place, list[HeldObject]]:
        """What came so far, series by series, in its order."""
        with self._lock:
            return {place: list(objects.values()) for place, objects in self._series.items()}

    def _heads(self, study: str) -> tuple[SeriesHead, ...]:
        found = []
        for (of_study, uid), objects in self._held().items():
            if of_study == study:
                values = objects[0].values
                found.append(
                    SeriesHead(
                        SeriesUID(uid),
                        values.whole("00200011"),
                        values.text("00080060"),
                        values.text("0008103E"),
                        len(objects),
                    )
                )
        return tuple(found)

    def metadata(self, ref: StudyRef, series: SeriesUID, demand: Demand = PATIENT) -> Series:
        """Every instance of the series that is held."""
        objects = self._held().get((ref.study, series), [])
        body = b"[%b]" % b",".join(each.header for each in objects)
        found = dicom_json.series(body, ref, series)
        return with_pages(ref, found, self._data_of, self._decoders)

    def attributes(self, key: FrameKey) -> bytes:
        """`services.ports.images.HeaderSource`. The private elements are read again from the
        object; where that is gone, those that were kept are all there is."""
        found = self._need(key)
        with contextlib.suppress(NotDisplayable):
            header = self._decoders.header(found.data or found.again(), every=True)
            if parse(header)[0].text("00080018") == key.sop:
                return header
        return b"[%b]" % found.header

    def frame(self, frame: Frame, demand: Demand = PATIENT) -> FramePixels:
        """Decode one frame. Raises NotDisplayable with the reason."""
        return self._decoders.decode(self._data_of(frame.key), frame, "")

    def frames(
        self,
        frames: Sequence[Frame],
        arrived: Callable[[Frame, Fetched], None],
        demand: Demand = PATIENT,
        *,
        decoded: bool = True,
    ) -> None:
        """Decode frames, those of one object together; calls from this thread."""

        def settle(done: Sequence[Frame], results: Sequence[Fetched]) -> None:
            for frame, result in zip(done, results, strict=True):
                arrived(frame, result)
                if len(done) == 1 and isinstance(result, FramePixels):
                    self._let_go(frame)  # a study is not held twice

        line = DecodeLine(self._decoders, lambda pending: settle(pending.frames, pending.results()))
        try:
            for group in _groups(frames):
                if demand.over():
                    return
                try:
                    data = self._data_of(group[0].key)
                except NotDisplayable as missing:
                    settle(group, [missing] * len(group))
                    continue
                if decoded:
                    line.add(data, group)
                else:
                    settle(group, [Packed(data)] * len(group))
        finally:
            line.finish()

    def unpack(self, frame: Frame, packed: Packed) -> FramePixels:
        """Decode what came as `Packed`. Raises NotDisplayable with the reason."""
        return self._decoders.decode_apart(packed.data, frame, packed.transfer_syntax)

    def _data_of(self, key: FrameKey) -> bytes:
        found = self._need(key)
        return found.data or found.again()

    def _let_go(self, frame: Frame) -> None:
        """Whoever took the only frame of an object keeps it until the study is closed."""
        found = self._find(frame.key)
        if found is not None and found.frames == 1:
            found.data = b""

    def _need(self, key: FrameKey) -> HeldObject:
        found = self._find(key)
        if found is None:  # closed meanwhile
            raise not_displayable("not-delivered")
        return found

    def _find(self, key: FrameKey) -> HeldObject | None:
        return self._series.get((key.study, key.series), {}).get((key.sop, key.copy))


def _groups(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Frames of one object together, a bounded number at a time."""
    by_object: dict[_Name, list[Frame]] = {}
    for frame in frames:
        by_object.setdefault((frame.key.sop, frame.key.copy), []).append(frame)
    return [
        group[at : at + _FRAMES_AT_ONCE]
        for group in by_object.values()
        for at in range(0, len(group), _FRAMES_AT_ONCE)
    ]
