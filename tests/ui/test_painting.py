"""A fault while painting must cost one picture, not the program with a report in it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import workstation.ui

_CHILD = """
import contextlib
from PySide6.QtWidgets import QApplication
from workstation.ui import chips, theme
app = QApplication([])
theme.apply(app)
told = []
def broken(*_):
    told.append("fault")
    raise ValueError("a fault in the drawing")
whole, chips.paint_key = chips.paint_key, broken
cap = chips.KeyCap("N")
with contextlib.suppress(ValueError):
    cap.grab()
chips.paint_key = whole
cap.grab()
print("alive", len(told))
"""


def test_a_paint_that_fails_leaves_the_program_running() -> None:
    """Qt ends a program whose painter outlives its paint event."""
    child = subprocess.run(
        [sys.executable, "-c", _CHILD],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    words, faults = child.stdout.split()
    assert words == "alive"
    assert int(faults) >= 1


def test_every_painter_ends_with_its_paint_event() -> None:
    """`with` ends a painter whatever is raised in between."""
    found = [
        f"{path.name}: {line.strip()}"
        for path in Path(workstation.ui.__path__[0]).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"\bQPainter\(", line) and not re.match(r"\s*with QPainter\(", line)
    ]
    assert found == []
