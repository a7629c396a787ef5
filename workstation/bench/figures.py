"""A figure of a benchmark, and what every benchmark needs to make one."""

import os
import sys
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import frozen

#: How the benchmarks call the transfer syntaxes they use.
SYNTAXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "raw": "1.2.840.10008.1.2.1",
        "rle": "1.2.840.10008.1.2.5",
        "jpeg-lossless": "1.2.840.10008.1.2.4.70",
        "jpeg-ls": "1.2.840.10008.1.2.4.80",
        "j2k": "1.2.840.10008.1.2.4.90",
        "htj2k": "1.2.840.10008.1.2.4.201",
    }
)


@frozen
class Figure:
    """One number with its unit; `aim` is what docs/performance.md wants it to be.

    `held` False: it must be so and is not; the command fails then.
    """

    name: str
    value: float | None  # None: there is none, as it may have to be
    unit: str
    aim: str = ""
    held: bool = True


def memcpy_seconds(size: int) -> float:
    """What copying that many bytes in memory takes at best: the floor of every load."""
    source = np.ones(size, np.uint8)
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        source.copy()
        times.append(time.perf_counter() - begun)
    return min(times)


def machine_load() -> tuple[Figure, ...]:
    """How many programs wanted a processor over the last minute, this one among them."""
    if sys.platform == "win32":
        return ()  # Windows keeps no such count
    else:
        return (Figure("load of the machine over the minute", os.getloadavg()[0], ""),)
