"""Images of this machine as a source like any site: folder, ZIP archive or DICOMDIR.

Every object is read into memory once, so that a disc may leave the drive; its header comes
from the decoder child in the form that sites send. What was read first is shown while the
rest is read. What could not be opened is named.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from workstation.adapters.decoders import Decoders
from workstation.adapters.held_objects import HeldObject, HeldObjects
from workstation.adapters.local_files import LocalFiles
from workstation.adapters.local_medium import Found, LocalMedium
from workstation.adapters.local_objects import LocalObjects
from workstation.domain.identifiers import StudyRef, StudyUID
from workstation.domain.patient import Patient
from workstation.errors import NotDisplayable
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse
from workstation.protocols.dicom_directory import is_directory
from workstation.services.ports.files import LOCAL, LocalStudy, Opened
from workstation.services.ports.images import SeriesHead

#: Objects between two words about how far the reading is.
_TOLD_EACH: Final = 32
_NOT_DICOM: Final = "not-dicom"


class LocalFrames(HeldObjects):
    """`services.ports.images.FrameSource` and `FileOpener`. Safe for any worker thread."""

    def __init__(self, decoders: Decoders) -> None:
        super().__init__(decoders)
        self._files = LocalFiles(LocalObjects(decoders))
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
                taken += self._take_file(medium, found, data, header)
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

    def _take_file(
        self, medium: LocalMedium, found: Found, data: bytes, header: bytes | NotDisplayable
    ) -> bool:
        """A file that came before is told. Whether there is an object more."""
        if isinstance(header, NotDisplayable):
            raise header
        try:
            (values,) = parse(header)
        except (NotMetadata, ValueError):
            raise NotDisplayable("", "damaged") from None
        if is_directory(values):
            medium.note(found, values)
            return False
        with self._lock:
            if self._reading is not medium:  # forgotten meanwhile
                return False
            self._take(HeldObject(data, header.strip()[1:-1], values, found.read))
        return True

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

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        return self._heads(ref.study)


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
