"""Ports of speech: files, recognisers, the microphone and the buttons on it."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from workstation.domain.speech import SpeechEvent

#: Samples a second of all speech here: one channel, 16 bit, little endian.
RATE: Final = 16_000


class Recordings(Protocol):
    """Speech in files."""

    def heard(self, file: Path, phrases: Sequence[str]) -> Sequence[SpeechEvent]:
        """What a recogniser tells of a file, in order; `phrases` are the commands it may hear.

        Raises Refused, in words, where the file holds no speech that can be understood.
        """
        ...


class Recogniser(Protocol):
    """Hears speech as it comes. All of it on one worker; a dictation from `start` to `finish`."""

    @property
    def name(self) -> str:
        """What the reader calls it."""
        ...

    @property
    def dictates(self) -> bool:
        """Whether it writes free text; else it knows commands alone."""
        ...

    def start(self, phrases: Sequence[str]) -> None:
        """Begin anew; `phrases` are the commands. Raises Refused where it cannot hear."""
        ...

    def feed(self, pcm: bytes) -> Sequence[SpeechEvent]:
        """What these samples bring to an end, and what is being recognised."""
        ...

    def finish(self) -> Sequence[SpeechEvent]:
        """The speaker has ended: what is left."""
        ...


class Tone(StrEnum):
    """What is heard without looking."""

    START = "start"
    STOP = "stop"
    LOST = "lost"


class Microphone(Protocol):
    """What the reader speaks into."""

    def open(self, heard: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        """Tell of samples as they come, from a thread of its own; `lost` at most once.

        Raises Refused, in words, where there is none or it may not be used.
        """
        ...

    def close(self) -> None:
        """Nothing is heard any more; what is closed stays closed."""
        ...

    def sound(self, tone: Tone) -> None:
        """A short tone, where something can sound; never waits for it."""
        ...

    def play(self, pcm: bytes) -> None:
        """Speech, to its end; from a worker of its own. Raises Refused where nothing can sound."""
        ...


class Buttons(Protocol):
    """Buttons of dictation microphones and foot pedals, whatever window has the keys."""

    def watch(self, moved: Callable[[str, bool], None]) -> None:
        """Tell of each button by name, True when it goes down; from a thread of its own.

        Devices may come and go.
        """
        ...

    def light(self, on: bool) -> None:
        """The lamp of those that have one."""
        ...

    def stop(self) -> None:
        """Watch no longer."""
        ...
