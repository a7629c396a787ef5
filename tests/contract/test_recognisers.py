"""Recognisers as the microphone uses them: sound in pieces, a dictation after the other."""

import json
import os
import shutil
import subprocess
import threading
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from websockets.sync.server import ServerConnection, serve

from workstation.adapters.external_recogniser import ExternalRecogniser
from workstation.adapters.recognisers import recogniser
from workstation.adapters.voice_commands import VoiceCommands
from workstation.domain.speech import Final, Partial, SpeechEvent, Word
from workstation.errors import Refused
from workstation.services.speech.speech_ports import RATE, Recogniser

PHRASES = ("next field", "scratch that", "save draft")
#: 50 ms, as the microphone tells it.
BLOCK = RATE // 20 * 2


def spoken(text: str, file: Path) -> bytes:
    """A synthetic voice, 16 kHz."""
    flite = shutil.which("flite")
    assert flite, "installers/linux/packages-test.txt names flite"
    subprocess.run([flite, "-voice", "slt", "-t", text, "-o", file], check=True)
    with wave.open(str(file)) as opened:
        assert opened.getframerate() == RATE
        return bytes(opened.readframes(opened.getnframes()))


def dictated(ears: Recogniser, sound: bytes) -> list[SpeechEvent]:
    ears.start(PHRASES)
    found: list[SpeechEvent] = []
    for at in range(0, len(sound), BLOCK):
        found += ears.feed(sound[at : at + BLOCK])
    return [*found, *ears.finish()]


def words(events: Sequence[SpeechEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Final)]


@pytest.mark.peer
def test_commands_are_heard_as_they_are_said(tmp_path: Path) -> None:
    """The same recogniser as for files, fed 50 ms at a time; the next dictation is heard too."""
    ears = VoiceCommands()
    pause = bytes(RATE * 2)
    both = spoken("next field", tmp_path / "1.wav") + pause
    both += spoken("save draft", tmp_path / "2.wav")
    assert words(dictated(ears, pause + both)) == ["next field", "save draft"]
    assert words(dictated(ears, spoken("scratch that", tmp_path / "3.wav"))) == ["scratch that"]


class Server:
    """A program that hears, in the protocol of vosk-server; it says what it was sent."""

    def __init__(self) -> None:
        self.config: dict[str, object] = {}
        self.bytes = 0
        self.answer = True
        self.listener = serve(self._one, "127.0.0.1", 0)
        self.address = f"ws://127.0.0.1:{self.listener.socket.getsockname()[1]}"
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    def _one(self, line: ServerConnection) -> None:
        for message in line:
            if isinstance(message, bytes):
                self.bytes += len(message)
                line.send(json.dumps({"partial": "twelve"}))
            elif "eof" in message:
                if not self.answer:
                    line.close()
                    return
                told = {"result": [{"word": "twelve", "conf": 0.4}], "text": "twelve"}
                line.send(json.dumps(told))
            else:
                self.config = json.loads(message)["config"]


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.listener.shutdown()


def test_another_program_hears_every_sample_and_its_last_words_come(server: Server) -> None:
    found = dictated(ExternalRecogniser(server.address), bytes(BLOCK * 20))
    assert server.config["sample_rate"] == RATE
    assert server.bytes == BLOCK * 20
    assert found[-1] == Final((Word("twelve", 0.4),))
    assert Partial("twelve") in found


def test_a_program_that_goes_away_is_told(server: Server) -> None:
    """The last words may be missing: a reader who is not told signs without them."""
    server.answer = False
    with pytest.raises(Refused, match="last words may be missing"):
        dictated(ExternalRecogniser(server.address), bytes(BLOCK))


def test_nobody_there_is_told() -> None:
    with pytest.raises(Refused, match="no recogniser answers"):
        ExternalRecogniser("ws://127.0.0.1:1").start(PHRASES)


def test_speech_never_leaves_the_machine() -> None:
    """The voice of a reader names patients."""
    ears = recogniser("external", None, "ws://speech.example.org:2700", VoiceCommands())
    with pytest.raises(Refused, match="on this machine"):
        ears.start(PHRASES)


@pytest.mark.parametrize("kind", ["vosk", "sherpa-onnx", "faster-whisper"])
def test_a_model_that_is_not_there_is_named(kind: str, tmp_path: Path) -> None:
    ears = recogniser(kind, tmp_path / "none", "", VoiceCommands())
    with pytest.raises(Refused, match="is no model of this recogniser"):
        ears.start(PHRASES)
    ears = recogniser(kind, None, "", VoiceCommands())
    with pytest.raises(Refused, match="names no folder"):
        ears.start(PHRASES)


@pytest.mark.skipif(
    "READER_STT_MODEL" not in os.environ,
    reason="speech model: READER_STT_MODEL=KIND:FOLDER names none",
)
def test_a_model_of_the_readers_own_writes_a_sentence(tmp_path: Path) -> None:
    """Whatever the model is: a plain sentence of a synthetic voice, at least half of it."""
    kind, _, folder = os.environ["READER_STT_MODEL"].partition(":")
    said = "the heart is normal in size and the lungs are clear"
    ears = recogniser(kind, Path(folder), "", VoiceCommands())
    heard = " ".join(words(dictated(ears, spoken(said, tmp_path / "s.wav")))).lower().split()
    assert len(set(said.split()) & set(heard)) >= len(set(said.split())) / 2
