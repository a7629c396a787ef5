"""Signing: what is proposed is shown whole, and what was shown is what is sealed.

The order never changes: freeze the text, show it, authenticate anew, seal it on this
machine, send it. There is no unsign: what was signed stays, an addendum, a
correction or a retraction follows it.
"""

from collections.abc import Callable

from attrs import evolve, frozen

from workstation.domain.identifiers import ReportId, SiteId
from workstation.domain.reader import Reader
from workstation.domain.report import IssuedReport, ReportState, SignedReport, Signer
from workstation.domain.report_states import UNSETTLED, following
from workstation.domain.worklist import ReadState, Tier, WorklistItem
from workstation.errors import CommandError, Refused, WorkstationError
from workstation.protocols.delivery import State
from workstation.services.delivery.alarms import Alarms
from workstation.services.delivery.delivery import Deliveries
from workstation.services.delivery.filings import Filing
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.measurement_filing import MeasurementFiling
from workstation.services.delivery.outgoing import Outgoing, outgoing
from workstation.services.failpoints import reached
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.hosting import Credentials, StepUp
from workstation.services.queue.licence import may_sign_final
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.case import viewed
from workstation.services.reading.session import ReadingSession
from workstation.services.report.reporting import Reporting
from workstation.services.signal import Signal
from workstation.settings import Site
from workstation.text import tr, trn


@frozen
class Proposal:
    """What will be sealed if the reader signs."""

    signed: SignedReport
    item: WorklistItem
    site: Site
    marks: tuple[Outgoing, ...] = ()
    preliminary: IssuedReport | None = None  # what it began with, to be seen beside it
    asks_pin: bool = False  # the reader's token is to be opened
    vouched: str = ""  # who certified the key; empty where it vouches for itself


class Signing:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self,
        worklist: Worklist,
        session: ReadingSession,
        reporting: Reporting,
        deliveries: Deliveries,
        filing: MeasurementFiling,
        alarms: Alarms,
        jobs: Jobs,
        keys: Keys,
        vouched: Callable[[SiteId], str] = lambda _site: "",
    ) -> None:
        self._worklist = worklist
        self._session = session
        self._reporting = reporting
        self._deliveries = deliveries
        self._filing = filing
        self._alarms = alarms
        self._jobs = jobs
        self._keys = keys
        self._vouched = vouched
        self._ask: Callable[[Proposal], Job[None]] | None = None
        self._accepted: frozenset[ReportId] = frozenset()
        #: How an authentication for a signature ended; None: accepted.
        self.authenticated: Signal[BaseException | None] = Signal()
        self.proposed: Signal[None] = Signal()  # it is being asked: there is a moment to prepare
        self.signed: Signal[SignedReport] = Signal()  # sealed: on its way to the site
        deliveries.changed.connect(self._delivered)

    def asked_by(self, ask: Callable[[Proposal], Job[None]]) -> None:
        """Who shows a proposal and asks for the password: the dialog, or a script."""
        self._ask = ask

    def propose(self, status: ReportState) -> Proposal:
        """What would be signed now. Raises SigningBlocked with what is missing."""
        case = self._session.need_case()
        reader = self._worklist.reader(case.item.site)
        if reader is None:
            raise Refused(tr("you are not signed in at this site"))
        row = self._worklist.find(case.item.accession, case.item.site)
        if row is not None and not row.verdict.allowed:
            raise Refused(row.verdict.reason)
        site = self._session.site(case.item.site)
        status = issued_as(status, reader, self._reporting.issued, final=site.final_reports)
        licence = row.verdict.licence.number if row and row.verdict.licence else ""
        now = self._worklist.server_now(case.item.site)
        signer = Signer(reader.id, reader.name, licence, now, "")
        signed = self._reporting.freeze(status, signer, now)
        kept = self._reporting
        hung = viewed(case, lambda each: self._session.site(each).name)
        marks = outgoing(case.ref, hung, kept.measurements, kept.key_images)
        return Proposal(
            signed, case.item, site, marks, kept.preliminary,
            asks_pin=self._keys.asks_pin, vouched=self._vouched(case.item.site),
        )  # fmt: skip

    def request(self, status: ReportState) -> Job[None]:
        """Show what will be sealed and ask for the password."""
        proposal = self.propose(status)
        if self._ask is None:
            raise CommandError(tr("there is nobody to ask for a password"))
        self.proposed.emit(None)
        return self._ask(proposal)

    def sign(self, proposal: Proposal, credentials: Credentials | None, pin: str = "") -> Job[None]:
        """Authenticate anew, seal exactly what was proposed, then send. Settles when sealed.

        `pin` opens the reader's token; empty where there is none, or it has a keypad.
        """
        done: Job[None] = Job()

        def opened(job: Job[None]) -> None:
            if job.error is not None:
                done.settle(None, job.error)
            else:
                self._authenticate(proposal, credentials, done)

        self._jobs.run(lambda: self._keys.unlock(pin), lane="store").then(opened)
        return done

    def _authenticate(
        self, proposal: Proposal, credentials: Credentials | None, done: Job[None]
    ) -> None:
        platform = self._worklist.platform(proposal.item.site)

        def authenticated(job: Job[StepUp]) -> None:
            if job.error is not None:
                done.settle(None, job.error)
            else:
                reached("signing.authenticated")
                # A draft on its way must not arrive after the report has taken it away.
                proof = job.result()
                saved = self._reporting.save_draft()
                saved.then(lambda _: self._ask_once_more(proposal, proof, done))
            self.authenticated.emit(job.error)

        lane = f"site:{proposal.item.site}"
        self._jobs.run(lambda: platform.step_up(credentials), lane=lane).then(authenticated)

    def _ask_once_more(self, proposal: Proposal, proof: StepUp, done: Job[None]) -> None:
        """Images may have come since the last heartbeat: nobody signs what nobody has seen.

        Where the site is silent the signature is not held up: the report waits for it anyway,
        and images that came before it are told then.
        """
        item = self._worklist.held(proposal.item.key) or proposal.item
        if item.state is not ReadState.CLAIMED:
            self._seal(proposal, proof, done)
            return

        def answered(job: Job[None]) -> None:
            known = self._worklist.held(item.key) or item
            late = known.images_received - proposal.item.images_received
            if isinstance(job.error, Refused):
                done.settle(None, job.error)
            elif late > 0:
                done.settle(None, Refused(_late(late)))
            else:
                self._seal(proposal, proof, done)

        self._worklist.renew(item).then(answered)

    def _seal(self, proposal: Proposal, proof: StepUp, done: Job[None]) -> None:
        case = self._session.case
        if case is None or case.item.key != proposal.item.key:
            done.settle(None, Refused(tr("the case was closed while signing")))
            return
        signer = proposal.signed.signer
        if proof.reader_id != signer.id:
            done.settle(None, Refused(tr("another person signed in; nothing was signed")))
            return
        signer = evolve(signer, authenticated_at=proof.authenticated_at, method=proof.method)
        signed = evolve(proposal.signed, signer=signer)
        item = self._worklist.held(case.item.key) or case.item
        marks = self._marks(item, signed.report.id)
        try:
            rows = [*(each.row() for each in marks), self._alarms.signed(item)]
            sealed = self._deliveries.sign_and_send(signed, item, rows)
        except WorkstationError as error:
            done.settle(None, error)
            return
        sealed.then(lambda job: self._sealed(job.error, signed, marks, done))

    def _marks(self, item: WorklistItem, report: ReportId) -> tuple[Filing, ...]:
        """The draft goes with the signature, and would take what is marked with it."""
        reader = self._worklist.reader(item.site)
        if reader is None:
            return ()
        kept = self._reporting
        return self._filing.pack(
            item, reader, kept.measurements, kept.key_images, kept.views, behind=report
        )

    def _sealed(
        self,
        error: BaseException | None,
        signed: SignedReport,
        marks: tuple[Filing, ...],
        done: Job[None],
    ) -> None:
        if error is None:
            self._filing.owe(marks)
            self._session.signed()
            self._reporting.mark_signed(signed)
            self.signed.emit(signed)
        done.settle(None, error)

    def _delivered(self, _: None) -> None:
        """A site has a report: its list says so at once, not at the next poll."""
        entries = self._deliveries.entries
        accepted = frozenset(e.report for e in entries if e.state is State.ACKNOWLEDGED)
        if accepted - self._accepted:
            self._worklist.refresh()
            self._filing.resume()  # the report first: it is what the patient waits for
        self._accepted = accepted


def issued_as(
    status: ReportState, reader: Reader, before: IssuedReport | None = None, *, final: bool = True
) -> ReportState:
    """What a resident signs as preliminary waits for the attending. Nothing of theirs is final,
    nor of anybody where the site takes preliminary reports alone (`final` is False); what
    follows a report that is not final is not final either."""
    if before is not None:
        status = following(status, before.status)
    resident, is_settled = not may_sign_final(reader), status not in UNSETTLED
    if is_settled and resident:
        raise Refused(tr("a resident's report goes out as preliminary: Shift+F12"))
    if is_settled and not final and not _takes_back(status, before):
        raise Refused(tr("this site takes preliminary reports alone: Shift+F12"))
    return ReportState.AWAITING if resident and status is ReportState.PRELIMINARY else status


def _takes_back(status: ReportState, before: IssuedReport | None) -> bool:
    """A preliminary report that must not be relied on, whoever may sign final ones."""
    return status is ReportState.RETRACTED and before is not None and before.status in UNSETTLED


def _late(images: int) -> str:
    return trn(
        images,
        "{n} more image has arrived since: nothing was signed. Look at it, then sign again.",
        "{n} more images have arrived since: nothing was signed. Look at them, then sign again.",
    )


def promised_status(item: WorklistItem, site: Site) -> ReportState:
    """What the reader is asked to issue: final, unless contract or place say preliminary."""
    if item.tier is Tier.PRELIMINARY or not site.final_reports:
        return ReportState.PRELIMINARY
    return ReportState.FINAL
