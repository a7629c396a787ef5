"""A screen of its own for a benchmark: pixels read where the X server keeps them, a hand that
turns the wheel and drags as a mouse does.

Xvfb maps its picture into a file, so that looking costs the program nothing; the hand is the
server's XTEST extension. What is timed is the whole way: event, program, pixels on the screen.
"""

import ctypes
import ctypes.util
import mmap
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.demo.scratch import scratch_folder
from workstation.errors import CommandError
from workstation.text import tr

SIZE: Final = (1600, 1200)
WHEEL_DOWN: Final = 5
LEFT: Final = 1
#: The keysym Control_L.
_CONTROL: Final = 0xFFE3
#: Half the side of the square that is watched.
_WATCHED: Final = 150
_PATIENCE_S: Final = 2.0

Pixels = NDArray[np.uint8]


class Screen:
    """A running Xvfb. `pixels` are (rows, columns, 4), always as they are now."""

    def __init__(self, display: str, pixels: Pixels) -> None:
        self.display = display
        self.pixels = pixels
        self._x11, self._xtest = _library("X11"), _library("Xtst")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._connection = ctypes.c_void_p(self._x11.XOpenDisplay(display.encode()))
        if not self._connection:
            raise CommandError(tr("the screen of the benchmark cannot be reached"))

    def environment(self, home: Path) -> dict[str, str]:
        """For a program that is to open its windows here, on nobody's settings."""
        return os.environ | {
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "HOME": str(home),
        }

    def point(self, x: int, y: int) -> None:
        self._xtest.XTestFakeMotionEvent(self._connection, -1, x, y, 0)
        self._x11.XFlush(self._connection)

    def button(self, number: int, *, down: bool) -> None:
        self._xtest.XTestFakeButtonEvent(self._connection, number, int(down), 0)
        self._x11.XFlush(self._connection)

    def control(self, *, down: bool) -> None:
        """The Control key, held or let go."""
        key = self._x11.XKeysymToKeycode(self._connection, _CONTROL)
        self._xtest.XTestFakeKeyEvent(self._connection, key, int(down), 0)
        self._x11.XFlush(self._connection)

    def notch(self) -> None:
        """The wheel, one notch towards the reader."""
        self.button(WHEEL_DOWN, down=True)
        self.button(WHEEL_DOWN, down=False)

    def around(self, x: int, y: int) -> Pixels:
        """The square about a point, as it is now and as it will be."""
        return self.pixels[y - _WATCHED : y + _WATCHED, x - _WATCHED : x + _WATCHED, :3]

    def answer_ms(self, act: Callable[[], None], watched: Pixels) -> float | None:
        """From an event to the first changed pixel; None where nothing changes."""
        before = watched.copy()
        begun = time.perf_counter()
        act()
        while time.perf_counter() - begun < _PATIENCE_S:
            if not np.array_equal(watched, before):
                return (time.perf_counter() - begun) * 1000
            time.sleep(0.0005)
        return None


@contextmanager
def screen() -> Iterator[Screen]:
    """An Xvfb of 1600 x 1200 that ends with the benchmark."""
    if shutil.which("Xvfb") is None:
        raise CommandError(tr("this benchmark needs Linux and Xvfb (Debian: apt install xvfb)"))
    with scratch_folder() as folder:
        width, height = SIZE
        read, write = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24",
             "-fbdir", str(folder), "-nolisten", "tcp", "+extension", "GLX"],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        try:
            with os.fdopen(read, "rb") as told:
                number = told.readline().decode().strip()
            if not number:
                raise CommandError(tr("the screen of the benchmark cannot be reached"))
            yield Screen(f":{number}", _frame_buffer(folder / "Xvfb_screen0"))
        finally:
            server.terminate()
            server.wait()


def _frame_buffer(file: Path) -> Pixels:
    """An X window dump (XWDFileHeader): its header, its colour map, its pixels."""
    with file.open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    header, colours = (
        struct.unpack_from(">I", mapped, 0)[0],
        struct.unpack_from(">I", mapped, 76)[0],
    )
    width, height = SIZE
    found: Pixels = np.frombuffer(mapped, np.uint8, width * height * 4, header + colours * 12)
    return found.reshape(height, width, 4)


def _library(name: str) -> Any:
    found = ctypes.util.find_library(name)
    if found is None:
        raise CommandError(tr("this benchmark needs the library {name}", name=f"lib{name}"))
    return ctypes.CDLL(found)
