"""Critical results that nobody was told of yet: whom to call, how long there is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from workstation.domain.identifiers import SiteId
from workstation.services.lines import quoted
from workstation.services.ports.clock import Clock
from workstation.services.report.open_calls import OpenCall, OpenCalls
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.critical_card import counted
from workstation.ui.dialogs import Dialog
from workstation.ui.picking import Picker, Row
from workstation.ui.picking_dialog import matches

_TICK_MS: Final = 1000


class CallsDialog(Dialog):
    """The most pressing first, each with its clock; `sites` are the names of sites."""

    def __init__(
        self,
        host: QWidget,
        calls: OpenCalls,
        sites: Mapping[SiteId, str],
        clock: Clock,
        run: Callable[[str], None],
    ) -> None:
        super().__init__(host, tr("Critical results not told yet"), width=1120, height=420)
        self._calls, self._sites, self._clock, self._run = calls, sites, clock, run
        self._picker = Picker(tr("Finding, case or name"), self._found, lambda: None)
        self.body.addWidget(self._picker, 1)
        words = tr("Open the case and record the call: then it stands in the report.")
        self.body.addWidget(plain.label(words, tone="low", size="small"))
        self.add_back(tr("Close"))
        self.add_main(tr("Open case"), self._open_it)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._again)
        self._unfollow = calls.changed.connect(lambda _: self._again())
        self.closed.connect(lambda _answered: self._unfollow())
        self._again()

    def show_it(self) -> None:
        """With the keyboard in the list."""
        self._tick.start()
        self.open(self._picker.field)

    def _again(self) -> None:
        marked = self._picker.marked
        self._picker.again(marked.key if marked else "")

    def _found(self, typed: str) -> Sequence[Row]:
        rows = map(self._row, self._calls.standing)
        return [row for row in rows if matches(typed, f"{row.title} {row.aside}")]

    def _row(self, call: OpenCall) -> Row:
        now = self._clock.now()
        left = counted(call.due, now)
        who = f"{call.to} {call.phone}".strip()
        site = self._sites.get(call.task.site, call.task.site)
        aside = "   ".join(filter(None, (who, f"{call.accession} · {site}", left)))
        case = f"{quoted(call.accession)} {call.task.site}"  # two hospitals may number alike
        return Row(case, call.finding, aside, "act" if call.due <= now else "mid")

    def _open_it(self) -> None:
        marked = self._picker.marked
        if marked is not None:
            self.answer()
            self._run(f"case.open {marked.key}")
