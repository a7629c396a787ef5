"""The real program on a machine whose clock somebody sets while it runs.

``shifted_program.py DAYS FILE ARGUMENTS...``: from the moment FILE exists the machine believes
that it is DAYS later. What goes by elapsed time (`time.monotonic`) goes on as ever.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workstation.__main__ import main
from workstation.adapters.clock import SystemClock

DAYS, FILE = float(sys.argv[1]), Path(sys.argv[2])
_time = time.time


def _ahead() -> timedelta:
    return timedelta(days=DAYS if FILE.exists() else 0)


if __name__ == "__main__":
    SystemClock.now = lambda _clock: datetime.now(UTC) + _ahead()  # type: ignore[method-assign]
    time.time = lambda: _time() + _ahead().total_seconds()
    sys.argv = ["workstation", *sys.argv[3:]]
    sys.exit(main())
