"""Files of speech: scripts as they are, WAVs by a real recogniser and synthetic voices."""

import wave
from pathlib import Path

import pytest

from workstation.adapters.recordings import SpeechFiles, scripted
from workstation.adapters.voice_commands import VoiceCommands
from workstation.bench.voice import COMMANDS, SENTENCES, VOICES, spoken
from workstation.domain.speech import Final, Partial, Word
from workstation.errors import Refused

FILES = SpeechFiles(VoiceCommands())


def heard(file: Path) -> list[str]:
    try:
        events = FILES.heard(file, COMMANDS)
    except Refused:
        return []
    return [event.text for event in events]


def test_a_script_tells_what_a_recogniser_would() -> None:
    """Partial words first, then the utterance, each word with its confidence."""
    assert scripted("# a comment\n\ntwelve{0.4} mm # aside\n") == (
        Partial("twelve"),
        Final((Word("twelve", 0.4), Word("mm"))),
    )


@pytest.mark.peer
@pytest.mark.parametrize("voice", VOICES)
def test_commands_are_heard_and_sentences_are_not(voice: str, tmp_path: Path) -> None:
    """A command that is missed is said again; a sentence taken for one acts on a report."""
    hits = [
        heard(spoken(each, voice, tmp_path / f"{n}.wav")) == [each]
        for n, each in enumerate(COMMANDS)
    ]
    false = [heard(spoken(each, voice, tmp_path / "s.wav")) for each in SENTENCES]
    assert sum(hits) >= 8
    assert not any(false)


@pytest.mark.peer
def test_two_commands_with_a_silence_between_are_two(tmp_path: Path) -> None:
    """An utterance ends where the reader stops."""
    parts = []
    for each in ("next field", "scratch that"):
        with wave.open(str(spoken(each, "flite rms", tmp_path / "part.wav"))) as opened:
            rate, sound = opened.getframerate(), opened.readframes(opened.getnframes())
        parts.append(sound + bytes(2 * rate))
    both = tmp_path / "both.wav"
    with wave.open(str(both), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(rate)
        made.writeframes(b"".join(parts))
    assert heard(both) == ["next field", "scratch that"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"RIFF\x00\x00\x00\x00WAVE", "damaged"),
        (b"\xff\xfe\x00garbage", "neither a WAV nor a text"),
        (b"word " * 300_000, "too long"),
    ],
)
def test_what_is_no_speech_is_refused_in_words(body: bytes, why: str, tmp_path: Path) -> None:
    """A wrong file is a sentence, not a traceback, and nothing is written."""
    file = tmp_path / "file"
    file.write_bytes(body)
    with pytest.raises(Refused, match=why):
        FILES.heard(file, COMMANDS)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """The reason of the system, without the path."""
    with pytest.raises(Refused, match="No such file"):
        FILES.heard(tmp_path / "nothing", COMMANDS)


def test_a_long_recording_is_refused(tmp_path: Path) -> None:
    """Eleven minutes at 8 kHz: refused by what is there, before it is read."""
    file = tmp_path / "long.wav"
    with wave.open(str(file), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(bytes(2 * 8000 * 660))
    with pytest.raises(Refused, match="ten minutes"):
        FILES.heard(file, COMMANDS)
