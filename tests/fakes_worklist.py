"""A shift at three sites, as values: what the worklist windows are tested with."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from attrs import frozen
from fakes import FakeClock

from workstation.domain.identifiers import AccessionNumber, SiteId, StudyUID, TaskId, TaskRef
from workstation.domain.patient import Patient
from workstation.domain.reader import Licence, Reader
from workstation.domain.worklist import Priority, ReadState, Tier, WorklistItem
from workstation.protocols.delivery import Delivery
from workstation.protocols.device_sign_in import EnterCode
from workstation.services.delivery.filings import Filing
from workstation.services.queue.licence import Verdict
from workstation.services.queue.rows import Row, Silence, SiteStatus
from workstation.services.queue.urgency import NO_WEIGHTS, Weights
from workstation.services.signal import Signal

NOW = datetime(2026, 11, 22, 2, 14, 36, tzinfo=UTC)
HARBOR, MESA, NORD = SiteId("harbor"), SiteId("mesa"), SiteId("nord")
WA = Licence("MD-00412", "US-WA", date(2020, 1, 1), date(2027, 6, 30))
READER = Reader("Practitioner/17", "Dr. Jo Sample", ("radiologist",), (WA,))
PLACES = {HARBOR: "US-WA", MESA: "US-TX", NORD: "DE-HH"}


@frozen
class Wanted:
    """The few things a test cares about; the rest is made up."""

    name: str = "Alder, Robin"
    sex: str = "M"
    born: date = date(1962, 3, 2)
    procedure: str = "CT chest with contrast"
    site: SiteId = HARBOR
    priority: Priority = Priority.ROUTINE
    left: timedelta = timedelta(hours=2)
    waited: timedelta = timedelta(minutes=43)
    tier: Tier = Tier.FINAL
    state: ReadState = ReadState.UNREAD
    holder: str = ""
    holder_id: str = ""
    images: int = 312
    expected: int | None = 312
    priors: int = 2
    allowed: bool = True
    stale: timedelta | None = None
    jurisdiction: str = ""
    indication: str = "Cough for six weeks, weight loss. Nodule follow-up."


def row(number: int, wanted: Wanted = Wanted()) -> Row:
    """One row; `number` makes its identifiers."""
    item = WorklistItem(
        site=wanted.site,
        task=TaskId(f"Task/{number}"),
        version="1",
        study=StudyUID(f"1.2.3.{number}"),
        accession=AccessionNumber(f"A-{number:04d}"),
        patient=Patient(wanted.name, f"HG-{100400 + number}", "urn:x", wanted.born, wanted.sex),
        procedure=wanted.procedure,
        procedure_code="X",
        modality=wanted.procedure[:2].strip(),
        priority=wanted.priority,
        tier=wanted.tier,
        due=NOW + wanted.left,
        listed=NOW - wanted.waited,
        acquired=NOW - wanted.waited - timedelta(seconds=48),
        jurisdiction=wanted.jurisdiction or PLACES[wanted.site],
        state=wanted.state,
        holder=wanted.holder,
        holder_id=wanted.holder_id,
        images_received=wanted.images,
        images_expected=wanted.expected,
        prior_count=wanted.priors,
        indication=wanted.indication,
        body_part="CHEST",
    )
    reason = "" if wanted.allowed else "No licence: US-NM"
    verdict = Verdict(wanted.allowed, reason, WA if wanted.allowed else None)
    return Row(item, verdict, Silence(NOW - wanted.stale if wanted.stale else None))


def site(
    named: SiteId, name: str, timezone: str, state: str = "ok", old: float = 3.0
) -> SiteStatus:
    last = NOW - timedelta(seconds=old)
    return SiteStatus(named, name, state, last, "", timezone, READER)


SITES = (
    site(HARBOR, "Harbor General", "America/Los_Angeles"),
    site(MESA, "Mesa Valley", "America/Chicago", old=2.0),
    site(NORD, "Klinikum Nord", "Europe/Berlin", "stale", 282.0),
)


def _m(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


_STALE = timedelta(seconds=282)
_STAT, _URGENT = Priority.STAT, Priority.URGENT
_P = Tier.PRELIMINARY
_CLAIMED, _PRELIM, _FINAL = ReadState.CLAIMED, ReadState.PRELIMINARY, ReadState.FINAL

SHIFT = (
    Wanted("Aspen, Terry", "F", date(1955, 1, 9), "CT head, stroke protocol", MESA, _STAT,
           _m(-4.2), _m(34), _P, _CLAIMED, "K. Ash", "Practitioner/4", 312, 312, 4),
    Wanted("Rowan, Alex", "M", date(1968, 5, 5), "CTA chest abdomen, dissection", HARBOR, _STAT,
           _m(6.64), _m(23), _P, images=1124, expected=1480),
    Wanted("Пример, Анна", "F", date(1982, 2, 3), "CT cervical spine, trauma", MESA, _STAT,
           _m(11.04), _m(49), _P, images=402, expected=402, priors=0),
    Wanted("Alder, Robin", "M", date(1962, 3, 2), "CT chest with contrast", HARBOR, _URGENT,
           _m(38.34), _m(143), Tier.FINAL, _PRELIM, "J. Hazel", "Practitioner/8", 236, 312),
    Wanted("Müller-Beispiel, Jo", "F", date(1997, 8, 8), "MR brain without contrast", HARBOR,
           _URGENT, _m(41.1), _m(18), _P, images=412, expected=412, priors=1),
    Wanted("Linden, Chris", "M", date(2018, 1, 1), "CT abdomen pelvis, paediatric", MESA, _URGENT,
           _m(44.8), _m(15), _P, images=380, expected=380, priors=0),
    Wanted("Maple, Dana", "F", date(1974, 4, 4), "MR lumbar spine", MESA, _URGENT, _m(52.3), _m(8),
           _P, images=0, expected=248, priors=0, allowed=False, jurisdiction="US-NM"),
    Wanted("Olive, Kim", "F", date(1989, 7, 1), "US pelvis", HARBOR, _URGENT, _m(72.7), _m(47), _P,
           _CLAIMED, "Dr. Jo Sample", "Practitioner/17", 64, 64, 3),
    Wanted("Hawthorn, Jamie", "M", date(1980, 7, 1), "CT head without contrast", HARBOR, _URGENT,
           _m(96.1), _m(24), _P, images=220, expected=220, priors=0),
    Wanted("Juniper, Sam", "F", date(1965, 7, 1), "CT abdomen pelvis with contrast", HARBOR,
           left=_m(124), waited=_m(116), images=640, expected=640, priors=5),
    Wanted("Cypress, Lee", "M", date(1949, 7, 1), "CT chest, low dose screening", MESA,
           left=_m(151), waited=_m(89), images=310, expected=310, priors=3),
    Wanted("Willow, Pat", "F", date(1943, 7, 1), "CT head without contrast", MESA, left=_m(168),
           waited=_m(122), state=_PRELIM, holder="J. Hazel", holder_id="Practitioner/8",
           images=188, expected=188),
    Wanted("Testmann, Kai", "M", date(1971, 7, 1), "CT Thorax nativ", NORD, left=_m(185),
           waited=_m(55), images=290, expected=290, priors=1, stale=_STALE),
    Wanted("Muster, Erika", "F", date(1958, 7, 1), "MRT Knie links", NORD, left=_m(202),
           waited=_m(38), images=160, expected=204, priors=0, stale=_STALE),
    Wanted("Beispiel, Uwe", "M", date(1977, 7, 1), "CT Abdomen mit KM", NORD, left=_m(220),
           waited=_m(20), images=512, expected=512, stale=_STALE),
    Wanted("Hemlock, Jordan", "M", date(1960, 7, 1), "MR prostate, multiparametric", HARBOR,
           left=_m(224), waited=_m(16), images=1204, expected=1204, priors=1),
    Wanted("Fir, Casey", "F", date(1992, 7, 1), "MR knee left", MESA, left=_m(250),
           waited=_m(110), images=186, expected=186, priors=0),
    Wanted("Sequoia, Drew", "M", date(1956, 7, 1), "PET/CT whole body", HARBOR, left=_m(326),
           waited=_m(154), images=2210, expected=2210, priors=4),
    Wanted("Elm, Taylor", "F", date(1969, 7, 1), "CT sinus", MESA, left=_m(362), waited=_m(118),
           images=168, expected=168, priors=0),
    Wanted("Larch, Avery", "M", date(1987, 7, 1), "MR shoulder right", HARBOR, left=_m(571),
           waited=_m(149), state=_CLAIMED, holder="L. Oak", holder_id="Practitioner/9",
           images=205, expected=205, priors=0),
    Wanted("Ginkgo, Harper", "F", date(1976, 7, 1), "CT abdomen pelvis with contrast", HARBOR,
           left=_m(20), waited=_m(370), state=_FINAL, images=588, expected=588, priors=3),
)  # fmt: skip


class FakeWorklist:
    """`services.queue.worklist.Worklist` as the windows see it: rows and sites that a test sets."""

    def __init__(
        self,
        rows: Sequence[Row] = (),
        sites: Sequence[SiteStatus] = SITES,
        clock: FakeClock | None = None,
    ) -> None:
        self.clock = clock or FakeClock(NOW)
        self.changed: Signal[None] = Signal()
        self.code_shown: Signal[EnterCode | None] = Signal()
        self.rows = tuple(rows)
        self.weights: Weights = NO_WEIGHTS
        self.sites = tuple(sites)

    def server_now(self, site: SiteId) -> datetime:
        return self.clock.now()

    def find(self, accession: str, site: SiteId | None = None) -> Row | None:
        wanted = (row for row in self.rows if row.item.accession == accession)
        return next((row for row in wanted if site in (None, row.item.site)), None)

    def held(self, key: TaskRef) -> WorklistItem | None:
        return next((row.item for row in self.rows if row.item.key == key), None)

    def next(self) -> Row | None:
        return next((each for each in self.rows if each.is_free), None)

    def say(self, rows: Sequence[Row]) -> None:
        """The sites have news."""
        self.rows = tuple(rows)
        self.changed.emit(None)


class FakeDeliveries:
    """`services.delivery.delivery.Deliveries` as the windows see it."""

    def __init__(self, entries: Sequence[Delivery] = ()) -> None:
        self.changed: Signal[None] = Signal()
        self.entries = tuple(entries)

    def counts(self) -> tuple[int, int, int]:
        states = [entry.state.value for entry in self.entries]
        queued = states.count("queued") + states.count("awaiting-ack")
        return queued, states.count("in-doubt"), states.count("refused")

    def say(self, entries: Sequence[Delivery]) -> None:
        self.entries = tuple(entries)
        self.changed.emit(None)


def shift() -> tuple[Row, ...]:
    """The rows of the mock-up, in their order."""
    return tuple(row(number, wanted) for number, wanted in enumerate(SHIFT))


class FakeFiling:
    """`services.delivery.filing_queue.FilingQueue` as the windows see it."""

    def __init__(self) -> None:
        self.changed: Signal[None] = Signal()
        self.entries: tuple[Filing, ...] = ()

    def say(self, entries: Sequence[Filing]) -> None:
        self.entries = tuple(entries)
        self.changed.emit(None)
