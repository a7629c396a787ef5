"""Which recogniser hears: the one the settings name, or one that says why there is none."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from workstation.adapters.external_recogniser import ExternalRecogniser
from workstation.adapters.neural_recognisers import FasterWhisper, SherpaOnnx, Vosk
from workstation.adapters.voice_commands import VoiceCommands
from workstation.domain.speech import SpeechEvent
from workstation.errors import Refused
from workstation.services.speech.speech_ports import Recogniser
from workstation.text import tr

_WITH_A_MODEL: Final[Mapping[str, Callable[[Path], Recogniser]]] = {
    "vosk": Vosk,
    "sherpa-onnx": SherpaOnnx,
    "faster-whisper": FasterWhisper,
}


class NoRecogniser:
    """Fulfils `services.speech.speech_ports.Recogniser`: hears nothing, and says why."""

    dictates = False
    name = ""

    def __init__(self, why: str) -> None:
        self._why = why

    def start(self, phrases: Sequence[str]) -> None:
        raise Refused(self._why)

    def feed(self, pcm: bytes) -> Sequence[SpeechEvent]:
        return ()

    def finish(self) -> Sequence[SpeechEvent]:
        return ()


def recogniser(kind: str, model: Path | None, address: str, commands: VoiceCommands) -> Recogniser:
    """By the settings `recogniser`, `recogniser_model` and `recogniser_address`."""
    try:
        if kind == "commands":
            return commands
        if kind == "external":
            return ExternalRecogniser(address)
        if kind in _WITH_A_MODEL:
            if model is None:
                return NoRecogniser(tr("`recogniser_model` in the settings names no folder"))
            return _WITH_A_MODEL[kind](model)
    except Refused as error:
        return NoRecogniser(str(error))
    return NoRecogniser(tr("no recogniser is chosen: `recogniser` in the settings names one"))
