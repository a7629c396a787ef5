"""Dictation: what a recogniser heard becomes words of the report, or a command line.

Home thread. An utterance belongs to the case that was open when it was begun; what comes
late is told and never written into another report.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workstation.domain.report import Binding, Report
from workstation.domain.speech import Final as Utterance
from workstation.domain.speech import Partial, SpeechEvent
from workstation.errors import CommandError
from workstation.services.jobs import Job, Jobs
from workstation.services.report.report_edits import with_utterance
from workstation.services.report.reporting import Reporting
from workstation.services.report.spoken_table import Spoken
from workstation.services.signal import Signal
from workstation.services.speech.speech_ports import Recordings
from workstation.text import tr, trn

#: What a phrase ends in that takes more words: "go to …".
AND_MORE: Final = "…"
_MOST_UTTERANCES: Final = 200
#: Of names that a phrase may end in; a recogniser tells no more apart.
_MOST_NAMES: Final = 200


class Dictation:
    """Owned by the application. `spoken` tells how the language of the report is written."""

    def __init__(
        self, reporting: Reporting, recordings: Recordings, spoken: Spoken, jobs: Jobs
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.told: Signal[str] = Signal()  # news that is no error
        self.partial = ""  # being recognised; no part of the report
        self._reporting = reporting
        self._recordings = recordings
        self._spoken = spoken
        self._jobs = jobs
        self._phrases: Mapping[str, str] = {}
        self._send: Callable[[str], Job[None] | None] = lambda _line: None
        self._more: Mapping[str, Callable[[], Sequence[str]]] = {}
        self._said: list[Report] = []  # as the last utterances left it

    def obey(
        self,
        phrases: Mapping[str, str],
        send: Callable[[str], Job[None] | None],
        more: Mapping[str, Callable[[], Sequence[str]]] = MappingProxyType({}),
    ) -> None:
        """Spoken phrases and the command lines they are; "go to …" takes the words behind.

        `more` gives the words that may stand behind such a phrase, where they are no sections.
        """
        self._phrases, self._send, self._more = phrases, send, more

    def play(self, file: Path) -> Job[None]:
        """Everything in a file, one utterance after the other, as if it were said now.

        Raises CommandError where no report is open to take it.
        """
        bound = self._open().binding
        done: Job[None] = Job()
        phrases = self.vocabulary()

        def heard(job: Job[Sequence[SpeechEvent]]) -> None:
            if job.error is not None:
                done.settle(None, job.error)
            else:
                self._take(list(job.result()), bound, done)

        self._jobs.run(lambda: self._recordings.heard(file, phrases), lane="speech").then(heard)
        return done

    def _take(self, events: list[SpeechEvent], bound: Binding, done: Job[None]) -> None:
        """The next event, and after its command is done the one behind it."""
        while events:
            try:
                job = self.hear(events.pop(0), bound)
            except CommandError as error:
                done.settle(None, error)
                return
            if job is not None:
                job.then(lambda j: self._went(j, events, bound, done))
                return
        done.settle(None)

    def _went(
        self, job: Job[None], events: list[SpeechEvent], bound: Binding, done: Job[None]
    ) -> None:
        if job.error is not None:
            done.settle(None, job.error)
        else:
            self._take(events, bound, done)

    def vocabulary(self) -> tuple[str, ...]:
        """Every command that may be heard now; "go to …" with each part of the report."""
        places = [section.kind.value for section in self._open().sections]
        found: list[str] = []
        for phrase in self._phrases:
            start = phrase.removesuffix(AND_MORE)
            behind = self._more[phrase]()[:_MOST_NAMES] if phrase in self._more else places
            found += [phrase] if start == phrase else [start + words for words in behind]
        return tuple(found)

    def hear(self, event: SpeechEvent, bound: Binding) -> Job[None] | None:
        """One event of a recogniser, meant for the report of `bound`.

        Returns
        -------
        The job of a command, where it was one that takes time.

        Raises
        ------
        CommandError
            It cannot be written there, or the command cannot run; says why.
        """
        if isinstance(event, Partial):
            self.partial = event.text
            self.changed.emit(None)
            return None
        self.partial = ""
        try:
            if not self._is_of(bound):
                self._late(event)
                return None
            line = self.command_in(event.text)
            if line:
                return self._send(line)
            self._write(event)
            return None
        finally:
            self.changed.emit(None)

    def command_in(self, said: str) -> str:
        """The command line that an utterance is, as a whole; empty where it is text."""
        words = " ".join(said.lower().split()).rstrip(".,!?")
        exact = self._phrases.get(words)
        if exact is not None:
            return exact
        for phrase, line in self._phrases.items():
            start = phrase.removesuffix(AND_MORE)
            if phrase in self._more and words[len(start) :] not in self._more[phrase]():
                continue  # a sentence that begins like a command is a sentence
            if start != phrase and words.startswith(start) and words != start.strip():
                return f'{line} "{words[len(start) :].strip()}"'
        return ""

    def scratch(self) -> None:
        """Take back the last utterance, as one step. Raises CommandError where that is unsafe."""
        report = self._open()
        if not self._said:
            raise CommandError(tr("nothing was said that could be taken back"))
        if report.sections != self._said[-1].sections:
            raise CommandError(tr("the report was changed since; undo goes back step by step"))
        self._said.pop()
        self._reporting.undo()

    def _write(self, utterance: Utterance) -> None:
        spoken = self._spoken
        self._reporting.write(
            lambda field, caret: with_utterance(field, utterance.words, caret, spoken)
        )
        self._said.append(self._open())
        del self._said[:-_MOST_UTTERANCES]

    def _open(self) -> Report:
        report = self._reporting.report
        if report is None:
            raise CommandError(tr("no report is open"))
        return report

    def _is_of(self, bound: Binding) -> bool:
        report = self._reporting.report
        if report is None:
            return False
        now = report.binding
        return (now.site, now.study, now.task) == (bound.site, bound.study, bound.task)

    def _late(self, utterance: Utterance) -> None:
        self._said.clear()
        self.told.emit(
            trn(
                len(utterance.words),
                "{n} word was said for a case that is closed; it was not written",
                "{n} words were said for a case that is closed; they were not written",
            )
        )
