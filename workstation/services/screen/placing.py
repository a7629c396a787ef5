"""Placing points on the image shown: what is not seen is not measured."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from workstation.domain.identifiers import SiteId
from workstation.domain.measurement import POINTS, Measurement, MeasurementKind, PixelPoint
from workstation.errors import CommandError
from workstation.imaging.measure import measure
from workstation.imaging.pixels import FramePixels
from workstation.services.screen.viewed import Shown
from workstation.text import tr


@frozen
class Placing:
    """How a hand placed points: whose, and how large it saw the image."""

    author: str = ""
    zoom: float = 1.0  # logical pixels of the screen for one of the image
    #: On a plane: who measures there, for no pixels of it are kept.
    on_plane: "Callable[[MeasurementKind, Sequence[PixelPoint]], Measurement] | None" = None
    #: Of a fused view: what the layer says of the same place, added.
    of_layer: "Callable[[Measurement], Measurement] | None" = None


BY_NOBODY: Final = Placing()


@frozen
class OnDuty:
    """Who reads at a site, by the name they have there, and what time it is."""

    name: Callable[[SiteId], str]
    now: Callable[[], datetime]  # aware


def placed(
    shown: Shown, kind: MeasurementKind, points: Sequence[PixelPoint], placing: Placing
) -> Measurement:
    """Measured on the image shown, without its number. Raises CommandError: it is not here."""
    pixels = pixels_of(shown) if placing.on_plane is None else None
    least, most = POINTS[kind]
    if not least <= len(points) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise CommandError(
            tr("{kind}: {n} points, needs {wanted}", kind=kind.value, n=len(points), wanted=wanted)
        )
    if pixels is None:
        assert placing.on_plane is not None
        made = placing.on_plane(kind, points)
    else:
        made = measure(kind, tuple(points), shown.frame, pixels, placing.zoom)
    return made if placing.of_layer is None else placing.of_layer(made)


def pixels_of(shown: Shown) -> FramePixels:
    """What is not seen is neither measured nor marked. Raises CommandError."""
    if shown.reformat is not None and shown.is_here:
        raise CommandError(
            tr("a plane or slab is no image of the series: mark the images themselves")
        )
    if shown.pixels is None:
        raise CommandError(shown.missing or tr("the image is not here yet"))
    return shown.pixels
