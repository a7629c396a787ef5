"""The graphics card as a test sees it: a process of its own, which a driver may kill.

Run as a child by test_gl_slices, on a screen with OpenGL. Says as one line of JSON how far the two
engines were apart, what came of each fault, and how command lines (JSON, on standard input) ended.
"""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import numpy as np
from attrs import evolve
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication
from volume_phantoms import SCANS, middle, noise, random_plane, reference, volume

from workstation.__main__ import main as run
from workstation.domain.presentation import Rescale, Voi
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.engine import Asked, EngineChoice, Slices, proof
from workstation.rendering.slice_cpu import SliceRequest
from workstation.rendering.volume_slice import VolumeSampler
from workstation.ui.viewer.gl_slices import GlSlices, surface
from workstation.viewing.viewport import Interpolation, SlabMode

SHAPE: Final = (34, 42, 46)
REQUESTS: Final = 50
#: Of chest, lung, bone, and all there is: one stored value is at most one grey level.
WINDOWS: Final = ((40.0, 400.0), (-500.0, 1500.0), (400.0, 2000.0), (0.0, 4000.0))
BRAIN: Final = Voi(40.0, 80.0)
MIB: Final = 1 << 20
#: A card that takes no longer side than this, and a volume that has one.
LOW_LIMIT: Final = 256
TALL: Final = (300, 40, 44)
#: From voxel to voxel along slices, rows and columns.
RISE: Final = (7, 3, 5)
#: Bytes of a card: for less than a third of that volume.
LITTLE: Final = 300_000


def requests() -> Iterator[tuple[Volume, SliceRequest, Voi]]:
    """Every acquisition, any plane, every slab mode, each kind of voxels, padding or none."""
    rng = np.random.default_rng(11)
    for number in range(REQUESTS):
        name = list(SCANS)[number % len(SCANS)]
        kind = (np.int16, np.uint16, np.float32, np.int8, np.uint8)[number % 5]
        voxels = noise(SHAPE, seed=number)
        if np.dtype(kind).itemsize == 1:
            voxels = (voxels // 16).clip(-128, 127)
        if np.dtype(kind).kind == "u":
            voxels = voxels - voxels.min()
        scan = volume(voxels.astype(kind), SCANS[name], rescale=Rescale(1.0, 0.0, "HU"))
        if number % 3 == 0:
            scan = padded(scan)
        plane = random_plane(number, middle(SCANS[name], SHAPE), (150, 120))
        modes = list(SlabMode)
        ways = (Interpolation.LINEAR, Interpolation.LINEAR, Interpolation.NEAREST)
        request = SliceRequest(
            tuple(plane.origin), tuple(plane.row), tuple(plane.column), plane.spacing, plane.size,
            slab_mm=float(rng.choice([0.0, 0.0, 3.0, 10.0])), mode=modes[number % len(modes)],
            interpolation=ways[number % 3],
        )  # fmt: skip
        yield scan, request, Voi(*WINDOWS[number % len(WINDOWS)])


def padded(scan: Volume) -> Volume:
    """The corners only fill their frames."""
    mask = np.zeros(scan.voxels.shape, np.uint8)
    mask[:, :9, :9] = 255
    return evolve(scan, padded=mask, padding=(float(scan.low), float(scan.low)))


def apart(slices: Slices, voi: Voi | None = None) -> list[int]:
    """Largest difference of grey levels, request by request."""
    found = []
    for scan, request, usual in requests():
        pictures = [
            VolumeSampler(scan, each).display(request, voi or usual, inverted=False)
            for each in (Slices(), slices)
        ]
        assert pictures[0].std() > 5  # the comparison is about something
        found.append(int(np.abs(pictures[0].astype(int) - pictures[1]).max()))
    return found


def narrow(slices: Slices) -> tuple[float, float]:
    """Through a window of 80: the most grey levels apart, and the share of pixels above one."""
    most, above, every = 0.0, 0, 0
    for scan, request, _ in islice(requests(), 12):
        one, other = (
            VolumeSampler(scan, each).display(request, BRAIN, inverted=False).astype(int)
            for each in (Slices(), slices)
        )
        differs = np.abs(one - other)
        most, above, every = max(most, differs.max()), above + (differs > 1).sum(), every + one.size
    return float(most), float(above / every)


def answers(card: GlSlices, break_it: Callable[[GlSlices], None]) -> dict[str, Any]:
    """After a fault: the slice must still come, by the processor, and the notice say why."""
    slices = Slices()
    slices.use(card, EngineChoice("gpu"))
    scan, request, voi = next(requests())
    if card.limit == LOW_LIMIT:
        scan = volume(noise(TALL), SCANS["straight"], rescale=Rescale(1.0, 0.0, "HU"))
    break_it(card)
    made = VolumeSampler(scan, slices).display(request, voi, inverted=False)
    exact = VolumeSampler(scan, Slices()).display(request, voi, inverted=False)
    return {
        "same": bool(np.array_equal(made, exact)),
        "engine": slices.choice.name,
        "notice": slices.choice.notice,
    }


def previewed(card: GlSlices) -> dict[str, Any]:
    """Of a volume too large for a card: its preview beside arithmetic, and what is exact."""
    slices, placed = Slices(), SCANS["oblique"]
    slices.use(card, EngineChoice("gpu"))
    rising = np.tensordot(RISE, np.indices(TALL), 1).astype(np.int16)
    tall = volume(rising, placed, rescale=Rescale(1.0, 0.0, "HU"))
    plane = random_plane(3, middle(placed, TALL), (60, 50))
    request = SliceRequest(
        tuple(plane.origin), tuple(plane.row), tuple(plane.column), plane.spacing, plane.size
    )
    sampler = VolumeSampler(tall, slices)
    preview, exact = (sampler.stored(evolve(request, coarse=each)) for each in (2.0, 1.0))
    away = np.abs(preview - reference(tall.voxels, placed, plane))
    return {
        "inside": int(np.isfinite(away).sum()),
        "apart": float(np.nanmax(away)),
        "held": card.held_bytes,
        "exact": bool(np.array_equal(exact, VolumeSampler(tall).stored(request), equal_nan=True)),
        "split": slices.is_split(tall.voxels),
        "notice": slices.choice.notice,
    }


class Failing:
    """The calls of a driver, of which some answer as a broken one does."""

    def __init__(self, calls: Any, **answers: Any) -> None:
        self._calls, self._answers = calls, answers

    def __getattr__(self, name: str) -> Any:
        return self._answers.get(name) or getattr(self._calls, name)


def out_of_memory(card: GlSlices) -> None:
    card._gl = Failing(card._gl, GetError=lambda: 0x0505)  # type: ignore[assignment]


def reset(card: GlSlices) -> None:
    card._gl = Failing(card._gl, was_reset=lambda: True)  # type: ignore[assignment]


def refuse_shader(card: GlSlices) -> None:
    card._gl = Failing(card._gl, GetProgramiv=lambda *_: None)  # type: ignore[assignment]


def lose_surface(card: GlSlices) -> None:
    card._surface.destroy()


def faults(times: int) -> dict[str, Any]:
    """Each fault so many times, on a card of its own; the last answer stands for all, if equal."""
    found: dict[str, Any] = {}
    breaks: dict[str, tuple[Callable[[], GlSlices], Callable[[GlSlices], None]]] = {
        "context lost": (lambda: GlSlices(surface(), 64 * MIB), lose_surface),
        "card reset": (lambda: GlSlices(surface(), 64 * MIB), reset),
        "out of memory": (lambda: GlSlices(surface(), 64 * MIB), out_of_memory),
        "shader refused": (lambda: GlSlices(surface(), 64 * MIB), refuse_shader),
        "texture limit": (lambda: GlSlices(surface(), 64 * MIB, limit=LOW_LIMIT), lambda _: None),
        "no room": (lambda: GlSlices(surface(), 1000), lambda _: None),
    }
    for name, (make, break_it) in breaks.items():
        every = [answers(make(), break_it) for _ in range(times)]
        found[name] = every[-1] if all(each == every[-1] for each in every) else every
    return found


def emptied(card: GlSlices) -> list[int]:
    """Bytes on the card with a volume in use, and after it was left."""
    voxels: NDArray[np.int16] = noise(SHAPE)
    scan, request, _ = next(requests())
    card.purge()
    before = card.held_bytes
    card.sample(Asked(voxels, scan.affine, request, voxels.dtype, 0.0))
    held = card.held_bytes - before
    del voxels, scan
    gc.collect()
    card.purge()
    return [held, card.held_bytes]


def main(times: int) -> None:
    application = QGuiApplication([])
    card, slices = GlSlices(surface(), 64 * MIB), Slices()
    slices.use(card, EngineChoice("gpu"))
    told = {
        "proof": proof(card),
        "apart": apart(slices),
        "narrow": narrow(slices),
        "choice": [slices.choice.name, slices.choice.notice],
        "emptied": emptied(card),
        "faults": faults(times),
        "limit": previewed(GlSlices(surface(), 64 * MIB, limit=LOW_LIMIT)),
        "ceiling": previewed(GlSlices(surface(), LITTLE)),
        "ended": [run(line) for line in json.load(sys.stdin)],
    }
    sys.stdout.write(json.dumps(told) + "\n")
    del application


if __name__ == "__main__":
    main(int(sys.argv[1]))
