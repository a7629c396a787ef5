"""A site whose images are made into planes, and the archive and queue that the planes go to."""

import json
from types import SimpleNamespace
from typing import Any, Final
from zoneinfo import ZoneInfo

from fakes import FakeClock, InlineJobs
from fakes_report import NOW
from fakes_trust import FakePlatform
from fakes_viewer import PATIENT, SITE

from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.secrets import MemorySecrets
from workstation.domain.identifiers import SopUID, StudyRef
from workstation.domain.patient import Patient
from workstation.domain.reader import Reader
from workstation.domain.source import Source
from workstation.domain.study import DisplaySet, Instance
from workstation.errors import WorkstationError
from workstation.services.audit import Audit
from workstation.services.filing_queue import Ways
from workstation.services.keys import Keys
from workstation.services.measurement_filing import MeasurementFiling

READER: Final = Reader("Practitioner/17", "Sample, Jo")
SOURCE: Final = Source(
    "Alder^Robin", "HG-100482", "harbor", "19620302", "M", "20261121", "173100", "7", "CT chest",
    "HG-26-118204", "Ash^Sam",
)  # fmt: skip
CLASSES: Final = {"CT": "1.2.840.10008.5.1.4.1.1.2", "MR": "1.2.840.10008.5.1.4.1.1.4"}
CT_HEADER: Final[dict[str, Any]] = {
    "00080070": {"vr": "LO", "Value": ["Maker"]},
    "00180060": {"vr": "DS", "Value": [120.0]},
    "00185100": {"vr": "CS", "Value": ["HFS"]},
    "00200012": {"vr": "IS", "Value": [1]},
}
MR_HEADER: Final[dict[str, Any]] = CT_HEADER | {
    "00180020": {"vr": "CS", "Value": ["SE"]},
    "00180021": {"vr": "CS", "Value": ["SK", "SP"]},
    "00180022": {"vr": "CS"},
    "00180023": {"vr": "CS", "Value": ["2D"]},
    "00180080": {"vr": "DS", "Value": [500.5]},
    "00180081": {"vr": "DS", "Value": [15.0]},
    "00180091": {"vr": "IS", "Value": [1]},
}


class ImageSite:
    """What a site says of a series, and of one image of it."""

    def __init__(self, own: DisplaySet, header: dict[str, Any], whose: Patient = PATIENT) -> None:
        kind = CLASSES.get(own.modality, CLASSES["CT"])
        self.header = header
        self.instances = tuple(
            Instance(
                frame.key.sop,
                own.series,
                kind,
                1,
                (frame,),
                patient=whose,
                modality=own.modality,
                source=SOURCE,
            )
            for frame in own.frames
        )

    def metadata(self, _ref: object, _series: object) -> Any:
        return SimpleNamespace(instances=self.instances)

    def attributes(self, _key: object) -> bytes:
        return json.dumps([self.header]).encode()


class Archive:
    """Takes what comes once, or fails with `failing`."""

    def __init__(self) -> None:
        self.filed: dict[str, bytes] = {}
        self.failing: WorkstationError | None = None

    def holds(self, _ref: StudyRef, sop: SopUID) -> bool:
        return sop in self.filed

    def file(self, _ref: StudyRef, sop: SopUID, data: bytes) -> None:
        if self.failing is not None:
            raise self.failing
        assert sop not in self.filed, "sent a second time"
        self.filed[sop] = data


class Queue:
    """The queue of one site, with a store and a clock of its own."""

    def __init__(self, site: ImageSite) -> None:
        self.clock = FakeClock(NOW)
        self.jobs = InlineJobs(self.clock)
        self.store, self.archive = MemoryStore(), Archive()
        audit = Audit(
            self.store, self.jobs, self.clock, {SITE: FakePlatform()},  # type: ignore[dict-item]
            Keys(MemorySecrets("a test"), self.clock).device, lambda _: READER.id,
        )  # fmt: skip
        ways = Ways(
            {SITE: site}, {SITE: self.archive},  # type: ignore[dict-item]
            {SITE: ZoneInfo("America/Los_Angeles")}, lambda _: READER.id, lambda _: False,
        )  # fmt: skip
        self.filing = MeasurementFiling(
            ways, self.store, audit, self.jobs, self.clock, wait_s=lambda _: 60.0
        )

    @property
    def sealed(self) -> list[str]:
        return [key for key, _ in self.store.all("meta") if key.startswith("filing:")]
