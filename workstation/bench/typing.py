"""Keys in a long report, with spelling, checks and autotexts on: from the press to the paint.

As a hand types: Qt's own events into the editor of the report, at ten letters a second, each
waiting until its letter is on the page. Two reports of 20,000 characters: of many fields, as
templates make them, and of one field, which is the worst there is.
"""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from workstation.adapters.clock import SystemClock
from workstation.adapters.dictionaries import HunspellDictionaries
from workstation.adapters.memory_store import MemoryStore
from workstation.bench.figures import Figure, machine_load
from workstation.domain.autotext import Autotext, Level
from workstation.domain.identifiers import AccessionNumber, SiteId, StudyUID, TaskId
from workstation.domain.patient import Patient
from workstation.domain.report import Binding, SectionKind
from workstation.domain.worklist import Priority, Tier, WorklistItem
from workstation.services.jobs import Jobs
from workstation.services.report.autotexts import Autotexts
from workstation.services.report.reporting import Reporting
from workstation.services.report.spelling import Spelling
from workstation.services.report.templates import load_templates
from workstation.services.report.word_lists import words_of
from workstation.services.signal import Signal
from workstation.settings import resource
from workstation.ui.application import Application
from workstation.ui.report_pane import ReportPane

LETTERS: Final = 20_000
MACROS: Final = 5_000
_PER_SECOND: Final = 10
_KEYS: Final = 400
_SITE: Final = SiteId("bench")
_SENTENCES: Final = (
    "Solid nodule in the left upper lobe with smooth margins, 8 mm.",
    "No pleural effusion or pneumothorax is seen on either side.",
    "The mediastinal lymph nodes are not enlarged by size criteria.",
    "Mild centrilobular emphysema with bibasilar subsegmental atelectasis.",
    "Simple cyst of the right kidney, 2.4 cm, without suspicious features.",
    "Degenerative change of the thoracic spine, no destructive lesion.",
)
_TYPED: Final = "Small calcified granuloma in the right lower lobe, unchanged. "


class _Nowhere:
    """A platform that takes every draft."""

    def save_draft(self, row: WorklistItem, report: str, body: str) -> None:
        return


def typing() -> tuple[Figure, ...]:
    """Milliseconds from a key to its painted letter, and of an expansion."""
    application = Application()
    jobs = Jobs(application.post, application.bug)
    autotexts = Autotexts(MemoryStore(), jobs, macros())
    templates = load_templates(resource("templates"))
    words = words_of(resource("spelling"), templates)
    spelling = Spelling(HunspellDictionaries({}), words, MemoryStore(), jobs)
    figures: list[Figure] = list(_expansion(autotexts))
    for name, single in (("many fields", False), ("one field", True)):
        places: Any = {_SITE: _Nowhere()}
        deliveries: Any = _Deliveries()
        reporting = Reporting(templates, places, MemoryStore(), jobs, SystemClock())
        pane = ReportPane(
            reporting, deliveries, lambda _line: None, autotexts=autotexts, spelling=spelling
        )
        pane.resize(500, 900)
        pane.show()
        _begin(reporting, single=single)
        _wait(application, 3.0)  # dictionaries are read, every word is judged
        taken = _type(application, pane)
        figures += _figures(name, taken)
        reporting.close()
        pane.close()
    jobs.close()
    return (*figures, *machine_load())


class _Deliveries:
    """Nothing was ever signed here."""

    def __init__(self) -> None:
        self.changed: Signal[None] = Signal()

    def of(self, _report: str) -> None:
        return


def macros() -> tuple[Autotext, ...]:
    """So many names that many begin alike, a tenth made of others."""
    dice = random.Random(5)
    made = []
    for number in range(MACROS):
        text = dice.choice(_SENTENCES)
        if number % 10 == 0 and number:
            text = f"{{>m{number - 1}}} {{>m{number - 2}}} {text}"
        made.append(Autotext(f"m{number}", text, f"macro number {number}", Level.GROUP))
    return tuple(made)


def _expansion(autotexts: Autotexts) -> tuple[Figure, ...]:
    """From the letters to what is offered, and from the name to its words."""
    offers, expansions = [], []
    for number in range(0, MACROS, 7):
        begun = time.perf_counter()
        found = autotexts.offered(f"m{number}"[:3])
        autotexts.preview(found[0].name)
        offers.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        autotexts.expand(f"m{number}", {})
        expansions.append((time.perf_counter() - begun) * 1000)
    worst = max(max(offers), max(expansions))
    return (
        Figure(f"offer among {MACROS} autotexts, worst", max(offers), "ms", "20"),
        Figure("expansion, worst", max(expansions), "ms", "20", held=worst < 20),
    )


def _begin(reporting: Reporting, *, single: bool) -> None:
    """A report of 20,000 characters, the caret in its middle."""
    now = datetime.now(UTC)
    patient = Patient("Bench, Robin", "B-1", "B", now.date(), "M")
    item = WorklistItem(
        _SITE, TaskId("1"), "1", StudyUID("1.2.3"), AccessionNumber("B-1"), patient, "CT chest",
        "", "CT", Priority.ROUTINE, Tier.FINAL, now, now, now, "US-WA", holder_id="P/1",
    )  # fmt: skip
    binding = Binding(_SITE, item.study, item.accession, item.task, patient, item.procedure)
    template = "free-text" if single else "ct-chest"
    reporting.start(binding, item, template=template)
    assert reporting.report is not None
    findings = [r for r, _ in reporting.report.fields if r.section is SectionKind.FINDINGS]
    dice = random.Random(7)
    for ref in findings:
        text = ""
        while len(text) < LETTERS // len(findings):
            text += dice.choice(_SENTENCES) + " "
        reporting.set_field(ref.section, ref.id, text)
    middle = findings[len(findings) // 2]
    reporting.go_to(middle, LETTERS // len(findings) // 2)


def _type(application: Application, pane: ReportPane) -> Sequence[tuple[float, float]]:
    """Milliseconds from when each key was due to its letter on the page, and of work for it."""
    editor = pane.editor
    begun, taken = time.perf_counter(), []
    for number in range(_KEYS):
        due = begun + number / _PER_SECOND
        while (left := due - time.perf_counter()) > 0:
            application.qt.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
            time.sleep(min(left, 0.0005))
        letter = _TYPED[number % len(_TYPED)]
        event = QKeyEvent(
            QEvent.Type.KeyPress, ord(letter.upper()), Qt.KeyboardModifier.NoModifier, letter
        )
        worked = time.thread_time()
        QApplication.sendEvent(editor, event)
        editor.viewport().repaint()
        taken.append(((time.perf_counter() - due) * 1000, (time.thread_time() - worked) * 1000))
    return taken


def _figures(name: str, taken: Sequence[tuple[float, float]]) -> tuple[Figure, ...]:
    waited, worked = (sorted(each) for each in zip(*taken, strict=True))
    middle, most = len(taken) // 2, int(len(taken) * 0.95)
    return (
        Figure(f"key to letter, {name}, median", waited[middle], "ms"),
        Figure("95 of 100", waited[most], "ms", "16", held=waited[most] <= 16),
        Figure("worst", waited[-1], "ms"),
        Figure("of that processor time, 95 of 100", worked[most], "ms"),
    )


def _wait(application: Application, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        application.turn()
