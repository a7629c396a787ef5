"""Run by test_sandbox in a process of its own: enters the sandbox, then tries what it must not.

    sandbox_attempts.py PID FILE both|landlock|seccomp|free

Prints one JSON object: what was reached, and for each attempt the error number it met
(0: it succeeded). `free` tries what is harmless without any sandbox: the control.
Numbers of system calls are those of x86-64.
"""

import ctypes
import errno
import json
import mmap
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable

from workstation.decoder import codecs, sandbox
from workstation.decoder.sandbox import linux, seccomp

libc = ctypes.CDLL(None, use_errno=True)
own_socket, far_end = socket.socketpair()


def call(number: int, *arguments: object) -> int:
    """A system call by number, as foreign code in a codec would make it."""
    ctypes.set_errno(0)
    return 0 if libc.syscall(number, *arguments) >= 0 else ctypes.get_errno()


def calling(number: int, *arguments: object) -> Callable[[], int]:
    return lambda: call(number, *arguments)


def trying(act: Callable[[], object]) -> Callable[[], int]:
    def attempt() -> int:
        try:
            act()
        except OSError as error:
            return error.errno or -1
        return 0

    return attempt


def sending_to_an_address() -> int:
    address = struct.pack("H108s", socket.AF_UNIX, b"\0somebody")
    return call(44, own_socket.fileno(), b"x", 1, 0, address, len(address))


def attempts(victim: int, canary: str) -> dict[str, Callable[[], int]]:
    path = canary.encode()
    page = ctypes.c_size_t(mmap.PAGESIZE)
    iovec = struct.pack("QQ", 0, 0)
    return {
        "open to read": trying(lambda: os.open("/etc/passwd", os.O_RDONLY)),
        "open to write": trying(lambda: os.open(canary, os.O_WRONLY | os.O_CREAT)),
        "list": trying(lambda: os.listdir("/")),
        "make a directory": trying(lambda: os.mkdir(canary + ".d")),
        "remove": trying(lambda: os.unlink(canary)),
        "change rights": trying(lambda: os.chmod(canary, 0o777)),
        "rename": trying(lambda: os.rename(canary, canary + ".x")),
        "look at a path": trying(lambda: os.stat(canary)),
        "shared memory by name": trying(lambda: os.open("/dev/shm/x", os.O_RDWR | os.O_CREAT)),
        "memory that can be executed": calling(9, None, page, 7, 0x22, -1, 0),
        "a file without a name": calling(319, b"x", 0),
        "tcp": trying(lambda: socket.socket(socket.AF_INET).connect(("127.0.0.1", 9))),
        "udp": trying(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
        "unix socket": trying(lambda: socket.socket(socket.AF_UNIX)),
        "netlink": trying(lambda: socket.socket(16, socket.SOCK_RAW)),
        "send to an address": sending_to_an_address,
        "fork": trying(os.fork),
        "vfork": calling(58),
        "clone": calling(56, 17, None, None, None, None),
        "exec": trying(lambda: os.execv("/bin/true", ["true"])),
        "spawn": trying(lambda: os.posix_spawn("/bin/true", ["true"], {})),
        "trace": calling(101, 16, victim, None, None),
        "read another's memory": calling(310, victim, iovec, 1, iovec, 1, 0),
        "signal the program": trying(lambda: os.kill(victim, signal.SIGUSR1)),
        "signal by thread": calling(234, victim, victim, signal.SIGUSR1),
        "take a descriptor of the program": calling(434, victim, 0),
        "new namespace": calling(272, 0x10000000),
        "io_uring": calling(425, 1, ctypes.create_string_buffer(120)),
        "bpf": calling(321, 0, None, 0),
        "keys": calling(250, 0, -3, 0),
        "mount": calling(165, path, path, None, 0, None),
        "raise its own limits": trying(_raise_limits),
        "limits of the program": calling(302, victim, 7, None, ctypes.create_string_buffer(16)),
        "signals by a descriptor": calling(72, own_socket.fileno(), 8, victim),
        "the other table of numbers": calling(0x40000000 + 39),
    }


def _raise_limits() -> None:
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    except ValueError as error:  # how `resource` words "not permitted"
        raise OSError(errno.EPERM, "limit") from error


#: What some runs confine themselves to. Outside of the sandbox: what is harmless there.
ONLY = {
    "free": (
        "open to read", "open to write", "list", "look at a path", "change rights",
        "memory that can be executed", "a file without a name", "tcp", "udp", "unix socket",
        "spawn", "signal by thread",
    ),
    "landlock": ("open to read", "open to write", "list", "remove", "rename", "tcp", "exec"),
    "seccomp": ("open to read", "open to write", "list", "remove", "rename", "tcp", "exec"),
}  # fmt: skip


def main() -> None:
    victim, canary, locks = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    codecs.preload()
    tried = attempts(victim, canary)
    levels: tuple[str, ...] = ()
    if locks == "landlock":
        seccomp.install = lambda _libc: False
    if locks == "seccomp":
        linux._landlock = lambda _libc: []
    if locks != "free":
        levels = sandbox.enter()
    tried = {name: tried[name] for name in ONLY.get(locks, tried)}
    met = {name: attempt() for name, attempt in tried.items()}
    sys.stdout.write(json.dumps({"levels": levels, "met": met}))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
