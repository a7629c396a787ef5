"""Frames of one site over DICOMweb: fetched here, decoded by the children.

Blocking; called from worker lanes by `services.images.loading`. A single frame is asked for by
itself; the rest of a series comes as one stream, taken apart while it arrives. Sites
that refuse frames are asked for whole objects instead.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from workstation.adapters.answers import NOT_SO, Client, Stream, parts_of
from workstation.adapters.contested import Contested, noted
from workstation.adapters.decode_line import DecodeLine
from workstation.adapters.decoders import Decoders, Pending
from workstation.adapters.documents import is_pdf, with_pages
from workstation.adapters.metadata import DicomWebMetadata
from workstation.adapters.previews import Previews
from workstation.decoder import budget
from workstation.dicom.reasons import not_displayable
from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyRef, StudyUID
from workstation.domain.study import Frame, Series
from workstation.errors import GivenUp, NotDisplayable, Refused, SiteUnavailable
from workstation.imaging.pixels import FramePixels
from workstation.protocols import dicomweb
from workstation.protocols.dicomweb import Garbled, Part
from workstation.services.ports.images import PATIENT, Demand, Fetched, Packed

_log = logging.getLogger("frames")

#: Series of at least this many single-frame objects come as one stream.
_WORTH_A_STREAM: Final = 8
_FRAMES_AT_ONCE: Final = 16
_ATTEMPTS: Final = 2
#: Objects in a row that a silent site may cost before the rest is given up.
_GIVE_UP_AFTER: Final = 3

Arrived = Callable[[Frame, Fetched], None]


class DicomWebFrames(DicomWebMetadata):
    """`services.ports.images.FrameSource` for one site. Safe for any worker thread."""

    def __init__(
        self,
        base_of: Callable[[StudyUID], str],
        client: Client,
        decoders: Decoders,
        previews: Previews | None = None,
    ) -> None:
        super().__init__(base_of, client)
        self._decoders = decoders
        self._previews = previews  # of single frames, while they arrive
        self._whole_objects: set[SeriesUID] = set()  # series whose frames were refused
        self._streams = True
        self._broke_off: set[SeriesUID] = set()  # while they were streamed
        self._sizes: dict[SeriesUID, int] = {}  # frames of a series, as described last
        self._contested = Contested()

    def metadata(self, ref: StudyRef, series: SeriesUID, demand: Demand = PATIENT) -> Series:
        found = super().metadata(ref, series, demand)
        if any(map(is_pdf, found.instances)):
            self._whole_objects.add(series)  # no site has frames of a document
            found = with_pages(ref, found, self._document, self._decoders)
        self._contested.learn(found)
        self._broke_off.discard(series)
        self._sizes[series] = sum(len(each.frames) for each in found.instances)
        return found

    def attributes(self, key: FrameKey) -> bytes:
        """Of two objects under one identifier only the object itself can say which it is."""
        if self._contested.has(key):
            return self._decoders.header(self._object(key), every=True)
        return super().attributes(key)

    def frame(self, frame: Frame, demand: Demand = PATIENT) -> FramePixels:
        """Fetch and decode one frame. Raises NotDisplayable with the reason, or `GivenUp`."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._one(frame, demand)
            except (Garbled, SiteUnavailable) as error:
                if attempt == _ATTEMPTS:
                    if isinstance(error, SiteUnavailable):
                        raise
                    raise not_displayable("incomplete-answer") from error
        raise AssertionError("the last attempt returns or raises")

    def frames(
        self,
        frames: Sequence[Frame],
        arrived: Arrived,
        demand: Demand = PATIENT,
        *,
        decoded: bool = True,
    ) -> None:
        """The rest of a series in few requests; what a stream leaves out is asked for alone.

        After a line that broke, only what is missing is asked for.
        """
        with contextlib.suppress(GivenUp):
            self._series_frames(frames, arrived, demand, decoded)

    def _series_frames(
        self, frames: Sequence[Frame], arrived: Arrived, demand: Demand, decoded: bool
    ) -> None:
        waiting = {frame.key: frame for frame in frames}

        def settle(frame: Frame, result: Fetched) -> None:
            if waiting.pop(frame.key, None) is not None:
                arrived(frame, result)

        if decoded and self._streams and self._worth_a_stream(frames):
            self._stream_series(waiting, settle, arrived, demand)
        several = self._several if decoded else self._packed
        silent = 0
        for group in _by_instance(list(waiting.values())):
            if demand.over():
                return
            heard = self._instance_frames(group, settle, partial(several, demand=demand))
            silent = 0 if heard else silent + 1
            if silent == _GIVE_UP_AFTER:
                break
        for frame in list(waiting.values()):
            settle(frame, not_displayable("not-delivered"))

    # --- one frame ------------------------------------------------------------

    def _one(self, frame: Frame, demand: Demand) -> FramePixels:
        if not self._whole(frame):
            part = self._frame_part(frame, demand)
            if part is not None:
                syntax = dicomweb.transfer_syntax(part, frame.transfer_syntax)
                return self._decoders.decode(part.body, frame, syntax)
        pixels = self._decoders.decode(self._object(frame.key, demand), frame, "")
        self._frames_refused(frame)
        return pixels

    def _whole(self, frame: Frame) -> bool:
        """Only a whole object says which one it is; and some sites give nothing else."""
        return frame.key.series in self._whole_objects or self._contested.has(frame.key)

    def _frames_refused(self, frame: Frame) -> None:
        if not self._contested.has(frame.key):
            self._whole_objects.add(frame.key.series)

    def _frame_part(self, frame: Frame, demand: Demand) -> Part | None:
        """None: the site will not give frames of this object."""
        request = dicomweb.frames(
            self._base_of(frame.key.study), frame.key, [frame.key.frame_index]
        )
        with self._client.stream(request, also=NOT_SO, demand=demand) as stream:
            if stream.status in NOT_SO:
                return None
            watch = self._previews.of(frame) if self._previews is not None else None
            parts = list(parts_of(stream, _most(frame), watch))
        if len(parts) != 1:
            raise Garbled("one frame was asked for")
        return parts[0]

    def _object(self, key: FrameKey, demand: Demand = PATIENT) -> bytes:
        request = dicomweb.instance(self._base_of(key.study), key)
        with self._client.stream(request, also=NOT_SO, demand=demand) as stream:
            if stream.status in NOT_SO:
                raise not_displayable("not-delivered")
            parts = list(parts_of(stream, budget.OBJECT_BYTES))
        if self._contested.has(key):
            bodies = [part.body for part in parts]
            return self._contested.pick(key, bodies, self._decoders.header)
        if len(parts) != 1:
            raise Garbled("one object was asked for")
        return parts[0].body

    def _document(self, key: FrameKey) -> bytes:
        """The object of a document, to count its pages."""
        try:
            return self._object(key)
        except (Garbled, Refused) as error:  # told again, with the reason, at its first page
            raise _reason(error) from error

    # --- many frames ----------------------------------------------------------

    def _worth_a_stream(self, frames: Sequence[Frame]) -> bool:
        """One series of single-frame objects, enough of them to be faster, most of it wanted."""
        series = frames[0].key.series if frames else SeriesUID("")
        if series in self._broke_off or 2 * len(frames) < self._sizes.get(series, 0):
            return False
        objects = {frame.key.sop for frame in frames}
        alike = len({(frame.key.series, frame.pixels) for frame in frames}) == 1
        return alike and len(frames) == len(objects) >= _WORTH_A_STREAM

    def _stream_series(
        self,
        waiting: dict[FrameKey, Frame],
        settle: Arrived,
        arrived: Arrived,
        demand: Demand,
    ) -> None:
        """Every object of the series in one answer; decoded while the next one arrives.

        Which object a part is, the child says: nothing of it is parsed here.
        """
        came: dict[SopUID, Fetched] = {}
        first = next(iter(waiting.values()))
        study = first.key.study
        request = dicomweb.whole_series(self._base_of(study), study, first.key.series)
        by_sop = {k.sop: frame for k, frame in waiting.items() if not self._contested.has(k)}

        def identified(pending: Pending) -> None:
            (result,) = pending.results()
            frame = by_sop.get(sop := SopUID(pending.sop))
            if frame is None or frame.pixels != first.pixels:
                return
            before = came.setdefault(sop, result)
            if before is not result and (another := noted(before, result)) is not None:
                arrived(frame, another)
            settle(frame, result)

        line = DecodeLine(self._decoders, identified)
        try:
            with self._client.stream(request, also=NOT_SO, demand=demand) as stream:
                if stream.status in NOT_SO:
                    self._streams = False
                    return
                for part in parts_of(stream, budget.OBJECT_BYTES):
                    line.add(part.body, [first], any_object=True)
        except (Garbled, SiteUnavailable, Refused) as error:
            _log.info("a series stream broke off: %s", type(error).__name__)
            self._broke_off.add(first.key.series)
        finally:
            line.finish()

    def _instance_frames(
        self,
        group: Sequence[Frame],
        settle: Arrived,
        several: Callable[[Sequence[Frame], Arrived], None],
    ) -> bool:
        """Frames of one object, several to a request; False where the site is silent."""
        for start in range(0, len(group), _FRAMES_AT_ONCE):
            some = group[start : start + _FRAMES_AT_ONCE]
            try:
                several(some, settle)
            except (Garbled, SiteUnavailable, Refused, NotDisplayable) as error:
                left = _reason(error)
                for frame in some:
                    settle(frame, left)
                if isinstance(error, SiteUnavailable):
                    return False
        return True

    def _several(self, frames: Sequence[Frame], settle: Arrived, demand: Demand) -> None:
        if len(frames) == 1:
            settle(frames[0], self.frame(frames[0], demand))
            return
        key = frames[0].key
        if not self._whole(frames[0]):
            indices = [frame.key.frame_index for frame in frames]
            request = dicomweb.frames(self._base_of(key.study), key, indices)
            with self._client.stream(request, also=NOT_SO, demand=demand) as stream:
                if stream.status not in NOT_SO:
                    self._decode_parts(stream, frames, settle)
                    return
            self._frames_refused(frames[0])
        results = self._decoders.decode_object(self._object(key, demand), frames)
        for frame, result in zip(frames, results, strict=True):
            settle(frame, result)

    def _packed(self, frames: Sequence[Frame], settle: Arrived, demand: Demand) -> None:
        """Frames of one object, not decoded: there is no room for all of them."""
        for frame in frames:
            part = None
            if not self._whole(frame):
                part = self._frame_part(frame, demand)
            if part is None:
                self._frames_refused(frame)
                whole = Packed(self._object(frame.key, demand))
                for each in frames:
                    settle(each, whole)
                return
            syntax = dicomweb.transfer_syntax(part, frame.transfer_syntax)
            settle(frame, Packed(part.body, syntax))

    def unpack(self, frame: Frame, packed: Packed) -> FramePixels:
        """Decode what came as `Packed`. Raises NotDisplayable with the reason."""
        return self._decoders.decode_apart(packed.data, frame, packed.transfer_syntax)

    def _decode_parts(self, stream: Stream, frames: Sequence[Frame], settle: Arrived) -> None:
        """Parts come in the order asked (PS3.18 10.4.1.1.6)."""
        line = DecodeLine(self._decoders, lambda done: settle(done.frames[0], done.results()[0]))
        count = 0
        try:
            for frame, part in zip(frames, parts_of(stream, _most(frames[0])), strict=False):
                syntax = dicomweb.transfer_syntax(part, frame.transfer_syntax)
                line.add(part.body, [frame], syntax)
                count += 1
        finally:
            line.finish()
        if count < len(frames):
            raise Garbled("fewer frames than asked for")


def _most(frame: Frame) -> int:
    """What one frame may weigh on its way: codecs can add a little to noise."""
    budget.check_format(frame.pixels)
    return 2 * budget.decoded_size(frame.pixels) + (1 << 20)


def _reason(error: Exception) -> NotDisplayable:
    if isinstance(error, NotDisplayable):
        return error
    if isinstance(error, Refused):
        return not_displayable("refused")
    return not_displayable("incomplete-answer" if isinstance(error, Garbled) else "not-delivered")


def _by_instance(frames: Sequence[Frame]) -> list[list[Frame]]:
    groups: dict[tuple[SopUID, int], list[Frame]] = {}
    for frame in frames:
        groups.setdefault((frame.key.sop, frame.key.copy), []).append(frame)
    return list(groups.values())
