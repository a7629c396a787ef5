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
from workstation.domain.identifiers import ReportId, SopUID, StudyRef
from workstation.domain.patient import Patient
from workstation.domain.reader import Reader
from workstation.domain.source import Source
from workstation.domain.study import DisplaySet, Instance
from workstation.errors import WorkstationError
from workstation.services.audit import Audit
from workstation.services.delivery.filing_queue import Ways
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.measurement_filing import MeasurementFiling

READER: Final = Reader("Practitioner/17", "Sample, Jo")
SOURCE: Final = Source(
    "Alder^Robin", "HG-100482", "harbor", "19620302", "M", "20261121", "173100", "7", "CT chest",
    "HG-26-118204", "Ash^Sam",
)  # fmt: skip
CLASSES: Final = {
    "CT": "1.2.840.10008.5.1.4.1.1.2", "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
}  # fmt: skip
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
#: Enhanced MR has no Scanning Sequence: it says by itself what the pulses do (PS3.3 C.8.13.4).
ENHANCED_MR_HEADER: Final[dict[str, Any]] = CT_HEADER | {
    "00080060": {"vr": "CS", "Value": ["MR"]},
    "00180023": {"vr": "CS", "Value": ["3D"]},
    "00189008": {"vr": "CS", "Value": ["GRADIENT"]},
    "00189009": {"vr": "CS", "Value": ["YES"]},
    "00189016": {"vr": "CS", "Value": ["RF"]},
    "00189018": {"vr": "CS", "Value": ["NO"]},
    "00189033": {"vr": "CS", "Value": ["PARTIAL"]},
    "52009229": {"vr": "SQ", "Value": [
        {"00189112": {"vr": "SQ", "Value": [{
            "00180080": {"vr": "DS", "Value": [2300.0]},
            "00180091": {"vr": "IS", "Value": [1]},
        }]},
        "00189114": {"vr": "SQ", "Value": [{"00189082": {"vr": "FD", "Value": [2.98]}}]}},
    ]},
}  # fmt: skip
#: A whole body PET as scanners write it; 400 MBq an hour before.
PET_HEADER: Final[dict[str, Any]] = CT_HEADER | {
    "00080021": {"vr": "DA", "Value": ["20261121"]},
    "00080031": {"vr": "TM", "Value": ["110000"]},
    "00080022": {"vr": "DA", "Value": ["20261121"]},
    "00080032": {"vr": "TM", "Value": ["110000"]},
    "00101020": {"vr": "DS", "Value": [1.6]},
    "00101030": {"vr": "DS", "Value": [80.0]},
    "00181181": {"vr": "CS", "Value": ["NONE"]},
    "00181242": {"vr": "IS", "Value": [120000]},
    "00280051": {"vr": "CS", "Value": ["DECY", "ATTN"]},
    "00540016": {"vr": "SQ", "Value": [{
        "00080090": {"vr": "PN", "Value": [{"Alphabetic": "Nobody^Of Ours"}]},
        "00090010": {"vr": "LO", "Value": ["A VENDOR"]},
        "00181074": {"vr": "DS", "Value": [4e8]},
        "00181075": {"vr": "DS", "Value": [3600.0]},
        "00181078": {"vr": "DT", "Value": ["20261121100000"]},
        "00540300": {"vr": "SQ", "Value": [{
            "00080100": {"vr": "SH", "Value": ["77004003"]},
            "00080102": {"vr": "SH", "Value": ["SCT"]},
            "00080104": {"vr": "LO", "Value": ["^18^Fluorine"]},
        }]},
    }]},
    "00541000": {"vr": "CS", "Value": ["GATED", "IMAGE"]},
    "00541001": {"vr": "CS", "Value": ["BQML"]},
    "00541002": {"vr": "CS", "Value": ["EMISSION"]},
    "00541102": {"vr": "CS", "Value": ["START"]},
    "00541300": {"vr": "DS", "Value": [0.0]},
    "00541321": {"vr": "DS", "Value": [1.0]},
}  # fmt: skip


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
    """The queue of one site, with a store and a clock of its own. `who` reads there now, and
    `awaited` are the reports that the site has not taken yet."""

    def __init__(self, site: object, archive: Archive | None = None) -> None:
        self.clock = FakeClock(NOW)
        self.jobs = InlineJobs(self.clock)
        self.store, self.archive = MemoryStore(), archive or Archive()
        self.who = READER.id
        self.awaited: set[ReportId] = set()
        audit = Audit(
            self.store, self.jobs, self.clock, {SITE: FakePlatform()},  # type: ignore[dict-item]
            Keys(MemorySecrets("a test"), self.clock).device, lambda _: READER.id,
        )  # fmt: skip
        ways = Ways(
            {SITE: site}, {SITE: self.archive},  # type: ignore[dict-item]
            {SITE: ZoneInfo("America/Los_Angeles")}, lambda _: self.who,
            lambda report: report in self.awaited,
        )  # fmt: skip
        self.filing = MeasurementFiling(
            ways, self.store, audit, self.jobs, self.clock, wait_s=lambda _: 60.0
        )

    @property
    def sealed(self) -> list[str]:
        return [key for key, _ in self.store.all("meta") if key.startswith("filing:")]
