"""The memory ceiling follows the machine."""

import sys
from pathlib import Path

import pytest

from workstation.adapters.machine import physical_bytes


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/meminfo is Linux's own word")
def test_the_memory_of_the_machine_is_what_the_system_says() -> None:
    """Half of it holds decoded images: a wrong figure swaps, or decodes again and again."""
    line = Path("/proc/meminfo").read_text("ascii").splitlines()[0]  # MemTotal: 24000000 kB

    assert physical_bytes() == pytest.approx(int(line.split()[1]) * 1024, rel=0.01)
