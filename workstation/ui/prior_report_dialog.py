"""What was written about an older study, to be read."""

from collections.abc import Callable, Iterable
from html import escape

from PySide6.QtWidgets import QWidget

from workstation.domain.document import DocumentLine, TextDocument
from workstation.services.reading.prior_reports import PriorReport
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.dialogs import Dialog
from workstation.ui.frozen_text import FrozenText


class PriorReportDialog(Dialog):
    """Every document of one study under its title; its words are the hospital's."""

    def __init__(
        self, host: QWidget, report: PriorReport, whose: str, run: Callable[[str], None]
    ) -> None:
        prior = report.prior
        super().__init__(host, tr("Report of a prior study"), width=760, height=640)
        when = prior.started.date().isoformat() if prior.started else tr("undated")
        self.body.addWidget(plain.label(whose, tone="hi", data=True))
        named = f"{prior.description or prior.modality} · {when}"
        self.body.addWidget(plain.label(named, tone="hi", weight=600, data=True))
        self.body.addWidget(plain.rule())
        text = FrozenText(_html(report.documents), tr("Report of a prior study"))
        self.body.addWidget(text, 1)
        self.add_button(tr("Prior studies"), lambda: self._leave_for(run))
        self.add_main(tr("Close"), self.back)

    def _leave_for(self, run: Callable[[str], None]) -> None:
        self.back()
        run("prior.list")


def _html(documents: Iterable[TextDocument]) -> str:
    """Plain characters of others between tags of ours."""
    parts = [
        f"<h2>{escape(each.title)}</h2>{''.join(map(_line, each.lines))}" for each in documents
    ]
    return f"<body>{''.join(parts)}</body>"


def _line(line: DocumentLine) -> str:
    words = escape(line.text) or "&nbsp;"
    return f"<h3>{words}</h3>" if line.heading else f"<p>{words}</p>"
