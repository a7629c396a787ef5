"""The priors of a case: whose they are stands above them, whatever page lies below."""

from types import SimpleNamespace

from fakes_worklist import HARBOR, shift
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from workstation.domain.document import DocumentLine, TextDocument
from workstation.domain.identifiers import StudyRef, StudyUID
from workstation.domain.prior import PriorStudy
from workstation.services.reading.prior_reports import PriorReport
from workstation.services.signal import Signal
from workstation.ui.frozen_text import FrozenText
from workstation.ui.prior_report_dialog import PriorReportDialog
from workstation.ui.priors_dialog import PriorsDialog


def test_the_patient_of_the_open_case_stands_above_who_may_be_the_same(qtbot: QtBot) -> None:
    """Over the worklist another row may be selected: names are compared with this one."""
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1366, 768)
    host.show()
    row = shift()[3].item
    case = SimpleNamespace(item=row, priors=(), shown_priors=frozenset())
    changed: Signal[None] = Signal()
    dialog = PriorsDialog(
        host,
        SimpleNamespace(case=case, changed=changed),  # type: ignore[arg-type]
        SimpleNamespace(candidates=(), open_candidates=(), changed=changed),  # type: ignore[arg-type]
        lambda _line: None,
    )
    dialog.open()

    said = [label.text() for label in dialog.findChildren(QLabel)]
    patient = row.patient
    (whose,) = [text for text in said if text.startswith(patient.name)]
    assert patient.id in whose
    assert said.index(whose) < said.index("None at this site.")


def test_the_words_of_a_hospital_are_read_and_never_drawn_as_markup(qtbot: QtBot) -> None:
    """A report of others is text: what looks like HTML in it is what was written."""
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    prior = PriorStudy(StudyRef(HARBOR, StudyUID("1.2.77")), None, "CT chest", "CT", "A-9")
    lines = (DocumentLine("Findings", heading=True), DocumentLine("<b>5 mm</b> & <img src=x>"))
    sent: list[str] = []
    report = PriorReport(prior, (TextDocument("Befund <1>", lines),))
    dialog = PriorReportDialog(host, report, "Canary, Zelda", sent.append)
    dialog.open()

    (text,) = dialog.findChildren(FrozenText)
    back = next(b for b in dialog.findChildren(QAbstractButton) if b.text() == "Prior studies")
    back.click()

    assert text.toPlainText().splitlines() == [
        "Befund <1>",
        "Findings",
        "<b>5 mm</b> & <img src=x>",
    ]
    assert sent == ["prior.list"]
    assert not dialog.isVisible()
