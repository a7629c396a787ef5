"""Measurements on their way to the archive: once, or said that they are not there."""

import io
import json
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_report import NOW, PRIOR, SITE, STUDY, item, length
from fakes_trust import FakePlatform
from fakes_viewer import frame
from pydicom import dcmread

from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.secrets import MemorySecrets
from workstation.domain.identifiers import SeriesUID, SopUID, StudyRef
from workstation.domain.measurement import Measurement
from workstation.domain.reader import Reader
from workstation.domain.study import Instance, Series
from workstation.errors import CommandError, Refused, SiteUnavailable, WorkstationError
from workstation.services.audit import Audit
from workstation.services.jobs import Job
from workstation.services.keys import Keys
from workstation.services.measurement_filing import MeasurementFiling, Sent

CT = "1.2.840.10008.5.1.4.1.1.2"
READER = Reader("Practitioner/17", "Sample, Jo")


class Source:
    """One CT image is described."""

    def metadata(self, ref: StudyRef, series: SeriesUID) -> Series:
        instance = Instance(SopUID("1.2.3.4.51"), series, CT, 51, (frame(0),), modality="CT")
        return Series(series, 1, "CT", "", (instance,))


class Archive:
    """Takes what comes, or fails with `failing`; `lost`: it took it and the answer was lost."""

    def __init__(self) -> None:
        self.filed: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.failing: WorkstationError | None = None
        self.lost = False

    def holds(self, ref: StudyRef, sop: SopUID) -> bool:
        self.asked.append(f"holds {ref.study}")
        return sop in self.filed

    def file(self, ref: StudyRef, sop: SopUID, data: bytes) -> None:
        self.asked.append(f"file {ref.study}")
        if self.failing is not None:
            raise self.failing
        assert sop not in self.filed, "sent a second time"
        self.filed[sop] = data
        if self.lost:
            raise SiteUnavailable("no answer")


class Desk:
    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.jobs = InlineJobs(self.clock)
        self.store, self.archive = MemoryStore(), Archive()
        audit = Audit(
            self.store, self.jobs, self.clock, {SITE: FakePlatform()},  # type: ignore[dict-item]
            Keys(MemorySecrets("a test"), self.clock).device, lambda _: READER.id,
        )  # fmt: skip
        self.filing = MeasurementFiling(
            {SITE: Source()}, {SITE: self.archive}, self.store, audit, self.jobs, self.clock,  # type: ignore[dict-item]
            {SITE: ZoneInfo("America/Los_Angeles")},
        )  # fmt: skip

    def send(self, *measurements: Measurement) -> Job[Sent]:
        return self.filing.send(item(), READER, measurements or (length(),))

    @property
    def sealed(self) -> list[str]:
        return [key for key, _ in self.store.all("meta") if key.startswith("measurements:")]

    @property
    def actions(self) -> list[tuple[str, str]]:
        leaves = [json.loads(leaf) for leaf in self.store.audit()]
        return [
            (leaf["action"], leaf["outcome"])
            for leaf in leaves
            if leaf.get("detail", {}).get("what") == "measurements"
        ]


def test_it_is_sealed_sent_recorded_and_forgotten_here() -> None:
    """In that order, with a record of each."""
    desk = Desk()
    sent = desk.send().result()

    assert sent.words == "1 measurements sent"
    assert desk.archive.asked == ["holds 1.2.3", "file 1.2.3"]
    assert desk.sealed == []
    assert desk.actions == [("export", "success"), ("deliver", "success")]
    (document,) = (dcmread(io.BytesIO(data)) for data in desk.archive.filed.values())
    assert document.StudyInstanceUID == STUDY
    assert (document.ContentDate, document.TimezoneOffsetFromUTC) == ("20261122", "-0800")


def test_a_lost_answer_does_not_file_it_twice() -> None:
    """The archive took it; nobody heard. The next sending asks first and finds it."""
    desk = Desk()
    desk.archive.lost = True
    with pytest.raises(SiteUnavailable):
        desk.send().result()
    assert len(desk.sealed) == 1

    desk.archive.lost = False
    assert desk.send().result().sent == 1
    assert len(desk.archive.filed) == 1
    assert desk.archive.asked == ["holds 1.2.3", "file 1.2.3", "holds 1.2.3"]
    assert desk.sealed == []


def test_a_silent_archive_gets_the_same_bytes_later() -> None:
    """Sealed is sealed: an hour later the document has not another moment."""
    desk = Desk()
    desk.archive.failing = SiteUnavailable("no answer")
    with pytest.raises(SiteUnavailable):
        desk.send().result()
    desk.archive.failing = None
    desk.jobs.advance(3600)
    desk.filing.resume()
    (data,) = desk.archive.filed.values()
    assert dcmread(io.BytesIO(data)).ContentTime == "134000"  # 21:40 UTC there
    assert desk.sealed == []


def test_a_refusal_is_said_recorded_and_not_kept() -> None:
    """What an archive does not take would be refused again for ever."""
    desk = Desk()
    desk.archive.failing = Refused("the archive takes no measurement reports")
    with pytest.raises(Refused, match="takes no"):
        desk.send().result()

    assert desk.sealed == []
    assert desk.actions[-1] == ("deliver", "failure")


def test_measurements_on_the_prior_stay_out_of_this_study() -> None:
    """Its report is not in the other study's folder."""
    desk = Desk()
    with pytest.raises(CommandError, match="nothing is measured"):
        desk.send(length(study=PRIOR))
    assert desk.send(length(), length("B1", study=PRIOR)).result() == Sent(1, 0)


def test_what_cannot_be_written_is_counted() -> None:
    """Silence would be taken for completeness."""
    desk = Desk()
    sent = desk.send(length(), evolve(length("A2"), value=None)).result()
    assert sent == Sent(1, 1)
    assert "1 of a kind" in sent.words

    with pytest.raises(CommandError, match="can be sent"):
        desk.send(evolve(length(), value=None)).result()


# --- with the signature ----------------------------------------------------------------------


def test_before_a_report_is_sealed_its_measurements_are_and_then_they_go() -> None:
    """The draft ends with the signature: a power cut after it must not take them along."""
    desk = Desk()
    assert desk.filing.keep(item(), READER, [length()]).done
    assert len(desk.sealed) == 1
    assert desk.archive.asked == []

    desk.filing.resume()
    assert len(desk.archive.filed) == 1
    assert desk.sealed == []


def test_a_report_without_measurements_waits_for_nothing() -> None:
    desk = Desk()
    assert desk.filing.keep(item(), READER, []).done
    assert desk.sealed == []


def test_a_site_that_does_not_describe_its_images_does_not_hold_the_signature_up() -> None:
    """The report is what the patient waits for."""
    desk = Desk()
    desk.jobs.hold()
    kept = desk.filing.keep(item(), READER, [length()])
    assert not kept.done
    desk.jobs.advance(3)
    assert kept.done

    while desk.jobs.waiting:  # the site answers at last, when the report has gone
        desk.jobs.go(0)
    assert len(desk.archive.filed) == 1
    assert desk.filing.idle


def test_what_goes_wrong_by_itself_is_told() -> None:
    """Nobody waits for an answer here: the status line must say it."""
    desk = Desk()
    told: list[str] = []
    desk.filing.told.connect(told.append)
    desk.filing.keep(item(), READER, [evolve(length(), value=None)])
    desk.filing.keep(item(), READER, [length()])
    desk.archive.failing = Refused("the archive is full")
    desk.filing.resume()

    assert told == [
        "Measurements not sent: no measurement on this study can be sent",
        "Measurements not sent: the archive is full",
    ]


def test_two_sendings_at_once_are_one() -> None:
    """The command, and the signature a second later."""
    desk = Desk()
    desk.filing.keep(item(), READER, [length()])
    desk.jobs.hold()
    first, second = desk.send(), desk.send()
    while desk.jobs.waiting:
        desk.jobs.go(0)

    assert first.result() == second.result() == Sent(1, 0)
    assert desk.archive.asked == ["holds 1.2.3", "file 1.2.3"]
