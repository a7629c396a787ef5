"""Spoken commands by pocketsphinx: its model is in its wheel, and it is no more than that.

Free dictation with it misses every second word (docs/performance.md), so what is no command
is not written. A grammar alone takes any sentence for a command; therefore a second decoder
that knows phones and no words listens too, and both must have heard about the same.
"""

import re
import wave
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import frozen

from workstation.adapters.phones import likeness
from workstation.domain.speech import Final as Utterance
from workstation.domain.speech import SpeechEvent, Word
from workstation.errors import Refused
from workstation.services.speech.speech_ports import RATE
from workstation.text import tr

#: How alike the phones of a command and those heard without a grammar must be, how many times
#: as many may be heard, and how much of an utterance must be its words: chosen on twenty other
#: commands and thirty sentences of eight voices, tested on ten and ten (docs/performance.md).
_ALIKE: Final = 0.5
_LONGER: Final = 1.3
_WORDS: Final = 0.6
#: A grammar of some hundred phrases is small: nothing of it is given up early, or a voice that
#: the model does not like is heard as nothing at all.
_WIDE: Final = 1e-200
_MOST_S: Final = 600


class VoiceCommands:
    """Fulfils `services.speech.speech_ports.Recogniser`, and reads files.

    One worker; the models stay loaded while phrases are the same.
    """

    dictates = False

    def __init__(self) -> None:
        self._phrases: tuple[str, ...] = ()
        self._listeners: _Listeners | None = None
        self._utterances: _Utterances | None = None

    @property
    def name(self) -> str:
        return tr("spoken commands")

    def start(self, phrases: Sequence[str]) -> None:
        self._listener(phrases)
        self._utterances = _Utterances()

    def feed(self, pcm: bytes) -> Sequence[SpeechEvent]:
        assert self._utterances is not None, "start comes first"
        return self._commands(self._utterances.feed(pcm))

    def finish(self) -> Sequence[SpeechEvent]:
        if self._utterances is None:
            return ()
        last, self._utterances = self._utterances.finish(), None
        return self._commands(last)

    def _commands(self, utterances: Iterable[bytes]) -> tuple[SpeechEvent, ...]:
        listeners = self._listener(self._phrases)
        found = [listeners.command(each) for each in utterances]
        return tuple(
            Utterance(tuple(Word(word) for word in words.split())) for words in found if words
        )

    def _listener(self, phrases: Sequence[str]) -> "_Listeners":
        if self._listeners is None or self._phrases != tuple(phrases):
            self._listeners = _Listeners(phrases)
            self._phrases = tuple(phrases)
        return self._listeners

    def heard(self, file: Path, phrases: Sequence[str]) -> tuple[SpeechEvent, ...]:
        """The commands in a WAV, an utterance each. Raises Refused where there are none."""
        self._listener(phrases)
        whole = _Utterances()
        samples = samples_of(file)
        found = self._commands([*whole.feed(samples), *whole.finish()])
        if not found:
            raise Refused(
                tr("no command was heard: the recogniser of this program knows commands alone")
            )
        return found


def samples_of(file: Path) -> bytes:
    """16 kHz, one channel, 16 bit, whatever of these the file has otherwise."""
    try:
        with wave.open(str(file)) as opened:
            rate, channels, width = (
                opened.getframerate(), opened.getnchannels(), opened.getsampwidth(),
            )  # fmt: skip
            if width != 2 or not 8_000 <= rate <= 192_000 or channels not in (1, 2):
                raise Refused(tr("the recording must have 16 bits, one or two channels"))
            if opened.getnframes() > _MOST_S * rate:
                raise Refused(tr("the recording is longer than ten minutes"))
            raw = np.frombuffer(opened.readframes(opened.getnframes()), "<i2")
    except (wave.Error, EOFError):
        raise Refused(tr("the recording is damaged or no plain WAV")) from None
    sound = raw[: len(raw) // channels * channels].reshape(-1, channels).mean(axis=1)
    if rate != RATE and sound.size:
        at = np.arange(int(sound.size * RATE / rate)) * (rate / RATE)
        sound = np.interp(at, np.arange(sound.size), sound)
    return bytes(sound.astype("<i2").tobytes())


class _Utterances:
    """What stands between two silences, as sound comes."""

    def __init__(self) -> None:
        self._endpointer = _pocketsphinx().Endpointer(sample_rate=RATE)
        self._rest = b""
        self._kept = b""

    def feed(self, pcm: bytes) -> list[bytes]:
        """Utterances that have ended."""
        size, found = self._endpointer.frame_bytes, []
        self._rest += pcm
        while len(self._rest) >= size:
            speech = self._endpointer.process(self._rest[:size])
            self._rest = self._rest[size:]
            if speech is not None:
                self._kept += speech
                if not self._endpointer.in_speech:
                    found.append(self._kept)
                    self._kept = b""
        return found

    def finish(self) -> list[bytes]:
        """A silence at the end, so that the last utterance ends too."""
        return self.feed(bytes(RATE * 2))


class _Listeners:
    """One that knows the commands, one that knows phones alone."""

    def __init__(self, phrases: Sequence[str]) -> None:
        sphinx = _pocketsphinx()
        model = Path(sphinx.get_model_path())
        voices = model / "en-us"
        shared = {
            "hmm": str(voices / "en-us"),
            "dict": str(voices / "cmudict-en-us.dict"),
            "loglevel": "FATAL",
            "cmn": "batch",  # each utterance by itself, whatever was heard before
        }
        self._free = sphinx.Decoder(
            sphinx.Config(
                allphone=str(voices / "en-us-phone.lm.bin"),
                lw=2.0, beam=1e-20, pbeam=1e-20, **shared,
            )
        )  # fmt: skip
        self._strict = sphinx.Decoder(
            sphinx.Config(
                lm=None, beam=_WIDE, pbeam=_WIDE, wbeam=_WIDE, silprob=1e-8, bestpath=False,
                **shared,
            )
        )  # fmt: skip
        known = [phrase for phrase in phrases if self._phones(phrase.split())]
        self._strict.add_jsgf_string(
            "commands", f"#JSGF V1.0; grammar c; public <c> = {' | '.join(known)};"
        )
        self._strict.activate_search("commands")

    def command(self, pcm: bytes) -> str:
        """The command that this utterance is, as a whole; else empty."""
        strict = _heard(self._strict, pcm)
        words = [re.sub(r"\(\d+\)", "", word.text) for word in strict]
        expected = self._phones(words)
        if not expected or sum(word.frames for word in strict) < _WORDS * self._strict.n_frames():
            return ""
        free = [phone.text for phone in _heard(self._free, pcm)]
        if likeness(expected, free) < _ALIKE or len(free) > _LONGER * len(expected):
            return ""
        return " ".join(words)

    def _phones(self, words: Sequence[str]) -> list[str]:
        """Empty where one of them is not in the dictionary."""
        found = [self._strict.lookup_word(word) for word in words]
        return [phone for each in found for phone in each.split()] if all(found) else []


@frozen
class _Heard:
    text: str
    frames: int


def _heard(decoder: Any, pcm: bytes) -> list[_Heard]:
    """Words or phones, without silences and noises."""
    decoder.start_utt()
    decoder.process_raw(pcm, False, True)
    decoder.end_utt()
    if decoder.hyp() is None:
        return []
    said = [_Heard(each.word, each.end_frame - each.start_frame + 1) for each in decoder.seg()]
    return [each for each in said if each.text[0] not in "<+(" and each.text != "SIL"]


def _pocketsphinx() -> Any:
    """Only here: it is an extra, and nobody waits for it who does not speak."""
    try:
        import pocketsphinx
    except ImportError:
        raise Refused(
            tr("no recogniser is installed for recordings: install the extra “speech”")
        ) from None
    return pocketsphinx
