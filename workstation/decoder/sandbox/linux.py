"""Linux: not traceable, gone with the program, and behind two locks (Landlock, seccomp)."""

import contextlib
import ctypes
import os
import signal
import struct
import sys
from typing import Any, Final

from workstation.decoder.sandbox import seccomp
from workstation.decoder.sandbox.levels import Level

if sys.platform == "linux":
    _PR_SET_PDEATHSIG: Final = 1
    _PR_SET_DUMPABLE: Final = 4
    _PR_SET_NO_NEW_PRIVS: Final = 38
    _LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same on every architecture

    def give_up() -> tuple[Level, ...]:
        libc = ctypes.CDLL(None, use_errno=True)
        reached: list[Level] = []
        if _killed_first():
            reached.append("killed-first")
        # Sent when the thread that started us ends: the pool keeps one for this alone.
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0:
            reached.append("dies-with-program")
        if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
            reached.append("not-traceable")
        # Landlock holds for this thread and those it starts; another one would be free.
        alone = len(os.listdir("/proc/self/task")) == 1
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            reached += _landlock(libc) if alone else []
            if seccomp.install(libc):
                reached.append("system-calls")
        return tuple(reached)

    def _killed_first() -> bool:
        """Short of memory the kernel takes a decoder, not the report being written."""
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "r+b", 0) as score:
            score.write(b"1000")
            return True
        return False

    def _landlock(libc: Any) -> list[Level]:
        """Handle every right the kernel knows and grant none (linux/landlock.h)."""
        abi = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
        if abi < 1:
            return []
        files = (1 << 13) - 1
        files |= (1 << 13 if abi >= 2 else 0) | (1 << 14 if abi >= 3 else 0)
        files |= 1 << 15 if abi >= 5 else 0
        net, scoped = (3 if abi >= 4 else 0), (3 if abi >= 6 else 0)
        rules = struct.pack("QQQ", files, net, scoped)
        size = 24 if abi >= 6 else 16 if abi >= 4 else 8
        fd = libc.syscall(_LANDLOCK_CREATE, rules, ctypes.c_size_t(size), 0)
        if fd < 0 or libc.syscall(_LANDLOCK_RESTRICT, fd, 0) != 0:
            return []
        os.close(fd)
        reached: list[Level] = ["no-files"]
        reached += ["no-tcp"] if net else []
        reached += ["scoped"] if scoped else []
        return reached
