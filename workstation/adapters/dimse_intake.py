"""Objects of one series as they come: read in the decoder children while the line brings more,
and told of now and then, so that the first is looked at long before the last is here."""

import time
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Final, Self

from workstation.domain.identifiers import SopUID
from workstation.errors import NotDisplayable

#: The first object is told of at once, then never more often than this,
_TOLD_EACH_S: Final = 0.5
#: and so that telling takes a small part of the time: a series is described anew each time.
_TELLING_SHARE: Final = 10
_TOGETHER: Final = 32

#: An object and its header, or why there is none.
Keep = Callable[[SopUID, bytes, bytes | NotDisplayable], None]


class Seldom:
    """Does something at once, and then so that it takes a small part of the time."""

    def __init__(self, act: Callable[[], None], monotonic: Callable[[], float]) -> None:
        self._act, self._monotonic = act, monotonic
        self._due = monotonic()

    def __call__(self) -> None:
        began = self._monotonic()
        if began >= self._due:
            self._act()
            took = self._monotonic() - began
            self._due = began + max(_TOLD_EACH_S, _TELLING_SHARE * took)


class Intake:
    """Open while a retrieval is under way; leaving it waits until what came is kept."""

    def __init__(
        self,
        headers: Callable[[Iterable[bytes]], Iterator[bytes | NotDisplayable]],
        keep: Keep,
        tell: Callable[[], None],
    ) -> None:
        self._headers, self._keep = headers, keep
        self._tell = Seldom(tell, time.monotonic)
        self._came: SimpleQueue[tuple[SopUID, bytes] | None] = SimpleQueue()
        self._reading = Thread(target=self._read, name="dimse-intake", daemon=True)

    def __enter__(self) -> Self:
        self._reading.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._came.put(None)
        self._reading.join()

    def take(self, sop: SopUID, data: bytes) -> None:
        """From the thread of the association, which must not wait."""
        self._came.put((sop, data))

    def _read(self) -> None:
        more = True
        while more:
            batch, more = self._next()
            headers = self._headers([data for _, data in batch])
            for (sop, data), header in zip(batch, headers, strict=True):
                self._keep(sop, data, header)
            if batch and more:
                self._tell()

    def _next(self) -> tuple[list[tuple[SopUID, bytes]], bool]:
        """What came meanwhile, at least one; and whether more may come."""
        batch: list[tuple[SopUID, bytes]] = []
        each = self._came.get()
        while each is not None:
            batch.append(each)
            if len(batch) == _TOGETHER:
                return batch, True
            try:
                each = self._came.get_nowait()
            except Empty:
                return batch, True
        return batch, False
