"""A CT of 600 slices over a line of 50 Mbit/s with 60 ms to the site and back."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from workstation.bench.figures import Figure, machine_load
from workstation.bench.phantom_ct import SLICES, accession, write_series
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.services.images.coverage import FrameState

#: 50 Mbit/s; 30 ms each way.
BYTES_PER_S: Final = 6_250_000
_LINE: Final = f"latency_ms = 30\nbytes_per_s = {BYTES_PER_S}\n"
_SITES: Final = ("harbor", "mesa", "nord")
_KIND: Final = "jpeg-ls"


def slow_line() -> tuple[Figure, ...]:
    """Enter on a case that nothing was fetched of, until every image is here."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        studies, faults = Path(folder) / "studies", Path(folder) / "line.toml"
        write_series(studies, (_KIND,), SLICES)
        nbytes = sum(each.stat().st_size for each in (studies / _KIND).iterdir())
        faults.write_text(line_of_every_site())
        with running(["--studies", str(studies), "--faults", str(faults)]) as ready:
            return tuple(_measured(ready, nbytes))


def line_of_every_site() -> str:
    return "\n".join(f"[{site}.line]\n{_LINE}" for site in _SITES)


def _measured(ready: Mapping[str, Any], nbytes: int) -> Iterator[Figure]:
    with watched(ready, ahead=False) as seen:
        ref, loader = seen.study_of(accession(_KIND)), seen.program.context.loader
        begun = time.perf_counter()
        seen.program.send(f"case.open {accession(_KIND)}")
        first = seen.wait(lambda: painted(seen)) - begun
        whole = seen.wait(lambda: loader.complete(ref)) - begun
        seen.leave()
    floor = nbytes / BYTES_PER_S
    yield Figure("Enter to the first image of 600 slices", first, "s", "2 s")
    yield Figure("Enter to every image", whole, "s")
    yield Figure("floor: their bytes on the line", floor, "s")
    yield Figure("share of the line, from Enter", 100 * floor / whole, "%", "85 %")
    yield from machine_load()


def painted(seen: Watched) -> bool:
    """The canvas itself says what it has painted, after the paint."""
    viewer = seen.program.context.viewer
    shown = (state.display_set for state in viewer.viewports if state.display_set)
    return any(FrameState.SEEN in viewer.frame_states(each) for each in shown)
