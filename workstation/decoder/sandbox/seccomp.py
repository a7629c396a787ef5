"""Linux: the system calls that decoding needs, and an error for every other one.

A filter in classic BPF (linux/filter.h, linux/seccomp.h), written here because it is
short. What is not listed fails with EPERM, as a file that may not be opened does: a
library that asks for something needless goes on without. Allowed are memory (never
executable), threads of this process, time, and reading and writing of what is open.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from typing import Any, Final

if sys.platform == "linux":
    _SECCOMP, _SET_MODE_FILTER, _ALL_THREADS = 317, 1, 1

    _LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
    _NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
    _ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
    _EPERM, _ENOSYS = 1, 38
    _X86_64: Final = 0xC000003E
    _X32: Final = 0x40000000

    #: x86-64 (asm/unistd_64.h), the only architecture the lock file has wheels for.
    _CALLS: Final = {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "munmap": 11,
        "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17,
        "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32,
        "nanosleep": 35, "getpid": 39, "recvfrom": 45, "sendmsg": 46, "recvmsg": 47,
        "shutdown": 48, "exit": 60, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98,
        "sysinfo": 99, "times": 100, "sigaltstack": 131, "gettid": 186, "futex": 202,
        "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228,
        "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "ppoll": 271,
        "set_robust_list": 273, "getcpu": 309, "getrandom": 318, "membarrier": 324, "rseq": 334,
    }  # fmt: skip
    _MMAP, _MPROTECT, _SENDTO, _CLONE, _FCNTL = 9, 10, 44, 56, 72
    _TGKILL, _NEWFSTATAT, _PRLIMIT64, _CLONE3 = 234, 262, 302, 435
    _PROT_EXEC, _CLONE_THREAD, _AT_EMPTY_PATH = 0x4, 0x10000, 0x1000
    #: F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC; F_SETOWN would send signals.
    _FCNTL_COMMANDS: Final = (0, 1, 2, 3, 1030)

    def install(libc: Any) -> bool:
        """Lock this process; needs PR_SET_NO_NEW_PRIVS. False where the kernel refuses."""
        if platform.machine() != "x86_64":
            return False
        code = b"".join(_program(os.getpid()))
        kept = ctypes.create_string_buffer(code, len(code))
        program = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(kept))
        return bool(libc.syscall(_SECCOMP, _SET_MODE_FILTER, _ALL_THREADS, program) == 0)

    def _program(own_pid: int) -> Iterable[bytes]:
        yield from (_step(_LOAD, _ARCHITECTURE), _step(_EQUAL, _X86_64, 1, 0))
        yield from (_step(_RETURN, _KILL), _step(_LOAD, _NUMBER))
        yield from _if(_AT_LEAST, _X32, _DENY | _EPERM)
        for number in _CALLS.values():
            yield from _if(_EQUAL, number, _ALLOW)
        yield from _if(_EQUAL, _CLONE3, _DENY | _ENOSYS)  # its flags are out of sight: use clone
        for number in (_MMAP, _MPROTECT):
            executable = _if(_ANY_BIT, _PROT_EXEC, _DENY | _EPERM)
            yield from _call(number, _argument(2), *executable, _step(_RETURN, _ALLOW))
        yield from _call(_CLONE, _argument(0), *_if(_ANY_BIT, _CLONE_THREAD, _ALLOW))
        yield from _call(_TGKILL, _argument(0), *_if(_EQUAL, own_pid, _ALLOW))
        yield from _call(_PRLIMIT64, _argument(0), *_if(_EQUAL, 0, _ALLOW))
        yield from _call(_NEWFSTATAT, _argument(3), *_if(_EQUAL, _AT_EMPTY_PATH, _ALLOW))
        commands = [step for each in _FCNTL_COMMANDS for step in _if(_EQUAL, each, _ALLOW)]
        yield from _call(_FCNTL, _argument(1), *commands)
        # No address: to whom the socket is connected already, that is the parent.
        address = (*_unless(_EQUAL, 0), _argument(4, high=True), *_if(_EQUAL, 0, _ALLOW))
        yield from _call(_SENDTO, _argument(4), *address)
        yield _step(_RETURN, _DENY | _EPERM)

    def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
        return struct.pack("HBBI", code, then, otherwise, value)

    def _argument(index: int, *, high: bool = False) -> bytes:
        return _step(_LOAD, _ARGUMENTS + 8 * index + (4 if high else 0))

    def _if(test: int, value: int, verdict: int) -> tuple[bytes, bytes]:
        return _step(test, value, 0, 1), _step(_RETURN, verdict)

    def _unless(test: int, value: int) -> tuple[bytes, bytes]:
        return _step(test, value, 1, 0), _step(_RETURN, _DENY | _EPERM)

    def _call(number: int, *steps: bytes) -> Iterable[bytes]:
        """Judge one call by its arguments; what no step allows is denied."""
        yield _step(_EQUAL, number, 0, len(steps) + 1)
        yield from steps
        yield _step(_RETURN, _DENY | _EPERM)
