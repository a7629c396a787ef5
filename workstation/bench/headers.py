"""From headers to display sets: what the program adds to the reading of the bytes (P11).

A site's metadata: the JSON parser alone is the floor, and both take turns in one run. A
folder: each object through the decoder child, beside the reading of the files. Processor
time of this process stands beside the clock; it does not depend on who else is running.
"""

import copy
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from workstation.adapters.decoders import Decoders
from workstation.bench.figures import Figure
from workstation.bench.phantom_ct import write_series
from workstation.dicom.display_sets import display_sets
from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.protocols import dicom_json

_INSTANCES: Final = 1000
_ROUNDS: Final = 9
_CHILDREN: Final = 2
_STUDY, _SERIES, _SOP, _NUMBER, _POSITION, _CURRENT = (
    "0020000D", "0020000E", "00080018", "00200013", "00200032", "00181151",
)  # fmt: skip


@frozen
class _Best:
    """The best of many rounds: of the clock, and of this process's processor time."""

    clock_s: float
    processor_s: float


def headers() -> tuple[Figure, ...]:
    with tempfile.TemporaryDirectory() as folder:
        write_series(Path(folder), ["j2k"], 4)
        files = sorted(Path(folder).rglob("*.dcm"))
        decoders = Decoders(children=_CHILDREN)
        try:
            decoders.levels()  # it has started
            (one,) = json.loads(decoders.header(files[0].read_bytes()))
            return (*_from_metadata(one), *_from_files(decoders, files))
        finally:
            decoders.close()


def _from_metadata(one: dict[str, Any]) -> tuple[Figure, ...]:
    body = json.dumps([_numbered(one, at) for at in range(_INSTANCES)]).encode()
    ref = StudyRef(SiteId("bench"), StudyUID(one[_STUDY]["Value"][0]))
    uid = SeriesUID(one[_SERIES]["Value"][0])

    def geometry() -> None:
        (found,) = display_sets(ref, dicom_json.series(body, ref, uid))
        if not found.geometry.mpr or len(found.frames) != _INSTANCES:
            raise RuntimeError("the phantom is no volume")

    floor, ours = _best(lambda: json.loads(body), geometry)
    return (
        Figure("JSON per instance", len(body) / _INSTANCES / 1000, "kB"),
        Figure("json.loads of 1000 instances (floor)", 1000 * floor.clock_s, "ms"),
        Figure(
            "metadata of 1000 instances to display sets",
            1000 * ours.clock_s,
            "ms",
            f"{2000 * floor.clock_s + 5:.0f}: twice the floor and 5 ms",
        ),
        Figure("  ratio of processor time", ours.processor_s / floor.processor_s, "x"),
    )


def _numbered(one: dict[str, Any], at: int) -> dict[str, Any]:
    """Another slice of the series; the tube current changes along the body, as it does."""
    made = copy.deepcopy(one)
    made[_SOP]["Value"] = [f"{one[_SOP]['Value'][0][:40]}.{at}"]
    made[_NUMBER] = {"vr": "IS", "Value": [at + 1]}
    made[_POSITION] = {"vr": "DS", "Value": [-180.0, -180.0, 0.625 * at]}
    made[_CURRENT] = {"vr": "IS", "Value": [200 + at // 20]}
    return made


def _from_files(decoders: Decoders, files: list[Path]) -> tuple[Figure, ...]:
    """Whole objects, as a folder is opened: the children find the headers themselves."""

    def read() -> None:
        for at in range(_INSTANCES):
            files[at % len(files)].read_bytes()

    def parsed() -> None:
        objects = (files[at % len(files)].read_bytes() for at in range(_INSTANCES))
        if sum(isinstance(each, bytes) for each in decoders.headers(objects)) != _INSTANCES:
            raise RuntimeError("the phantom has no header")

    floor, ours = _best(read, parsed, rounds=2)
    return (
        Figure("reading 1000 files (floor)", floor.clock_s, "s"),
        Figure(f"headers of 1000 files, {_CHILDREN} children", ours.clock_s, "s", "0.25"),
    )


def _best(*works: Callable[[], object], rounds: int = _ROUNDS) -> tuple[_Best, ...]:
    """All of them in turn, so that each has the same neighbours."""
    clock: list[list[float]] = [[] for _ in works]
    processor: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for at, work in enumerate(works):
            begun, used = time.perf_counter(), time.process_time()
            work()
            processor[at].append(time.process_time() - used)
            clock[at].append(time.perf_counter() - begun)
    return tuple(_Best(min(c), min(p)) for c, p in zip(clock, processor, strict=True))
