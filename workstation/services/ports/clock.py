"""The clock of this machine, as a port."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only way to the wall clock outside adapters."""

    def now(self) -> datetime:
        """Aware, UTC, as this machine believes."""
        ...

    def monotonic(self) -> float: ...
