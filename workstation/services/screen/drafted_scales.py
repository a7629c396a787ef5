"""A reader's calibration as it is kept in a draft."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import asdict

from workstation.domain.calibration import Calibration, Segment
from workstation.domain.study import PixelSpacing, SpacingOrigin
from workstation.services.screen.drafted_measurements import frame_of


def to_plain(scale: Calibration) -> Mapping[str, Any]:
    """As JSON can hold it."""
    return asdict(scale, value_serializer=_plain)


def _plain(_owner: object, _field: object, value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def from_plain(read: Mapping[str, Any]) -> Calibration:
    """Raises KeyError, TypeError or ValueError; never half a scale."""
    rows, columns = read["shape"]
    at = datetime.fromisoformat(read["at"])
    if at.tzinfo is None:
        raise ValueError("a calibration without a time zone")
    return Calibration(
        frame=frame_of(read["frame"]),
        line=_line(read["line"]),
        mm=float(read["mm"]),
        series=bool(read["series"]),
        shape=(int(rows), int(columns)),
        before=_spacing(read["before"]),
        spacing=_spacing(read["spacing"]),
        by=str(read["by"]),
        at=at,
    )


def _line(read: Any) -> Segment:
    (x1, y1), (x2, y2) = read
    return (float(x1), float(y1)), (float(x2), float(y2))


def _spacing(read: Mapping[str, Any]) -> PixelSpacing:
    factor = read["magnification"]
    return PixelSpacing(
        float(read["row"]),
        float(read["column"]),
        SpacingOrigin(read["origin"]),
        None if factor is None else float(factor),
        str(read["calibrated"]),
        float(read["relative"]),
    )
