"""Opening a case: the first image, every image, and what the reader feels meanwhile."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from workstation import app, settings
from workstation.bench.figures import Figure, memcpy_seconds
from workstation.bench.gaps import Gaps
from workstation.demo.process import running
from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.errors import CommandError
from workstation.protocols.dicomweb import whole_series
from workstation.services.coverage import FrameState
from workstation.services.ports import Credentials
from workstation.text import tr
from workstation.ui.application import Application
from workstation.ui.program import Program

#: A chest CT of two reconstructions with 100 images each, and its prior of 49.
CASE: Final = "HG-26-118204"
_PATIENCE_S: Final = 120.0


def open_case() -> tuple[Figure, ...]:
    """Open a case of 100 images (two reconstructions and a prior) over loopback."""
    with running([]) as ready:
        chosen = settings.load(Path(ready["settings"]))
        application = Application()
        outer = app.Outer.of(chosen)
        try:
            program = app.build(chosen, application, outer)
            figures = _Opening(application, program, outer, ready).measure()
            program.close()
            return figures
        finally:
            outer.close()


class _Opening:
    """One run of the program in this process, watched from its own event loop."""

    def __init__(
        self, application: Application, program: Program, outer: app.Outer, ready: Mapping[str, Any]
    ) -> None:
        self._application, self._program, self._outer = application, program, outer
        order = next(each for each in ready["orders"] if each["accession"] == CASE)
        self._ref = StudyRef(SiteId(order["site"]), StudyUID(order["study_uid"]))
        self._user = ready["users"][0]

    def measure(self) -> tuple[Figure, ...]:
        credentials = Credentials(self._user["name"], self._user["password"])
        context = self._program.context
        self._program.present()
        signed_in = self._program.sign_in(credentials)
        self._wait(lambda: signed_in.done)
        signed_in.result()
        size, first_get, warm_get = self._floors()
        gaps = Gaps(self._application)
        gaps.start()
        begun = time.perf_counter()
        self._program.send(f"case.open {CASE}")
        first = self._wait(self._painted) - begun
        whole = self._wait(lambda: context.loader.complete(self._ref)) - begun
        gaps.stop()
        copy = memcpy_seconds(size)
        closed = self._program.send("quit")
        self._wait(lambda: closed is None or closed.done)
        return (
            Figure("open to first image", first, "s", "1 s"),
            Figure("open to every image of the study", whole, "s"),
            Figure("longest gap of the event loop", gaps.longest * 1000, "ms", "50 ms"),
            Figure("study, decoded", size / 1e6, "MB"),
            Figure("floor: the study's bytes over HTTP, first time", first_get, "s"),
            Figure("floor: the study's bytes over HTTP, again", warm_get, "s"),
            Figure("floor: a copy of them in memory", copy, "s"),
            Figure("ratio of every image to HTTP", whole / warm_get, "x"),
        )

    def _floors(self) -> tuple[int, float, float]:
        """Bytes of the current study, and the seconds to get them twice, thrown away."""
        source, client = self._outer.sources[self._ref.site], self._outer.clients[self._ref.site]
        heads = source.series(self._ref)
        times = []
        for _ in range(2):
            size, begun = 0, time.perf_counter()
            for head in heads:
                base = client.site.dicomweb
                with client.stream(whole_series(base, self._ref.study, head.uid)) as answer:
                    size += sum(len(chunk) for chunk in answer.chunks())
            times.append(time.perf_counter() - begun)
        return size, times[0], times[1]

    def _painted(self) -> bool:
        """The canvas itself says what it has painted, after the paint."""
        viewer = self._program.context.viewer
        shown = (state.display_set for state in viewer.viewports if state.display_set)
        return any(FrameState.SEEN in viewer.frame_states(each) for each in shown)

    def _wait(self, holds: Callable[[], bool]) -> float:
        """Turn the event loop until it holds; gives the moment."""
        deadline = time.perf_counter() + _PATIENCE_S
        while not holds():
            if time.perf_counter() > deadline:
                raise CommandError(tr("the case did not open in {s:g} s", s=_PATIENCE_S))
            self._application.turn()
        return time.perf_counter()
