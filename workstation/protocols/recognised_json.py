"""What recognisers of the Vosk family tell, in JSON: `partial`, or `result` with words.

The same objects come from its library and, over a WebSocket, from its server, whose protocol
other recognisers speak too: alphacep/vosk-server, README (`{"partial": ...}`,
`{"result": [{"word", "conf", "start", "end"}], "text": ...}`).
"""

import json
from typing import Final

from workstation.domain.speech import Final as Utterance
from workstation.domain.speech import Partial, SpeechEvent, Word

_MOST_WORDS: Final = 2_000
_LONGEST: Final = 100


def recognised(text: str) -> tuple[SpeechEvent, ...]:
    """The event of one message; none where it says nothing. Raises ValueError for another form."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(found, dict):
        raise ValueError("not an object")
    partial = found.get("partial")
    if isinstance(partial, str):
        return (Partial(_plain(partial)),) if partial.strip() else ()
    words = _words(found)
    return (Utterance(words),) if words else ()


def _words(found: dict[str, object]) -> tuple[Word, ...]:
    result = found.get("result")
    if isinstance(result, list) and result:
        heard = [each for each in result[:_MOST_WORDS] if isinstance(each, dict)]
        return tuple(
            Word(word, _confidence(each.get("conf")))
            for each in heard
            if (word := _plain(str(each.get("word", ""))))
        )
    text = found.get("text")
    if text is not None and not isinstance(text, str):
        raise ValueError("text is no text")
    # Without a measure of its certainty every word is unsure, its numbers above all.
    return tuple(Word(word, 0.0) for word in _plain(text or "").split()[:_MOST_WORDS])


def _plain(text: str) -> str:
    """Letters and marks alone: nothing a recogniser says may steer the editor."""
    kept = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(word[:_LONGEST] for word in kept.split())


def _confidence(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return min(1.0, max(0.0, float(value)))
