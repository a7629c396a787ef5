"""What a decoder child gives up before it reads its first foreign byte (SEC-03).

`enter` gives up for good; `allow` bounds one request. Each system has a module of its
own behind them, and what a system cannot give is missing from the levels, so that
`selftest` can say it (docs/adr/0011-decoder-sandbox.md).
"""

import os
import sys
from typing import Final

from workstation.decoder.sandbox.levels import Level

if sys.platform == "win32":
    from workstation.decoder.sandbox.windows import give_up
else:
    import resource

if sys.platform == "linux":
    from workstation.decoder.sandbox.linux import give_up
elif sys.platform == "darwin":
    from workstation.decoder.sandbox.macos import give_up

#: Address space above the loaded child that no request can pass, whatever it claims.
MEMORY_BYTES: Final = 6 << 30
#: Processor seconds of one request; the parent's watch is the tighter bound.
CPU_SECONDS: Final = 120
DESCRIPTORS: Final = 64

#: Linux: kept open across `enter`, to know what is in use when a limit is set.
_memory_file: int | None = None


def enter() -> tuple[Level, ...]:
    """Give up what decoding does not need; returns what was reached.

    Called once, by the only thread of the process, after every library is loaded.
    """
    if sys.platform == "win32":
        return give_up(MEMORY_BYTES)
    else:
        return (*_limits(), *give_up())


def allow(memory_bytes: int) -> None:
    """Bound the next request: so much memory more than is in use, and `CPU_SECONDS`.

    Outside of a sandbox it does nothing: a test may call a worker as a function.
    """
    if sys.platform != "win32" and _memory_file is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = _address_space(_memory_file) + memory_bytes
        bound = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))


if sys.platform != "win32":

    def _limits() -> tuple[Level, ...]:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        reached: tuple[Level, ...] = ("core", "descriptors", "file-size")
        if sys.platform == "linux":  # macOS does not enforce it
            global _memory_file
            _memory_file = os.open("/proc/self/statm", os.O_RDONLY)
            bound = _address_space(_memory_file) + MEMORY_BYTES
            resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
            reached = (*reached, "memory")
        return reached

    def _address_space(status: int) -> int:
        return int(os.pread(status, 32, 0).split()[0]) * resource.getpagesize()
