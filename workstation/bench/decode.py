"""One frame through the product, beside the codec called directly, in one run.

The program decodes in a child: bytes go over shared memory, pixels come back in it. What
that costs is the ratio. Both sides take the same frames in turn, and the best of many
rounds counts: on a busy machine the rest measures the neighbours. Processor time of both
processes together stands beside it; it does not depend on who else is running.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from workstation.adapters.decoders import Decoders
from workstation.bench.figures import SYNTAXES, Figure
from workstation.bench.phantom_ct import encoded_slice
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.study import Frame, PixelFormat
from workstation.errors import NotDisplayable

_KINDS: Final = ("rle", "jpeg-lossless", "jpeg-ls", "j2k", "htj2k")
_ROUNDS: Final = {"j2k": 20}
_MOST_ROUNDS: Final = 150
_KEY: Final = FrameKey(
    SiteId("bench"), StudyUID("1.2.3"), SeriesUID("1.2.3.4"), SopUID("1.2.3.4.5")
)
_FRAME: Final = Frame(_KEY, PixelFormat(512, 512, 16, 16, 15, False), 1)
_DIRECT: Final[dict[str, Callable[[bytes], Any]]] = {
    "rle": lambda data: imagecodecs.dicomrle_decode(data, np.dtype("<u2")),
    "jpeg-lossless": imagecodecs.jpeg8_decode,
    "jpeg-ls": imagecodecs.jpegls_decode,
    "j2k": imagecodecs.jpeg2k_decode,
    "htj2k": imagecodecs.htj2k_decode,
}


def decode() -> tuple[Figure, ...]:
    """Each syntax: product against codec (P5), and how soon a truncated frame fails (P13)."""
    decoders = Decoders(children=1)
    try:
        decoders.levels()  # it has started
        figures = [figure for kind in _KINDS for figure in _compared(decoders, kind)]
        return (*figures, *_truncated(decoders))
    finally:
        decoders.close()


def _compared(decoders: Decoders, kind: str) -> tuple[Figure, ...]:
    data, stored = encoded_slice(kind)
    direct, product, used = [], [], [0.0, 0.0]
    for _ in range(_ROUNDS.get(kind, _MOST_ROUNDS)):
        before = time.process_time()
        direct.append(_timed(lambda: _DIRECT[kind](data)))
        used[0] += time.process_time() - before
        before = _both(decoders)
        product.append(_timed(lambda: _checked(decoders, data, kind, stored)))
        used[1] += _both(decoders) - before
    best = min(product) / min(direct)
    return (
        Figure(f"{kind}: codec called directly", min(direct) * 1e3, "ms"),
        Figure(f"{kind}: through the product", min(product) * 1e3, "ms"),
        Figure(f"{kind}: product against codec", best, "x", "1.15"),
        Figure(f"{kind}: processor time against codec", used[1] / used[0], "x"),
    )


def _checked(decoders: Decoders, data: bytes, kind: str, stored: NDArray[np.uint16]) -> None:
    """Fast and wrong does not count; one row is compared, so that it costs nothing."""
    found = decoders.decode(data, _FRAME, SYNTAXES[kind]).stored
    if not np.array_equal(found[256], stored[256]):
        raise AssertionError(kind)


def _truncated(decoders: Decoders) -> tuple[Figure, ...]:
    """The codec alone may take seconds to notice; the program looks for the end first."""
    data, _ = encoded_slice("jpeg-ls")
    half = data[: len(data) // 2]

    def refused() -> None:
        try:
            decoders.decode(half, _FRAME, SYNTAXES["jpeg-ls"])
        except NotDisplayable as error:
            if error.reason == "truncated":
                return
        raise AssertionError("a truncated frame was shown")

    def alone() -> None:
        try:
            imagecodecs.jpegls_decode(half)
        except imagecodecs.JpeglsError:
            return

    times = [_timed(refused) for _ in range(_MOST_ROUNDS)]
    return (
        Figure("truncated JPEG-LS: refused by the product", min(times) * 1e3, "ms", "5 ms"),
        Figure("truncated JPEG-LS: the codec alone", _timed(alone) * 1e3, "ms"),
    )


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _both(decoders: Decoders) -> float:
    """Processor seconds of this process and the child so far; the child's where it is told."""
    ticks = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 1
    used = time.process_time()
    for pid in decoders.pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            continue
        used += (int(fields[11]) + int(fields[12])) / ticks
    return used
