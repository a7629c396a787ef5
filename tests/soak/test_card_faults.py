"""A graphics card that fails, again and again, and thirty cases on one that does not."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from virtual_screen import virtual_screen

from workstation.adapters.opengl import command, probed
from workstation.bench.phantom_ct import write_series

pytestmark = pytest.mark.soak

TESTS = Path(__file__).parents[1]
TIMES, CASES, SLICES = 50, 30, 120
MIB = 1 << 20
VOLUME = SLICES * 512 * 512 * 2


def child(script: Path, *arguments: str, environment: dict[str, str]) -> list[dict[str, Any]]:
    paths = os.pathsep.join((str(TESTS / "ui"), str(TESTS)))
    done = subprocess.run(
        [sys.executable, str(script), *arguments], cwd=TESTS.parent,
        env=environment | {"PYTHONPATH": paths}, input="[]", capture_output=True, text=True,
        timeout=580, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    """What the whole program said, case by case, and of the loss at the end."""
    folder = tmp_path_factory.mktemp("series")
    write_series(folder, ("raw",), SLICES)
    home = tmp_path_factory.mktemp("home")
    with virtual_screen() as environment:
        script = TESTS / "soak" / "card_program.py"
        here = environment | {"HOME": str(home)}
        yield child(script, str(folder), str(CASES), environment=here)


def test_every_fault_fifty_times_ends_in_the_same_sentence() -> None:
    """Context lost, reset, no memory, textures too small, shader refused: no crash, no picture
    less, no other answer the fiftieth time."""
    with virtual_screen() as environment:
        (told,) = child(TESTS / "ui" / "card_child.py", str(TIMES), environment=environment)

    assert len(told["faults"]) == 6
    assert all(isinstance(each, dict) and each["same"] for each in told["faults"].values())


@pytest.mark.parametrize(
    "missing",
    [{"QT_XCB_GL_INTEGRATION": "none"}, {"LIBGL_DRIVERS_PATH": "/nonexistent"}, {"DISPLAY": ""}],
    ids=["no GLX or EGL", "no driver", "no screen"],
)
def test_a_machine_without_opengl_is_found_out_fifty_times(
    missing: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked in a child each time: what a library does there is an answer."""
    with virtual_screen() as environment:
        for name, value in (environment | missing).items():
            monkeypatch.setenv(name, value)
        found = {probed(command()) for _ in range(TIMES)}

    (answer,) = found
    assert answer.renderer == ""
    assert answer.why


def test_thirty_volumes_leave_nothing_behind(program: list[dict[str, Any]]) -> None:
    """Opened, sampled by the card and closed, in one window and in a window of their own."""
    cases = program[:-1]

    assert len(cases) == CASES
    assert all(each["held"] == VOLUME for each in cases)
    assert all(each["left"] == 0 for each in cases)
    assert cases[-1]["resident"] - cases[7]["resident"] < VOLUME / 2


def test_a_context_that_is_lost_in_a_case_costs_one_sentence(
    program: list[dict[str, Any]],
) -> None:
    """The program goes on with the processor, with the same picture."""
    told = program[-1]

    assert told["engine"] == "cpu"
    assert told["notices"] == ["software rendering: the OpenGL context was lost"]
    assert told["apart"] <= 1
    assert told["again"]  # what is drawn for the thirty-first time is what was drawn first
