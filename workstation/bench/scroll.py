"""The wheel and the window on the real screen: from the hand to the changed pixels.

The program, and napari beside it in the same run, each a process of its own with a window of
1600 x 1200 on a screen of its own. Both have 600 slices of 512 x 512 in memory. One notch at
a time, and the next when the last was answered: what a careful reader feels, not a queue.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from attrs import frozen

from workstation.bench import napari_home
from workstation.bench.figures import Figure, machine_load
from workstation.bench.our_viewer import FOUR
from workstation.bench.phantom_ct import SLICES, write_series
from workstation.bench.screen import LEFT, Pixels, Screen, screen
from workstation.errors import CommandError
from workstation.text import tr

_NOTCHES: Final = 100
_MOVES: Final = 100
_TURNS: Final = 2
#: Between an answer and the next notch, as a hand that looks.
_PAUSE_S: Final = 0.04
#: The pointer rests beside what is watched: the server draws it into the same pixels.
_BESIDE: Final = 240


@frozen
class View:
    """Where a viewer on the screen has its image: the middle, and how large it is."""

    x: int
    y: int
    width: int
    height: int


def scroll() -> tuple[Figure, ...]:
    """`workstation bench scroll`."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        write_series(Path(folder), ("raw",), SLICES)
        return tuple(_scrolled(Path(folder)))


def window() -> tuple[Figure, ...]:
    """`workstation bench window`."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        write_series(Path(folder), ("raw",), SLICES)
        with screen() as seen, _ours(seen, Path(folder)) as view:
            answers = _dragged(seen, view)
    return (
        _view_figure("the program", view),
        Figure("window drag: p50", at(answers, 50), "ms", "16 ms"),
        Figure("window drag: p95", at(answers, 95), "ms"),
        *machine_load(),
    )


def _scrolled(folder: Path) -> Iterator[Figure]:
    viewers = {"the program": partial(_ours, folder=folder)}
    python, missing = napari_home.python()
    if python is not None:
        viewers["napari"] = partial(_napari, folder=folder, python=python)
    answers: dict[str, list[float]] = {who: [] for who in viewers}
    for _ in range(_TURNS):  # in turn: what else the machine does disturbs both
        for who, opened in viewers.items():
            with screen() as seen, opened(seen) as view:
                answers[who] += _turned(seen, view, control=who == "napari")
                yield _view_figure(who, view)
    with screen() as seen, _ours(seen, folder, FOUR) as view:
        four = _turned(seen, view, control=False)
    ours = at(answers["the program"], 50)
    yield Figure("scroll: p50", ours, "ms")
    yield Figure("scroll: p95", at(answers["the program"], 95), "ms", "33 ms")
    yield Figure("scroll, four linked views: p50", at(four, 50), "ms")
    yield Figure("scroll, four linked views: p95", at(four, 95), "ms", "50 ms")
    if python is None:
        yield Figure(tr("napari is not measured: {why}", why=missing), None, "")
    else:
        theirs = at(answers["napari"], 50)
        yield Figure(f"napari {napari_home.VERSION}: p50", theirs, "ms")
        yield Figure(f"napari {napari_home.VERSION}: p95", at(answers["napari"], 95), "ms")
        yield Figure("scroll: ratio of the p50 to napari", ours / theirs, "x", "1 x")
    yield from machine_load()


def _view_figure(who: str, view: View) -> Figure:
    return Figure(
        f"view of {who}, {view.width} x {view.height}", view.width * view.height / 1e6, "MP"
    )


def at(answers: Sequence[float], percent: int) -> float:
    """A percentile."""
    return float(np.percentile(answers, percent))


# --- the hand -----------------------------------------------------------------------


def _turned(seen: Screen, view: View, *, control: bool) -> list[float]:
    """Notches of the wheel over the image. napari takes them for the slices with Control alone."""
    seen.point(view.x + _BESIDE, view.y)
    time.sleep(0.5)
    if control:
        seen.control(down=True)
    found = _answers(seen, view, [seen.notch] * _NOTCHES)
    if control:
        seen.control(down=False)
    return found


def _dragged(seen: Screen, view: View) -> list[float]:
    """To the right with the left button, two pixels at a time: wider, and wider again."""
    y = view.y + _BESIDE
    seen.point(view.x - _MOVES, y)
    time.sleep(0.5)
    seen.button(LEFT, down=True)
    moves = [partial(seen.point, view.x - _MOVES + 2 * step, y) for step in range(1, _MOVES)]
    found = _answers(seen, view, moves)
    seen.button(LEFT, down=False)
    return found


def _answers(seen: Screen, view: View, acts: Sequence[Callable[[], None]]) -> list[float]:
    return answers(seen, seen.around(view.x, view.y), acts)


def answers(seen: Screen, watched: Pixels, acts: Sequence[Callable[[], None]]) -> list[float]:
    """Milliseconds of each act to changed pixels, the next when the last was answered."""
    found = []
    for act in acts:
        answer = seen.answer_ms(act, watched)
        if answer is not None:
            found.append(answer)
        time.sleep(_PAUSE_S)
    if len(found) < 0.95 * len(acts):
        n, total = len(found), len(acts)
        raise CommandError(tr("only {n} of {total} events changed the screen", n=n, total=total))
    return found


# --- the viewers ----------------------------------------------------------------------


@contextmanager
def _ours(seen: Screen, folder: Path, lines: Sequence[str] = ()) -> Iterator[View]:
    command = [sys.executable, "-m", "workstation.bench.our_viewer", str(folder), *lines]
    with child_viewer(seen, command) as view:
        yield view


@contextmanager
def _napari(seen: Screen, folder: Path, python: Path) -> Iterator[View]:
    script = Path(__file__).with_name("napari_viewer.py")
    with child_viewer(seen, [str(python), str(script), str(folder / "raw")]) as view:
        yield view


@contextmanager
def child_viewer(seen: Screen, command: Sequence[str]) -> Iterator[View]:
    """A viewer in a process of its own, from its "ready" line on; it ends with its input."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as home:
        log = Path(home) / "log"
        with log.open("wb") as errors:
            child = subprocess.Popen(
                command, env=seen.environment(Path(home)), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip
        assert child.stdin is not None  # pipes, as asked
        assert child.stdout is not None
        try:
            yield _ready(child.stdout, log)
        finally:
            child.stdin.close()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            child.stdout.close()


def _ready(lines: Iterator[str], log: Path) -> View:
    for line in lines:
        word, *numbers = line.split()
        if word == "ready":
            time.sleep(1.0)  # what it does after its first picture is not of the figure
            return View(*map(int, numbers))
    why = (log.read_text("utf-8", "replace").strip().splitlines() or [""])[-1]
    raise CommandError(tr("the viewer did not open: {why}", why=why))
