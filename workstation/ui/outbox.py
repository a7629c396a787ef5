"""The outbox: every signed report and document of this shift, and whether the site has it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from workstation.domain.identifiers import SiteId
from workstation.protocols.delivery import Delivery, State
from workstation.services.delivery.delivery import Deliveries
from workstation.services.delivery.filing_queue import FilingQueue
from workstation.services.delivery.filings import Filing, FilingKind
from workstation.services.lines import quoted
from workstation.services.queue.worklist import Worklist
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.chips import Chip
from workstation.ui.plain import Tone
from workstation.ui.report_lists import status_chip

_SHAPES: Final[dict[State, tuple[str, str, Tone]]] = {
    State.QUEUED: ("clock", "hue.open", "open"),
    State.AWAITING_ACK: ("send", "hue.open", "open"),
    State.IN_DOUBT: ("triangle-alert", "hue.open", "open"),
    State.ACKNOWLEDGED: ("check", "hue.done", "done"),
    State.REFUSED: ("octagon-alert", "hue.act", "act"),
}

_UNDER_WAY: Final = (State.QUEUED, State.AWAITING_ACK, State.IN_DOUBT)
_COLUMNS: Final = 7
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)

Entry = Delivery | Filing


def delivery_words(entry: Entry, site: str, timezone: str) -> str:
    """Signed, sent and accepted are three things; this says which has happened."""
    match entry.state:
        case State.QUEUED if isinstance(entry, Filing):
            return tr("Sealed here, waits to be sent to {site}", site=site)
        case State.QUEUED:
            return tr("Signed, waits to be sent to {site}", site=site)
        case State.AWAITING_ACK:
            return tr("Sent, waiting for acceptance by {site}", site=site)
        case State.IN_DOUBT:
            return tr(
                "Sent, no answer from {site}: it is asked before anything is sent again", site=site
            )
        case State.ACKNOWLEDGED:
            at = _time(entry.accepted_at, timezone)
            return tr("Accepted by {site} at {time}", site=site, time=at)
        case State.REFUSED:
            return tr("Refused by {site}: {why}", site=site, why=entry.reason)


def _time(at: datetime | None, timezone: str, form: str = "%H:%M:%S %Z") -> str:
    return at.astimezone(ZoneInfo(timezone)).strftime(form) if at else ""


class OutboxPage(QWidget):
    """Newest first: reports, and the documents of what was measured and marked for them.

    What was refused can be tried again; a report cannot be taken back, refused marks can.
    """

    def __init__(
        self,
        worklist: Worklist,
        deliveries: Deliveries,
        filing: FilingQueue,
        run: Callable[[str], None],
    ) -> None:
        super().__init__()
        plain.ground(self, "panel")
        self.setProperty("scope", "always")
        self.setAccessibleName(tr("Outbox"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._worklist, self._deliveries, self._run = worklist, deliveries, run
        self._filing = filing
        self._shown: tuple[tuple[Entry, ...], frozenset[SiteId]] | None = None
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setProperty("ring", True)
        self.setFocusProxy(self._scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        deliveries.changed.connect(lambda _: self.refresh())
        filing.changed.connect(lambda _: self.refresh())
        worklist.changed.connect(lambda _: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        both: tuple[Entry, ...] = (*self._deliveries.entries, *self._filing.entries)
        entries = tuple(sorted(both, key=lambda entry: entry.sealed_at or _LONG_AGO))
        on_second = frozenset(site.id for site in self._worklist.sites if site.on_second)
        if (entries, on_second) == self._shown:
            return
        self._shown = entries, on_second
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(24, 16, 24, 20)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.addWidget(self._head(entries), 0, 0, 1, _COLUMNS)
        if not entries:
            nothing = tr("No report was signed in this shift. What you sign is listed here.")
            grid.addWidget(plain.label(nothing, tone="low"), 1, 0, 1, _COLUMNS)
        for at, entry in enumerate(reversed(entries), start=1):
            self._add(grid, 2 * at, entry)
            grid.addWidget(plain.rule(), 2 * at + 1, 0, 1, _COLUMNS)
        grid.setColumnStretch(4, 1)
        grid.setRowStretch(2 * len(entries) + 2, 1)
        self._scroll.setWidget(body)

    def _head(self, entries: tuple[Entry, ...]) -> QWidget:
        """Counts, and what can be done with all of it."""
        refused = sum(entry.state is State.REFUSED for entry in entries)
        settled = sum(entry.state is State.ACKNOWLEDGED for entry in entries)
        said = tr("{n} of {total} accepted", n=settled, total=len(entries)) if entries else ""
        again = plain.button(tr("Send refused again"), lambda: self._run("outbox.retry"))
        again.setVisible(refused > 0)
        marks = [e for e in entries if isinstance(e, Filing) and e.state is State.REFUSED]
        back = plain.button(tr("Take refused marks back…"), lambda: self._run("outbox.take-back"))
        back.setVisible(bool(marks))
        log = plain.button(tr("Export audit log…"), self._export)
        return plain.row(
            plain.label(tr("Outbox"), tone="hi", size="title", weight=600),
            plain.label(said, tone="low", size="small"),
            0,
            again,
            back,
            log,
            spacing=12,
        )

    def _export(self) -> None:
        """Where to, asked with the system's own dialog; `workstation audit verify` reads it."""
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Export audit log"), "audit-log.jsonl")
        if chosen:
            self._run(f"audit.export {quoted(chosen)}")

    def _add(self, grid: QGridLayout, at: int, entry: Entry) -> None:
        sites = {site.id: site for site in self._worklist.sites}
        site = sites.get(_site(entry))
        name = site.name if site else _site(entry)
        zone = site.timezone if site else "UTC"
        icon, icon_tone, tone = _SHAPES[entry.state]
        grid.addWidget(plain.mark(icon, icon_tone), at, 0)
        grid.addWidget(_chip(entry), at, 1)
        grid.addWidget(plain.label(entry.accession, tone="hi", data=True), at, 2)
        grid.addWidget(plain.label(self._whose(entry), data=True), at, 3)
        if site and site.on_second and entry.state in _UNDER_WAY:
            name = tr("{site} (second line)", site=name)
        words = delivery_words(entry, name, zone)
        grid.addWidget(plain.label(words, tone=tone, wrap=True, data=True), at, 4)
        if entry.state is State.REFUSED:
            line = f"outbox.retry {quoted(entry.accession)} {_site(entry)}"
            grid.addWidget(plain.button(tr("Send again"), lambda: self._run(line)), at, 5)
        # By this machine's clock, beside the site's: to the minute, or one seems to precede.
        signed = _time(entry.sealed_at, zone, "%H:%M %Z")
        if signed and isinstance(entry, Delivery):
            signed = tr("signed {time}", time=signed)
        elif signed:
            signed = tr("sealed {time}", time=signed)
        grid.addWidget(plain.label(signed, tone="low", size="small", data=True), at, 6)

    def _whose(self, entry: Entry) -> str:
        """Patient and procedure, while the list knows them: a sealed report says less."""
        row = self._worklist.find(entry.accession, _site(entry))
        return f"{row.item.patient.name} · {row.item.procedure}" if row else ""


def _site(entry: Entry) -> SiteId:
    return entry.site if isinstance(entry, Delivery) else entry.ref.site


def _chip(entry: Entry) -> Chip:
    """What it is: the state of a report, or the kind of a document."""
    if isinstance(entry, Filing):
        return Chip(_document(entry.kind), "text.mid", "outline")
    return Chip(*status_chip(entry.status))


def _document(kind: FilingKind) -> str:
    match kind:
        case FilingKind.MARKS:
            return tr("Marks")
        case FilingKind.MEASUREMENTS:
            return tr("Measurements")
        case FilingKind.KEY_IMAGES:
            return tr("Key images")
        case FilingKind.PRESENTATION:
            return tr("As it was seen")
        case FilingKind.REPORT:
            return tr("Report (SR)")
        case FilingKind.REPORT_PDF:
            return tr("Report (PDF)")
        case FilingKind.PLANES:
            return tr("Planes")
        case FilingKind.MOVIE:
            return tr("Movie of a volume")
        case FilingKind.PICTURE:
            return tr("Picture of a view")
        case FilingKind.SEGMENTS:
            return tr("Segments")
