"""The images of one site: what there is, and the stored bytes of each instance.

Nothing is transcoded: what is stored is what is served. Bytes are read, or a phantom
is drawn, when somebody asks; the last ones asked for are kept in memory.
"""

import hashlib
import io
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from attrs import define, field, frozen
from pydicom import Dataset, dcmread
from pydicom.encaps import generate_frames
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

PIXELS: Final = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_KEPT_BYTES: Final = 768 * 1024 * 1024
_LOCKS: Final = 64


class Source(Protocol):
    """Where an instance comes from."""

    def header(self) -> Dataset:
        """Everything but the pixels, file meta included."""
        ...

    def part10(self) -> bytes:
        """The whole file (PS3.10)."""
        ...


@frozen
class FileSource:
    path: Path

    def header(self) -> Dataset:
        return dcmread(self.path, stop_before_pixels=True)

    def part10(self) -> bytes:
        return self.path.read_bytes()


@frozen
class MemorySource:
    """An instance that was sent to us (STOW-RS)."""

    raw: bytes = field(repr=False)

    def header(self) -> Dataset:
        return dcmread(io.BytesIO(self.raw), stop_before_pixels=True)

    def part10(self) -> bytes:
        return self.raw


@frozen
class MadeSource:
    """A phantom: its header is cheap, its pixels are drawn when needed."""

    make_header: Callable[[], Dataset]
    make_dataset: Callable[[], Dataset]

    def header(self) -> Dataset:
        return self.make_header()

    def part10(self) -> bytes:
        buffer = io.BytesIO()
        self.make_dataset().save_as(buffer, enforce_file_format=True)
        return buffer.getvalue()


@define(eq=False)
class Instance:
    """One stored SOP instance."""

    study: str
    series: str
    sop: str
    source: Source
    given: Mapping[str, str] = field(factory=dict)  # attributes it came without, by keyword
    _header: Dataset | None = None

    @property
    def header(self) -> Dataset:
        if self._header is None:
            self._header = self.source.header()
        return self._header

    @property
    def transfer_syntax(self) -> UID:
        meta = getattr(self.header, "file_meta", None)
        return UID(str(getattr(meta, "TransferSyntaxUID", ImplicitVRLittleEndian)))


@frozen
class Loaded:
    """The bytes of an instance and, inside them, its frames."""

    part10: bytes = field(repr=False)
    frames: tuple[memoryview | bytes, ...] = field(repr=False)

    @property
    def size(self) -> int:
        inside = isinstance(next(iter(self.frames), b""), memoryview)
        return len(self.part10) + (0 if inside else sum(len(each) for each in self.frames))

    def dataset(self) -> Dataset:
        """Parsed anew: a dataset kept beside the bytes would hold the pixels twice."""
        return dcmread(io.BytesIO(self.part10))


class Archive:
    """Studies of one site. Read from worker threads; changed under a lock."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._studies: dict[str, dict[str, dict[str, Instance]]] = {}
        self._kept: OrderedDict[str, Loaded] = OrderedDict()
        self._kept_bytes = 0
        self._making = tuple(threading.Lock() for _ in range(_LOCKS))
        self._ahead: queue.SimpleQueue[Instance] = queue.SimpleQueue()
        self._drawer: threading.Thread | None = None

    def add(self, instance: Instance) -> bool:
        """False where an instance of that UID is there already; it stays."""
        with self._lock:
            series = self._studies.setdefault(instance.study, {}).setdefault(instance.series, {})
            if instance.sop in series:
                return False
            series[instance.sop] = instance
            return True

    def studies(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._studies)

    def series(self, study: str) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._studies.get(study, ()))

    def instances(self, study: str, series: str | None = None) -> tuple[Instance, ...]:
        with self._lock:
            held = self._studies.get(study, {})
            chosen = held.values() if series is None else [held.get(series, {})]
            return tuple(each for group in chosen for each in group.values())

    def instance(self, study: str, series: str, sop: str) -> Instance | None:
        with self._lock:
            return self._studies.get(study, {}).get(series, {}).get(sop)

    def loaded(self, instance: Instance) -> Loaded:
        """Blocking: reads or draws. Raises ValueError where the pixels are damaged."""
        with self._making[hash(instance.sop) % _LOCKS]:  # two who ask wait for one drawing
            known = self._known(instance)
            if known is None:
                known = load(instance.source.part10())
                self._keep(instance, known)
            return known

    def part10(self, instance: Instance) -> bytes:
        """Blocking: the whole file, without looking into it where it is one."""
        known = self._known(instance)
        if known is None and not isinstance(instance.source, MadeSource):
            return instance.source.part10()
        return (known or self.loaded(instance)).part10

    def draw_ahead(self, instances: Sequence[Instance]) -> None:
        """Draw phantoms that will be asked for next, one after the other, in the background."""
        for each in instances:
            if isinstance(each.source, MadeSource):
                self._ahead.put(each)
        if self._drawer is None and not self._ahead.empty():
            self._drawer = threading.Thread(target=self._draw, daemon=True, name="drawer")
            self._drawer.start()

    def _draw(self) -> None:
        while True:
            self.loaded(self._ahead.get())

    def _known(self, instance: Instance) -> Loaded | None:
        with self._lock:
            known = self._kept.get(instance.sop)
            if known is not None:
                self._kept.move_to_end(instance.sop)
            return known

    def _keep(self, instance: Instance, fresh: Loaded) -> None:
        with self._lock:
            self._kept[instance.sop] = fresh
            self._kept_bytes += fresh.size
            while self._kept_bytes > _KEPT_BYTES and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._kept_bytes -= dropped.size


def load(part10: bytes) -> Loaded:
    dataset = dcmread(io.BytesIO(part10))
    return Loaded(part10, tuple(_frames(part10, dataset)))


def etag(*parts: object) -> str:
    """A strong validator: the same for the same parts, of which `bytes` count whole."""
    raw = b"/".join(each if isinstance(each, bytes) else str(each).encode() for each in parts)
    digest = hashlib.sha256(raw).hexdigest()
    return f'"{digest[:32]}"'


def _frames(part10: bytes, dataset: Dataset) -> Iterator[memoryview | bytes]:
    keyword = next((each for each in PIXELS if each in dataset), None)
    if keyword is None:
        return
    count = int(dataset.get("NumberOfFrames") or 1)
    syntax = UID(str(dataset.file_meta.get("TransferSyntaxUID", ImplicitVRLittleEndian)))
    if syntax.is_compressed and syntax != DeflatedExplicitVRLittleEndian:
        offsets = _extended_offsets(dataset)
        raw = dataset.get_item(keyword).value
        yield from generate_frames(raw, number_of_frames=count, extended_offsets=offsets)
        return
    view = _native(part10, dataset, keyword, syntax)
    bits = _bits_per_frame(dataset, keyword)
    if bits % 8:
        yield from _bit_frames(view, bits, count)
        return
    for index in range(count):
        yield view[index * bits // 8 : (index + 1) * bits // 8]


def _native(part10: bytes, dataset: Dataset, keyword: str, syntax: UID) -> memoryview:
    """The pixel data where it lies in the file, not copied."""
    item: Any = dataset.get_item(keyword)
    at = getattr(item, "value_tell", None)
    if at is None or syntax == DeflatedExplicitVRLittleEndian:
        return memoryview(item.value)
    return memoryview(part10)[at : at + item.length]


def _bits_per_frame(dataset: Dataset, keyword: str) -> int:
    allocated = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(keyword)
    allocated = allocated or int(dataset.BitsAllocated)
    samples: float = int(dataset.get("SamplesPerPixel") or 1)
    if dataset.get("PhotometricInterpretation") in ("YBR_FULL_422", "YBR_PARTIAL_422"):
        samples = 2  # chroma for every second pixel only
    return int(dataset.Rows * dataset.Columns * samples * allocated)


def _bit_frames(view: memoryview, bits: int, count: int) -> Iterator[bytes]:
    """1-bit frames that do not begin on a byte: shifted so that each does (PS3.5 8.1.1)."""
    flat = np.unpackbits(np.frombuffer(view, np.uint8), bitorder="little")
    for index in range(count):
        yield np.packbits(flat[index * bits : (index + 1) * bits], bitorder="little").tobytes()


def _extended_offsets(dataset: Dataset) -> tuple[bytes, bytes] | None:
    if "ExtendedOffsetTable" not in dataset:
        return None
    return dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths
