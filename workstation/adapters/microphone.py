"""The microphone of this machine, by PortAudio (sounddevice). Sound is never written to a disk."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from workstation.errors import Refused
from workstation.services.speech.speech_ports import RATE, Tone
from workstation.text import tr

log = logging.getLogger("speech")

#: 50 ms: short for a level meter that moves, long for a thread that sleeps.
_BLOCK: Final = RATE // 20
#: A device that was unplugged often says nothing at all; no sound in this time means it is gone.
_SILENT_S: Final = 2.0
#: A headset without a wire needs some seconds before its first sound.
_FIRST_S: Final = 10.0
#: Hz and s of each tone, one after the other: up, down, and a low one twice.
_TONES: Final = {
    Tone.START: ((660.0, 0.06), (880.0, 0.08)),
    Tone.STOP: ((880.0, 0.06), (660.0, 0.08)),
    Tone.LOST: ((330.0, 0.12), (0.0, 0.06), (330.0, 0.12)),
}


class SystemMicrophone:
    """Fulfils `services.speech.speech_ports.Microphone`. `device` is a part of its name, or empty
    for the system's own choice. One worker; samples come from PortAudio's thread.
    """

    def __init__(self, device: str = "") -> None:
        self._device = device
        self._stream: Any = None
        self._speaker: Any = None

    def open(self, heard: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        audio = _portaudio()
        # PortAudio lists devices once: what was plugged in since is found by asking anew.
        audio._terminate()
        audio._initialize()
        watch = _Watch(lost)

        def came(samples: Any, _frames: int, _time: Any, _flags: Any) -> None:
            watch.until = time.monotonic() + _SILENT_S
            heard(bytes(samples))

        try:
            stream = audio.RawInputStream(
                samplerate=RATE,
                blocksize=_BLOCK,
                channels=1,
                dtype="int16",
                device=self._device or None,
                callback=came,
                finished_callback=watch.finished,
            )
            stream.start()
        except (audio.PortAudioError, ValueError) as error:
            log.info("no microphone: %s", type(error).__name__)
            raise Refused(_why(self._device)) from None
        self._stream, self._watch = stream, watch
        watch.start()

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            self._watch.stop()
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)

    def sound(self, tone: Tone) -> None:
        audio = _portaudio()
        try:
            if self._speaker is None:
                self._speaker = audio.RawOutputStream(samplerate=RATE, channels=1, dtype="int16")
            self._speaker.start()
            self._speaker.write(wave_of(tone))
            self._speaker.stop()
        except audio.PortAudioError:
            self._speaker = None  # nothing to hear it by; the meter tells as well

    def play(self, pcm: bytes) -> None:
        audio = _portaudio()
        try:
            with audio.RawOutputStream(samplerate=RATE, channels=1, dtype="int16") as speaker:
                speaker.write(pcm)
        except audio.PortAudioError:
            raise Refused(tr("there is nothing to hear it by")) from None


class _Watch:
    """Says once that a device is gone, whether it says so itself or falls silent."""

    def __init__(self, lost: Callable[[str], None]) -> None:
        self.until = time.monotonic() + _FIRST_S
        self._lost = lost
        self._over = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._look, name="microphone", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def finished(self) -> None:
        self._tell(tr("the system closed it"))

    def _look(self) -> None:
        while not self._over.wait(_SILENT_S / 4):
            if time.monotonic() > self.until:
                self._tell(tr("no sound comes from it"))

    def _tell(self, why: str) -> None:
        if not self._over.is_set():
            self._over.set()
            self._lost(why)


def wave_of(tone: Tone) -> bytes:
    """Sines at a quarter of full scale, with soft edges: a click would startle."""
    parts = []
    for hertz, seconds in _TONES[tone]:
        at = np.arange(round(seconds * RATE)) / RATE
        edge = np.minimum(1.0, np.minimum(at, seconds - at) / 0.01)
        parts.append(np.sin(2 * np.pi * hertz * at) * edge * 8192)
    return bytes(np.concatenate(parts).astype("<i2").tobytes())


def _why(device: str) -> str:
    if device:
        return tr("the microphone “{name}” is not there or is in use", name=device)
    return tr("there is no microphone, or another program has it to itself")


def _portaudio() -> Any:
    """Only here: without its library the program starts, and says what is missing when asked."""
    try:
        import sounddevice
    except OSError:
        raise Refused(tr("the system's audio library (PortAudio) is missing")) from None
    return sounddevice
