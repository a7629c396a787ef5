"""Named places where a test may kill the program; nothing at all otherwise.

With ``WORKSTATION_FAILPOINT=delivery.sealed`` the process ends there, at once, as by a
power cut: no handler runs, nothing is flushed. A second number (``delivery.sent:2``)
means the second time it comes by.
"""

import os
import signal
from collections import Counter

_VARIABLE = "WORKSTATION_FAILPOINT"
_seen: Counter[str] = Counter()


def reached(name: str) -> None:
    """Say that the program came by `name`."""
    wanted, _, count = os.environ.get(_VARIABLE, "").partition(":")
    if wanted != name:
        return
    _seen[name] += 1
    if _seen[name] >= int(count or "1"):
        # Windows has no SIGKILL; there any other signal ends the process as hard.
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
