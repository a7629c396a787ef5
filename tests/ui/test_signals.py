"""The Qt binding survives a shift: PySide6 6.12.0 on Python 3.11 did not."""

import subprocess
import sys

EMIT = """
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Source(QObject):
    fired = Signal(int)

app = QCoreApplication([])
source, heard = Source(), []
source.fired.connect(heard.append)
for n in range(10_000):
    source.fired.emit(n)
assert len(heard) == 10_000
"""


def test_ten_thousand_signals_do_not_end_the_program() -> None:
    """Each emit of 6.12.0 dropped a reference of True; after some 570 the process aborted."""
    ran = subprocess.run([sys.executable, "-c", EMIT], capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
