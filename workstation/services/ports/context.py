"""The other programs at the desk, as a port: one line to the hub of a site (FHIRcast)."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from workstation.protocols.fhircast import Message


class ContextLine(Protocol):
    """Everything but `open` may wait for the hub; it is called on a lane of its own."""

    topic: str

    def open(self, take: Callable[[Message | None], None]) -> None:
        """Follow from now on, again after each break. `take` is called from another thread;
        None: the hub does not answer, or no longer."""
        ...

    def now(self) -> datetime:
        """The hub's clock: its events are put in order by their times."""
        ...

    def post(self, body: bytes) -> None:
        """Tell the hub. Raises `SiteUnavailable` or `Refused`."""
        ...

    def answer(self, id_: str, status: int) -> None:
        """What became of an event; without a line the hub finds out by itself."""
        ...

    def close(self) -> None:
        """Leave in order. It may be opened again."""
        ...
