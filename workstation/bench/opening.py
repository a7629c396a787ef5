"""Opening a case: the first image, every image, and what the reader feels meanwhile."""

import time
from typing import Final

from workstation.bench.figures import Figure, memcpy_seconds
from workstation.bench.gaps import Gaps
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.domain.identifiers import StudyRef
from workstation.protocols.dicomweb import whole_series
from workstation.services.images.coverage import FrameState

#: A chest CT of two reconstructions with 100 images each, and its prior of 49.
CASE: Final = "HG-26-118204"


def open_case() -> tuple[Figure, ...]:
    """Open a case of 100 images (two reconstructions and a prior) over loopback."""
    with running([]) as ready, watched(ready) as seen:
        figures = _measured(seen)
        seen.leave()
    return figures


def _measured(seen: Watched) -> tuple[Figure, ...]:
    ref, loader = seen.study_of(CASE), seen.program.context.loader
    size, first_get, warm_get = _floors(seen, ref)
    gaps = Gaps(seen.application)
    gaps.start()
    begun = time.perf_counter()
    seen.program.send(f"case.open {CASE}")
    first = seen.wait(lambda: _painted(seen)) - begun
    whole = seen.wait(lambda: loader.complete(ref)) - begun
    gaps.stop()
    return (
        Figure("open to first image", first, "s", "1 s"),
        Figure("open to every image of the study", whole, "s"),
        Figure("longest gap of the event loop", gaps.longest * 1000, "ms", "50 ms"),
        Figure("study, decoded", size / 1e6, "MB"),
        Figure("floor: the study's bytes over HTTP, first time", first_get, "s"),
        Figure("floor: the study's bytes over HTTP, again", warm_get, "s"),
        Figure("floor: a copy of them in memory", memcpy_seconds(size), "s"),
        Figure("ratio of every image to HTTP", whole / warm_get, "x"),
    )


def _floors(seen: Watched, ref: StudyRef) -> tuple[int, float, float]:
    """Bytes of the current study, and the seconds to get them twice, thrown away."""
    client, heads = seen.outer.clients[ref.site], seen.outer.sources[ref.site].series(ref)
    times = []
    for _ in range(2):
        size, begun = 0, time.perf_counter()
        for head in heads:
            request = whole_series(client.site.dicomweb, ref.study, head.uid)
            with client.stream(request) as answer:
                size += sum(len(chunk) for chunk in answer.chunks())
        times.append(time.perf_counter() - begun)
    return size, times[0], times[1]


def _painted(seen: Watched) -> bool:
    """The canvas itself says what it has painted, after the paint."""
    viewer = seen.program.context.viewer
    shown = (state.display_set for state in viewer.viewports if state.display_set)
    return any(FrameState.SEEN in viewer.frame_states(each) for each in shown)
