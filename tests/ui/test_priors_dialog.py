"""The priors of a case: whose they are stands above them, whatever page lies below."""

from datetime import UTC, datetime
from types import SimpleNamespace

from attrs import evolve
from fakes_worklist import HARBOR, shift
from PySide6.QtCore import Qt
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

HARBOR_SITE = SimpleNamespace(name="Harbor General")


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


def test_a_person_is_confirmed_and_a_prior_is_shown_by_the_keys_on_the_buttons(
    qtbot: QtBot,
) -> None:
    """Nobody reaches for the mouse to say that this is the same patient; and a prior is as many
    days old here as the tag on its view says, though it was taken later in the day."""
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1366, 768)
    host.show()
    item = shift()[3].item
    taken = datetime(2025, 11, 12, 17, 20, tzinfo=UTC)
    item = evolve(item, acquired=datetime(2026, 11, 26, 11, 10, tzinfo=UTC))
    priors = (PriorStudy(StudyRef(HARBOR, StudyUID("1.2.77")), taken, "CT chest", "CT", "A-9"),)
    likeness = SimpleNamespace(reasons=(), confidence=0.97)
    person = SimpleNamespace(patient=item.patient)
    found = (
        SimpleNamespace(site=HARBOR, person=person, priors=priors, likeness=likeness, confirmed=no)
        for no in (False, True)
    )
    changed: Signal[None] = Signal()
    case = SimpleNamespace(item=item, priors=priors, shown_priors=frozenset())
    sent: list[str] = []
    dialog = PriorsDialog(
        host,
        SimpleNamespace(case=case, changed=changed, site=lambda _: HARBOR_SITE),  # type: ignore[arg-type]
        SimpleNamespace(candidates=tuple(found), open_candidates=(1,), changed=changed),  # type: ignore[arg-type]
        sent.append,
    )
    dialog.open()

    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert any("379 days before" in each for each in said), "26 November less a year and 14 days"
    qtbot.keyClick(dialog, Qt.Key.Key_1)
    qtbot.keyClick(dialog, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(dialog, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(dialog, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)

    assert sent == ["prior.show 1", "prior.confirm 1", "prior.take-back 2"]


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
