"""The identity strip of the report: whose it is, which order, and what becomes of it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.domain.patient import Patient
from workstation.services.report.reporting import Reporting
from workstation.services.screen.viewed import day
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.chips import Chip


class ReportHead(QWidget):
    """Always there, always the same words in the same order. GUI thread."""

    def __init__(self, reporting: Reporting) -> None:
        super().__init__()
        self._reporting = reporting
        self._name = plain.elided(tone="hi", weight=600, middle=True)
        self._who = plain.label(size="small", data=True)
        self.status = Chip()
        self._order = plain.elided(tone="low", size="small")
        self._template = plain.label(tone="low", size="small", data=True)
        self._order.take_the_rest()
        first = plain.row(self._name, self._who, 0, self.status, spacing=8)
        second = plain.row(self._order, self._template, spacing=8)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 7, 16, 7)
        whole.setSpacing(2)
        whole.addWidget(first)
        whole.addWidget(second)
        self.setFixedHeight(56)
        plain.ground(self, "raised")

    def follow(self) -> None:
        report = self._reporting.report
        if report is None:
            for part in (self._name, self._order):
                part.say("")
            self._who.setText("")
            self._template.setText("")
            self.status.show_state("")
            return
        binding = report.binding
        self._name.say(binding.patient.name)
        self._who.setText(f"{self._sex_and_age(binding.patient)} · {binding.patient.id}")
        item = self._reporting.item
        study = day(item.acquired if item is not None else None)
        self._order.say(f"{binding.accession} · {study} · {binding.procedure}")
        names = (t.title for t in self._reporting.templates if t.id == report.template)
        words = tr("Template {name}", name=next(names, report.template))
        if self._reporting.settled:
            issued = self._reporting.issued
            words = tr("by {name}", name=issued.author) if issued and issued.author else ""
        self._template.setText(words)
        plain.set_tooltip(self._template, ", ".join(self._reporting.template_reasons))

    def _sex_and_age(self, patient: Patient) -> str:
        item = self._reporting.item
        seen = (item.acquired or item.listed).date() if item else None
        age = patient.age_years(seen) if seen else None
        born = patient.birth_date.isoformat() if patient.birth_date else ""
        parts = [patient.sex, "" if age is None else str(age)]
        return " ".join(part for part in parts if part) + (f" · {born}" if born else "")
