"""A workstation without windows in which a reader types and dictates until it is killed.

Run as a child by test_typing_kills. Every word of a case bears its number. What the report
says is written down after each key and each utterance, before anything else can happen; so is
what is there when a case is opened.
"""

import json
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any, Final

from attrs import evolve
from fakes_report import binding_of
from lives import CASES, Life, said_of

from workstation.domain.report import FieldRef, Report
from workstation.domain.speech import Final as Utterance
from workstation.domain.speech import Word
from workstation.domain.worklist import WorklistItem
from workstation.services.report.spoken_table import Spoken
from workstation.services.speech.dictation import Dictation
from workstation.settings import resource

#: Between two keys, and between two utterances.
KEY_S, UTTERANCE_S = 0.015, 0.12
WORDS: Final = ("nodule", "lobe", "effusion", "Rundherd", "結節")


def words_of(report: Report) -> dict[str, Any]:
    """What stands in each field, in the form in which marks are told."""
    texts = {f"{ref.section}/{ref.id}": each.text for ref, each in report.fields}
    return {"texts": texts, "measurements": [], "keys": []}


class Child(Life):
    def __init__(self, folder: Path, mood: str, seed: int, user: str) -> None:
        super().__init__(folder, mood)
        self._dice, self._user = random.Random(seed), user
        spoken = Spoken.read(resource("speech", "en.toml"))
        nothing: Any = None  # nobody plays a recording here
        self._dictation = Dictation(self._reporting, nothing, spoken, self._jobs)
        self._item = CASES[0].item

    def write(self) -> None:
        """For ever, from one case to the other."""
        while True:
            for case in CASES:
                self._open(case.item)
                for _ in range(self._dice.randint(3, 12)):
                    self._field()
                    if self._dice.random() < 0.4:
                        self._say()
                    else:
                        self._type()
                self._leave()

    def look(self) -> None:
        """What is there after the last kill."""
        for case in CASES:
            self._open(case.item)
            self._leave()

    # --- as the session does it ---

    def _open(self, item: WorklistItem) -> None:
        self._item = evolve(item, holder_id=self._user)
        self._reporting.start(binding_of(self._item), self._item)
        self.restore(self._item, "ask")
        self._tell("opened")

    def _leave(self) -> None:
        self._reporting.close()
        self.pass_through("store")

    # --- the hand and the voice ---

    def _field(self) -> None:
        report = self._reporting.report
        assert report is not None
        ref = self._dice.choice([ref for ref, each in report.fields if not each.removed])
        self._reporting.go_to(ref)
        self._reporting.end_of_field()

    def _word(self) -> str:
        return f"{self._dice.choice(WORDS)}{self._item.accession}"

    def _type(self) -> None:
        for letter in f"{self._word()} {self._word()} ":
            ref = self._reporting.current
            assert ref is not None
            self._put(ref, letter)
            self._tell("key")
            self.turn(KEY_S)

    def _put(self, ref: FieldRef, letter: str) -> None:
        report = self._reporting.report
        found = report.field(ref) if report is not None else None
        assert found is not None
        self._reporting.type_in(ref, len(found.text), len(found.text), letter)

    def _say(self) -> None:
        words = tuple(Word(self._word(), 0.9) for _ in range(self._dice.randint(1, 6)))
        self._dictation.hear(Utterance(words), binding_of(self._item))
        self._tell("utterance")
        self.turn(UTTERANCE_S)

    def _tell(self, what: str) -> None:
        report = self._reporting.report
        assert report is not None
        said_of(what, self._item.accession, words_of(report))


def live(folder: str, mood: str, seed: str, until: str, user: str) -> None:
    """One life; its end, where nobody kills it, is written down."""
    child = Child(Path(folder), mood, int(seed), user)
    if until == "killed":
        child.write()
    child.look()
    said_of("ended")
    os._exit(0)  # a site that hangs is not waited for


def main() -> None:
    """A life for each line of arguments, in a process of its own that has nothing to import."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        said, *arguments = json.loads(line)
        born = os.fork()
        if born == 0:
            os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
            live(*arguments)
        sys.stdout.write(f"{born}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
