"""Recognisers with a model of the reader's own: Vosk, sherpa-onnx, faster-whisper.

Each is an extra, and each reads its model from a folder on this machine: nothing is fetched,
ever. How well one writes is a matter of its model (docs/howto/dictation.md).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.speech import Final as Utterance
from workstation.domain.speech import Partial, SpeechEvent, Word
from workstation.errors import Refused
from workstation.protocols.recognised_json import recognised
from workstation.services.speech.speech_ports import RATE
from workstation.text import tr


class Vosk:
    """Fulfils `services.speech.speech_ports.Recogniser`; streams, each word with a confidence."""

    dictates = True
    name = "Vosk"

    def __init__(self, model: Path) -> None:
        self._folder = _there(model)
        self._model: Any = None
        self._recogniser: Any = None

    def start(self, phrases: Sequence[str]) -> None:
        try:
            import vosk
        except ImportError:
            raise _not_installed("vosk") from None
        if self._model is None:
            vosk.SetLogLevel(-1)
            try:
                self._model = vosk.Model(model_path=str(self._folder))
            except Exception as error:  # it raises nothing more precise
                raise _no_model(self._folder) from error
        self._recogniser = vosk.KaldiRecognizer(self._model, RATE)
        self._recogniser.SetWords(True)

    def feed(self, pcm: bytes) -> Sequence[SpeechEvent]:
        if self._recogniser.AcceptWaveform(pcm):
            return recognised(self._recogniser.Result())
        return recognised(self._recogniser.PartialResult())

    def finish(self) -> Sequence[SpeechEvent]:
        return recognised(self._recogniser.FinalResult())


class SherpaOnnx:
    """Fulfils `services.speech.speech_ports.Recogniser`; a streaming transducer of k2-fsa.

    It tells no confidence by word: every number it hears is shown as unsure.
    """

    dictates = True
    name = "sherpa-onnx"

    def __init__(self, model: Path) -> None:
        self._folder = _there(model)
        self._recogniser: Any = None
        self._stream: Any = None

    def start(self, phrases: Sequence[str]) -> None:
        try:
            import sherpa_onnx
        except ImportError:
            raise _not_installed("sherpa-onnx") from None
        if self._recogniser is None:
            parts = {part: self._file(part) for part in ("encoder", "decoder", "joiner")}
            tokens = self._folder / "tokens.txt"
            if not tokens.is_file():
                raise _no_model(self._folder)
            self._recogniser = sherpa_onnx.OnlineRecognizer.from_transducer(
                tokens=str(tokens), sample_rate=RATE, enable_endpoint_detection=True, **parts
            )
        self._stream = self._recogniser.create_stream()

    def feed(self, pcm: bytes) -> Sequence[SpeechEvent]:
        self._stream.accept_waveform(RATE, _floats(pcm))
        self._decode()
        said = self._recogniser.get_result(self._stream)
        if not self._recogniser.is_endpoint(self._stream):
            return (Partial(said),) if said.strip() else ()
        self._recogniser.reset(self._stream)
        return _unsure(said)

    def finish(self) -> Sequence[SpeechEvent]:
        # Half a second of silence pushes the last word through the network.
        self._stream.accept_waveform(RATE, np.zeros(RATE // 2, np.float32))
        self._stream.input_finished()
        self._decode()
        return _unsure(self._recogniser.get_result(self._stream))

    def _decode(self) -> None:
        while self._recogniser.is_ready(self._stream):
            self._recogniser.decode_stream(self._stream)

    def _file(self, part: str) -> str:
        found = sorted(self._folder.glob(f"{part}*.onnx"), key=lambda file: len(file.name))
        if not found:
            raise _no_model(self._folder)
        return str(found[0])


class FasterWhisper:
    """Fulfils `services.speech.speech_ports.Recogniser`; hears a dictation when it has ended."""

    dictates = True
    name = "faster-whisper"
    #: The model is made for half a minute at a time; more is heard in pieces by itself.
    _MOST_S: Final = 300

    def __init__(self, model: Path) -> None:
        self._folder = _there(model)
        self._model: Any = None
        self._pcm = bytearray()

    def start(self, phrases: Sequence[str]) -> None:
        try:
            import faster_whisper
        except ImportError:
            raise _not_installed("faster-whisper") from None
        if self._model is None:
            if not (self._folder / "model.bin").is_file():
                raise _no_model(self._folder)
            self._model = faster_whisper.WhisperModel(
                str(self._folder), device="cpu", local_files_only=True
            )
        self._pcm.clear()

    def feed(self, pcm: bytes) -> Sequence[SpeechEvent]:
        if len(self._pcm) > self._MOST_S * RATE * 2:
            return self.finish()
        self._pcm += pcm
        return ()

    def finish(self) -> Sequence[SpeechEvent]:
        sound = _floats(bytes(self._pcm))
        self._pcm.clear()
        if not sound.size:
            return ()
        segments, _ = self._model.transcribe(
            sound, language="en", word_timestamps=True, condition_on_previous_text=False
        )
        return tuple(
            Utterance(words)
            for segment in segments
            if (words := tuple(_whisper_word(each) for each in segment.words or ()))
        )


def _whisper_word(found: Any) -> Word:
    return Word(str(found.word).strip(), float(found.probability))


def _unsure(said: str) -> tuple[SpeechEvent, ...]:
    words = tuple(Word(word.lower(), 0.0) for word in said.split())
    return (Utterance(words),) if words else ()


def _floats(pcm: bytes) -> NDArray[np.float32]:
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)


def _there(model: Path) -> Path:
    if not model.is_dir():
        raise _no_model(model)
    return model


def _no_model(folder: Path) -> Refused:
    return Refused(tr("{folder} is no model of this recogniser", folder=folder))


def _not_installed(name: str) -> Refused:
    return Refused(tr("the recogniser “{name}” is not installed", name=name))
