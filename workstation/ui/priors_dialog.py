"""The priors of the open case, each with its reasons; and who elsewhere may be the patient."""

from collections.abc import Callable
from typing import Final

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from workstation.domain.patient import Patient
from workstation.domain.prior import PriorStudy
from workstation.domain.worklist import WorklistItem
from workstation.services.reading.case import Case, days_between
from workstation.services.reading.elsewhere import Candidate, Elsewhere
from workstation.services.reading.priors import rank
from workstation.services.reading.session import ReadingSession
from workstation.text import tr, trn
from workstation.ui import plain
from workstation.ui import worklist_forms as forms
from workstation.ui.actions import stroke_of
from workstation.ui.chips import Chip
from workstation.ui.dialogs import Dialog
from workstation.ui.plain import Tone

#: So many lines have a digit of their own.
_NUMBERED: Final = 9


class PriorsDialog(Dialog):
    """What is fetched and what one says of a person are command lines; it shows what came of it."""

    def __init__(
        self,
        host: QWidget,
        session: ReadingSession,
        elsewhere: Elsewhere,
        run: Callable[[str], None],
    ) -> None:
        super().__init__(host, tr("Prior studies"), width=820, height=560)
        self._session, self._elsewhere, self._run = session, elsewhere, run
        self._acts: dict[str, Callable[[], object]] = {}
        self._list = QScrollArea()
        self._list.setFrameShape(QScrollArea.Shape.NoFrame)
        self._list.setWidgetResizable(True)
        self.body.addWidget(self._list, 1)
        self.add_main(tr("Close"), self.back)
        self._undo = (
            session.changed.connect(lambda _: self._fill()),
            elsewhere.changed.connect(lambda _: self._fill()),
        )
        self.closed.connect(lambda _: [undo() for undo in self._undo])
        self._fill()

    def _fill(self) -> None:
        case = self._session.case
        if case is None:
            self.back()
            return
        self._acts.clear()
        ranked = {each.prior.ref: each.reasons for each in rank(case.priors, case.item)}
        whose = plain.label(person(case.item.patient, case.item), tone="hi", data=True)
        parts: list[QWidget | int] = [whose, plain.rule()]
        for number, prior in enumerate(case.priors, start=1):
            reasons = ranked.get(prior.ref, ())
            parts += [self._prior(case, number, prior, reasons), plain.rule()]
        if not case.priors:
            parts.append(plain.label(tr("None at this site."), tone="low"))
        if self._elsewhere.candidates:
            tone: Tone = "done"
            heading = tr("The same person at another site, as you said")
            if self._elsewhere.open_candidates:
                heading = tr("May be the same person: nothing is fetched before you say so")
                tone = "open"
            parts += [12, plain.label(heading, tone=tone, size="small", weight=600)]
        for number, each in enumerate(self._elsewhere.candidates, start=1):
            parts += [self._candidate(case.item, number, each), plain.rule()]
        self._list.setWidget(plain.ground(plain.column(*parts, 0, spacing=8), "raised"))

    def _prior(
        self, case: Case, number: int, prior: PriorStudy, reasons: tuple[str, ...]
    ) -> QWidget:
        days = days_between(prior.started, case.item.acquired or case.item.listed)
        told = [trn(days, "{n} day before", "{n} days before")] if days is not None else []
        told.append(self._session.site(prior.ref.site).name)
        told.append(trn(prior.instances, "{n} image", "{n} images"))
        told += [tr("report is there")] if prior.report_text else []
        words = plain.column(
            plain.label(_title(prior), tone="hi", weight=600, data=True),
            plain.label(" · ".join(told), tone="mid", size="small", data=True),
            plain.label(", ".join(reasons), tone="low", size="small", wrap=True, data=True),
            spacing=2,
        )
        report = self._keyed(tr("Report"), lambda: self._read(number), number, "Ctrl+")
        if prior.ref in case.shown_priors:
            return _beside(words, report, plain.label(tr("shown"), tone="done", size="small"))
        show = self._keyed(tr("Show"), lambda: self._run(f"prior.show {number}"), number)
        return _beside(words, report, show)

    def _keyed(
        self, words: str, on_click: Callable[[], object], number: int, modifier: str = ""
    ) -> QWidget:
        """A button and the key that does the same here; beyond the ninth line there is none."""
        key = f"{modifier}{number}" if number <= _NUMBERED else ""
        if key:
            self._acts[key] = on_click
        return plain.button(words, on_click, key=key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._acts.get(str(stroke_of(event)))
        if act is not None:
            act()
        super().keyPressEvent(event)

    def _read(self, number: int) -> None:
        """In its own dialog, which leads back here."""
        self.back()
        self._run(f"prior.report {number}")

    def _candidate(self, item: WorklistItem, number: int, each: Candidate) -> QWidget:
        who = each.person.patient
        studies = ", ".join(map(_title, each.priors))
        site = self._session.site(each.site).name
        words = plain.column(
            plain.label(person(who, item), tone="hi", weight=600, data=True),
            plain.label(f"{site} · {studies}", tone="mid", size="small", wrap=True, data=True),
            plain.label(
                ", ".join(each.likeness.reasons), tone="low", size="small", wrap=True, data=True
            ),
            spacing=2,
        )  # fmt: skip
        if each.confirmed:
            told = plain.label(tr("same person"), tone="done", size="small")
            back = self._keyed(
                tr("Not the same"), lambda: self._run(f"prior.take-back {number}"), number, "Alt+"
            )
            return _beside(words, told, back)
        sure = tr("likely {p:.2f}", p=each.likeness.confidence)
        chip = Chip(sure, "hue.open", "dashed", "triangle-alert")
        same = self._keyed(
            tr("Same person"), lambda: self._run(f"prior.confirm {number}"), number, "Alt+"
        )
        return _beside(words, chip, same)


def _beside(words: QWidget, *what: QWidget) -> QWidget:
    """The words take the room that the buttons leave."""
    words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return plain.row(words, *what, spacing=12)


def person(who: Patient, item: WorklistItem) -> str:
    """The same words in the same order as everywhere: they are compared by eye."""
    return f"{who.name}  {forms.sex_and_age(who, item.listed.date())}  {forms.identity(who)}"


def _title(prior: PriorStudy) -> str:
    when = f"{prior.started.day} {prior.started:%b %Y}" if prior.started else tr("undated")
    return f"{prior.description or prior.modality} · {when}"
