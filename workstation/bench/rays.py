"""Volume rendering of a 512 x 512 x 600 CT on a view of 800 x 800, without a screen.

What a hand waits for (the coarse picture of a turn), what an eye waits for (all of it, at rest),
and whether another thread, as the home thread is, could go on meanwhile.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from workstation.bench.figures import Figure, machine_load
from workstation.domain.geometry import Affine
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import Frame, PixelFormat
from workstation.imaging.transfer import VolumePreset
from workstation.imaging.volume_voxels import Volume
from workstation.rendering.volume_painter import Detail, RaysRequest, VolumePainter
from workstation.services.screen.preset_files import load_volume_presets
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState
from workstation.viewing.volume_look import VolumeLook, screen_of, turned

SHAPE: Final = (600, 512, 512)
SPACING: Final = (0.7, 0.7, 1.0)
VIEW: Final = (800, 800)
_TURNS: Final = 7
#: The home thread must not stand still for longer, ms.
_GAP_MS: Final = 50.0


def rays() -> tuple[Figure, ...]:
    """The first picture makes what all others need; medians of the turns after it."""
    made, painter, presets = _volume(), VolumePainter(), load_volume_presets()
    by_name = {preset.name: preset for preset in presets.presets}
    bone, mip = by_name["ct-bone-vessel"], by_name["ct-mip"]
    ticking = _Ticking()
    first = _spent(lambda: _picture(painter, made, bone, Detail.MOVING, 0.0))

    def turning(preset: VolumePreset) -> tuple[float, float]:
        """Medians, each turn from another side."""
        spent = [_spent(partial(_picture, painter, made, preset, Detail.MOVING, 9.0 * turn))
                 for turn in range(_TURNS)]  # fmt: skip
        wall, busy = np.median(spent, axis=0)
        return float(wall), float(busy)

    moving, moving_mip = turning(bone), turning(mip)
    whole = _spent(lambda: _picture(painter, made, bone, Detail.WHOLE, 20.0))
    whole_mip = _spent(lambda: _picture(painter, made, mip, Detail.WHOLE, 20.0))
    return (
        *_both("first picture, with what all others need", first),
        *_both("bone and vessels while a hand turns it", moving, "100"),
        *_both("MIP while a hand turns it", moving_mip, "100"),
        *_both("bone and vessels, whole", whole),
        *_both("MIP, whole", whole_mip),
        Figure("longest wait of another thread", 1e3 * ticking.longest(), "ms", f"{_GAP_MS:.0f}"),
        *machine_load(),
    )


def _volume() -> Volume:
    """A trunk with lungs, spine, ribs, a vessel and noise, in half the detail."""
    z, y, x = (np.arange(0, size, 2, dtype=np.float32) for size in SHAPE)
    z, y, x = z[:, None, None], y[None, :, None] - 256, x[None, None, :] - 256
    voxels = np.full(tuple(size // 2 for size in SHAPE), -1000, np.int16)
    round_about = (x / 200) ** 2 + (y / 140) ** 2
    voxels[:, round_about[0] < 1] = 40
    for side in (-90, 90):
        voxels[((x - side) / 70) ** 2 + (y / 100) ** 2 + ((z - 380) / 180) ** 2 < 1] = -850
    voxels[:, ((x / 25) ** 2 + ((y - 90) / 25) ** 2)[0] < 1] = 600
    voxels[(x - 20 - 30 * np.sin(z / 100)) ** 2 + (y - 30 - 20 * np.cos(z / 80)) ** 2 < 225] = 350
    rib = np.abs(np.sqrt((x / 185) ** 2 + (y / 128) ** 2) - 1) < 0.035
    voxels[rib & (np.abs((z - 20 * np.sin(x / 100)) % 20 - 10) < 4)] = 900
    noise = np.random.default_rng(1).normal(0, 15, voxels.shape[1:]).astype(np.int16)
    whole = (voxels + noise).repeat(2, 0).repeat(2, 1).repeat(2, 2)
    return Volume(whole, Affine(np.diag([*SPACING, 1.0])), _frame(), -1100.0, 1000.0)


def _frame() -> Frame:
    key = FrameKey(SiteId("bench"), StudyUID("1.2"), SeriesUID("1.2.3"), SopUID("1.2.3.4"))
    form = PixelFormat(SHAPE[1], SHAPE[2], 16, 16, 15, True)
    return Frame(key, form, 1, rescale=Rescale(1.0, 0.0, "HU"))


def _picture(
    painter: VolumePainter, made: Volume, preset: VolumePreset, detail: Detail, turn: float
) -> NDArray[np.uint8]:
    look = turned(VolumeLook(preset.name), turn, turn / 3)
    x, y, z = made.centre
    corners = tuple((float(a), float(b), float(c)) for a, b, c in made.corners)
    placed = screen_of(look, (x, y, z), corners, SPACING[0])
    columns, rows = placed.size
    screen = evolve(_frame(), plane=placed.plane,
                    pixels=PixelFormat(rows, columns, 16, 16, 15, True))  # fmt: skip
    view = ResolvedView.of(ViewportState(), screen, *VIEW)
    request = RaysRequest(
        made, placed.plane, view, preset, preset.window or Voi(40.0, 400.0), inverted=False,
        without_table=True,
    )  # fmt: skip
    rendered = painter.picture(request, detail, lambda: False)
    assert rendered is not None  # it was waited for
    return rendered.picture.pixels


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of processors: what others at work do not change."""
    begun, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - busy


def _both(name: str, spent: tuple[float, float], aim: str = "") -> tuple[Figure, Figure]:
    wall, busy = (1e3 * each for each in spent)
    return Figure(name, wall, "ms", aim), Figure("  processor time of it", busy, "ms")


class _Ticking:
    """A thread that wants a moment every millisecond, and the longest it had to wait."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._longest = 0.0
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def _tick(self) -> None:
        before = time.perf_counter()
        while not self._stop.wait(0.001):
            now = time.perf_counter()
            self._longest, before = max(self._longest, now - before), now

    def longest(self) -> float:
        self._stop.set()
        self._thread.join()
        return self._longest
