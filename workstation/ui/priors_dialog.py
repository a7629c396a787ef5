"""The priors of the open case, each with its reasons; and who elsewhere may be the patient."""

from collections.abc import Callable

from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from workstation.domain.patient import Patient
from workstation.domain.prior import PriorStudy
from workstation.domain.worklist import WorklistItem
from workstation.services.reading.case import Case
from workstation.services.reading.elsewhere import Candidate, Elsewhere
from workstation.services.reading.priors import rank
from workstation.services.reading.session import ReadingSession
from workstation.text import tr, trn
from workstation.ui import plain
from workstation.ui import worklist_forms as forms
from workstation.ui.chips import Chip
from workstation.ui.dialogs import Dialog
from workstation.ui.plain import Tone


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
        days = (case.item.acquired or case.item.listed) - prior.started if prior.started else None
        told = [tr("{n} days before", n=days.days)] if days is not None else []
        told.append(self._session.site(prior.ref.site).name)
        told.append(trn(prior.instances, "{n} image", "{n} images"))
        told += [tr("report is there")] if prior.report_text else []
        words = plain.column(
            plain.label(_title(prior), tone="hi", weight=600, data=True),
            plain.label(" · ".join(told), tone="mid", size="small", data=True),
            plain.label(", ".join(reasons), tone="low", size="small", wrap=True, data=True),
            spacing=2,
        )
        report = plain.button(tr("Report"), lambda: self._read(number))
        if prior.ref in case.shown_priors:
            return _beside(words, report, plain.label(tr("shown"), tone="done", size="small"))
        show = plain.button(tr("Show"), lambda: self._run(f"prior.show {number}"))
        return _beside(words, report, show)

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
            back = plain.button(
                tr("Not the same"), lambda: self._run(f"prior.take-back {number}"), look="quiet"
            )
            return _beside(words, told, back)
        sure = tr("likely {p:.2f}", p=each.likeness.confidence)
        chip = Chip(sure, "hue.open", "dashed", "triangle-alert")
        same = plain.button(tr("Same person"), lambda: self._run(f"prior.confirm {number}"))
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
