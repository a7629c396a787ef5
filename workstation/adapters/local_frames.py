"""Images of this machine as a source like any site: folder, ZIP archive or DICOMDIR.

Every object is read into memory once, so that a disc may leave the drive; its header comes
from the decoder child in the form that sites send. What was read first is shown while the
rest is read. What could not be opened is named.
"""

import contextlib
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import define, field

from workstation.adapters.decode_line import DecodeLine
from workstation.adapters.decoders import Decoders
from workstation.adapters.documents import with_pages
from workstation.adapters.local_files import LocalFiles
from workstation.adapters.local_medium import Found, LocalMedium
from workstation.adapters.local_objects import LocalObjects
from workstation.dicom.reasons import not_displayable
from workstation.domain.identifiers import FrameKey, SeriesUID, StudyRef, StudyUID
from workstation.domain.patient import Patient
from workstation.domain.study import Frame, Series
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels
from workstation.protocols import dicom_json
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse
from workstation.protocols.dicom_directory import is_directory
from workstation.services.ports import LOCAL, Fetched, LocalStudy, Opened, Packed, SeriesHead

_FRAMES_AT_ONCE: Final = 16
#: Objects between two words about how far the reading is.
_TOLD_EACH: Final = 32
_NOT_DICOM: Final = "not-dicom"
#: SOP Instance UID, and which of several objects that share it.
_Name = tuple[str, int]


@define(eq=False)
class _Object:
    data: bytes = field(repr=False)
    found: Found = field(repr=False)
    header: bytes = field(repr=False)  # one DICOM JSON object, without the array around it
    values: Attributes = field(repr=False)

    @property
    def frames(self) -> int:
        """How many, as far as the header says; 0 where it does not, as for documents."""
        return self.values.whole("00280008") or int(self.values.has("00280010"))


class LocalFrames:
    """`services.ports.FrameSource` and `FileOpener`. Safe for any worker thread."""

    def __init__(self, decoders: Decoders) -> None:
        self._decoders = decoders
        self._files = LocalFiles(LocalObjects(decoders))
        self._series: dict[tuple[str, str], dict[_Name, _Object]] = {}
        self._lock = threading.Lock()  # files are read while what is there is looked at
        self._reading: LocalMedium | None = None

    # --- opening --------------------------------------------------------------

    def open(self, path: Path, grown: Callable[[Opened], None] = lambda _: None) -> Opened:
        """Read everything below `path`; a DICOMDIR stands for what it lists."""
        self.forget()
        medium = self._reading = LocalMedium(self._files, path)
        reasons: Counter[str] = Counter()
        read: deque[tuple[Found, bytes]] = deque()  # whose headers are still to come
        taken, next_told = 0, 1
        for header in self._headers(_read(medium, read, reasons)):
            found, data = read.popleft()
            try:
                taken += self._take(medium, found, data, header)
            except NotDisplayable as error:
                reasons[error.reason] += 1
            if self._reading is not medium:
                break
            if taken >= next_told:
                next_told = taken + _TOLD_EACH
                grown(self._opened(medium, reasons, taken))
        return self._opened(medium, reasons, taken)

    def _headers(self, objects: Iterator[bytes]) -> Iterator[bytes | NotDisplayable]:
        """Those up to the first object by themselves: it is shown while the next are read."""
        for data in objects:
            try:
                yield self._decoders.header(data)
                break
            except NotDisplayable as error:
                yield error
        yield from self._decoders.headers(objects)

    def _opened(self, medium: LocalMedium, reasons: Counter[str], taken: int) -> Opened:
        others = 0 if medium.by_directory else reasons[_NOT_DICOM]
        told = {code: n for code, n in reasons.items() if code != _NOT_DICOM or not others}
        return Opened(
            self._studies(),
            told,
            others,
            medium.listed,
            tuple(medium.missing),
            medium.unlisted,
            taken,
        )

    def forget(self) -> None:
        """Nothing of the files stays, and no more of them is read."""
        with self._lock:
            self._reading = None
            self._series.clear()

    def _take(
        self, medium: LocalMedium, found: Found, data: bytes, header: bytes | NotDisplayable
    ) -> bool:
        """A file that came before is told; another one under its identifier stays beside it.

        Whether there is an object more.
        """
        if isinstance(header, NotDisplayable):
            raise header
        try:
            (values,) = parse(header)
        except (NotMetadata, ValueError):
            raise NotDisplayable("", "damaged") from None
        if is_directory(values):
            medium.note(found, values)
            return False
        place = values.text("0020000D"), values.text("0020000E")
        with self._lock:
            if self._reading is not medium:  # forgotten meanwhile
                return False
            objects = self._series.setdefault(place, {})
            sop, copy = values.text("00080018"), 0
            while (known := objects.get((sop, copy))) is not None:
                if known.data == data:
                    raise NotDisplayable("", "duplicate")
                copy += 1
            objects[sop, copy] = _Object(data, found, header.strip()[1:-1], values)
        return True

    def _held(self) -> dict[tuple[str, str], list[_Object]]:
        """What was read so far, series by series, in the order of reading."""
        with self._lock:
            return {place: list(objects.values()) for place, objects in self._series.items()}

    def _studies(self) -> tuple[LocalStudy, ...]:
        first: dict[str, Attributes] = {}
        for (study, _), objects in self._held().items():
            first.setdefault(study, objects[0].values)
        return tuple(
            LocalStudy(
                StudyRef(LOCAL, StudyUID(uid)),
                values.patient() or Patient("", "", "", None, ""),
                values.text("00080020"),
                values.text("00081030"),
                values.text("00080050"),
            )
            for uid, values in first.items()
        )

    # --- as a source ----------------------------------------------------------

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        found = []
        for (study, uid), objects in self._held().items():
            if study == ref.study:
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

    def metadata(self, ref: StudyRef, series: SeriesUID) -> Series:
        objects = self._held().get((ref.study, series), [])
        body = b"[%b]" % b",".join(each.header for each in objects)
        found = dicom_json.series(body, ref, series)
        return with_pages(ref, found, self._data_of, self._decoders)

    def attributes(self, key: FrameKey) -> bytes:
        """`services.ports.HeaderSource`. The private elements are read again from the file; where
        that is gone, those that were kept are all there is."""
        found = self._object(key)
        if found is None:  # closed meanwhile
            raise not_displayable("not-delivered")
        with contextlib.suppress(NotDisplayable):
            header = self._decoders.header(found.data or found.found.read(), every=True)
            if parse(header)[0].text("00080018") == key.sop:
                return header
        return b"[%b]" % found.header

    def frame(self, frame: Frame) -> FramePixels:
        return self._decoders.decode(self._data(frame), frame, "")

    def frames(
        self,
        frames: Sequence[Frame],
        arrived: Callable[[Frame, Fetched], None],
        cancelled: Callable[[], bool],
        *,
        decoded: bool = True,
    ) -> None:
        def settle(done: Sequence[Frame], results: Sequence[Fetched]) -> None:
            for frame, result in zip(done, results, strict=True):
                arrived(frame, result)
                if len(done) == 1 and isinstance(result, FramePixels):
                    self._let_go(frame)  # a study is not held twice

        line = DecodeLine(self._decoders, lambda pending: settle(pending.frames, pending.results()))
        try:
            for group in _groups(frames):
                if cancelled():
                    return
                data = self._data(group[0])
                if decoded:
                    line.add(data, group)
                else:
                    settle(group, [Packed(data)] * len(group))
        finally:
            line.finish()

    def unpack(self, frame: Frame, packed: Packed) -> FramePixels:
        return self._decoders.decode(packed.data, frame, packed.transfer_syntax)

    def _data(self, frame: Frame) -> bytes:
        return self._data_of(frame.key)

    def _data_of(self, key: FrameKey) -> bytes:
        found = self._object(key)
        if found is None:  # closed meanwhile
            raise not_displayable("not-delivered")
        return found.data

    def _let_go(self, frame: Frame) -> None:
        """Whoever took the only frame of an object keeps it until the files are closed."""
        found = self._object(frame.key)
        if found is not None and found.frames == 1:
            found.data = b""

    def _object(self, key: FrameKey) -> _Object | None:
        return self._series.get((key.study, key.series), {}).get((key.sop, key.copy))


def _read(
    medium: LocalMedium, read: deque[tuple[Found, bytes]], reasons: Counter[str]
) -> Iterator[bytes]:
    for found in medium.files():
        try:
            if found.reason:
                raise NotDisplayable("", found.reason)
            data = found.read()
        except NotDisplayable as error:
            reasons[error.reason] += 1
        else:
            read.append((found, data))
            yield data


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
