"""The chart of the open case: asked once the case is this reader's, and gone when it is left.

Each part is a question of its own, and all go at once: one that is slow, refused or not there
says so in its place and keeps nothing else waiting. That the platform was asked, and which
documents were opened, is on record.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, Generic, Protocol, TypeVar

from attrs import evolve, field, fields, frozen

from workstation.domain.chart import ChartDocument, Found, HistoryEntry, Kind, LabResult
from workstation.domain.identifiers import SiteId, TaskRef
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError, Refused, WorkstationError
from workstation.imaging.pixels import FramePixels
from workstation.services.audit import Audit
from workstation.services.jobs import Job, Jobs
from workstation.services.reading.session import ReadingSession
from workstation.services.signal import Signal
from workstation.text import tr

log = logging.getLogger("chart")

T = TypeVar("T")
#: Longer texts are no note of a ward.
_MOST_LETTERS: Final = 200_000


class ChartSource(Protocol):
    """A platform that keeps charts. Blocking; called on a lane of the site's charts."""

    def laboratory(self, item: WorklistItem) -> Found[LabResult]: ...

    def history(self, item: WorklistItem, kind: Kind) -> Found[HistoryEntry]: ...

    def documents(self, item: WorklistItem) -> Found[ChartDocument]: ...

    def content(self, document: ChartDocument) -> bytes:
        """Its bytes; `Refused` where they are not those that were listed."""
        ...


class Pages(Protocol):
    """A PDF as pictures, drawn where it can do no harm. Blocking."""

    def count(self, pdf: bytes) -> int:
        """Raises `NotDisplayable`."""
        ...

    def page(self, pdf: bytes, index: int) -> FramePixels: ...


@frozen
class Part(Generic[T]):
    """One part of the chart. Not `known` and no `why`: it is on its way."""

    values: tuple[T, ...] = ()
    known: bool = False
    more: bool = False
    why: str = ""  # it is not known, in the reader's words


@frozen
class Sheet:
    """The chart as far as it is here."""

    laboratory: Part[LabResult] = field(factory=Part)
    allergies: Part[HistoryEntry] = field(factory=Part)
    conditions: Part[HistoryEntry] = field(factory=Part)
    procedures: Part[HistoryEntry] = field(factory=Part)
    documents: Part[ChartDocument] = field(factory=Part)


#: Where a part of the history goes.
_HISTORIES: Final[Mapping[Kind, Callable[[Sheet, Part[HistoryEntry]], Sheet]]] = MappingProxyType(
    {
        Kind.ALLERGY: lambda sheet, part: evolve(sheet, allergies=part),
        Kind.CONDITION: lambda sheet, part: evolve(sheet, conditions=part),
        Kind.PROCEDURE: lambda sheet, part: evolve(sheet, procedures=part),
    }
)


@frozen(eq=False)
class OpenDocument:
    """A document that is being read: its words, or how many pages it has and the first of them."""

    document: ChartDocument
    text: str = ""
    pages: int = 0
    first: FramePixels | None = field(default=None, repr=False)
    pdf: bytes = field(default=b"", repr=False)


class Chart:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self,
        session: ReadingSession,
        sources: Mapping[SiteId, ChartSource],
        pages: Pages,
        audit: Audit,
        jobs: Jobs,
    ) -> None:
        self.changed: Signal[None] = Signal()
        self._session, self._sources, self._pages = session, sources, pages
        self._audit, self._jobs = audit, jobs
        self._case: TaskRef | None = None
        self._asked = False
        self._sheet = Sheet()
        for site in sources:
            jobs.lane(_lane(site), len(fields(Sheet)))
        session.changed.connect(lambda _: self._look())

    @property
    def sheet(self) -> Sheet:
        """Of the open case; empty where none is open."""
        return self._sheet

    # --- asking ---------------------------------------------------------------

    def _look(self) -> None:
        case = self._session.case
        key = case.item.key if case is not None else None
        if key == self._case:
            return
        self._case, self._asked, self._sheet = key, False, Sheet()
        self.changed.emit(None)
        if case is not None and not case.read_only:
            self.ask()

    def ask(self) -> None:
        """Of a case that is read already, when its reader wants to see it; of one's own at once."""
        item = self._session.need_case().item
        if self._asked:
            return
        self._asked = True
        source = self._sources.get(item.site)
        if source is None or not item.patient_ref:
            name = self._session.site(item.site).name
            none = tr("{site} gives no charts", site=name)
            self._sheet = Sheet(*(Part(why=none) for _ in fields(Sheet)))
            self.changed.emit(None)
            return
        self._audit.record("chart", study=item.ref, detail={"what": "asked"})
        self._run(
            item,
            partial(source.laboratory, item),
            lambda sheet, part: evolve(sheet, laboratory=part),
        )
        for kind, put in _HISTORIES.items():
            self._run(item, partial(source.history, item, kind), put)
        self._run(
            item, partial(source.documents, item), lambda sheet, part: evolve(sheet, documents=part)
        )

    def _run(
        self,
        item: WorklistItem,
        ask: Callable[[], Found[T]],
        put: Callable[[Sheet, Part[T]], Sheet],
    ) -> None:
        def told(job: Job[Found[T]]) -> None:
            if self._case != item.key:
                return
            part: Part[T] = Part()
            if isinstance(job.error, WorkstationError):
                log.info("a part of a chart is not known: %s", type(job.error).__name__)
                part = Part(why=str(job.error))
            elif job.error is None:
                part = Part(job.result().values, known=True, more=job.result().more)
            self._sheet = put(self._sheet, part)
            self.changed.emit(None)

        self._jobs.run(ask, lane=_lane(item.site)).then(told)

    # --- documents ------------------------------------------------------------

    def open(self, number: int) -> Job[OpenDocument]:
        """Fetch a document and see what it is. Raises CommandError where there is none such."""
        item = self._session.need_case().item
        documents = self._sheet.documents.values
        if not 1 <= number <= len(documents):
            raise CommandError(tr("there is no document {n}", n=number))
        document = documents[number - 1]
        if not (document.is_pdf or document.is_text):
            kind = document.media_type or tr("unknown")
            raise CommandError(tr("a document of this kind is not opened here: {kind}", kind=kind))
        source = self._sources[item.site]
        self._audit.record("chart", study=item.ref, detail={"what": "document"})
        return self._jobs.run(
            lambda: self._opened(document, source.content(document)), lane=_lane(item.site)
        )

    def _opened(self, document: ChartDocument, data: bytes) -> OpenDocument:
        """On a worker."""
        if document.is_pdf:
            pages, first = self._pages.count(data), self._pages.page(data, 0)
            return OpenDocument(document, pages=pages, first=first, pdf=data)
        words = data.decode("utf-8", "replace")
        if len(words) > _MOST_LETTERS:
            raise Refused(tr("this text is longer than can be right"))
        return OpenDocument(document, text=words)

    def page(self, opened: OpenDocument, index: int) -> Job[FramePixels]:
        """One page as a picture. Fails with `NotDisplayable`."""
        if index == 0 and opened.first is not None:
            here: Job[FramePixels] = Job()
            here.settle(opened.first)
            return here
        return self._jobs.run(lambda: self._pages.page(opened.pdf, index), lane="chart:pages")


def _lane(site: SiteId) -> str:
    return f"chart:{site}"
