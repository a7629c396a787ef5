"""What this machine has."""

import ctypes
import os
import sys

#: Where the system does not say: what the smallest machine that we support has.
_UNKNOWN = 8 << 30
#: mallopt(3) of glibc: M_ARENA_MAX.
_ARENA_MAX = -8


def physical_bytes() -> int:
    """Memory of the machine, as its system counts it."""
    if sys.platform == "win32":
        kib = ctypes.c_ulonglong()
        known = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kib))
        return int(kib.value) << 10 if known else _UNKNOWN
    else:
        try:
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (ValueError, OSError):
            return _UNKNOWN


def keep_memory_together() -> None:
    """One heap for all threads (Linux): each of some thirty would keep one of its own that is
    never given back, 25 MB in all with a case open; large blocks are the system's anyway."""
    if sys.platform == "linux":
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def give_memory_back() -> None:
    """To the system, what lies free in the middle of the heap (Linux): some 10 MB once a case was
    loaded; takes half a millisecond."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
