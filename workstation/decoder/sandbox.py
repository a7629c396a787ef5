"""What a decoder child gives up before it reads its first foreign byte (SEC-03).

Linux: no core dumps, bounded memory, time and descriptors, no tracing by others, and
by Landlock no file at all and no TCP. macOS and Windows have branches of their own
behind the same function; docs/platforms.md says which were never executed.
"""

import ctypes
import os
import struct
import sys
from typing import Any, Final

#: Address space above what the loaded child already uses.
MEMORY_BYTES: Final = 2 << 30
#: Processor seconds for one request; the parent's watchdog is the tighter bound.
CPU_SECONDS: Final = 120
DESCRIPTORS: Final = 64

if sys.platform != "win32":
    import resource


def enter() -> tuple[str, ...]:
    """Give up what is not needed; returns the names of what was reached, for `selftest`."""
    if sys.platform == "win32":
        return _enter_windows()
    else:
        reached = _limits()
        if sys.platform == "linux":
            reached += _enter_linux()
        elif sys.platform == "darwin":
            reached += _enter_macos()
        return tuple(reached)


def allow_cpu() -> None:
    """A fresh allowance of processor time; a loop without end dies by it, parent or not."""
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


if sys.platform != "win32":

    def _limits() -> list[str]:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        reached = ["core", "descriptors", "file-size"]
        if sys.platform == "linux":  # macOS does not enforce it
            bound = _address_space() + MEMORY_BYTES
            resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
            reached.append("memory")
        return reached


if sys.platform == "linux":
    _PR_SET_DUMPABLE: Final = 4
    _PR_SET_NO_NEW_PRIVS: Final = 38
    _LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same on every architecture

    def _address_space() -> int:
        with open("/proc/self/statm", encoding="ascii") as status:
            return int(status.read().split()[0]) * resource.getpagesize()

    def _enter_linux() -> list[str]:
        libc = ctypes.CDLL(None, use_errno=True)
        reached = []
        if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
            reached.append("not-traceable")
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            reached += _landlock(libc)
        return reached

    def _landlock(libc: Any) -> list[str]:
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
        return ["no-files", *(["no-tcp"] if net else []), *(["scoped"] if scoped else [])]


if sys.platform == "darwin":
    _PROFILE: Final = b"(version 1)(deny default)(allow sysctl-read)(allow mach-lookup)"

    def _enter_macos() -> list[str]:
        sandbox = ctypes.CDLL("/usr/lib/libsandbox.dylib", use_errno=True)
        message = ctypes.c_char_p()
        done = sandbox.sandbox_init(_PROFILE, ctypes.c_uint64(0), ctypes.byref(message))
        return ["no-files", "no-tcp"] if done == 0 else []


if sys.platform == "win32":

    class _BasicLimits(ctypes.Structure):
        """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", ctypes.c_uint32),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", ctypes.c_uint32),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", ctypes.c_uint32),
            ("SchedulingClass", ctypes.c_uint32),
        )

    class _ExtendedLimits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

        _fields_ = (
            ("Basic", _BasicLimits),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    _ACTIVE_PROCESS, _PROCESS_MEMORY, _DIE_ON_EXCEPTION = 0x8, 0x100, 0x400
    _EXTENDED_LIMIT_INFORMATION = 9

    def _enter_windows() -> tuple[str, ...]:
        """A job object: this process alone, bounded memory, no error dialogs."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = ctypes.c_void_p
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
        limits = _ExtendedLimits()
        limits.Basic.LimitFlags = _ACTIVE_PROCESS | _PROCESS_MEMORY | _DIE_ON_EXCEPTION
        limits.Basic.ActiveProcessLimit = 1
        limits.ProcessMemoryLimit = MEMORY_BYTES
        size = ctypes.sizeof(limits)
        set_ok = kernel.SetInformationJobObject(
            job, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), size
        )
        process = ctypes.c_void_p(kernel.GetCurrentProcess())
        if set_ok and kernel.AssignProcessToJobObject(job, process):
            return ("memory", "no-children")
        return ()
