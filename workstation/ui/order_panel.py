"""What was asked and what is known of the patient: order, allergies, values, history, papers."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

from workstation.services.reading.chart import Chart, OpenDocument
from workstation.services.reading.session import ReadingSession
from workstation.text import tr
from workstation.ui import plain
from workstation.ui import worklist_forms as forms
from workstation.ui.chart_sections import (
    allergy_section,
    document_section,
    history_section,
    laboratory_section,
    order_section,
)
from workstation.ui.dialogs import Dialog
from workstation.ui.document_view import DocumentView

_LEFT = 430


class OrderPanel(Dialog):
    """Over the images; papers are opened inside it, and Escape goes back to the chart."""

    def __init__(
        self, host: QWidget, session: ReadingSession, chart: Chart, run: Callable[[str], None]
    ) -> None:
        super().__init__(host, tr("Order and chart"), width=1180, height=800)
        self._session, self._chart, self._run = session, chart, run
        self._every = False  # also the values that stand behind the first
        self._left, self._right = _scroll(), _scroll()
        self._left.setFixedWidth(_LEFT)
        self._document = DocumentView(chart.page)
        self._pages = QStackedWidget()
        self._pages.addWidget(plain.row(self._left, self._right, spacing=24))
        self._pages.addWidget(self._document)
        self._whose = plain.label(tone="mid", data=True)
        self.body.addWidget(self._whose)
        self.body.addWidget(self._pages, 1)
        self.add_back()
        undo = (
            session.changed.connect(lambda _: self._fill()),
            chart.changed.connect(lambda _: self._fill()),
        )
        self.closed.connect(lambda _: [each() for each in undo])
        self._fill()

    def show_document(self, opened: OpenDocument) -> None:
        """A paper over the chart."""
        self._document.show_document(opened)
        self._pages.setCurrentWidget(self._document)
        self._document.setFocus(Qt.FocusReason.OtherFocusReason)

    def back(self) -> None:
        """Escape: from a paper to the chart, from the chart to the images."""
        if self._pages.currentWidget() is self._document and self._session.case is not None:
            self._document.forget()
            self._pages.setCurrentIndex(0)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().back()

    def _fill(self) -> None:
        case = self._session.case
        if case is None:
            super().back()
            return
        item, sheet = case.item, self._chart.sheet
        who = item.patient
        age = forms.sex_and_age(who, item.listed.date())
        self._whose.setText(f"{who.name}  {age}  {forms.identity(who)}")
        site = self._session.site(item.site)
        _put(self._left, _column(
            order_section(item), allergy_section(sheet.allergies),
            history_section(sheet.conditions, sheet.procedures),
        ))  # fmt: skip
        laboratory = laboratory_section(
            sheet.laboratory, item.acquired or item.listed, self._every, self._show_every
        )
        papers = document_section(sheet.documents, site.timezone, self._run)
        _put(self._right, _column(laboratory, papers))

    def _show_every(self) -> None:
        self._every = True
        self._fill()


def _scroll() -> QScrollArea:
    made = QScrollArea()
    made.setFrameShape(QScrollArea.Shape.NoFrame)
    made.setWidgetResizable(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made


def _put(room: QScrollArea, page: QWidget) -> None:
    """In place of the page before, which may hold the button that was just pressed."""
    before = room.takeWidget()
    room.setWidget(page)
    if before is not None:
        before.deleteLater()


def _column(*sections: QWidget) -> QWidget:
    parts: list[QWidget | int] = []
    for each in sections:
        parts += [each, 12]
    return plain.ground(plain.column(*parts, 0, spacing=4), "raised")
