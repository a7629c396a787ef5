"""Memory shared with decoder children, without a name that could survive us.

Linux: a memfd, its size sealed. macOS: shm_open, unlinked before anybody else can open
it. Windows: a section of the page file, reachable by a random name only while a handle
is open. The program maps what children fill read-only; the mapping lives as long as the
arrays that look at it.
"""

import ctypes
import itertools
import mmap
import os
import secrets
import sys
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.decoder.budget import decoded_size, dtype_of, overlays_shape, room_size, shape_of
from workstation.domain.study import PixelFormat

if sys.platform == "linux":
    import fcntl

    # Python 3.11 does not name all of them (linux/fcntl.h).
    _SEALS = 0x1 | 0x2 | 0x4  # F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW
    _ADD_SEALS = 1033

_numbers = itertools.count(1)


class Block:
    """A piece of shared memory; `handle` is a descriptor, or -1 where `name` is used."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.number = next(_numbers)
        self.name = ""
        self.handle = -1
        if sys.platform == "win32":
            self.name = f"Local\\workstation-{secrets.token_hex(16)}"
            self._map = mmap.mmap(-1, size, tagname=self.name)
        else:
            self.handle = _anonymous(size)
            self._closing = weakref.finalize(self, os.close, self.handle)

    def write(self, data: bytes | memoryview) -> None:
        """Fill from the start; for what goes to a child."""
        if len(data) > self.size:
            raise ValueError("more data than the block holds")
        if sys.platform == "win32":
            self._map[: len(data)] = bytes(data)
        else:
            view, at = memoryview(data), 0
            while at < len(view):
                at += os.pwrite(self.handle, view[at:], at)

    def read_only(self) -> memoryview:
        """A mapping that cannot be written through; keeps the memory alive by itself."""
        if sys.platform == "win32":
            mapped = mmap.mmap(-1, self.size, tagname=self.name, access=mmap.ACCESS_READ)
        else:
            mapped = mmap.mmap(self.handle, self.size, mmap.MAP_SHARED, mmap.PROT_READ)
        return memoryview(mapped)

    def close(self) -> None:
        """Our handle only; mappings go on."""
        if sys.platform == "win32":
            self._map.close()
        else:
            self._closing()


def _anonymous(size: int) -> int:
    """A descriptor of fresh memory that has no name (any more)."""
    if sys.platform == "linux":
        fd = os.memfd_create("frame", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(fd, size)
        fcntl.fcntl(fd, _ADD_SEALS, _SEALS)
    else:
        fd = _unlinked_posix(size)
    return fd


def _unlinked_posix(size: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    name = f"/ws-{secrets.token_hex(8)}".encode()  # macOS allows 31 characters
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    fd: int = libc.shm_open(name, ctypes.c_int(flags), ctypes.c_int(0o600))
    if fd < 0:
        raise OSError(ctypes.get_errno(), "shm_open")
    libc.shm_unlink(name)
    os.set_inheritable(fd, False)
    os.ftruncate(fd, size)
    return fd


class Slot:
    """Room for one decoded frame, or for a text, inside a block."""

    def __init__(self, block: Block, view: memoryview, offset: int, size: int) -> None:
        self.block = block
        self.offset = offset
        self.size = size
        self._view = view

    def array(self, pixels: PixelFormat) -> NDArray[Any]:
        """The frame as the child wrote it: read-only, no copy."""
        part = self._view[self.offset : self.offset + decoded_size(pixels)]
        return np.frombuffer(part, dtype_of(pixels)).reshape(shape_of(pixels))

    def overlays(self, pixels: PixelFormat) -> dict[int, NDArray[np.uint8]]:
        """Overlays out of the pixels by their bit, packed, lowest bit first."""
        part = self._view[self.offset + decoded_size(pixels) : self.offset + self.size]
        rows = np.frombuffer(part, np.uint8).reshape(overlays_shape(pixels))
        return dict(zip(pixels.overlay_positions, rows, strict=True))

    def text(self, length: int) -> bytes:
        """A copy of what the child wrote: the block is used again."""
        return bytes(self._view[self.offset : self.offset + length])


def slot_apart(pixels: PixelFormat) -> Slot:
    """In a block of its own, which goes with the last array on it."""
    size = room_size(pixels)
    block = Block(-(-size // mmap.PAGESIZE) * mmap.PAGESIZE)
    return Slot(block, block.read_only(), 0, size)


class Arena:
    """Slots of one study, cut from a few large blocks.

    Memory of a block is taken page by page as children write, and given back when the
    last array on it is gone; one study to an arena, so that they go together. Large
    frames have a block of their own. Not thread-safe; its owner locks.
    """

    BLOCK = 64 << 20

    def __init__(self) -> None:
        self._block: Block | None = None
        self._view = memoryview(b"")
        self._used = 0

    def slot(self, pixels: PixelFormat) -> Slot:
        size = room_size(pixels)
        room = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
        if room > self.BLOCK // 4:
            return slot_apart(pixels)
        if self._block is None or self._used + room > self.BLOCK:
            self._block = Block(self.BLOCK)
            self._view = self._block.read_only()
            self._used = 0
        slot = Slot(self._block, self._view, self._used, size)
        self._used += room
        return slot
