"""Where the sites of the demo platform listen, and the bad lines in front of them."""

import contextlib
import os
import socket
from collections.abc import Iterator, Sequence
from typing import Any, Final

from workstation.demo.line import Line
from workstation.demo.site import Site
from workstation.demo.sites import SITES
from workstation.errors import SettingsError
from workstation.text import tr

LOOPBACK: Final = "127.0.0.1"
_BACKLOG: Final = 256


@contextlib.contextmanager
def listening(count: int, first: int = 0) -> Iterator[list[socket.socket]]:
    """Sockets on loopback and nothing else, from port `first`; 0 takes any that are free."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for index in range(count):
            each = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            if os.name == "posix":  # elsewhere it would let two programs share a port
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            wanted = first + index if first else 0
            try:
                each.bind((LOOPBACK, wanted))
            except (OSError, OverflowError) as why:
                raise SettingsError(tr("port {port} cannot be used", port=wanted)) from why
            each.listen(_BACKLOG)
            sockets.append(each)
        yield sockets


@contextlib.contextmanager
def behind(doors: Sequence[socket.socket], knobs: dict[str, Any]) -> Iterator[list[socket.socket]]:
    """What the sites serve on: their doors, or a socket behind where a line is to be bad."""
    bad = ["line" in knobs.get("all", {}) | knobs.get(each.id, {}) for each in SITES]
    with listening(sum(bad)) as inner:
        hidden = iter(inner)
        sites = zip(doors, bad, strict=False)  # the last door is the control's
        behind = [next(hidden) if is_bad else door for door, is_bad in sites]
        yield [*behind, *doors[len(SITES) :]]


def relays(site: Site, door: socket.socket, server: socket.socket) -> Iterator[Line]:
    """The relay between the two, where there is one."""
    if server is not door:
        yield Line(site.faults.line, door, port_of(server))


def port_of(door: socket.socket) -> int:
    found: int = door.getsockname()[1]
    return found


def address_of(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"
