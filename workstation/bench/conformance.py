"""Whether the program's numbers are right: measurements and grey beside arithmetic of their own.

Nothing here calls what it checks to learn what is right: regions are masks over the whole
frame, values come from what was written into the files (pydicom reads the real ones),
lengths and areas are those of shapes with a formula. Every row must hold.
"""

import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.bench.conformance_real import RealImage
from workstation.bench.conformance_series import Synthetic, Values, synthetic, write
from workstation.bench.conformance_shapes import shapes
from workstation.bench.figures import Figure
from workstation.bench.grey_levels import grey_levels
from workstation.domain.identifiers import SeriesUID, StudyRef, StudyUID
from workstation.domain.measurement import MeasurementKind, PixelPoint
from workstation.domain.study import Frame
from workstation.imaging.measure import measure
from workstation.imaging.pixels import FramePixels
from workstation.services.ports.files import LOCAL

RELATIVE: Final = 1e-6
#: The real files that the project has to test with; none of them is part of the program.
DATA: Final = Path(__file__).resolve().parents[2].parent / "shared" / "data"
#: Whether their Pixel Spacing is the patient's; otherwise an area is counted in pixels.
REAL: Final[Mapping[str, tuple[str, bool]]] = MappingProxyType(
    {
        "real CT, padding with the wrong sign": ("ct_chest_current/1-050.dcm", True),
        "real CT, tilted": ("ct_head_tilt_uneven/14.dcm", True),
        "real MR, overlay bits": ("luts_overlays/12bitUnsigned_0x0F0F.dcm", True),
        "real MR": ("mr_multiseq_classic/t1_mprage/1301_0099.dcm", True),
        "real enhanced CT": ("enhanced/CT0012.explicit_little_endian.dcm", True),
        "real enhanced MR": ("enhanced/MOVEKNEE.dcm", True),
        "real MR, RLE, ten frames": ("enhanced/emri_small_RLE.dcm", False),
        "real PET, slope 9.12": ("pt_single/1.dcm", True),
        "PET on a real CT": ("pt_synthetic_on_ct/pt_030.dcm", True),
        "real NM, 13 frames": ("nm/NM-MONO2-16-13x-heart", True),
        "Modality LUT, signed 12 bits": ("luts_overlays/mlut_18.dcm", False),
        "real CR, MONOCHROME1": ("cr_dx_mg/gdcm-CR-MONO1-10-chest.dcm", False),
    }
)
_STUDY: Final = StudyUID("1.2.826.0.1.3680043.8.498.96")

Points = tuple[PixelPoint, ...]


def conformance() -> tuple[Figure, ...]:
    """Every row of `workstation bench conformance`; the command fails if one does not hold."""
    decoders = Decoders()
    try:
        source = LocalFrames(decoders)
        return (*_synthetic(source), *_real(source), *shapes(), *grey_levels(source))
    finally:
        decoders.close()


# --- regions ----------------------------------------------------------------------------


def _synthetic(source: LocalFrames) -> Iterator[Figure]:
    series, study = synthetic(), _STUDY
    with tempfile.TemporaryDirectory(prefix="workstation-conformance-") as folder:
        for each in series:
            write(Path(folder), each, study)
        source.open(Path(folder))
    ref = StudyRef(LOCAL, study)
    for each in series:
        found = source.metadata(ref, SeriesUID(each.uid))
        frames = [frame for instance in found.instances for frame in instance.frames]
        frames.sort(key=lambda frame: frame.number)
        if len(frames) != len(each.stored):
            yield Figure(f"{each.name}: frames", len(frames), "", str(len(each.stored)), False)
            continue
        yield from _compared(each.name, each.millimetres, zip(frames, _values(each), strict=True),
                             source.frame)  # fmt: skip


def _values(each: Synthetic) -> Iterator[Values]:
    return (each.modality_values(index) for index in range(len(each.stored)))


def _real(source: LocalFrames) -> Iterator[Figure]:
    if not DATA.is_dir():
        yield Figure("real series: no files here to check", None, "")
    for name, (path, placed) in REAL.items() if DATA.is_dir() else ():
        (study,) = source.open(DATA / path).studies
        (head,) = source.series(study.ref)
        (instance,) = source.metadata(study.ref, head.uid).instances
        image = RealImage(DATA / path)
        chosen = sorted({0, image.count // 2, image.count - 1})
        pairs = [(instance.frames[at], image.values(at)) for at in chosen]
        spacing = image.spacing(0) if placed else None
        yield from _compared(name, spacing, pairs, source.frame)


def _compared(
    name: str,
    spacing: tuple[float, float] | None,
    frames: Iterable[tuple[Frame, Values]],
    pixels_of: Callable[[Frame], FramePixels],
) -> Iterator[Figure]:
    """The largest error of each quantity over all frames and regions of a series."""
    worst = dict.fromkeys(("mean", "sd", "min", "max", "area"), 0.0)
    for frame, values in frames:
        pixels = pixels_of(frame)
        for kind, points in _outlines(values.shape):
            expected = _expected(kind, points, values, spacing)
            made = measure(kind, points, frame, pixels)
            ours = {"area": made.value} | dict(made.stats)
            for quantity in worst:
                error = _error(ours.get(quantity), expected.get(quantity))
                worst[quantity] = max(worst[quantity], error)
    for quantity, error in worst.items():
        yield Figure(f"{name}: {quantity}", error, "relative", f"{RELATIVE:g}", error <= RELATIVE)


def _outlines(shape: tuple[int, ...]) -> Iterator[tuple[MeasurementKind, Points]]:
    """In the middle, over an edge, of a few pixels, with corners between pixel centres; drawn."""
    rows, columns = shape
    for kind in (MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE):
        yield kind, ((columns * 0.21, rows * 0.17), (columns * 0.83, rows * 0.71))
        yield kind, ((columns * 0.6, -3.0), (columns + 4.0, rows * 0.5))
        yield kind, ((columns // 2 + 3.0, rows // 2 + 3.0), (columns // 2 + 0.0, rows // 2 + 0.0))
    # A horseshoe: what lies between its arms is no part of it.
    shoe = ((0.1, 0.1), (0.8, 0.1), (0.9, 0.8), (0.6, 0.9), (0.55, 0.4), (0.3, 0.4), (0.2, 0.7))
    for kind in (MeasurementKind.POLYGON, MeasurementKind.FREEHAND):
        yield kind, tuple((columns * x, rows * y) for x, y in shoe)


def _inside(kind: MeasurementKind, points: Points, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """A mask over the whole frame; an outline by how often it winds around each centre."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float64)
    if kind in (MeasurementKind.POLYGON, MeasurementKind.FREEHAND):
        corners = [px + 1j * py - (x + 1j * y) for px, py in points]
        around = list(zip(corners, [*corners[1:], corners[0]], strict=True))
        turns = sum(np.angle(q * p.conj()) for p, q in around)
        detours = [np.abs(p) + np.abs(q) - np.abs(q - p) for p, q in around]  # 0 on a side
        return np.asarray((np.abs(turns) > math.pi) | (np.min(detours, axis=0) < 1e-9))
    (x1, y1), (x2, y2) = points
    u, v = 2 * (x - (x1 + x2) / 2) / abs(x2 - x1), 2 * (y - (y1 + y2) / 2) / abs(y2 - y1)
    edge = 1 + 1e-9
    if kind is MeasurementKind.ELLIPSE:
        return np.asarray(u * u + v * v <= edge)
    return np.asarray((abs(u) <= edge) & (abs(v) <= edge))


def _area(kind: MeasurementKind, points: Points) -> float:
    """In pixels; an outline cut into triangles around its first corner."""
    if kind in (MeasurementKind.POLYGON, MeasurementKind.FREEHAND):
        first = np.array(points[0])
        arms = [np.array(each) - first for each in points[1:]]
        return abs(sum(float(np.linalg.det(np.array(pair))) for pair in pairwise(arms))) / 2
    (x1, y1), (x2, y2) = points
    box = abs(x2 - x1) * abs(y2 - y1)
    return box * math.pi / 4 if kind is MeasurementKind.ELLIPSE else box


def _expected(
    kind: MeasurementKind, points: Points, values: Values, spacing: tuple[float, float] | None
) -> Mapping[str, float]:
    """By a mask over the whole frame and exact sums."""
    # mm² of a pixel, or 1 px²
    size = spacing[0] * spacing[1] if spacing is not None else 1.0
    area = _area(kind, points) * size
    found = values[_inside(kind, points, values.shape)]
    return {"area": area, **_statistics(found[~np.isnan(found)])}


def _statistics(values: NDArray[np.float64]) -> Mapping[str, float]:
    if not values.size:
        return {}
    mean = math.fsum(values) / values.size
    spread = math.fsum((each - mean) ** 2 for each in values.tolist())
    return {
        "mean": mean,
        "sd": math.sqrt(spread / values.size),
        "min": float(values.min()),
        "max": float(values.max()),
    }


def _error(ours: float | None, expected: float | None) -> float:
    """Relative; what is there on one side alone is wrong altogether."""
    if ours is None or expected is None:
        return 0.0 if ours is expected else math.inf
    return abs(ours - expected) / (abs(expected) or 1.0)
