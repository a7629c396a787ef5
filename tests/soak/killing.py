"""Kills of a reader's life, and what they cost: what was lost, changed, or went astray.

A life writes down how its cases stand (`lives.said_of`); the next one on the same machine
says what it found.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen
from demo_platform import DemoPlatform, start_platform
from dicom_objects import written
from fakes_report import ALDER, BIRCH
from marked_images import images
from reading import READER, Reading
from whole_program import ACCESSIONS

from workstation.domain.identifiers import StudyUID

TESTS: Final = Path(__file__).parents[1]
#: As the issue allows, of the time in which the program ran.
MOST_LOST_S: Final = 2.0
#: While nothing is written down for longer, the machine stands still, not the reader.
STALL_S: Final = 0.1
PATIENCE_S: Final = 60.0

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

    def know(self, said: Path) -> None:
        """A first life, in which nothing was done."""
        lines = lines_of(said)
        self._history = {case: states(lines, case) for case in self.studies}

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


def importing(environment: Mapping[str, str]) -> dict[str, str]:
    """So that a child finds the tests' own modules."""
    path = [str(TESTS), str(TESTS / "soak"), environment.get("PYTHONPATH", "")]
    return {**environment, "PYTHONPATH": os.pathsep.join(path)}


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


@frozen
class Machine:
    """One machine, on which the whole program is started again and again beside a platform."""

    folder: Path
    program: Path
    platform: DemoPlatform
    environment: Mapping[str, str] = field(repr=False)

    def killed(self, seed: int) -> Path:
        """One life that ends in the middle; what it said."""
        said = self.folder / f"{seed}.jsonl"
        killed(self._command(READER, seed, "killed"), said, seed, self.environment)
        return said

    def through(self, name: str, user: str = READER, *, leaving: bool = False) -> Path:
        """One life to its end: what is there, and nothing is done; then the cases may be given
        back."""
        said = self.folder / f"{name}.jsonl"
        end = "leaving" if leaving else "through"
        through(self._command(user, 0, end), said, self.environment)
        return said

    def _command(self, user: str, seed: int, end: str) -> list[str]:
        who = [str(self.platform.settings), user, self.platform.password(user)]
        return [sys.executable, str(self.program), *who, str(self.folder), str(seed), end]


@contextmanager
def machine(folder: Path, program: Path) -> Iterator[Machine]:
    """With a site that has the two studies."""
    environment = importing(Reading(folder / "reader").environment())
    with start_platform(folder, written_studies(folder)) as platform:
        yield Machine(folder, program, platform, environment)
