"""Ten thousand cases of three sites, fifty changes a second, one site that stops answering."""

import itertools
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from attrs import evolve
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from workstation.adapters.clock import SystemClock
from workstation.adapters.memory_store import MemoryStore
from workstation.bench.figures import Figure, machine_load
from workstation.bench.gaps import Gaps
from workstation.domain.identifiers import AccessionNumber, ReportId, SiteId, StudyUID, TaskId
from workstation.domain.patient import Patient
from workstation.domain.reader import Licence, Reader
from workstation.domain.worklist import Priority, ReadState, Tier, WorklistItem
from workstation.errors import SiteUnavailable
from workstation.services.jobs import Jobs
from workstation.services.ports.hosting import Credentials, FeedPage, Receipt, StepUp
from workstation.services.queue.list_views import ListViews
from workstation.services.queue.worklist import Worklist
from workstation.services.signal import Signal
from workstation.settings import Site
from workstation.ui.application import Application
from workstation.ui.worklist import WorklistPane

ROWS: Final = 10_000
CHANGES_PER_SECOND: Final = 50
SITES: Final = ("harbor", "mesa", "nord")
_POLL_S: Final = 0.5
_SILENT_S: Final = 5.0
_TYPED: Final = ("alder", "ct head", "rowan 17", "müller", "mr")
_NAMES: Final = ("Alder, Robin", "Rowan, Alex", "Müller-Beispiel, Jo", "Пример, Анна", "山田, 太郎")
_PROCEDURES: Final = (
    "CT head without contrast",
    "MR knee left",
    "CT chest",
    "CR chest",
    "US pelvis",
)
_PEOPLE: Final = Reader(
    "Practitioner/17", "Dr. Jo Sample", ("radiologist",), (Licence("1", "US-WA", date(2020, 1, 1)),)
)


class _Site:
    """A hospital that answers from memory; the silent one takes the question and keeps it."""

    def __init__(self, name: str, rows: int, *, silent: bool = False) -> None:
        self._name, self._silent = SiteId(name), silent
        self._random = random.Random(name)
        self._items = {f"{n}": _item(name, n, self._random) for n in range(rows)}
        self._begun = False
        self.gone = threading.Event()

    @property
    def site(self) -> SiteId:
        return self._name

    def sign_in(self, credentials: Credentials | None) -> Reader:
        return _PEOPLE

    def feed(self, cursor: str) -> FeedPage:
        changed = list(self._items)
        if cursor:
            if self._silent:
                self.gone.wait(_SILENT_S)  # as long as a client waits for an answer
                raise SiteUnavailable("silent")
            share = round(CHANGES_PER_SECOND * _POLL_S / (len(SITES) - 1))
            changed = self._random.sample(changed, share)
            for each in changed:
                self._items[each] = _moved(self._items[each], self._random)
        now = datetime.now(UTC)
        return FeedPage(tuple(self._items[each] for each in changed), now.isoformat(), now)

    def step_up(self, credentials: Credentials | None) -> StepUp:
        raise NotImplementedError

    def sign_out(self) -> None: ...

    def claim(self, item: WorklistItem) -> WorklistItem:
        raise NotImplementedError

    heartbeat = claim

    def release(self, item: WorklistItem, reason: str) -> WorklistItem:
        raise NotImplementedError

    def priors(self, item: WorklistItem) -> tuple[Any, ...]:
        return ()

    def save_draft(self, item: WorklistItem, report: ReportId, body: str) -> None: ...

    def load_draft(self, item: WorklistItem) -> None: ...

    def issued(self, item: WorklistItem) -> None: ...

    def resource(self, reference: str) -> None: ...

    def deliver(self, payload: bytes) -> Receipt:
        raise NotImplementedError

    def find_report(self, report: ReportId) -> None: ...

    def close_case(self, payload: bytes) -> None: ...

    def send_audit(self, events: Sequence[Mapping[str, Any]]) -> None: ...


def _item(site: str, number: int, dice: random.Random) -> WorklistItem:
    now = datetime.now(UTC)
    procedure = dice.choice(_PROCEDURES)
    return WorklistItem(
        SiteId(site), TaskId(f"{number}"), "1", StudyUID(f"2.25.{number}"),
        AccessionNumber(f"{site}-{number}"),
        Patient(dice.choice(_NAMES), f"{site}-P{number}", "urn:x", date(1960, 1, 1), "F"),
        procedure, "X", procedure[:2], dice.choice(list(Priority)), dice.choice(list(Tier)),
        now + timedelta(minutes=dice.randrange(-30, 600)), now - timedelta(minutes=20), now,
        "US-WA", images_received=100, images_expected=dice.choice((100, 300)),
    )  # fmt: skip


def _moved(item: WorklistItem, dice: random.Random) -> WorklistItem:
    """What happens to cases: images come, somebody claims, a report makes it final."""
    version = str(int(item.version) + 1)
    match dice.randrange(3):
        case 0:
            return evolve(item, version=version, images_received=item.images_received + 20)
        case 1:
            return evolve(
                item, version=version, state=ReadState.CLAIMED, holder="Ash, K", holder_id="P/4"
            )
        case _:
            due = item.due + timedelta(minutes=dice.randrange(-60, 60))
            return evolve(item, version=version, due=due)


class _Nothing:
    """An outbox without reports."""

    def __init__(self) -> None:
        self.changed: Signal[None] = Signal()
        self.entries: tuple[()] = ()


@contextmanager
def _pane() -> Iterator[tuple[Application, WorklistPane, Worklist]]:
    application, clock = Application(), SystemClock()
    jobs = Jobs(application.post)
    silent = _Site(SITES[-1], ROWS // len(SITES), silent=True)
    platforms = {SiteId(s): _Site(s, ROWS // len(SITES)) for s in SITES[:-1]}
    platforms[SiteId(SITES[0])] = _Site(SITES[0], ROWS - 2 * (ROWS // len(SITES)))
    worklist = Worklist(
        {**platforms, silent.site: silent}, [_place(s) for s in SITES], jobs, clock,
        poll_seconds=_POLL_S,
    )  # fmt: skip
    views = ListViews(MemoryStore(), jobs)
    pane = WorklistPane(worklist, _Nothing(), views, lambda _line: None, clock)  # type: ignore[arg-type]
    pane.resize(1920, 1012)
    pane.show()
    job = worklist.sign_in(Credentials("jo", "x"))
    while not (job.done and len(worklist.rows) == ROWS):
        application.turn()
    pane.start()
    worklist.start()
    try:
        yield application, pane, worklist
    finally:
        worklist.stop()
        pane.stop()
        pane.hide()
        silent.gone.set()
        jobs.close()


def _place(name: str) -> Site:
    address = f"https://{name}.example"
    return Site(
        id=SiteId(name), name=name.title(), issuer=address, fhir=address, dicomweb=address,
        jurisdiction="US-WA", timezone="America/Los_Angeles",
    )  # fmt: skip


def worklist() -> tuple[Figure, ...]:
    """Type into the search while the list changes under it."""
    with _pane() as (application, pane, service):
        _turn(application, 2.0)
        pane.move_selection(40)
        kept = pane.selected
        gaps = Gaps(application)
        gaps.start()
        before = service.rows
        _turn(application, 10.0)
        gaps.stop()
        changed = sum(
            a is not b for a, b in zip(_sorted(before), _sorted(service.rows), strict=True)
        )
        still = pane.selected
        typed = list(_typing(application, pane))
    stays = kept is not None and still is not None and kept.item.task == still.item.task
    waits, work = (sorted(each) for each in zip(*typed, strict=True))
    return (
        Figure("rows", ROWS, ""),
        Figure("rows that changed", changed / 10, "/s", f"{CHANGES_PER_SECOND}"),
        Figure("filter keystroke to paint, median", waits[len(waits) // 2] * 1000, "ms"),
        Figure("filter keystroke to paint, p95", waits[int(len(waits) * 0.95)] * 1000, "ms", "100"),
        Figure("its processor time, p95", work[int(len(work) * 0.95)] * 1000, "ms"),
        Figure("longest gap of the event loop", gaps.longest * 1000, "ms", "50"),
        Figure("its processor time", gaps.busiest * 1000, "ms"),
        Figure("the selection stayed on its case", float(stays), "", "1", held=stays),
        *machine_load(),
    )


def _sorted(rows: Sequence[Any]) -> list[Any]:
    return sorted((row for row in rows), key=lambda row: (row.item.site, row.item.task))


def _turn(application: Application, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        application.turn()


def _typing(application: Application, pane: WorklistPane) -> Iterator[tuple[float, float]]:
    """Each letter, and each one taken back: until all of it has been painted."""
    pane.focus_search()
    for word in itertools.chain(_TYPED, _TYPED):
        for letter in [*word, *["\b"] * len(word)]:
            begun, worked = time.perf_counter(), time.thread_time()
            key = Qt.Key.Key_Backspace if letter == "\b" else Qt.Key.Key_unknown
            press = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, letter)
            QApplication.sendEvent(pane.bar.search, press)
            QApplication.processEvents()  # what is to be painted is painted now
            yield time.perf_counter() - begun, time.thread_time() - worked
            _turn(application, 0.02)
