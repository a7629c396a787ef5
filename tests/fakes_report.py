"""A report being written, with everything it needs, in memory: no thread, no network."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from attrs import evolve
from fakes import FakeClock, InlineJobs

from workstation.domain.identifiers import (
    AccessionNumber,
    FrameKey,
    SeriesUID,
    SiteId,
    SopUID,
    StudyUID,
    TaskId,
)
from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.domain.patient import Patient
from workstation.domain.report import Signer
from workstation.domain.worklist import Priority, Tier, WorklistItem
from workstation.errors import WorkstationError
from workstation.services.reading.case import binding_of
from workstation.services.report.reporting import Reporting
from workstation.services.report.templates import load_templates

SITE = SiteId("harbor")
STUDY, PRIOR, STRANGER = StudyUID("1.2.3"), StudyUID("1.2.2"), StudyUID("9.9.9")
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
ALDER = Patient("Alder, Robin", "HG-100482", "HG", date(1962, 3, 2), "M")
BIRCH = Patient("Birch, Sam", "HG-200001", "HG", date(1970, 1, 1), "F")
SIGNER = Signer("Practitioner/17", "Jo Sample", "US-WA MD-00412", NOW, "password")
TEMPLATES = load_templates(Path(__file__).parents[1] / "resources" / "templates")


def item(procedure: str = "CT chest with contrast", **changes: Any) -> WorklistItem:
    made = WorklistItem(
        SITE, TaskId("task-1"), "1", STUDY, AccessionNumber("HG-26-118204"), ALDER, procedure,
        "", "CT", Priority.STAT, Tier.FINAL, NOW, NOW, NOW, "US-WA",
        holder_id="Practitioner/17", indication="Cough for six weeks.",
    )  # fmt: skip
    return evolve(made, **changes)


def length(
    name: str = "A1", value: float = 12.0, *, study: StudyUID = STUDY, revision: int = 1
) -> Measurement:
    return Measurement(
        name,
        MeasurementKind.LENGTH,
        FrameKey(SITE, study, SeriesUID("1.2.3.4"), SopUID("1.2.3.4.51")),
        ((10.0, 10.0), (22.0, 10.0)),
        value,
        "mm",
        image_number=51,
        series_label="Axial lung 2.5",
        revision=revision,
    )


class DraftPlatform:
    """As much of a platform as drafts need; `failing` answers with that error."""

    site = SITE

    def __init__(self) -> None:
        self.saved: list[tuple[str, str]] = []
        self.failing: WorkstationError | None = None

    def save_draft(self, row: WorklistItem, report: str, body: str) -> None:
        if self.failing is not None:
            raise self.failing
        self.saved.append((report, body))


class DraftStore:
    """The sealed store's drafts, in a dictionary."""

    def __init__(self, *, durable: bool = True) -> None:
        self.durable = durable
        self.drafts: dict[str, str] = {}
        self.failing: WorkstationError | None = None

    def put(self, table: str, key: str, body: str) -> None:
        assert table == "draft"
        if self.failing is not None:
            raise self.failing
        self.drafts[key] = body

    def remove(self, table: str, key: str) -> None:
        assert table == "draft"
        self.drafts.pop(key, None)

    def all(self, table: str) -> tuple[tuple[str, str], ...]:
        assert table == "draft"
        return tuple(self.drafts.items())


class Desk:
    """`Reporting` and what stands around it."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.jobs = InlineJobs(self.clock)
        self.platform = DraftPlatform()
        self.store = DraftStore()
        self.reporting = self.another()

    def another(self) -> Reporting:
        """The program started again, on the same platform and store."""
        return Reporting(
            TEMPLATES,
            {SITE: self.platform},  # type: ignore[dict-item]
            self.store,  # type: ignore[arg-type]
            self.jobs,
            self.clock,
        )

    def start(self, row: WorklistItem | None = None, **changes: Any) -> Reporting:
        row = row or item()
        self.reporting.start(binding_of(row), row, **changes)
        return self.reporting
