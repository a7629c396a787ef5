"""The priors of a case: whose they are stands above them, whatever page lies below."""

from types import SimpleNamespace

from fakes_worklist import shift
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from workstation.services.signal import Signal
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
