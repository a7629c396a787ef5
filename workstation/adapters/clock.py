"""The machine's clocks."""

import time
from datetime import UTC, datetime


class SystemClock:
    """`services.ports.clock.Clock`, as this machine believes it."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
