"""Names of what a decoder child can give up, and what each system is expected to give."""

import sys
from typing import Final, Literal, get_args

Level = Literal[
    "core",  # no core dump: it would hold a patient's image
    "descriptors",  # few files at once
    "file-size",  # nothing is written to a file
    "memory",  # bounded, by limit or job
    "killed-first",  # short of memory, the system ends a child before the program
    "not-traceable",  # no other process of the user looks into it
    "dies-with-program",
    "no-files",  # no path is opened, by Landlock or profile
    "no-tcp",  # by Landlock or profile
    "scoped",  # no signal and no abstract socket beyond itself, by Landlock
    "system-calls",  # none but those of decoding: no socket, process, path or new code
    "no-children",
]

KNOWN: Final[frozenset[str]] = frozenset(get_args(Level))

_LINUX: Final[tuple[Level, ...]] = (
    "core", "descriptors", "file-size", "memory", "killed-first",
    "dies-with-program", "not-traceable", "no-files", "no-tcp", "scoped", "system-calls",
)  # fmt: skip
_MACOS: Final[tuple[Level, ...]] = ("core", "descriptors", "file-size", "no-files", "no-tcp")
_WINDOWS: Final[tuple[Level, ...]] = ("memory", "no-children")

#: What this system gives where its kernel is recent and nothing stands in the way.
EXPECTED: Final = {"linux": _LINUX, "darwin": _MACOS, "win32": _WINDOWS}.get(sys.platform, ())


def closed(levels: tuple[str, ...]) -> bool:
    """Whether a child can reach neither file nor network; by one lock or by two."""
    return "system-calls" in levels or {"no-files", "no-tcp"} <= set(levels)
