"""Sign and next on a line of 50 Mbit/s with 60 ms to the site and back: the case that comes."""

import tempfile
import time
from pathlib import Path
from typing import Final

from workstation.bench.figures import Figure, machine_load
from workstation.bench.slow_line import line_of_every_site, painted
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.services.images.coverage import FrameState

_CASES: Final = 4


def next_case() -> tuple[Figure, ...]:
    """Read a few cases one after the other; the reader takes as long as the line needs."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        faults = Path(folder) / "line.toml"
        faults.write_text(line_of_every_site())
        with running(["--faults", str(faults)]) as ready, watched(ready) as seen:
            cold = opened_next(seen)
            waits, everywhere = [], []
            for _ in range(_CASES):
                _rest(seen)
                begun = time.perf_counter()
                waits.append(opened_next(seen))
                everywhere.append(seen.wait(lambda: _every_pane(seen)) - begun)
            seen.leave()
    return (
        Figure("first case of the night to its first image", cold, "s", "2 s"),
        Figure("next case to its first image, longest", max(waits), "s", "1 s"),
        Figure("next case to its first image, shortest", min(waits), "s"),
        Figure("next case to an image in every pane, longest", max(everywhere), "s", "1 s"),
        *machine_load(),
    )


def opened_next(seen: Watched) -> float:
    """From the command to the first paint of an image of that case."""
    if seen.program.context.session.case is not None:
        seen.program.send("case.put-aside")  # as after a signature: the claim stays, it is left
    begun = time.perf_counter()
    seen.program.send("case.next")
    return seen.wait(lambda: painted(seen)) - begun


def _rest(seen: Watched) -> None:
    """The reader reads: this case comes in whole, then what is fetched ahead."""
    context = seen.program.context
    case = context.session.case
    assert case is not None
    loader, ahead = context.loader, context.prefetch
    seen.wait(lambda: loader.complete(case.ref))
    seen.wait(lambda: bool(ahead.held) and all(map(loader.is_described, ahead.held)))


def _every_pane(seen: Watched) -> bool:
    viewer = seen.program.context.viewer
    shown = [state.display_set for state in viewer.viewports if state.display_set]
    return bool(shown) and all(FrameState.SEEN in viewer.frame_states(each) for each in shown)
