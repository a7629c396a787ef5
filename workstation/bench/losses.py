"""How long a reader waits for the next image after a decoder was lost, by signals from outside."""

import os
import signal
import sys
import time
from typing import Final

from workstation.adapters.decoders import Decoders
from workstation.bench.figures import Figure
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.study import Frame, PixelFormat
from workstation.errors import CommandError, NotDisplayable
from workstation.text import tr

_KEY: Final = FrameKey(SiteId("bench"), StudyUID("1.2"), SeriesUID("1.2.3"), SopUID("1.2.3.4"))
_FRAME: Final = Frame(_KEY, PixelFormat(512, 512, 16, 16, 15, False), 1)
_DATA: Final = bytes(512 * 512 * 2)
_NATIVE: Final = "1.2.840.10008.1.2.1"
_RESERVE_SECONDS: Final = 30.0


def losses() -> tuple[Figure, ...]:
    """A decoder killed and one stopped while they work: the reason, and the image after it."""
    if sys.platform == "win32":
        raise CommandError(tr("a decoder is lost by a signal, which Windows does not have"))
    else:
        stop = signal.SIGSTOP
        return (*_after("killed", stop, signal.SIGKILL), *_after("stopped", stop, stop))


def _after(name: str, stop: int, number: int) -> tuple[Figure, ...]:
    decoders = Decoders(children=1)
    try:
        decoders.decode(_DATA, _FRAME, _NATIVE)
        pid = _with_reserve(decoders)
        os.kill(pid, stop)  # so that it has the frame, and has not answered
        begun = time.perf_counter()
        pending = decoders.start(_DATA, [_FRAME], _NATIVE)
        os.kill(pid, number)
        assert pending is not None
        if not isinstance(pending.results()[0], NotDisplayable):
            raise CommandError(tr("the decoder was not lost"))
        said = time.perf_counter()
        decoders.decode(_DATA, _FRAME, _NATIVE)
        there = time.perf_counter()
    finally:
        decoders.close()
    return (
        Figure(f"{name}: until the image says why", said - begun, "s", "2 s"),
        Figure(f"{name}: until the next image", there - said, "s", "2 s"),
    )


def _with_reserve(decoders: Decoders) -> int:
    """The child at work, once there is another one behind it, in its sandbox."""
    deadline = time.monotonic() + _RESERVE_SECONDS
    while not decoders.reserves:
        if time.monotonic() > deadline:
            raise CommandError(tr("no decoder comes into reserve"))
        time.sleep(0.01)
    return decoders.pids[0]
