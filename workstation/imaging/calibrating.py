"""Millimetres from a line over a known distance."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import evolve

from workstation.domain.calibration import Calibration, Segment
from workstation.domain.study import Frame, PixelSpacing, SpacingOrigin
from workstation.errors import CommandError
from workstation.imaging.measure import note_of, scale_of
from workstation.text import tr

#: A shorter line is too uncertain: half a pixel at each end is 5 % of it already.
SHORTEST_PIXELS: Final = 20.0

#: A distance that no image of a patient has.
_LONGEST_MM: Final = 3000.0

#: As much of a name as the note of a measurement has room for beside the date (SR: 64).
_NAME: Final = 19


def calibrate(
    frame: Frame,
    line: Segment,
    mm: float,
    *,
    series: bool,
    by: str,
    at: datetime,
) -> Calibration:
    """The scale by which `line` is `mm` long; the shape of a pixel stays.

    Raises
    ------
    CommandError
        The image has millimetres of the patient already, the line is too short, or no
        such distance is in a picture.
    """
    if (why_not := refusal(frame)) != "":
        raise CommandError(why_not)
    if not 0 < mm <= _LONGEST_MM:
        raise CommandError(tr("a known distance is between 0 and {most:g} mm", most=_LONGEST_MM))
    across, down, _ = scale_of(frame.spacing)
    (x1, y1), (x2, y2) = line
    pixels = math.hypot(x2 - x1, y2 - y1)
    if pixels < SHORTEST_PIXELS:
        raise CommandError(
            tr("the line is too short to calibrate by: {n:.0f} pixels, at least {least:.0f}",
               n=pixels, least=SHORTEST_PIXELS)
        )  # fmt: skip
    factor = mm / math.hypot((x2 - x1) * across, (y2 - y1) * down)
    said = tr("by {who} at {when}", who=_short(by), when=f"{at:%Y-%m-%d %H:%M %Z}")
    spacing = PixelSpacing(
        down * factor, across * factor, SpacingOrigin.USER, calibrated=said, relative=1 / pixels
    )
    shape = frame.pixels.rows, frame.pixels.columns
    return Calibration(frame.key, line, mm, series, shape, frame.spacing, spacing, by, at)


def refusal(frame: Frame) -> str:
    """Why an image is not calibrated by hand; empty where it may be."""
    if frame.plane is not None:
        return tr("this image has its place and its millimetres in the patient: they hold")
    if frame.regions:
        return tr("the regions of this image have scales of their own: they hold")
    return ""


def replaced(calibration: Calibration) -> str:
    """What the object says, and no longer counts: never taken away without a word."""
    before = calibration.before
    if before.origin is SpacingOrigin.NONE:
        return tr("the image had no spacing")
    note = note_of(before)
    words = tr("{row:.3g} × {column:.3g} mm", row=before.row, column=before.column)
    return tr("replaces {spacing} of the object", spacing=f"{words} ({note})" if note else words)


def calibrated(frame: Frame, calibrations: Sequence[Calibration]) -> Frame:
    """The frame with its reader's scale; one for the image itself before one for the series."""
    for series in (False, True):
        for each in reversed(calibrations):
            if each.series is series and each.holds_for(frame):
                return evolve(frame, spacing=each.spacing)
    return frame


def _short(name: str) -> str:
    name = name or tr("a reader")
    return name if len(name) <= _NAME else f"{name[: _NAME - 1].rstrip()}…"
