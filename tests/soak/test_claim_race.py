"""Fifty cases, six workstations, leases that run out: one owner each, one report each."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pytest
from demo_platform import DemoPlatform, start_platform
from dicom_objects import image, written
from sending_place import Workplace

from workstation.adapters.platform import FhirPlatform
from workstation.domain.identifiers import TaskRef
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import Conflict, Refused

pytestmark = pytest.mark.soak

CASES: Final = 50
SITES: Final = ("harbor", "mesa", "nord")
READERS: Final = ("jo.sample", "kim.visitor") * 3
Claims = dict[TaskRef, WorklistItem]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    """Fifty patients with an image each, spread over the three sites."""
    folder = tmp_path_factory.mktemp("race")
    studies = folder / "studies"
    studies.mkdir()
    for number in range(CASES):
        made = image(np.full((8, 8), number, np.uint8), 8)
        made.PatientID, made.PatientName = f"RACE-{number}", f"Race^{number}"
        made.StudyDescription, made.AccessionNumber = "CT head", f"RACE-{number:02d}"
        (studies / f"{number}.dcm").write_bytes(written(made))
    with start_platform(folder, studies=[studies], data=folder / "data") as running:
        yield running


class Workstation:
    """One reader at one desk, signed in at every site."""

    def __init__(self, demo: DemoPlatform, user: str, stack: ExitStack, seed: int) -> None:
        self.places = {s: stack.enter_context(Workplace(demo, s, user)) for s in SITES}
        self.reader = {s: place.reader.id for s, place in self.places.items()}
        self._order = random.Random(seed)
        self.won: Claims = {}
        self.told: list[str] = []  # who has it instead, or why it is not for this reader

    def cases(self) -> list[WorklistItem]:
        found = [i for p in self.places.values() for i in p.platform.feed("").items]
        return [item for item in found if item.state is not ReadState.FINAL]

    def claim_all(self, seen: list[WorklistItem]) -> Claims:
        """Everything, in an order of its own; what it won."""
        won: Claims = {}
        wanted = list(seen)
        self._order.shuffle(wanted)
        for item in wanted:
            try:
                won[item.key] = self.places[item.site].platform.claim(item)
            except Conflict as lost:
                self.told.append(lost.holder)
            except Refused as refused:
                self.told.append(str(refused))  # the second reader holds no licence in Texas
        self.won |= won
        return won


def race(stations: list[Workstation], seen: list[WorklistItem]) -> dict[TaskRef, set[str]]:
    """All at once; the readers who were told that a case is theirs, by case."""
    with ThreadPoolExecutor(len(stations)) as crowd:
        rounds = list(crowd.map(lambda station: station.claim_all(seen), stations))
    owners: dict[TaskRef, set[str]] = {item.key: set() for item in seen}
    for won in rounds:
        for key, item in won.items():
            owners[key].add(item.holder_id)
    return owners


def let_leases_run_out(stations: list[Workstation]) -> None:
    """Every holder's machine sleeps: its claims end a moment from now, nobody renews them."""
    for station in stations:
        for item in station.won.values():
            platform = station.places[item.site].platform
            try:
                _shortened(platform, item)
            except Conflict:  # another desk of this reader did it already
                continue
    deadline = time.monotonic() + 30
    while any(item.state is ReadState.CLAIMED for item in stations[0].cases()):
        assert time.monotonic() < deadline, "the leases do not end"
        time.sleep(0.1)


def _shortened(platform: FhirPlatform, item: WorklistItem) -> None:
    usual = platform._lease_end

    def soon() -> datetime:
        return usual() - timedelta(seconds=platform._site.lease_seconds - 3)

    platform._lease_end = soon  # type: ignore[method-assign]
    try:
        platform.heartbeat(item)
    finally:
        platform._lease_end = usual  # type: ignore[method-assign]


def test_fifty_cases_six_workstations_one_owner_and_one_report_each(demo: DemoPlatform) -> None:
    """Two readers on one case is two reports on one patient, and one of them unread."""
    with ExitStack() as stack:
        stations = [Workstation(demo, u, stack, n) for n, u in enumerate(READERS)]
        seen = stations[0].cases()
        first = race(stations, seen)
        let_leases_run_out(stations)
        again = race(stations, stations[0].cases())

        assert len(seen) == CASES
        assert [len(owner) for owner in first.values()] == [1] * CASES
        assert [len(owner) for owner in again.values()] == [1] * CASES
        assert len({next(iter(o)) for o in again.values()}) > len(SITES)  # it was a race
        names = {p.reader.name for station in stations for p in station.places.values()}
        assert all(why in names or "US-TX" in why for station in stations for why in station.told)

        told = [
            (key, *_delivered(station, item))
            for station in stations[:2]  # each reader's first desk: of each case all it ever held
            for key, item in station.won.items()
        ]
        accepted = [(key, who) for key, who, state in told if state == "acknowledged"]
        assert {key for key, _ in accepted} == set(again)
        assert len(accepted) == CASES
        assert all(who in again[key] for key, who in accepted)
        refused = [state for *_, state in told if state != "acknowledged"]
        assert refused  # whoever lost a claim is told so
        assert all(state.startswith("refused ") for state in refused)
    filed = [o for o in demo.orders() if o["state"] == "final"]
    assert len(filed) == CASES


def _delivered(station: Workstation, item: WorklistItem) -> tuple[str, str]:
    """Whoever believes to hold it signs; who that is, and what became of it."""
    place = station.places[item.site]
    signed = place.signed(item, f"Read at the desk of {place.reader.id}.")
    return place.reader.id, place.deliver(signed, item)
