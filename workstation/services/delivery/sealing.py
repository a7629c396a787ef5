"""Sealing: a signature becomes durable, together with its audit record, before it is sent."""

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve, field, frozen

from workstation.domain.identifiers import SiteId, StudyRef, TaskRef
from workstation.domain.report import SignedReport
from workstation.domain.worklist import Priority, WorklistItem
from workstation.errors import SigningBlocked
from workstation.protocols.delivery import Delivery
from workstation.protocols.imr_bundle import stored
from workstation.protocols.message_checks import HL7, MESSAGE
from workstation.protocols.report_bundle import manifest_digest, seal
from workstation.protocols.signing_key import SigningKey
from workstation.services.audit import Audit
from workstation.services.delivery.filings import Filing
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.outbox import Parcel
from workstation.services.delivery.report_documents import NAMES, Make
from workstation.services.failpoints import reached
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import HostingPlatform, ReportLine
from workstation.services.ports.keeping import Change, Put, Remove, SealedStore
from workstation.text import tr

_DICOM: Final = "application/dicom"


def _unknown(_task: TaskRef) -> None:
    return None


def _unprinted(_signed: SignedReport) -> Callable[[], bytes]:
    return bytes


def _as_printed(pdf: bytes, _signed: SignedReport, _key: SigningKey) -> bytes:
    return pdf


def _nothing_beside(_signed: SignedReport, _item: WorklistItem) -> Make:
    return lambda _pdf: ()


def _uncertified(_site: SiteId, _reader: str, _name: str) -> Job[None]:
    done: Job[None] = Job()
    done.settle(None)
    return done


def _no_message(_signed: SignedReport, _item: WorklistItem, _pdf: bytes) -> bytes:
    return b""


@frozen(eq=False)
class Outside:
    """What deliveries need to know of the sites; all of it may change while we run."""

    platforms: Mapping[SiteId, HostingPlatform]
    reader: Callable[[SiteId], str]  # "Practitioner/17"; empty while signed out
    name: Callable[[SiteId], str] = field(default=str)
    held: Callable[[TaskRef], WorklistItem | None] = field(default=_unknown)
    #: What makes the PDF, on any thread; asked for on the home thread.
    printed: Callable[[SignedReport], Callable[[], bytes]] = field(default=_unprinted)
    #: What is sent, with this PDF, where a site takes reports by HL7; empty elsewhere.
    message: Callable[[SignedReport, WorklistItem, bytes], bytes] = field(
        default=_no_message, kw_only=True
    )
    lines: Mapping[SiteId, ReportLine] = field(factory=dict, kw_only=True)
    apart: Callable[[SiteId], bool] = field(default=lambda _site: False, kw_only=True)  # IMR
    certify: Callable[[SiteId, str, str], Job[None]] = field(default=_uncertified)
    sign_pdf: Callable[[bytes, SignedReport, SigningKey], bytes] = field(default=_as_printed)
    beside: Callable[[SignedReport, WorklistItem], Make] = field(default=_nothing_beside)
    owe: Callable[[tuple[Filing, ...]], None] = field(default=lambda _filings: None)


@frozen(repr=False)
class _Papers:
    """A report on paper, as documents for an archive and as a message, each where it is wanted."""

    key: SigningKey
    pdf: bytes
    filings: tuple[Filing, ...]
    message: bytes

    @property
    def beside(self) -> dict[str, tuple[str, bytes]]:
        """What is signed too, by its name."""
        found = {NAMES[each.kind]: (_DICOM, b64decode(each.body)) for each in self.filings}
        return {**found, MESSAGE: (HL7, self.message)} if self.message else found


class Sealer:
    """Part of `Deliveries`; lives with it on the home thread."""

    def __init__(
        self,
        store: SealedStore,
        jobs: Jobs,
        clock: Clock,
        audit: Audit,
        keys: Keys,
        outside: Outside,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._audit = audit
        self._keys = keys
        self._outside = outside

    def seal(
        self, signed: SignedReport, item: WorklistItem, along: Sequence[Put] = ()
    ) -> Job[Parcel]:
        """Settles when it is durable; a failed job means that nothing was signed.

        `along` is sealed in the same transaction: with the report, or not at all.
        """
        sealed: Job[Parcel] = Job()
        signer = signed.signer
        # Whether it went well or not: the key knows whether it may sign.
        certified = self._outside.certify(signed.report.binding.site, signer.id, signer.name)
        certified.then(lambda _: self._begin(signed, item, along, sealed))
        return sealed

    def _begin(
        self, signed: SignedReport, item: WorklistItem, along: Sequence[Put], sealed: Job[Parcel]
    ) -> None:
        def write(previous: str) -> None:
            self._write(signed, item, previous, along, sealed)

        if signed.predecessor is None:
            write("")
        else:
            found = self._jobs.run(lambda: self._known(signed), lane="store")
            found.then(lambda known: self._follow(signed, item, known, write, sealed))

    def _known(self, signed: SignedReport) -> str:
        return self._store.get("meta", f"manifest.{signed.predecessor}") or ""

    def _follow(
        self,
        signed: SignedReport,
        item: WorklistItem,
        known: Job[str],
        write: Callable[[str], None],
        sealed: Job[Parcel],
    ) -> None:
        """An addendum names the manifest before it: ours, or as the platform holds it."""
        if known.error is not None:
            sealed.settle(None, known.error)
        elif known.result():
            write(known.result())
        else:
            asked = self._jobs.run(lambda: self._ask(signed), lane=f"site:{item.site}")
            asked.then(
                lambda answer: (
                    sealed.settle(None, answer.error)
                    if answer.error is not None
                    else write(answer.result())
                )
            )

    def _ask(self, signed: SignedReport) -> str:
        platform = self._outside.platforms[signed.report.binding.site]
        provenance = platform.resource(f"Provenance/{signed.predecessor}")
        digest = manifest_digest(provenance) if provenance is not None else None
        if digest is None:
            raise SigningBlocked(tr("the signature of the first report cannot be found"))
        return digest

    def _write(
        self,
        signed: SignedReport,
        item: WorklistItem,
        previous: str,
        along: Sequence[Put],
        sealed: Job[Parcel],
    ) -> None:
        delivery = _delivery(signed, item, self._clock.now())
        record = self._audit.entry("sign", study=item.ref, detail=traits(delivery))
        make, printed = self._outside.beside(signed, item), self._outside.printed(signed)

        def work() -> tuple[Parcel, tuple[Filing, ...]]:
            papers = self._papers(signed, item, printed, make)
            apart = self._outside.apart(delivery.site)
            letter = seal(
                signed, papers.key, effective=item.acquired or item.listed,
                site_name=self._outside.name(delivery.site), previous=previous,
                pdf=papers.pdf, beside=papers.beside, apart=apart,
            )  # fmt: skip
            sent_as = stored(letter) if apart else papers.message
            parcel = Parcel(evolve(delivery, closes=bool(sent_as)), letter, sent_as)
            reached("delivery.before-seal")
            self._audit.write(record, _changes(parcel, papers.filings, along))
            reached("delivery.sealed")
            return parcel, papers.filings

        def done(job: Job[tuple[Parcel, tuple[Filing, ...]]]) -> None:
            if job.error is not None:
                sealed.settle(None, job.error)
                return
            parcel, filings = job.result()
            self._outside.owe(filings)
            sealed.settle(parcel)

        self._jobs.run(work, lane="store").then(done)

    def _papers(
        self, signed: SignedReport, item: WorklistItem, printed: Callable[[], bytes], make: Make
    ) -> _Papers:
        key = self._keys.reader(signed.report.binding.site, signed.signer, signed.signed_at)
        paper = printed()
        pdf = self._outside.sign_pdf(paper, signed, key) if paper else b""
        return _Papers(key, pdf, tuple(make(pdf)), self._outside.message(signed, item, pdf))


def _delivery(signed: SignedReport, item: WorklistItem, at: datetime) -> Delivery:
    binding = signed.report.binding
    return Delivery(
        signed.report.id, binding.site, binding.study, binding.accession, binding.task,
        signed.status, signed.signer.id, item.priority is Priority.STAT, sealed_at=at,
    )  # fmt: skip


def _changes(parcel: Parcel, filings: Sequence[Filing], along: Sequence[Put]) -> list[Change]:
    """The draft goes, and all that was signed is there, in one transaction."""
    report = parcel.delivery.report
    return [
        Remove("draft", report),
        parcel.row(),
        Put("meta", f"manifest.{report}", parcel.letter.manifest_sha256),
        *(each.row() for each in filings),
        *along,
    ]


def study_of(delivery: Delivery) -> StudyRef:
    return StudyRef(delivery.site, delivery.study)


def traits(delivery: Delivery) -> dict[str, str]:
    """What the audit log may say about a report."""
    return {
        "accession": delivery.accession,
        "report": delivery.report,
        "status": delivery.status.value,
    }
