"""Decision aids: what is asked at the left of what is answered, and the sentence below."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLineEdit, QPushButton, QWidget

from workstation.domain.decision_aid import Aid, Answers, Question
from workstation.services.lines import quoted
from workstation.services.report.decision_aids import AIDS
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.buttons import Button
from workstation.ui.dialogs import Dialog

_NAMES: Final = 300
_GAP: Final = 6
#: What the names and the edges of the dialog leave to the choices.
_CHOICES: Final = 426
#: From the top of a button to its words.
_TO_THE_WORDS: Final = 6


class AidDialog(Dialog):
    """The rules side by side on top; nothing is written before it is inserted, `whose` report it
    goes into stands above."""

    def __init__(self, host: QWidget, first: Aid, whose: str, run: Callable[[str], None]) -> None:
        super().__init__(host, tr("Decision aid"), width=780, height=520)
        self._run = run
        self._aid = first
        self._answers: dict[str, str] = {}
        self._rows: dict[str, tuple[QWidget, QWidget]] = {}
        patient = plain.label(whose, data=True)
        self.head.layout().insertWidget(1, patient)  # type: ignore[union-attr]
        tabs = QButtonGroup(self)
        buttons = []
        for each in AIDS:
            made = plain.button(each.short, lambda each=each: self._turn_to(each))  # type: ignore[misc]
            made.setCheckable(True)
            made.setChecked(each is first)
            tabs.addButton(made)
            buttons.append(made)
        self.body.addWidget(plain.row(*buttons, 0, spacing=6))
        self.body.addWidget(plain.rule())
        self._name = plain.label(tone="mid", data=True)
        self.body.addWidget(self._name)
        self._form = plain.column()
        self.body.addWidget(self._form)
        self.body.addStretch(1)
        self._words = plain.label(tone="hi", wrap=True, data=True)
        self._words.setMinimumHeight(60)
        self._source = plain.label(tone="low", size="small", wrap=True, data=True)
        self.body.addWidget(plain.rule())
        self.body.addWidget(self._words)
        self.body.addWidget(self._source)
        self.add_back()
        self._insert = self.add_main(tr("Insert at the caret"), self._take)
        self._turn_to(first)

    def show_it(self) -> None:
        """With the keyboard at the first answer."""
        first = next(iter(self._rows.values()))[1]
        self.open(first.findChild(QPushButton) or first.findChild(QLineEdit) or first)

    def _turn_to(self, aid: Aid) -> None:
        self._aid = aid
        self._answers = {}
        self._name.setText(aid.name)
        self._source.setText(tr("By {source}; version {n}", source=aid.citation, n=aid.version))
        fresh = QWidget()
        grid = QGridLayout(fresh)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, _NAMES)
        grid.setColumnStretch(1, 1)
        self._rows = {}
        for line, question in enumerate(aid.questions):
            name = plain.label(question.words, tone="low", wrap=True, data=True)
            name.setContentsMargins(0, _TO_THE_WORDS, 0, 0)
            name.setFixedWidth(_NAMES)
            name.setMinimumHeight(name.heightForWidth(_NAMES))
            field = self._field(question)
            grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, line, 1)
            self._rows[question.key] = (name, field)
        whole = self._form.layout()
        assert whole is not None
        while (before := whole.takeAt(0)) is not None:
            gone = before.widget()
            if gone is not None:
                gone.deleteLater()
        whole.addWidget(fresh)
        self._propose()

    def _field(self, question: Question) -> QWidget:
        if not question.choices:
            made = plain.line_edit()
            made.setFixedWidth(96)
            made.setAccessibleName(question.words)
            made.textChanged.connect(lambda text: self._answer(question.key, text.strip()))
            return plain.row(made, plain.label(question.unit, tone="mid", data=True), 0, spacing=8)
        group = QButtonGroup(self)
        group.setExclusive(not question.several)
        buttons = []
        for value, words in question.choices:
            button = plain.button(words, lambda: self._chosen(question, group))
            button.setCheckable(True)
            button.setProperty("value", value)
            group.addButton(button)
            buttons.append(button)
        return plain.column(
            *(plain.row(*line, 0, spacing=6) for line in _lines(buttons)), spacing=6
        )

    def _chosen(self, question: Question, group: QButtonGroup) -> None:
        chosen = [each.property("value") for each in group.buttons() if each.isChecked()]
        self._answer(question.key, " ".join(chosen))

    def _answer(self, key: str, value: str) -> None:
        self._answers = {**self._answers, key: value}
        self._propose()

    @property
    def _asked(self) -> Answers:
        keys = {each.key for each in self._aid.asked(self._answers)}
        return {key: value for key, value in self._answers.items() if key in keys and value}

    def _propose(self) -> None:
        """The sentence, or what is missing; what does not matter now is grey."""
        asked = {each.key for each in self._aid.asked(self._answers)}
        for key, (name, field) in self._rows.items():
            name.setEnabled(key in asked)
            field.setEnabled(key in asked)
        try:
            words, good = self._aid.advise(self._asked), True
        except ValueError as error:
            words, good = str(error), False
        self._words.setText(words)
        plain.set_tone(self._words, "hi" if good else "low")
        self._insert.setEnabled(good)

    def _take(self) -> None:
        given = " ".join(f"{k}={v.replace(' ', '+')}" for k, v in sorted(self._asked.items()))
        self.answer()
        self._run(f"aid.insert {self._aid.id} {quoted(given)}")


def _lines(buttons: list[Button]) -> list[list[Button]]:
    """Each word whole: as many beside each other as there is room for."""
    lines: list[list[Button]] = [[]]
    wide = 0
    for button in buttons:
        wide += button.sizeHint().width() + _GAP
        if lines[-1] and wide > _CHOICES:
            lines.append([])
            wide = button.sizeHint().width() + _GAP
        lines[-1].append(button)
    return lines
