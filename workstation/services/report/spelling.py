"""Spelling: which words of a report no dictionary knows. Nothing is ever corrected by itself.

Words are asked for on a lane of their own and remembered; what is not known yet is not
marked. A reader's own words are kept in the sealed store for them alone.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, Protocol

from workstation.domain.report import FieldRef, Report
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.readers_own import ReadersOwn
from workstation.services.signal import Signal

Span = tuple[int, int]

_WORD: Final = re.compile(r"(?<![\w.@/\\])[^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w@/\\]|://)")
#: Put before a word that is known, these make another one: perihilar, nonenhancing.
PREFIXES: Final = (
    "ante", "anti", "bi", "endo", "extra", "hemi", "hyper", "hypo", "infra", "inter", "intra",
    "juxta", "macro", "micro", "mid", "multi", "non", "para", "peri", "post", "pre", "pseudo",
    "re", "retro", "semi", "sub", "supra", "trans", "tri", "un",
)  # fmt: skip
#: To the space behind a point, or to the end of a line.
_SENTENCE: Final = re.compile(r"[^\n\u2028]*?\.[ \n\u2028]|[^\n\u2028]*[\n\u2028]|[^\n\u2028]+$")
_LEAST: Final = 3
_MOST_SUGGESTED: Final = 7
_MOST_WORDS: Final = 4_000
_MOST_LETTERS: Final = 60


class Dictionaries(Protocol):
    """Dictionaries of this machine, by language ("en", "de"). Asked on one lane alone."""

    def has(self, language: str) -> bool:
        """Whether there is one, readable or not."""
        ...

    def unknown(self, language: str, words: Iterable[str]) -> frozenset[str]:
        """Those of the words that it does not know. Raises WorkstationError: unreadable."""
        ...

    def suggest(self, language: str, word: str) -> tuple[str, ...]:
        """What may have been meant, best first. Raises WorkstationError."""
        ...


class Spelling:
    """Owned by the application, lives on the home thread.

    Parameters
    ----------
    words
        Words of radiology by language, and those of templates and autotexts.
    """

    def __init__(
        self,
        dictionaries: Dictionaries,
        words: Mapping[str, frozenset[str]],
        store: SealedStore,
        jobs: Jobs,
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.told: Signal[str] = Signal()
        self.own: frozenset[str] = frozenset()
        self._dictionaries, self._words = dictionaries, words
        self._kept, self._jobs = ReadersOwn(store, jobs, "words"), jobs
        self._unknown: dict[tuple[str, str], bool] = {}
        self._asked: set[tuple[str, str]] = set()
        self._waiting: dict[str, set[str]] = {}
        self._broken: set[str] = set()
        self._timer: Callable[[], None] | None = None

    # --- marking ----------------------------------------------------------------------

    def checks(self, language: str) -> bool:
        """Whether there is a dictionary; without one nothing is marked."""
        language = _main(language)
        return language not in self._broken and self._dictionaries.has(language)

    def marks(self, text: str, language: str, typed: int = -1) -> tuple[Span, ...]:
        """Where words stand that nobody knows; what is not known yet is asked for.

        The word that ends at `typed` is still being written, and is left alone.
        """
        if not self.checks(language):
            return ()
        language, found = _main(language), []
        for start, end, word in words_in(text):
            if end == typed:
                continue
            verdict = self._unknown.get((language, word))
            if verdict is None:
                self._ask(language, word)
            elif verdict and word.casefold() not in self.own:
                found.append((start, end))
        return tuple(found)

    def next_unknown(
        self, report: Report, ref: FieldRef | None, at: int
    ) -> tuple[FieldRef, Span] | None:
        """The marked word at a place of a field or after it, round to where it began."""
        fields = [(r, f) for r, f in report.fields if not f.removed]
        here = next((n for n, (r, _) in enumerate(fields) if r == ref), 0)
        order = [*fields[here:], *fields[:here]]
        for number, (place, each) in enumerate(order):
            for span in self.marks(each.text, report.language):
                if number or span[1] >= at:
                    return place, span
        first = order[:1]
        return next(
            ((r, span) for r, f in first for span in self.marks(f.text, report.language)), None
        )

    def judge(self, report: Report) -> Job[None]:
        """Settles when every word of a report is judged."""
        for _, each in report.fields:
            self.marks(each.text, report.language)
        self._look_up()
        return self._jobs.run(lambda: None, lane="spelling")  # behind those that were asked

    def _ask(self, language: str, word: str) -> None:
        if (language, word) in self._asked:
            return
        self._asked.add((language, word))
        self._waiting.setdefault(language, set()).add(word)
        if self._timer is None:
            self._timer = self._jobs.later(0.0, self._look_up)

    def _look_up(self) -> None:
        if self._timer is not None:
            self._timer()
        self._timer = None
        waiting, self._waiting = self._waiting, {}
        for language, words in waiting.items():
            self._look_up_in(language, frozenset(words))

    def _look_up_in(self, language: str, words: frozenset[str]) -> None:
        known = self._words.get(language, frozenset())
        new = {word for word in words if not _is_in(word, known)}
        asked = {part for word in new for part in candidates(word)}

        def answered(job: Job[frozenset[str]]) -> None:
            if job.error is not None:
                self._broken.add(language)
                self.told.emit(str(job.error))
            else:
                unknown = job.result()
                self._learn(language, words, {w for w in new if is_unknown(w, unknown, known)})
            self.changed.emit(None)

        self._jobs.run(lambda: self._dictionaries.unknown(language, asked), lane="spelling").then(
            answered
        )

    def _learn(self, language: str, words: Iterable[str], unknown: set[str]) -> None:
        for word in words:
            self._unknown[language, word] = word in unknown

    # --- what may have been meant -----------------------------------------------------

    def suggest(self, word: str, language: str) -> Job[tuple[str, ...]]:
        """Words of radiology first, then those of the dictionary, written as the word was."""
        language = _main(language)
        radiology = self._words.get(language, frozenset())

        def ask() -> tuple[str, ...]:
            near = difflib.get_close_matches(word.casefold(), radiology, n=3, cutoff=0.82)
            found = (*near, *self._dictionaries.suggest(language, word))
            capital = word[:1].isupper()
            as_written = (w[:1].upper() + w[1:] if capital else w for w in found)
            return tuple(dict.fromkeys(as_written))[:_MOST_SUGGESTED]

        return self._jobs.run(ask, lane="spelling")

    # --- a reader's own words ------------------------------------------------------------

    def begin(self, user: str) -> None:
        """A reader signed in, or out: their own words, and nobody else's.

        Dictionaries are read now: it stops every thread for a moment, and no case is open yet.
        """
        if user == self._kept.user:
            return
        self.own = frozenset()
        self.changed.emit(None)
        self._kept.begin(user, self._known_now)
        if user:
            for language in filter(self.checks, self._words):
                self._look_up_in(language, frozenset())

    def _known_now(self, body: str) -> None:
        try:
            self.own |= frozenset(map(str, json.loads(body)))
        except (TypeError, ValueError):
            return  # of another version of the program
        self.changed.emit(None)

    def add(self, word: str) -> None:
        """It is right from now on, for this reader."""
        if word and len(word) <= _MOST_LETTERS and len(self.own) < _MOST_WORDS:
            self._take(self.own | {word.casefold()})

    def forget(self, word: str) -> bool:
        """It is marked again. False where it is none of the reader's own."""
        if word.casefold() not in self.own:
            return False
        self._take(self.own - {word.casefold()})
        return True

    def _take(self, own: frozenset[str]) -> None:
        self.own = own
        self.changed.emit(None)
        if self._kept.user:
            self._kept.keep(json.dumps(sorted(own)))


def words_in(text: str) -> Iterator[tuple[int, int, str]]:
    """The words of a text that can be misspelt: no abbreviation, no unit, nothing with digits.

    Sentence by sentence, and remembered: of a long text one sentence changes with a key.
    """
    at = 0
    for sentence in _SENTENCE.findall(text):
        for start, end, word in _words_of(sentence):
            yield at + start, at + end, word
        at += len(sentence)


@lru_cache(maxsize=4096)
def _words_of(sentence: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (match.start(), match.end(), match.group())
        for match in _WORD.finditer(sentence)
        if _is_a_word(match.group())
    )


def _is_a_word(word: str) -> bool:
    return _LEAST <= len(word) <= _MOST_LETTERS and (word.islower() or word.istitle())


def _main(language: str) -> str:
    """ "en-GB" is read with the dictionary of "en"."""
    return re.split(r"[-_]", language.casefold())[0]


def candidates(word: str) -> frozenset[str]:
    """What must be asked to judge a word: itself, its parts, and itself without a prefix."""
    parts = [word, *re.split(r"[-’']", word)]
    return frozenset(filter(None, (*parts, *(_without_prefix(part) for part in parts))))


def is_unknown(word: str, unknown: frozenset[str], known: frozenset[str]) -> bool:
    """Neither the word is known nor all of its parts, with or without a prefix."""

    def good(part: str) -> bool:
        bare = _without_prefix(part)
        return (
            len(part) < _LEAST
            or part.casefold() in PREFIXES
            or _is_in(part, known)
            or part not in unknown
            or bool(bare and (bare not in unknown or _is_in(bare, known)))
        )

    parts = [part for part in re.split(r"[-’']", word) if part]
    return not good(word) and not (len(parts) > 1 and all(map(good, parts)))


def _is_in(word: str, known: frozenset[str]) -> bool:
    folded = word.casefold()
    return folded in known or (folded.endswith("s") and folded[:-1] in known)


def _without_prefix(word: str) -> str:
    """A short rest is no word: "return" is not "re" and "turn" misspelt."""
    folded = word.casefold()
    rests = (folded[len(p) :] for p in PREFIXES if folded.startswith(p))
    return next((rest for rest in rests if len(rest) >= 5), "")
