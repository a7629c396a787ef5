"""The sign-in dialog: once for all sites, and one line for each about how it went."""

from collections.abc import Callable

from PySide6.QtWidgets import QFormLayout, QGridLayout, QWidget

from workstation.errors import WorkstationError
from workstation.protocols.device_sign_in import EnterCode
from workstation.services.jobs import Job
from workstation.services.ports.hosting import Credentials
from workstation.services.queue.worklist import Worklist
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.dialogs import Dialog
from workstation.ui.plain import Mark, Tone

_SHAPES: dict[str, tuple[str, str, Tone]] = {
    "ok": ("check", "hue.done", "done"),
    "stale": ("barred", "hue.none", "low"),
    "signed-out": ("octagon-alert", "hue.act", "act"),
    "signing-in": ("clock", "text.mid", "mid"),
}


class SignInDialog(Dialog):
    """`sign_in` starts the work and gives back its job; `None` means in the browser."""

    def __init__(
        self,
        host: QWidget,
        worklist: Worklist,
        sign_in: Callable[[Credentials | None], Job[None]],
    ) -> None:
        super().__init__(host, tr("Sign in"), width=600)
        self._worklist, self._sign_in = worklist, sign_in
        self._done = False
        self._said = ""  # above the sites
        self.user = plain.line_edit()
        self.password = plain.line_edit(secret=True)
        self.user.setAccessibleName(tr("Name"))
        self.password.setAccessibleName(tr("Password"))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow(plain.label(tr("Name")), self.user)
        form.addRow(plain.label(tr("Password")), self.password)
        self.body.addLayout(form)
        self.message = plain.label(tone="act", wrap=True, data=True)
        self.message.setMinimumHeight(20)
        self.body.addWidget(self.message)
        self._lines: dict[str, tuple[Mark, plain.ElidedLabel]] = {}
        self._grid = QGridLayout()
        self._grid.setColumnStretch(2, 1)
        self._grid.setHorizontalSpacing(10)
        self.body.addLayout(self._grid)
        self.add_back(tr("Not now"))
        self.add_button(tr("In the browser"), lambda: self._submit(None))
        self.main = self.add_main(tr("Sign in"), self._go)
        listening = (
            worklist.changed.connect(lambda _: self._show_sites()),
            worklist.code_shown.connect(self._show_code),
        )
        self.closed.connect(lambda _answered: [each() for each in listening])
        self._show_sites()

    def _go(self) -> None:
        if self._done:
            self.answer()
        elif not self.user.text():
            self.user.setFocus()
        elif not self.password.text():
            self.password.setFocus()
        else:
            self._submit(Credentials(self.user.text(), self.password.text()))

    def _submit(self, credentials: Credentials | None) -> None:
        self.main.setEnabled(False)
        self.message.setText("")
        self._sign_in(credentials).then(self._answered)

    def _show_code(self, code: EnterCode | None) -> None:
        """There is no browser here: where the code is entered, and which."""
        plain.set_tone(self.message, "act" if code is None else "hi")
        self.message.setText(code_words(code))
        self.refit()

    def _answered(self, job: Job[None]) -> None:
        if not self.is_open:
            return
        self.main.setEnabled(True)
        self.password.clear()
        said = str(job.error) if isinstance(job.error, WorkstationError) else ""
        self._said = said
        self._show_sites()
        if job.error is not None:
            self.message.setText(said or tr("The sign-in did not work."))
            self.password.setFocus()
        elif all(site.reader is not None for site in self._worklist.sites):
            self.answer()
        else:
            self._done = True
            self.main.setText(tr("Go on"))
            self.main.setFocus()
        self.refit()

    def _show_sites(self) -> None:
        """A wrong password is one sentence, however many sites there are."""
        for site in self._worklist.sites:
            icon, mark_tone, tone = _SHAPES[site.state]
            asked = site.state != "signed-out" or bool(site.message)
            if site.id not in self._lines:
                mark, said = plain.mark("", "text.low", 14), plain.elided(size="small")
                at = self._grid.rowCount()
                self._grid.addWidget(mark, at, 0)
                self._grid.addWidget(plain.label(site.name, tone="hi", data=True), at, 1)
                self._grid.addWidget(said, at, 2)
                self._lines[site.id] = mark, said
            mark, said = self._lines[site.id]
            mark.show_icon(icon if asked else "ring", mark_tone if asked else "text.low")
            message = "" if site.message == self._said else site.message
            words = message or (tr("signed in") if site.reader else tr("not signed in"))
            said.say(words)
            plain.set_tone(said, tone if asked else "low")


def code_words(code: EnterCode | None) -> str:
    """What a reader without a browser is to do on a telephone or another machine."""
    if code is None:
        return ""
    return tr(
        "On another device open {address} and enter the code {code}.",
        address=code.address,
        code=code.code,
    )
