"""Screens whose millimetres a person measured: which one it is, and what 1000 of its pixels are."""

from collections.abc import Mapping
from typing import Final

from workstation.errors import CommandError
from workstation.text import tr

#: Before what tells two screens of one name apart, in the key of a screen.
_APART: Final = " #"
#: What 1000 device pixels of any screen measure, in mm: a telephone, a wall.
LEAST_MM, MOST_MM = 20.0, 1000.0


def key_of(name: str, serial: str, width: int, height: int) -> str:
    """The screen as it stands there: by its name, its serial and the pixels it shows now.

    Driven with other pixels it is another screen: a pixel of it has another size.
    """
    return f"{name}{_APART}{serial} {width}x{height}"


def name_of(key: str) -> str:
    """What the system calls it: enough for a person who has one of them."""
    return key.partition(_APART)[0]


def mm_of(screens: Mapping[str, float], key: str) -> float:
    """What 1000 device pixels of a screen measure; 0 where nobody measured it.

    By its key where it was measured here, by its name alone where the settings have it.
    """
    return screens.get(key) or screens.get(name_of(key), 0.0)


def checked(mm: float) -> float:
    """Raises CommandError where no screen is like that."""
    if not LEAST_MM <= mm <= MOST_MM:
        words = tr("1000 pixels of a screen measure {least:g} to {most:g} mm",
                   least=LEAST_MM, most=MOST_MM)  # fmt: skip
        raise CommandError(words)
    return mm
