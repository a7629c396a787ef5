"""Audit in the store and on its way to the platforms."""

import json
from pathlib import Path

import pytest
from fakes import FakeClock, InlineJobs
from fakes_trust import READER, SITE, FakePlatform

from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.secrets import MemorySecrets
from workstation.adapters.store import SqlCipherStore
from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.errors import StoreUnavailable, VerificationFailed
from workstation.services.audit import Audit, verify_file
from workstation.services.delivery.keys import Keys
from workstation.services.ports.keeping import Append, SealedStore

OTHER = SiteId("mesa")
STUDY = StudyRef(SITE, StudyUID("2.25.1"))


class Desk:
    """An audit with two sites, on one thread and a clock that stands."""

    def __init__(self, store: SealedStore | None = None) -> None:
        self.clock = FakeClock()
        self.jobs = InlineJobs(self.clock)
        self.store = store or MemoryStore()
        self.harbor, self.mesa = FakePlatform(), FakePlatform()
        self.readers = {SITE: READER, OTHER: "Practitioner/204"}
        self.keys = Keys(MemorySecrets("a test"), self.clock)
        self.start()

    def start(self) -> None:
        platforms = {SITE: self.harbor, OTHER: self.mesa}
        self.audit = Audit(
            self.store,
            self.jobs,
            self.clock,
            platforms,  # type: ignore[arg-type]
            self.keys.device,
            lambda site: self.readers.get(site, ""),
        )

    def actions(self, platform: FakePlatform) -> list[str]:
        return [str(e["subtype"][0]["code"]) for e in platform.events.values()]


def test_a_record_is_durable_when_its_job_settles() -> None:
    """No pixel before its record: what is settled must be on the disk."""
    desk = Desk()

    desk.audit.record("accessed", study=STUDY).result()

    (leaf,) = desk.store.audit()
    assert json.loads(leaf) == {
        "n": 0,
        "prev": "",
        "action": "accessed",
        "at": "2026-11-22T21:40:00Z",
        "site": "harbor",
        "who": READER,
        "study": "2.25.1",
        "outcome": "success",
        "detail": {},
    }


def test_a_record_that_could_not_be_written_fails_its_job() -> None:
    """Fail closed: the viewer must not show what was not recorded."""
    desk = Desk()

    def full(_changes: object) -> None:
        raise StoreUnavailable("the disk is full; nothing more can be kept")

    desk.store.change = full  # type: ignore[method-assign]
    job = desk.audit.record("accessed", study=STUDY)

    with pytest.raises(StoreUnavailable):
        job.result()


def test_a_failed_write_leaves_the_chain_whole() -> None:
    """The next record follows the last one that was written."""
    desk = Desk()
    change = desk.store.change

    def full(_changes: object) -> None:
        raise StoreUnavailable("the disk is full; nothing more can be kept")

    desk.store.change = full  # type: ignore[method-assign]
    desk.audit.record("accessed", study=STUDY)
    desk.store.change = change  # type: ignore[method-assign]

    desk.audit.record("accessed", study=STUDY).result()

    assert json.loads(desk.store.audit()[0])["n"] == 0


def test_an_unknown_action_is_a_bug() -> None:
    """A misspelled action would be no evidence of anything."""
    with pytest.raises(ValueError, match="no audited action"):
        Desk().audit.record("acessed", study=STUDY)


def test_records_travel_to_their_own_site_and_are_then_forgotten_here() -> None:
    """One hospital must not learn of another's patients; and nothing rests here for long."""
    desk = Desk()
    desk.audit.record("accessed", study=STUDY)
    desk.audit.record("accessed", study=StudyRef(OTHER, StudyUID("2.25.2")))
    desk.audit.record("start")

    desk.jobs.advance(2)

    assert desk.actions(desk.harbor) == ["accessed", "start"]
    assert desk.actions(desk.mesa) == ["accessed", "start"]
    assert "2.25.2" not in json.dumps(list(desk.harbor.events.values()))
    assert desk.store.audit() == ()


def test_a_site_that_is_away_loses_nothing() -> None:
    """A repository that is down for a day gets its day."""
    desk = Desk()
    desk.harbor.down = True
    for _ in range(250):
        desk.audit.record("accessed", study=STUDY)
    desk.jobs.advance(86_400)
    assert desk.harbor.events == {}
    desk.harbor.down = False

    desk.audit.forward()

    records = [e for e in desk.harbor.events.values() if e["subtype"][0]["code"] == "accessed"]
    assert len(records) == 250
    assert desk.store.audit() == ()


def test_nothing_is_sent_while_nobody_is_signed_in() -> None:
    """There is no token, and a sign-in that failed must still be recorded."""
    desk = Desk()
    desk.readers.clear()
    desk.audit.record("sign-in", site=SITE, outcome="failure")
    desk.jobs.advance(60)
    assert desk.harbor.events == {}
    desk.readers[SITE] = READER

    desk.audit.forward()

    (event,) = desk.harbor.events.values()
    assert event["outcome"] == "8"
    assert "who" not in event["agent"][0]


def test_a_restart_goes_on_with_the_same_chain(tmp_path: Path) -> None:
    """Two chains would prove nothing about the time between them."""
    path = tmp_path / "x.sealed"
    desk = Desk(SqlCipherStore(path, bytes(32)))
    desk.readers.clear()
    desk.audit.record("start")
    desk.audit.record("sign-in", site=SITE)
    desk.store.close()
    desk.store = SqlCipherStore(path, bytes(32))
    desk.start()

    desk.audit.record("stop")
    summary = desk.audit.export(tmp_path / "log.jsonl").result()
    desk.store.close()

    assert summary.records == 4
    assert verify_file(tmp_path / "log.jsonl") == summary


def test_after_hand_over_and_restart_the_chain_still_holds(tmp_path: Path) -> None:
    """What was given away is still part of the tree."""
    desk = Desk()
    for _ in range(5):
        desk.audit.record("accessed", study=STUDY)
    desk.jobs.advance(2)
    assert desk.store.audit() == ()
    desk.start()

    summary = desk.audit.export(tmp_path / "log.jsonl").result()

    assert (summary.first, summary.records) == (5, 1)
    assert verify_file(tmp_path / "log.jsonl") == summary


def test_a_rolled_back_store_says_so_in_the_log() -> None:
    """Somebody put yesterday's copy back: a signed checkpoint knows better."""
    desk = Desk()
    desk.readers.clear()
    desk.audit.record("accessed", study=STUDY)
    desk.audit.record("sign", study=STUDY)  # signs a checkpoint for two records
    rolled_back = MemoryStore()
    rolled_back.change([Append(desk.store.audit()[0])])
    rolled_back.put("meta", "audit.checkpoint", desk.store.get("meta", "audit.checkpoint") or "")
    desk.store = rolled_back
    desk.start()

    desk.audit.record("accessed", study=STUDY)

    actions = [json.loads(leaf)["action"] for leaf in rolled_back.audit()]
    assert actions == ["accessed", "security-alert", "accessed"]


def test_records_of_a_site_that_is_not_configured_now_are_kept() -> None:
    """A site may come back; its evidence is not ours to throw away."""
    desk = Desk()
    desk.audit.record("accessed", study=StudyRef(SiteId("nord"), StudyUID("2.25.3")))
    desk.audit.record("accessed", study=STUDY)

    desk.jobs.advance(2)

    assert desk.actions(desk.harbor) == ["accessed"]
    assert len(desk.store.audit()) == 2


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b""])
def test_a_file_that_is_no_log_is_said_to_be_none(tmp_path: Path, content: bytes | None) -> None:
    """`workstation audit verify` answers in a sentence."""
    path = tmp_path / "log.jsonl"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(VerificationFailed):
        verify_file(path)
