"""Planes, curves and phases under a hand that does anything: refused in words, and drawn."""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from attrs import evolve
from fakes_viewer import opened, runner
from volume_phantoms import SCANS, display_set

from workstation.domain.study import DisplaySet, FrameContent, Trait
from workstation.errors import CommandError
from workstation.services.viewer.viewer import Viewer

Dice = random.Random


def phase(number: int) -> DisplaySet:
    content = FrameContent(moments=((Trait.TRIGGER_TIME, 40.0 * number),))
    made = display_set(SCANS["oblique"], 10, (18, 20), content=content)
    frames = tuple(
        evolve(each, key=evolve(each.key, sop=f"{each.key.sop}.{number}")) for each in made.frames
    )
    return evolve(made, id=f"phase-{number}", frames=frames)


SETS = (
    *map(phase, range(3)),
    evolve(display_set(SCANS["straight"], 8, (14, 16), series="1.1.2", space="9.9"), id="other"),
    evolve(display_set(SCANS["oblique"], 1, (14, 16), series="1.1.3"), id="single"),
)


def _at(dice: Dice) -> str:
    return f"{dice.uniform(-3, 40):.1f} {dice.uniform(-3, 40):.1f}"


LINES: tuple[Callable[[Dice], str], ...] = (
    lambda dice: "viewport.curved",
    lambda dice: "viewport.mpr",
    lambda dice: f"viewport.activate {dice.randint(1, 6)}",
    lambda dice: f"curved.{dice.choice(['point', 'insert'])} {_at(dice)}",
    lambda dice: f"curved.point {_at(dice)}",
    lambda dice: f"curved.move {dice.randint(0, 4)} {_at(dice)}",
    lambda dice: dice.choice(["curved.delete", "curved.clear", "curved.turn 40", "curved.wider"]),
    lambda dice: f"curved.go {dice.uniform(-5, 60):.1f}",
    lambda dice: f"tool.cursor3d {_at(dice)}",
    lambda dice: f"tool.{dice.choice(['length', 'ellipse'])} {_at(dice)} {_at(dice)}",
    lambda dice: f"tool.probe {_at(dice)}",
    lambda dice: f"viewport.scroll {dice.randint(-9, 9)}",
    lambda dice: dice.choice(["viewport.maximize", "viewport.undo", "viewport.redo"]),
    lambda dice: f"viewport.layout {dice.choice(['1x1', '1x2', '2x2', '2x3'])}",
    lambda dice: dice.choice(["phase.next", "phase.next -1", "phase.go 2"]),
    lambda dice: f"viewport.show-series {dice.choice([each.id for each in SETS])}",
    lambda dice: f"viewport.slab {dice.choice([0, 4])} {dice.choice(['mip', 'minip', 'mean'])}",
    lambda dice: dice.choice(
        ["viewport.volume", "viewport.reset", "mpr.turn 13", "mpr.straighten"]
    ),
    lambda dice: dice.choice(["measurement.go", "measurement.undo", "measurement.delete"]),
)


def painted(viewer: Viewer) -> None:
    """As the canvases do it, and what a script is told."""
    for index in range(len(viewer.viewports)):
        viewer.scene(index)
        viewer.snapshot(index)
        shown, view = viewer.shown(index), viewer.resolved(index)
        if shown is not None and view is not None:
            viewer.mark_painted(shown, view, whole=True)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_a_hand_does_planes_go_on(seed: int) -> None:
    """Two faults of planes were found so: keys that acted on another series, and no way back."""
    dice = Dice(seed)
    viewer, _ = opened(*SETS)
    for index in range(12):
        viewer.resized(index, 120, 90, 1.0)
    run = runner(viewer)

    acted = 0
    for _ in range(70):
        line = dice.choice(LINES)(dice)
        with suppress(CommandError):  # a sentence for the reader
            run(line)
            acted += 1
        painted(viewer)

    assert acted > 20
