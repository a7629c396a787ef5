"""From F12 to sealed: the dialog asks, the service seals, the next case opens."""

from collections.abc import Callable

from workstation.domain.report import ReportState
from workstation.errors import CommandError, WorkstationError
from workstation.services.jobs import Job
from workstation.services.ports.hosting import Credentials
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.signing import Proposal, Signing
from workstation.services.report.reporting import Reporting
from workstation.settings import Site, is_loopback
from workstation.text import tr
from workstation.ui import worklist_forms as forms
from workstation.ui.sign_dialog import SignDialog
from workstation.ui.sign_in import code_words
from workstation.ui.windows import Shell


class SigningFlow:
    """One proposal at a time, on the GUI thread.

    A wrong password leaves the dialog open and nothing signed; leaving it signs nothing.
    """

    def __init__(
        self,
        signing: Signing,
        worklist: Worklist,
        reporting: Reporting,
        shell: Shell,
        user: Callable[[], str],
    ) -> None:
        self._signing = signing
        self._worklist = worklist
        self._reporting = reporting
        self._shell = shell
        self._user = user

    def ask(self, proposal: Proposal) -> Job[None]:
        """Show what will be sealed; settles when it is sealed, or failed with why not."""
        done: Job[None] = Job()
        following = self._worklist.next(frozenset({proposal.item.key}))
        dialog = SignDialog(
            self._shell.front,
            proposal,
            self._reporting.checks,
            reader_licence=self._licence(proposal),
            next_case=following.item.patient.name if following else "",
            asks_password=_asks_here(proposal.site),
            banner=self._shell.banner,
        )
        dialog.signed.connect(lambda password: self._sign(dialog, proposal, password, done))
        dialog.preliminary.connect(lambda: self._preliminary(dialog, done))
        dialog.closed.connect(lambda answered: None if answered else _left(done))
        dialog.show_it()
        return done

    def _licence(self, proposal: Proposal) -> str:
        """The licence that the signature names, in words."""
        reader, number = self._worklist.reader(proposal.item.site), proposal.signed.signer.licence
        held = reader.licences if reader else ()
        return next((forms.licence(each) for each in held if each.number == number), number)

    def _sign(self, dialog: SignDialog, proposal: Proposal, password: str, done: Job[None]) -> None:
        dialog.busy()
        asked_here = _asks_here(proposal.site)
        credentials = Credentials(self._user(), password) if asked_here else None

        silent = self._worklist.code_shown.connect(lambda code: dialog.tell(code_words(code)))

        def answered(job: Job[None]) -> None:
            silent()
            if isinstance(job.error, WorkstationError):
                dialog.wrong(str(job.error))
                return
            opens_next = dialog.opens_next
            dialog.done()
            done.settle(None, job.error)
            if opens_next and job.error is None:
                self._shell.run("case.next")

        self._signing.sign(proposal, credentials, dialog.pin).then(answered)

    def _preliminary(self, dialog: SignDialog, done: Job[None]) -> None:
        dialog.done()
        try:
            self._signing.request(ReportState.PRELIMINARY).then(
                lambda job: done.settle(None, job.error)
            )
        except WorkstationError as error:
            done.settle(None, error)


def _asks_here(site: Site) -> bool:
    """A password is typed here only where the sign-in page is this machine's own."""
    return is_loopback(site.issuer)


def _left(done: Job[None]) -> None:
    done.settle(None, CommandError(tr("not signed")))
