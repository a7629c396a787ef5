"""A screen that nobody sees, on which Mesa draws OpenGL by software: for children of tests."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def virtual_screen() -> Iterator[dict[str, str]]:
    """Gives the environment of a program that is to draw on it."""
    told, tell = os.pipe()
    line = ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
    server = subprocess.Popen(line, pass_fds=[tell], stderr=subprocess.DEVNULL)
    os.close(tell)
    try:
        with os.fdopen(told) as number:
            display = f":{number.readline().strip()}"
        here = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1"}
        yield os.environ | here
    finally:
        server.terminate()
        server.wait()
