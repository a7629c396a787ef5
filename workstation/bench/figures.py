"""A figure of a benchmark, and what every benchmark needs to make one."""

import time

import numpy as np
from attrs import frozen


@frozen
class Figure:
    """One number with its unit; `aim` is what docs/performance.md wants it to be."""

    name: str
    value: float
    unit: str
    aim: str = ""


def memcpy_seconds(size: int) -> float:
    """What copying that many bytes in memory takes at best: the floor of every load."""
    source = np.ones(size, np.uint8)
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        source.copy()
        times.append(time.perf_counter() - begun)
    return min(times)
