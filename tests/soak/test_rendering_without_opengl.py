"""Volume rendering where there is no OpenGL: no screen, no EGL, no OSMesa; fifty times."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from workstation.adapters.opengl import command, probed

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

CHILD = Path(__file__).parent / "rendering_child.py"
TIMES = 50
#: Each time: a volume that stayed would be 700 kB, one thread that did some 13.
MOST_KB = 8


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What fifty times opening and closing left, in an environment without any OpenGL."""
    barren = tmp_path_factory.mktemp("no-egl")
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env = kept | {
        "QT_QPA_PLATFORM": "offscreen",
        "__EGL_VENDOR_LIBRARY_DIRS": str(barren),  # glvnd finds no EGL
        "LIBGL_DRIVERS_PATH": str(barren),  # and Mesa no driver
    }
    line = [sys.executable, str(CHILD), str(TIMES)]
    done = subprocess.run(line, capture_output=True, env=env, check=False, timeout=900)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
    return found


def test_it_is_rendered_all_the_same_and_says_by_what(told: dict[str, Any]) -> None:
    """The CPU engine needs no OpenGL: not a pane that stays empty, not a crash."""
    assert told["times"] == TIMES
    assert told["least_lit"] > 0.02
    assert told["most_lit"] == told["least_lit"]  # the same picture each time
    assert "not for measurement" in told["words"]


def test_nothing_of_opengl_is_even_loaded(told: dict[str, Any]) -> None:
    """Without EGL and OSMesa VTK ends the process as soon as it renders: it never may here."""
    assert told["opengl"] == []


def test_fifty_times_take_no_more_memory_than_five(told: dict[str, Any]) -> None:
    steps = [after - before for before, after in pairwise(told["after_kb"])]

    # The heap takes and gives back some 10 MB now and then; what stays stays each time.
    assert median(steps) < MOST_KB


def test_the_probe_says_that_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sentence, for the status bar and the self-test."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.delenv("DISPLAY", raising=False)

    found = probed(command())

    assert not found.renderer
    assert found.why
