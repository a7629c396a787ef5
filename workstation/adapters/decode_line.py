"""Decoding while the next frames are still being read."""

from collections import deque
from collections.abc import Callable, Sequence

from workstation.adapters.decoders import Decoders, Pending
from workstation.domain.study import Frame


class DecodeLine:
    """Frames being decoded while the next are read: the oldest is finished first."""

    def __init__(self, decoders: Decoders, settle: Callable[[Pending], None]) -> None:
        self._decoders = decoders
        self._settle = settle
        self._pending: deque[Pending] = deque()

    def add(
        self, data: bytes, frames: Sequence[Frame], syntax: str = "", *, any_object: bool = False
    ) -> None:
        """Without a transfer syntax `data` is the whole object of these frames."""
        while True:
            # Whoever holds work must not wait for a child: two such could wait for ever.
            started = self._decoders.start(
                data, frames, syntax, wait=not self._pending, any_object=any_object
            )
            if started is not None:
                self._pending.append(started)
                return
            self._settle(self._pending.popleft())

    def finish(self) -> None:
        while self._pending:
            self._settle(self._pending.popleft())
