"""Lengths, angles and areas of shapes with a formula, and whose millimetres they are."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from workstation.bench.figures import Figure
from workstation.domain.identifiers import SeriesUID, StudyRef, StudyUID
from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.study import Frame
from workstation.imaging.measure import measure
from workstation.imaging.pixels import FramePixels
from workstation.protocols import dicom_json
from workstation.services.ports.files import LOCAL

PIXEL: Final = 0.1
_REF: Final = StudyRef(LOCAL, StudyUID("1.2"))
_UID: Final = SeriesUID("1.3")
_ROWS, _COLUMNS = 800, 600
#: Between rows, between columns: square, a scanner's that is not quite, and far from it.
_GRIDS: Final = ((0.5, 0.5), (0.5954, 0.5454), (0.2, 0.9))
_PIXEL, _IMAGER, _FACTOR, _FILM, _TYPE, _SOP = (
    "00280030", "00181164", "00181114", "00182010", "00280A02", "00080016",
)  # fmt: skip
_IN_MM: Final = frozenset({_PIXEL, _IMAGER, _FILM})
_WIDER: Final = 1.5
_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"

Tags = Mapping[str, Sequence[object]]

#: The pixel spacing matrix of PS3.3 10.7.1.3: what is said, mm of 100 pixels down, the label.
SPACINGS: Final[tuple[tuple[str, str, Tags, float, str], ...]] = (
    ("a slice", "CT", {_PIXEL: [0.7, 0.7], "00200032": [0, 0, 0]}, 70.0, "mm"),
    ("nothing", "DX", {}, 100.0, "px"),
    ("detector alone", "DX", {_IMAGER: [0.2, 0.2]}, 20.0, "mm (detector)"),
    ("detector, magnified", "MG", {_IMAGER: [0.09, 0.09], _FACTOR: [1.8]},
     5.0, "mm (est. mag 1.8)"),
    ("pixel spacing alone", "CR", {_PIXEL: [0.15, 0.15]}, 15.0, "mm (detector)"),
    ("both the same", "CR", {_PIXEL: [0.15, 0.15], _IMAGER: [0.15, 0.15]}, 15.0, "mm (detector)"),
    ("both the same, magnified", "DX",
     {_PIXEL: [0.2, 0.2], _IMAGER: [0.2, 0.2], _FACTOR: [1.25]}, 16.0, "mm (est. mag 1.25)"),
    ("they differ", "DX", {_PIXEL: [0.17, 0.17], _IMAGER: [0.2, 0.2]}, 17.0, "mm (calibrated)"),
    ("differ by the magnification", "DX",
     {_PIXEL: [0.16, 0.16], _IMAGER: [0.2, 0.2], _FACTOR: [1.25]}, 16.0, "mm (est. mag 1.25)"),
    ("calibrated by a fiducial", "XA",
     {_PIXEL: [0.2, 0.2], _IMAGER: [0.2, 0.2], _TYPE: ["FIDUCIAL"], _FACTOR: [1.5]},
     20.0, "mm (calibrated)"),
    ("a scanned film", "CR", {_FILM: [0.1, 0.1]}, 10.0, "mm (film)"),
    ("a capture among slices", "CT", {_PIXEL: [0.7, 0.7], _SOP: [_CAPTURE]}, 100.0, "px"),
)  # fmt: skip


def shapes() -> tuple[Figure, ...]:
    return (*_lengths(), *_angles(), *_areas(), *_outlines(), *_spacings(), *_ultrasound())


def _frame(modality: str, tags: Tags) -> Frame:
    """A frame of 800 rows and 600 columns, through the program's own reading of metadata."""
    basic: dict[str, Sequence[object]] = {
        "0020000D": ["1.2"], "0020000E": ["1.3"], "00080018": ["1.4"], "00080060": [modality],
        "00280010": [_ROWS], "00280011": [_COLUMNS], "00280100": [8], "00280101": [8],
        "00280102": [7], "00280103": [0], "00280002": [1], "00280004": ["MONOCHROME2"],
    }  # fmt: skip
    header = {tag: {"vr": "UN", "Value": list(said)} for tag, said in (basic | dict(tags)).items()}
    made = dicom_json.series(json.dumps([header]).encode(), _REF, _UID)
    return made.instances[0].frames[0]


def _slice(spacing: tuple[float, float]) -> Frame:
    return _frame("CT", {_PIXEL: spacing, "00200032": [0, 0, 0]})


def _blank() -> FramePixels:
    stored = np.zeros((_ROWS, _COLUMNS), np.uint8)
    stored.setflags(write=False)
    return FramePixels(stored)


def _made(kind: MeasurementKind, points: Sequence[PixelPoint], frame: Frame) -> Measurement:
    return measure(kind, tuple(points), frame, _blank())


def _at(spacing: tuple[float, float], *millimetres: tuple[float, float]) -> list[PixelPoint]:
    """Places given in mm, to the hundredth of a pixel that commands carry."""
    return [(round(x / spacing[1], 2), round(y / spacing[0], 2)) for x, y in millimetres]


def _row(name: str, made: Measurement, expected: float, allowed: float) -> Figure:
    off = math.inf if made.value is None else abs(made.value - expected)
    aim = f"{expected:.6g} ± {allowed:.2g}"
    return Figure(name, made.value, made.unit, aim, held=off <= allowed)


def _lengths() -> Iterator[Figure]:
    """Rods of 60 mm, every 15 degrees around the clock, on each grid."""
    for grid in _GRIDS:
        frame = _slice(grid)
        for degrees in range(0, 360, 15):
            turn = math.radians(degrees)
            end = (70 + 60 * math.cos(turn), 70 + 60 * math.sin(turn))
            made = _made(MeasurementKind.LENGTH, _at(grid, (70, 70), end), frame)
            name = f"rod at {degrees}° on {grid[0]:g} x {grid[1]:g}"
            yield _row(name, made, 60.0, PIXEL * min(grid))


def _angles() -> Iterator[Figure]:
    """Arms of 60 mm: what 0.1 pixel at one end turns them by is allowed."""
    for grid in _GRIDS:
        frame, allowed = _slice(grid), math.degrees(PIXEL * min(grid) / 60)
        for degrees in (3, 20, 45, 70, 90):
            one, other = math.radians(-15), math.radians(degrees - 15)
            ends = [(70 + 60 * math.cos(turn), 90 + 60 * math.sin(turn)) for turn in (one, other)]
            first, corner, second = _at(grid, ends[0], (70, 90), ends[1])
            lines = {
                MeasurementKind.ANGLE: (first, corner, second),
                MeasurementKind.COBB: (corner, first, second, corner),
            }
            for kind, points in lines.items():
                name = f"{kind.value} of {degrees}° on {grid[0]:g} x {grid[1]:g}"
                yield _row(name, _made(kind, points, frame), float(degrees), allowed)


def _outlines() -> Iterator[Figure]:
    """A ring of 90 corners and a path along it; a ratio, two axes, a distance to a line."""
    radius, corners = 35.0, 90
    turns = [2 * math.pi * at / corners for at in range(corners)]
    ring = [(70 + radius * math.cos(t), 70 + radius * math.sin(t)) for t in turns]
    side = 2 * radius * math.sin(math.pi / corners)
    area = corners / 2 * radius**2 * math.sin(2 * math.pi / corners)
    for grid in _GRIDS:
        frame, pixel, on = _slice(grid), PIXEL * min(grid), f"on {grid[0]:g} x {grid[1]:g}"
        for kind in (MeasurementKind.POLYGON, MeasurementKind.FREEHAND):
            made = _made(kind, _at(grid, *ring), frame)
            yield _row(f"{kind.value} {on}", made, area, pixel * side * corners)
        path = _made(MeasurementKind.POLYLINE, _at(grid, *ring), frame)
        yield _row(f"path {on}", path, side * (corners - 1), pixel * corners)
        axes = _at(grid, (20, 20), (68, 56), (47.6, 29.2), (40.4, 38.8))  # 60 mm by 12, square
        made = _made(MeasurementKind.BIDIRECTIONAL, axes, frame)
        yield _row(f"long axis {on}", made, 60.0, pixel)
        held = abs(made.stats["short"] - 12.0) <= pixel
        yield Figure(f"short axis {on}", made.stats["short"], made.stats_unit, "12", held)
        line = _at(grid, (20, 20), (68, 56), (41, 73))
        away = _made(MeasurementKind.PERPENDICULAR, line, frame)
        yield _row(f"distance to a line {on}", away, 29.8, pixel)
        chest = _at(grid, (40, 50), (110, 55), (10, 90), (150, 90))
        ratio = _made(MeasurementKind.CARDIOTHORACIC, chest, frame)
        yield _row(f"cardiothoracic ratio {on}", ratio, 0.5, pixel / 140)


def _areas() -> Iterator[Figure]:
    """A disc and a square: 0.1 pixel of their outline, and as many pixels as they hold."""
    radius = 35.1  # no pixel centre on an outline
    around = {
        MeasurementKind.ELLIPSE: math.pi * radius**2,
        MeasurementKind.RECTANGLE: 4 * radius**2,
    }
    for grid in _GRIDS:
        frame = _slice(grid)
        for kind, area in around.items():
            corners = _at(grid, (70 - radius, 70 - radius), (70 + radius, 70 + radius))
            made = _made(kind, corners, frame)
            outline = 2 * math.pi * radius if kind is MeasurementKind.ELLIPSE else 8 * radius
            name = f"{kind.value} on {grid[0]:g} x {grid[1]:g}"
            yield _row(name, made, area, PIXEL * min(grid) * outline)
            counted = made.stats["pixels"] * grid[0] * grid[1]
            held = abs(counted - area) <= max(grid) * outline / 2
            yield Figure(f"{name}: pixels of it", counted, "mm²", f"about {area:.6g}", held)


def _spacings() -> Iterator[Figure]:
    """100 pixels down; and across, where pixels are one and a half times as wide as high."""
    for name, modality, tags, expected, label in SPACINGS:
        wide = {tag: _widened(said) if tag in _IN_MM else said for tag, said in tags.items()}
        across = expected if label == "px" else expected * _WIDER
        for way, end, frame, value in (
            ("", (10, 110), _frame(modality, tags), expected),
            (", across", (110, 10), _frame(modality, wide), across),
        ):
            made = _made(MeasurementKind.LENGTH, ((10, 10), end), frame)
            said = f"{made.unit} ({made.note})" if made.note else made.unit
            held = said == label and _is(made.value, value)
            yield Figure(f"spacing: {name}{way}", made.value, said, f"{value:g} {label}", held)


def _widened(said: Sequence[object]) -> Sequence[object]:
    """Between rows as before, between columns more (PS3.3 10.7.1.3: rows come first)."""
    down = float(str(said[0]))
    return [down, down * _WIDER]


#: On one image: two views of 0.01 and 0.04 cm for each pixel, and below them a Doppler trace
#: of 5 ms and -0.5 cm/s for each pixel, its zero 60 pixels below its top.
_REGIONS: Final[Tags] = MappingProxyType(
    {
        "00186011": [
            {tag: {"vr": "UN", "Value": [value]} for tag, value in region.items()}
            for region in (
                {
                    "00186018": 0, "0018601A": 0, "0018601C": 299, "0018601E": 599,
                    "00186024": 3, "00186026": 3, "0018602C": 0.01, "0018602E": 0.01,
                },
                {
                    "00186018": 300, "0018601A": 0, "0018601C": 599, "0018601E": 599,
                    "00186024": 3, "00186026": 3, "0018602C": 0.04, "0018602E": 0.04,
                },
                {
                    "00186018": 0, "0018601A": 600, "0018601C": 599, "0018601E": 799,
                    "00186024": 4, "00186026": 7, "0018602C": 0.005, "0018602E": -0.5,
                    "00186020": 0, "00186022": 60, "00186028": 0.0, "0018602A": 0.0,
                },
            )
        ]
    }
)  # fmt: skip


def _ultrasound() -> Iterator[Figure]:
    frame = _frame("US", _REGIONS)
    for name, x, expected in (("left", 100, 8.0), ("right", 400, 32.0)):
        made = _made(MeasurementKind.LENGTH, ((x, 100), (x, 180)), frame)
        held = (made.unit, made.note) == ("mm", "region") and _is(made.value, expected)
        aim = f"{expected:g} mm: 80 px of {expected / 800:g} cm"
        yield Figure(f"ultrasound: {name} region", made.value, made.unit, aim, held)
    yield from _doppler(frame)
    refused = {
        MeasurementKind.LENGTH: ((100, 100), (400, 100)),  # from one view to the other
        MeasurementKind.ELLIPSE: ((100, 100), (400, 300)),
        MeasurementKind.ANGLE: ((100, 100), (200, 100), (100, 700)),  # from a view to the trace
    }
    for kind, points in refused.items():
        made = _made(kind, points, frame)
        name = f"ultrasound: {kind.value} across regions"
        yield Figure(name, made.value, made.note, "no value", made.value is None)


def _doppler(frame: Frame) -> Iterator[Figure]:
    """A velocity, its difference and the time beside it; an area has no meaning there."""
    made = _made(MeasurementKind.LENGTH, ((100, 640), (180, 760)), frame)
    held = made.unit == "cm/s" and _is(made.value, 60.0)
    yield Figure("Doppler: difference", made.value, made.unit, "60 cm/s: 120 px of 0.5", held)
    time = made.stats.get("time")
    held = made.stats_unit == "s" and _is(time, 0.4)
    yield Figure("Doppler: time", time, made.stats_unit, "0.4 s: 80 px of 0.005", held)
    peak = _made(MeasurementKind.POINT, ((100, 620),), frame)
    held = peak.unit == "cm/s" and _is(peak.value, 20.0)
    yield Figure("Doppler: velocity", peak.value, peak.unit, "20 cm/s: 40 px above zero", held)
    area = _made(MeasurementKind.RECTANGLE, ((100, 640), (180, 760)), frame)
    yield Figure("Doppler: area", area.value, area.note, "no value", area.value is None)


def _is(value: float | None, expected: float) -> bool:
    return value is not None and math.isclose(value, expected)
