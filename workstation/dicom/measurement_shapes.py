"""What each kind of measurement draws in a structured report (PS3.3 C.18.6.1.2), or a
presentation state (C.10.5.1.2), whose figures bear the same names."""

from collections.abc import Sequence

from workstation.domain.measurement import MeasurementKind, PixelPoint

Shape = tuple[str, Sequence[PixelPoint]]


def shapes(kind: MeasurementKind, points: Sequence[PixelPoint]) -> tuple[Shape, ...]:
    """Graphic types with their points, in the order in which they are read back; empty for
    marks that are words, which belong in a presentation state, and for what has voxels.
    """
    match kind:
        case MeasurementKind.LENGTH | MeasurementKind.POLYLINE | MeasurementKind.ANGLE:
            return (("POLYLINE", points),)
        case MeasurementKind.BIDIRECTIONAL | MeasurementKind.COBB | MeasurementKind.CARDIOTHORACIC:
            return (("POLYLINE", points[:2]), ("POLYLINE", points[2:]))
        case MeasurementKind.PERPENDICULAR:
            return (("MULTIPOINT", points),)
        case MeasurementKind.POINT:
            return (("POINT", points),)
        case MeasurementKind.POLYGON | MeasurementKind.FREEHAND:
            return (("POLYLINE", (*points, points[0])),)  # closed: the last point is the first
        case MeasurementKind.RECTANGLE:
            (x1, y1), (x2, y2) = points
            return (("POLYLINE", ((x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1))),)
        case MeasurementKind.ELLIPSE:
            return (_ellipse(points),)
        case MeasurementKind.ARROW | MeasurementKind.TEXT | MeasurementKind.SEGMENT:
            return ()


def _ellipse(points: Sequence[PixelPoint]) -> Shape:
    """Ends of the major axis, then of the minor."""
    (x1, y1), (x2, y2) = points
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    across = ((min(x1, x2), y), (max(x1, x2), y))
    down = ((x, min(y1, y2)), (x, max(y1, y2)))
    wide = abs(x2 - x1) >= abs(y2 - y1)
    return "ELLIPSE", (*across, *down) if wide else (*down, *across)
