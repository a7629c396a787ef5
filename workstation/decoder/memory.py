"""What a child asks of the system for its pages of memory, so that decoding need not wait."""

import contextlib
import ctypes
import mmap
import sys

_MADV_POPULATE_WRITE = 23  # linux/mman.h; Python does not name it
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h


def populate(block: mmap.mmap, offset: int, size: int) -> None:
    """These pages at once: one by one, as they are written, takes longer."""
    if sys.platform == "linux" and offset + size <= len(block):
        with contextlib.suppress(OSError):  # before Linux 5.14: page by page, then
            block.madvise(_MADV_POPULATE_WRITE, offset, size)


def keep_scratch() -> None:
    """Codecs take the same few hundred kilobytes for every frame; given back to the system
    in between, their pages would cost as much as the decoding (malloc.h)."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # another C library than glibc
            libc = ctypes.CDLL(None)
            libc.mallopt(_M_MMAP_THRESHOLD, 8 << 20)
            libc.mallopt(_M_TRIM_THRESHOLD, 16 << 20)
