"""How a final reading departs from the preliminary it began with: chosen beside the text.

Whoever was told of the preliminary learns it with the report; without an answer none is signed.
"""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.domain.report import Discrepancy
from workstation.services.report.reporting import Reporting
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.buttons import Button

_HIGH = 44


class DiscrepancyRow(QWidget):
    """There while a preliminary is read over, whatever is written: nothing moves. GUI thread."""

    def __init__(self, reporting: Reporting, run: Callable[[str], object]) -> None:
        super().__init__()
        self._reporting, self._run = reporting, run
        self._whose = plain.elided(tone="mid", size="small")
        self._whose.take_the_rest()
        self._buttons: dict[Discrepancy, Button] = {}
        for judged, words in (
            (Discrepancy.NONE, tr("none")),
            (Discrepancy.MINOR, tr("minor")),
            (Discrepancy.MAJOR, tr("major…")),
        ):
            made = plain.button(words, lambda judged=judged: self._choose(judged))  # type: ignore[misc]
            made.setCheckable(True)
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the caret stays in the text
            self._buttons[judged] = made
        row = plain.row(self._whose, *self._buttons.values(), margins=(16, 0, 16, 0), spacing=6)
        row.setFixedHeight(_HIGH)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(plain.rule())
        whole.addWidget(row)
        reporting.changed.connect(lambda _: self._follow())
        self._follow()

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, as they are now."""
        for judged, button in self._buttons.items():
            key = keys.get(f"report.discrepancy {judged}", "")
            plain.set_tooltip(button, tr("Discrepancy: {how}", how=button.text()), key)

    def _choose(self, judged: Discrepancy) -> None:
        """A press is a question: what holds is what the report says after it."""
        self._run(f"report.discrepancy {judged}")
        self._follow()

    def _follow(self) -> None:
        before = self._reporting.preliminary
        self.setVisible(before is not None and not self._reporting.settled)
        if before is None:
            return
        self._whose.say(tr("Difference from {name}", name=before.author))
        chosen, why = self._reporting.judged
        for judged, button in self._buttons.items():
            button.setChecked(judged == chosen)
            button.setEnabled(not self._reporting.read_only)
        self._whose.setToolTip(plain.tooltip_text(why))
