"""Whether the program paints the grey that the standard says: its pictures beside exact numbers.

Nothing here calls what it checks to learn what is right. Modality values are doubles, as the
standard's slope and intercept are; from there on the numbers are fractions of whole numbers,
and decimals of fifty digits where there is an exponential.
"""

import tempfile
from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.adapters.local_frames import LocalFrames
from workstation.bench.figures import Figure
from workstation.bench.grey_cases import SIDE, GreyCase, Table, Window, cases, write
from workstation.domain.identifiers import SeriesUID, StudyRef, StudyUID
from workstation.domain.study import Frame
from workstation.imaging.pixels import FramePixels
from workstation.rendering.picture import FramePainter, PictureRequest
from workstation.services.ports.files import LOCAL
from workstation.viewing import viewport as reduce
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import Interpolation, ViewportState

_STUDY: Final = StudyUID("1.2.826.0.1.3680043.8.498.67")
_HALF: Final = Fraction(1, 2)


def grey_levels(source: LocalFrames) -> Iterator[Figure]:
    """A row for each image of the corpus: the largest difference of any pixel, which is 0."""
    corpus = cases()
    with tempfile.TemporaryDirectory(prefix="workstation-grey-") as folder:
        for each in corpus:
            write(Path(folder), each, _STUDY)
        source.open(Path(folder))
    for each in corpus:
        (instance,) = source.metadata(StudyRef(LOCAL, _STUDY), SeriesUID(each.uid)).instances
        (frame,) = instance.frames
        pixels, grey, worst = source.frame(frame), expected(each), 0
        for turned, right in ((False, grey), (True, inverted(each, grey))):
            shown = painted(each, frame, pixels, turned=turned)
            worst = max(worst, int(np.abs(shown - right).max()))
        yield Figure(f"grey, {each.name}", float(worst), "levels", "0", worst == 0)


def painted(
    each: GreyCase, frame: Frame, pixels: FramePixels, *, turned: bool
) -> NDArray[np.int64]:
    """As it goes to the screen, one image pixel on one of the screen."""
    columns, rows = frame.pixels.columns, frame.pixels.rows
    view = ResolvedView.of(reduce.one_to_one(ViewportState()), frame, columns, rows)
    voi = frame.vois[each.chosen]
    request = PictureRequest(frame, pixels, view, Interpolation.LINEAR, voi, turned)
    picture = FramePainter().picture(request)
    assert picture is not None  # the image fills the view
    return picture.pixels.astype(np.int64)


def expected(each: GreyCase) -> NDArray[np.int64]:
    """The grey of every pixel, 0 black to 255 white, by the numbers the image was made of."""
    over = each.photometric == "MONOCHROME1" or each.inverse
    values, place = np.unique(each.stored, return_inverse=True)
    levels = np.array([_level(each, stored) for stored in values.tolist()])
    grey = (255 - levels if over else levels)[place].reshape(SIDE, SIDE)
    return np.where(_padded(each), 0, grey)


def inverted(each: GreyCase, grey: NDArray[np.int64]) -> NDArray[np.int64]:
    """What is painted when a reader turns black and white round; padding stays black."""
    return np.where(_padded(each), 0, 255 - grey)


def _padded(each: GreyCase) -> NDArray[np.bool_]:
    stored = np.asarray(each.stored, np.int64).reshape(SIDE, SIDE)
    if each.padding is None:
        return np.zeros(stored.shape, bool)
    return (each.padding[0] <= stored) & (stored <= each.padding[1])


def _level(each: GreyCase, stored: int) -> int:
    value = float(stored)
    if each.modality is not None:
        value = float(_entry(each.modality, stored))
    elif each.slope is not None:
        value = stored * each.slope[0] + each.slope[1]
    if each.chosen < len(each.windows):
        return _windowed(Fraction(value), each.windows[each.chosen], each.windows[0].function)
    assert each.curve is not None
    return _rounded(Fraction(255 * _entry(each.curve, round(value)), (1 << each.curve.bits) - 1))


def _entry(table: Table, value: int) -> int:
    return table.entries[min(max(value - table.first, 0), len(table.entries) - 1)]


def _windowed(x: Fraction, window: Window, function: str) -> int:
    """PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2 as they are printed there."""
    c, w = Fraction(window.center), Fraction(window.width)
    if function == "SIGMOID":
        with localcontext() as context:
            context.prec = 50
            power = Fraction(-4) * (x - c) / w
            exponent = Decimal(power.numerator) / Decimal(power.denominator)
            level = Decimal(255) / (1 + max(min(exponent, Decimal(2000)), Decimal(-2000)).exp())
            return int(level + Decimal("0.5"))
    if function == "LINEAR":
        c, w = c - _HALF, w - 1
    if x <= c - w / 2:
        return 0
    if x > c + w / 2:
        return 255
    return _rounded(((x - c) / w + _HALF) * 255)


def _rounded(level: Fraction) -> int:
    """To the nearest, the half upwards: every grey level has its whole share of the ramp."""
    return int(level + _HALF)
