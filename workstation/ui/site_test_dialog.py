"""The self-test of a site, for whoever is on the telephone with its technicians."""

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QFormLayout, QGridLayout, QWidget

from workstation.errors import WorkstationError
from workstation.services.jobs import Job
from workstation.services.ports.hosting import Credentials
from workstation.services.selftest import Finding, Verdict
from workstation.settings import Site, is_loopback
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.dialogs import Dialog
from workstation.ui.plain import Tone

_SHAPES: Final[dict[Verdict, tuple[str, str, Tone]]] = {
    Verdict.GOOD: ("check", "hue.done", "hi"),
    Verdict.LESS: ("triangle-alert", "hue.open", "open"),
    Verdict.BAD: ("octagon-alert", "hue.act", "act"),
}

Run = Callable[[Site, Credentials | None], Job[tuple[Finding, ...]]]


class SiteTestDialog(Dialog):
    """Asks for a sign-in of its own, then one line for each service. Nothing is filed."""

    def __init__(self, host: QWidget, site: Site, run: Run, user: str = "") -> None:
        super().__init__(host, tr("Test {site}", site=site.name), width=720, data=True)
        self._site, self._run = site, run
        self._typed = is_loopback(site.issuer)
        said = tr("Signs in and asks one thing of each service, as in use. Nothing is filed.")
        self.body.addWidget(plain.label(said, wrap=True))
        self.user = plain.line_edit()
        self.user.setText(user)
        self.password = plain.line_edit(secret=True)
        self.user.setAccessibleName(tr("Name"))
        self.password.setAccessibleName(tr("Password"))
        form = QFormLayout()
        form.addRow(plain.label(tr("Name")), self.user)
        form.addRow(plain.label(tr("Password")), self.password)
        if self._typed:
            self.body.addLayout(form)
        self.message = plain.label(tone="act", wrap=True, data=True)
        self.body.addWidget(self.message)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(2, 1)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(7)
        self.body.addLayout(self._grid)
        self.add_back(tr("Close"))
        name = tr("Test") if self._typed else tr("Test in the browser")
        self.main = self.add_main(name, self._go)

    def _go(self) -> None:
        if self._typed and not self.password.text():
            self.password.setFocus()
            return
        typed = Credentials(self.user.text(), self.password.text()) if self._typed else None
        self.password.clear()
        self.main.setEnabled(False)
        self.message.setText("")
        self._run(self._site, typed).then(self._answered)

    def _answered(self, job: Job[tuple[Finding, ...]]) -> None:
        if not self.is_open:
            return
        self.main.setEnabled(True)
        if isinstance(job.error, WorkstationError):
            self.message.setText(str(job.error))
        elif job.error is None:
            self._show(job.result())
        self.refit()

    def _show(self, findings: tuple[Finding, ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for line, each in enumerate(findings):
            icon, hue, tone = _SHAPES[each.verdict]
            self._grid.addWidget(plain.mark(icon, hue, 14), line, 0)
            self._grid.addWidget(plain.label(each.name, tone="hi", weight=600, data=True), line, 1)
            self._grid.addWidget(plain.label(each.text, tone=tone, wrap=True, data=True), line, 2)
