"""Files of speech: a text stands for a recogniser, a WAV is given to the one there is.

The text is the scripted engine: an utterance a line, `word{0.4}` for one that was heard with
that confidence, `#` for a comment. It says what a recogniser would have heard.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from workstation.adapters.voice_commands import VoiceCommands
from workstation.domain.speech import Final as Utterance
from workstation.domain.speech import Partial, SpeechEvent, Word
from workstation.errors import Refused
from workstation.text import tr

#: Two hours of a reader who does not breathe are shorter.
_MOST_BYTES: Final = 1 << 20
_CONFIDENCE: Final = re.compile(r"^(.+)\{([01](?:\.\d+)?)\}$")


class SpeechFiles:
    """Fulfils `services.speech.speech_ports.Recordings`. Any worker thread."""

    def __init__(self, voice: VoiceCommands) -> None:
        self._voice = voice

    def heard(self, file: Path, phrases: Sequence[str]) -> Sequence[SpeechEvent]:
        """Every event in order. Raises Refused, in words, where the file is neither."""
        try:
            with file.open("rb") as opened:
                head = opened.read(12)
                if head[:4] == b"RIFF" and head[8:] == b"WAVE":
                    return self._voice.heard(file, phrases)
                body = head + opened.read(_MOST_BYTES)
        except OSError as error:
            raise Refused(tr("the recording cannot be read: {why}", why=error.strerror)) from None
        if len(body) > _MOST_BYTES:
            raise Refused(tr("the recording is too long to be a text"))
        try:
            return scripted(body.decode("utf-8"))
        except UnicodeDecodeError:
            raise Refused(tr("the recording is neither a WAV nor a text in UTF-8")) from None


def scripted(text: str) -> tuple[SpeechEvent, ...]:
    """What a recogniser tells while a script is read to it: partial words, then the whole."""
    events: list[SpeechEvent] = []
    for line in text.splitlines():
        words = tuple(_word(word) for word in line.partition("#")[0].split())
        if words:
            shown = " ".join(word.text for word in words[: (len(words) + 1) // 2])
            events += [Partial(shown), Utterance(words)]
    return tuple(events)


def _word(written: str) -> Word:
    match = _CONFIDENCE.match(written)
    return Word(match[1], float(match[2])) if match else Word(written)
