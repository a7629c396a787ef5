"""Loading 600 slices: the whole way from a site to pixels, beside what others take for it.

Ours is the program's own loader, decoders and store, without a window. Ours and the peer
take turns, so that a neighbour on the machine disturbs both; the best of each counts.
"""

import queue
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from workstation import settings
from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.app.outer import Outer
from workstation.bench.figures import Figure, memcpy_seconds
from workstation.bench.phantom_ct import ROWS, SLICES, accession, write_series
from workstation.demo.process import running
from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.errors import CommandError
from workstation.protocols.dicomweb import whole_series
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Jobs
from workstation.services.ports.hosting import Credentials
from workstation.services.ports.images import FrameSource
from workstation.text import tr

OVER_HTTP: Final = ("raw", "jpeg-ls", "htj2k")
FROM_DISK: Final = ("rle", "jpeg-lossless", "jpeg-ls", "htj2k")
#: What the SimpleITK wheel of this day has no decoder for.
NOT_SIMPLE_ITK: Final = frozenset({"htj2k"})
_TURNS: Final = 3
_PATIENCE_S: Final = 300.0

Took = tuple[float, int]  # seconds, sum of all stored values


def load() -> tuple[Figure, ...]:
    """Every figure of `workstation bench load`."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        write_series(Path(folder), OVER_HTTP, SLICES)
        return tuple(_over_http(Path(folder)))


def disk() -> tuple[Figure, ...]:
    """The same from files, as File > Open reads them; every figure of `workstation bench disk`."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        write_series(Path(folder), FROM_DISK, SLICES)
        decoders = Decoders()
        try:
            return tuple(_from_disk(Path(folder), decoders))
        finally:
            decoders.close()


def _from_disk(folder: Path, decoders: Decoders) -> Iterator[Figure]:
    for kind in FROM_DISK:
        path = folder / kind
        peers = {
            "pydicom": partial(_peer, "pydicom", str(path)),
            "SimpleITK": partial(_peer, "SimpleITK", str(path)),
        }
        if kind in NOT_SIMPLE_ITK:
            del peers["SimpleITK"]
        yield from _compared(
            f"{kind} from disk", partial(_opened, decoders, path), peers, partial(_read_all, path)
        )


def _opened(decoders: Decoders, path: Path) -> Took:
    source = LocalFrames(decoders)
    begun = time.perf_counter()
    (study,) = source.open(path).studies
    reading = time.perf_counter() - begun
    took, total = loaded(source, study.ref)
    decoders.forget(study.ref)
    return reading + took, total


def _read_all(path: Path) -> float:
    begun = time.perf_counter()
    for file in path.iterdir():
        file.read_bytes()
    return time.perf_counter() - begun


def _over_http(folder: Path) -> Iterator[Figure]:
    with running(["--studies", str(folder)]) as ready, signed_in(ready) as outer:
        yield Figure("floor: a copy of the volume in memory", memcpy_seconds(_NBYTES), "s")
        for kind in OVER_HTTP:
            ref = study_of(ready, accession(kind))
            yield from _compared(
                f"{kind} over HTTP",
                partial(through_loader, outer, ref),
                {"dicomweb-client": partial(_dicomweb_client, outer, ref)},
                partial(_bytes_alone, outer, ref),
            )


_NBYTES: Final = SLICES * ROWS * ROWS * 2


def _compared(
    name: str, ours: Callable[[], Took], peers: Mapping[str, Callable[[], Took]],
    floor: Callable[[], float],
) -> Iterator[Figure]:  # fmt: skip
    """Our seconds, those of each peer, the ratio; all must find the same pixels."""
    runs = {"": ours} | dict(peers)
    times: dict[str, list[float]] = {who: [] for who in runs}
    sums = set()
    floors = []
    for _ in range(_TURNS):
        floors.append(floor())
        for who, loads in runs.items():
            seconds, checksum = loads()
            times[who].append(seconds)
            sums.add(checksum)
    if len(sums) != 1:
        raise CommandError(tr("{name}: not everybody found the same pixels", name=name))
    best = min(times[""])
    yield Figure(f"{name}: every image", best, "s")
    yield Figure(f"{name}: floor, the bytes alone", min(floors), "s")
    for peer in peers:
        yield Figure(f"{name}: {peer}", min(times[peer]), "s")
        yield Figure(f"{name}: ratio to {peer}", best / min(times[peer]), "x", "0.6 x")


# --- ours -------------------------------------------------------------------------


@contextmanager
def signed_in(ready: Mapping[str, Any]) -> Iterator[Outer]:
    """The program's outside, its reader signed in at every site."""
    outer = Outer.of(settings.load(Path(ready["settings"])))
    user = ready["users"][0]
    try:
        for platform in outer.platforms.values():
            platform.sign_in(Credentials(user["name"], user["password"]))
        yield outer
    finally:
        outer.close()


def study_of(ready: Mapping[str, Any], accession_number: str) -> StudyRef:
    order = next(each for each in ready["orders"] if each["accession"] == accession_number)
    return StudyRef(SiteId(order["site"]), StudyUID(order["study_uid"]))


def through_loader(outer: Outer, ref: StudyRef) -> Took:
    source: FrameSource = outer.sources[ref.site]
    took = loaded(source, ref)
    outer.decoders.forget(ref)
    return took


def loaded(source: FrameSource, ref: StudyRef) -> Took:
    """The loader's seconds from `open` to every frame in the store."""
    calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    jobs = Jobs(calls.put)
    store = FrameStore()
    loader = Loader({ref.site: source}, store, jobs)
    try:
        begun = time.perf_counter()
        loader.open(ref, first=True)
        while not loader.complete(ref):
            calls.get(timeout=_PATIENCE_S)()
        took = time.perf_counter() - begun
        keys = [frame.key for shown in loader.display_sets(ref) for frame in shown.frames]
        pixels = [store.get(key) for key in keys]
        total = sum(int(np.sum(p.stored, dtype=np.int64)) for p in pixels if p is not None)
        return took, total
    finally:
        jobs.close()
        loader.close(ref)


# --- theirs -----------------------------------------------------------------------


def _dicomweb_client(outer: Outer, ref: StudyRef) -> Took:
    client = outer.clients[ref.site]
    series = outer.sources[ref.site].series(ref)[0].uid
    token = client.sign_on.access_token()
    return _peer("dicomweb-client", client.site.dicomweb, ref.study, series, stdin=token)


def _peer(name: str, *arguments: str, stdin: str = "") -> Took:
    command = [sys.executable, "-m", "workstation.bench.peers", name, *arguments]
    answer = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        why = (answer.stderr.strip().splitlines() or [""])[-1]
        raise CommandError(tr("{peer} could not be measured: {why}", peer=name, why=why))
    seconds, checksum = answer.stdout.split()
    return float(seconds), int(checksum)


def _bytes_alone(outer: Outer, ref: StudyRef) -> float:
    client, heads = outer.clients[ref.site], outer.sources[ref.site].series(ref)
    begun = time.perf_counter()
    for head in heads:
        with client.stream(whole_series(client.site.dicomweb, ref.study, head.uid)) as answer:
            for _ in answer.chunks():
                pass
    return time.perf_counter() - begun
