"""A decoder child whose codec does what the first word of a frame says: for tests alone.

The program has no such switch. This is a program of its own that takes the place of the
child's, with the real sandbox, the real channel, and a decoder that foreign bytes have
taken over.
"""

import ctypes
import os
import sys
import time
from typing import Any

from workstation.decoder import codecs, worker

honest = codecs.decode
kept: list[bytearray] = []


def crash() -> None:
    ctypes.string_at(0)


def abort() -> None:
    os.abort()


def spin() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(3600)


def eat() -> None:
    while True:
        kept.append(bytearray(b"x" * (1 << 20)))
        time.sleep(0.0005)


def leave() -> None:
    os._exit(0)


def starve() -> None:
    raise MemoryError  # what an allocation beyond the limit becomes in Python


def lie() -> None:
    os.write(0, b"\0\0\0\x10" + b'{"id":1,"x":"y"}')


def shout() -> None:
    os.write(0, b"\xff" * 4096)


def mumble() -> None:
    os.write(0, b"\0\0")
    time.sleep(3600)


ACTS = {
    act.__name__.encode(): act
    for act in (crash, abort, spin, sleep, eat, leave, starve, lie, shout, mumble)
}


def decode(data: bytes, *others: Any) -> Any:
    for word, act in ACTS.items():
        if data.startswith(word + b"!"):
            act()
    return honest(data, *others)


if __name__ == "__main__":
    codecs.decode = decode
    sys.exit(worker.main())
