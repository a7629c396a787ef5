"""VTK's GPU mapper on a screen where Mesa draws by software, beside arithmetic and the CPU.

Everything runs in a child on a screen of its own: a test of drivers must not end the other tests.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from virtual_screen import virtual_screen

HERE = Path(__file__).parent
PIXEL_MM = 0.4


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    paths = os.pathsep.join((str(HERE), str(HERE.parent)))
    with virtual_screen() as environment:
        done = subprocess.run(
            [sys.executable, "vtk_child.py"], cwd=HERE, env=environment | {"PYTHONPATH": paths},
            capture_output=True, text=True, timeout=170, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_mip_is_numpys_within_a_grey_level(told: dict[str, Any]) -> None:
    """Issue 5; and once more after the volume was let go of."""
    assert told["mip"] <= 1.0
    assert told["again"] <= 1.0


def test_silhouettes_lie_within_a_pixel(told: dict[str, Any]) -> None:
    """Of a sphere, side by side and from an eye, in three acquisitions (issue 5)."""
    assert len(told["silhouettes"]) == 6
    assert max(told["silhouettes"]) <= PIXEL_MM


def test_an_unshaded_picture_is_ours(told: dict[str, Any]) -> None:
    """Structural similarity (issue 5); shaded it is looked at, not proven: other light."""
    assert min(told["unshaded"]) > 0.95
    assert told["shaded"] > 0.85


def test_crop_and_table_are_left_out_as_by_the_cpu(told: dict[str, Any]) -> None:
    assert told["crop_gone"] == told["mask_gone"] == 0.0
    assert told["crop_kept"] == told["mask_kept"] == 255.0


def test_it_passes_its_own_proof(told: dict[str, Any]) -> None:
    assert told["proof"] == ""
