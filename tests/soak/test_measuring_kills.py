"""Fifty power cuts while a reader marks images: what is lost is at most the last two seconds.

Forty-five in the services of the program, with a site that answers, answers late or is
silent; the other five in the whole program, beside a demo platform.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define, field, frozen
from demo_platform import start_platform
from dicom_objects import written
from fakes_report import ALDER, BIRCH
from marked_images import images
from measuring_child import CASES
from measuring_program import ACCESSIONS
from reading import READER, Reading

from workstation.domain.identifiers import StudyUID

pytestmark = pytest.mark.soak

CHILD = Path(__file__).parent / "measuring_child.py"
PROGRAM = Path(__file__).parent / "measuring_program.py"
TESTS = Path(__file__).parents[1]
#: As the issue allows, of the time in which the program ran.
MOST_LOST_S: Final = 2.0
#: While nothing is written down for longer, the machine stands still, not the reader.
STALL_S: Final = 0.1
CHAINS, LIVES, PROGRAM_LIVES = 5, 9, 5
PATIENCE_S: Final = 60.0
MOODS: Final = ("answers", "silent", "late")

Marks = Mapping[str, Any]


@frozen
class State:
    """How the marks of a case stood, and how long the program ran on until its end."""

    what: str
    marks: Marks = field(repr=False)
    age: float


NOTHING: Final = State("opened", {"measurements": [], "keys": []}, 0.0)


def states(lines: Sequence[Mapping[str, Any]], case: str) -> list[State]:
    """Of one life, in order."""
    ran = [0.0]
    for before, after in pairwise(line["at"] for line in lines):
        ran.append(ran[-1] + min(after - before, STALL_S))
    return [
        State(line["what"], line["marks"], ran[-1] - at)
        for at, line in zip(ran, lines, strict=True)
        if line.get("case") == case
    ]


def lost(found: Marks, history: Sequence[State]) -> float:
    """For how many seconds before the end changes are missing; they may be missing, but what
    is there is what was there once, to the last coordinate."""
    same = [at for at, state in enumerate(history) if state.marks == found]
    assert same, "marks that the reader never saw like that"
    return 0.0 if same[-1] == len(history) - 1 else history[same[-1] + 1].age


def stays_in(marks: Marks, studies: Iterable[str]) -> bool:
    """No mark is on another study than those of its case."""
    frames = [each["frame"] for each in (*marks["measurements"], *marks["keys"])]
    return {frame["study"] for frame in frames} <= set(studies)


def killed(command: Sequence[str], said: Path, seed: int, environment: Mapping[str, str]) -> None:
    """Some time after the first case was opened, whatever it does then."""
    with said.open("wb") as out:
        child = subprocess.Popen(
            command, stdout=out, stderr=subprocess.PIPE, text=True, env=dict(environment)
        )
    patience = time.monotonic() + PATIENCE_S
    while b"opened" not in said.read_bytes():
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < patience, "it did not begin"
        time.sleep(0.01)
    time.sleep(random.Random(seed).uniform(0.05, 3.0))
    child.kill()
    complaint = child.communicate(timeout=PATIENCE_S)[1]
    assert child.returncode == -signal.SIGKILL, complaint


def through(command: Sequence[str], said: Path, environment: Mapping[str, str]) -> None:
    """To the end: what is there after the last kill."""
    with said.open("wb") as out:
        subprocess.run(
            command, stdout=out, env=dict(environment), timeout=PATIENCE_S, check=True,
        )  # fmt: skip


def lines_of(said: Path) -> list[Mapping[str, Any]]:
    whole = said.read_bytes().rpartition(b"\n")[0]  # the last line may be cut
    return [json.loads(line) for line in whole.splitlines()]


@define
class Record:
    """What is known of some cases, life after life on one machine."""

    studies: Mapping[str, Iterable[str]]
    nothing: State = NOTHING  # before anything was done
    costs: list[float] = field(factory=list)  # seconds that each death cost a case
    changes: int = 0
    _history: dict[str, list[State]] = field(factory=dict)

    def take(self, said: Path) -> None:
        """The next life was lived."""
        lines = lines_of(said)
        for case, studies in self.studies.items():
            found = states(lines, case)
            if not found:
                continue  # killed before it was opened
            self.changes += sum(state.what != "opened" for state in found)
            self.costs.append(lost(found[0].marks, self._history.get(case, [self.nothing])))
            for before, after in pairwise(found):  # from one case to the other and back
                assert after.what != "opened" or after.marks == before.marks
            assert all(stays_in(state.marks, studies) for state in found)
            self._history[case] = found


# --- in the services ------------------------------------------------------------------


def chain(folder: Path, first: int) -> Record:
    """Lives on one machine, each after the death of the one before."""
    folder.mkdir()
    path = [str(TESTS), str(TESTS / "soak"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path)}
    record = Record({c.item.accession: [s.ref.study for s in c.studies] for c in CASES})
    for seed in range(first, first + LIVES):
        said, mood = folder / f"{seed}.jsonl", MOODS[seed % len(MOODS)]
        command = [sys.executable, str(CHILD), str(folder), mood, str(seed), "killed"]
        killed(command, said, seed, environment)
        record.take(said)
    command = [sys.executable, str(CHILD), str(folder), "answers", "0", "through"]
    through(command, folder / "end.jsonl", environment)
    record.take(folder / "end.jsonl")
    return record


def test_forty_five_kills_while_marking_cost_at_most_two_seconds(tmp_path: Path) -> None:
    """Nothing older is lost, nothing is changed, nothing lands on another image or patient."""
    with ThreadPoolExecutor(4) as pool:
        chains = [pool.submit(chain, tmp_path / f"{n}", 1000 * n + 1) for n in range(1, CHAINS + 1)]
        found = [each.result() for each in chains]
    costs = [cost for record in found for cost in record.costs]

    assert len(costs) > CHAINS * LIVES
    assert sum(record.changes for record in found) > 1000
    assert max(costs) <= MOST_LOST_S, sorted(costs)[-5:]
    assert any(cost > 0 for cost in costs)  # else no kill came in the middle of anything


# --- in the whole program -------------------------------------------------------------


#: A study of each patient: single-frame images, and one object of several frames.
STUDIES: Final = (
    (ACCESSIONS[0], StudyUID("2.25.261"), ALDER, "ct"),
    (ACCESSIONS[1], StudyUID("2.25.262"), BIRCH, "enhanced-mr"),
)


def written_studies(folder: Path) -> list[Path]:
    """Below it, a folder for each: what a site has of two patients."""
    found = []
    for accession, study, patient, kind in STUDIES:
        made, own = folder / f"made-{accession}", folder / accession
        made.mkdir()
        own.mkdir()
        for number, each in enumerate(images(made, study, patient, accession, [kind])):
            (own / f"{number}.dcm").write_bytes(written(each))
        found.append(own)
    return found


def test_five_kills_of_the_whole_program_cost_at_most_two_seconds(tmp_path: Path) -> None:
    """With its windows, a site over HTTP, and command lines for hands."""
    reader = Reading(tmp_path / "reader")
    record = Record({accession: [study] for accession, study, _, _ in STUDIES})
    path = [str(TESTS), str(TESTS / "soak"), os.environ.get("PYTHONPATH", "")]
    environment = reader.environment(PYTHONPATH=os.pathsep.join(path))
    with start_platform(tmp_path, written_studies(tmp_path)) as platform:
        common = [sys.executable, str(PROGRAM), str(platform.settings), READER]
        common += [platform.password(READER), str(tmp_path)]
        for seed in range(PROGRAM_LIVES):
            said = tmp_path / f"{seed}.jsonl"
            killed([*common, str(seed), "killed"], said, seed, environment)
            record.take(said)
        through([*common, "0", "through"], tmp_path / "end.jsonl", environment)
        record.take(tmp_path / "end.jsonl")

    assert len(record.costs) > PROGRAM_LIVES
    assert record.changes > 50
    assert max(record.costs) <= MOST_LOST_S, record.costs
