"""The whole program, windows and all, in which a reader types and dictates until it is killed.

Run by test_typing_kills. Keys go to the report's editor as a hand presses them; utterances
come as a recogniser gives them. Every word of a case bears its mark.
"""

import random
from typing import Final

import whole_program
from lives import said_of
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from typing_child import words_of
from whole_program import ACCESSIONS

from workstation.domain.speech import Final as Utterance
from workstation.domain.speech import Word
from workstation.errors import CommandError
from workstation.ui.application import Application
from workstation.ui.program import Program
from workstation.ui.report_editor import ReportEditor

#: In each word of a case, and in no word of a template.
MARKS: Final = dict(zip(ACCESSIONS, ("qalder", "qbirch"), strict=True))
_WORDS: Final = ("nodule", "lobe", "effusion", "rundherd")
_KEY_S, _UTTERANCE_S = 0.01, 0.12


class Writer(whole_program.ProgramReader):
    def __init__(self, application: Application, program: Program, seed: int) -> None:
        super().__init__(application, program, seed)
        self._dice = random.Random(seed)
        self._reporting = program.context.reporting

    def work(self) -> None:
        for _ in range(self._dice.randint(3, 8)):
            self.must("report.focus")
            for _ in range(self._dice.randint(1, 4)):
                self.must("report.next-field")
            self._reporting.end_of_field()
            if self._dice.random() < 0.4:
                self._say()
            else:
                self._type()

    def _word(self) -> str:
        return f"{self._dice.choice(_WORDS)}{MARKS[self.case]}"

    def _type(self) -> None:
        (editor,) = (
            each for each in QApplication.allWidgets()
            if isinstance(each, ReportEditor) and each.isVisible()
        )  # fmt: skip
        for letter in f" {self._word()} {self._word()}":
            QTest.keyClicks(editor, letter)
            self.tell("key")
            self.turn(_KEY_S)

    def _say(self) -> None:
        report = self._reporting.report
        assert report is not None
        words = tuple(Word(self._word(), 0.9) for _ in range(self._dice.randint(1, 6)))
        try:
            self.program.context.dictation.hear(Utterance(words), report.binding)
        except CommandError:
            return  # where a field takes a number or a choice alone
        self.tell("utterance")
        self.turn(_UTTERANCE_S)

    def tell(self, what: str) -> None:
        report = self._reporting.report
        assert report is not None
        said_of(what, self.case, words_of(report))


if __name__ == "__main__":
    whole_program.main(Writer)
