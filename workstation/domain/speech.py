"""Speech as values: what a recogniser heard, word by word, and how sure it is."""

from attrs import frozen


@frozen
class Word:
    """One word as it was heard. `confidence` is from 0 to 1; 1 where an engine tells none."""

    text: str
    confidence: float = 1.0


@frozen
class Partial:
    """What is being recognised; it may still become something else and is no part of a text."""

    text: str


@frozen
class Final:
    """One utterance, between two silences."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


SpeechEvent = Partial | Final
