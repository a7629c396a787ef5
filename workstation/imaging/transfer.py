"""Presets of volume rendering: which values are seen, how dense, in which colour, in what light.

Read from `resources/volume_presets.toml`, whose head says how a preset is written.
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike, NDArray

from workstation.domain.presentation import Voi
from workstation.errors import SettingsError
from workstation.text import tr

Colour = tuple[float, float, float]

_WHITE: Final[Colour] = (1.0, 1.0, 1.0)


class Projection(StrEnum):
    """What becomes of the values along a ray."""

    SHADED = "shaded"
    UNSHADED = "unshaded"
    MIP = "mip"
    MINIP = "minip"

    @property
    def composes(self) -> bool:
        """Whether samples cover what lies behind them; else one of them is picked."""
        return self in (Projection.SHADED, Projection.UNSHADED)


@frozen
class Stop:
    """One point of a transfer function; between two of them it is a straight line.

    `value` is a modality value (HU), or a part of the window where the preset is relative;
    `opacity` is what 1 mm of it takes of the light, 0 to 1.
    """

    value: float
    opacity: float
    colour: Colour = _WHITE


@frozen
class Light:
    """Of a lamp beside the reader's head; parts of 1."""

    ambient: float = 0.25
    diffuse: float = 0.75
    specular: float = 0.25
    power: float = 16.0


@frozen
class VolumePreset:
    """One way to see a volume. `relative`: values are parts of the window, not units."""

    name: str
    title: str
    modalities: tuple[str, ...]
    projection: Projection
    stops: tuple[Stop, ...] = ()
    light: Light = Light()
    relative: bool = False
    inverted: bool = False  # of a projection in grey: dark on white, as PET is read
    #: It begins with this one; that of a curve in units is where that begins and ends. None: with
    #: the window of the images, which moves no curve in units.
    window: Voi | None = None

    def curve(
        self, values: NDArray[Any], window: Voi, step_mm: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Opacity of a sample that stands for `step_mm` of a ray, and colour (n, 3).

        A window other than its own shifts and stretches the curve.

        Notes
        -----
        Beer and Lambert: what 1 mm lets through to the power of the length.
        """
        asked = self.to_stop(values, window)
        at = [stop.value for stop in self.stops]
        density = np.interp(asked, at, [stop.opacity for stop in self.stops])
        opacity = 1.0 - (1.0 - np.clip(density, 0.0, 0.999)) ** step_mm
        colours = [np.interp(asked, at, [stop.colour[i] for stop in self.stops]) for i in range(3)]
        return opacity.astype(np.float32), np.stack(colours, axis=-1).astype(np.float32)

    def to_stop(self, values: ArrayLike, window: Voi) -> NDArray[np.float64]:
        """From modality values to those of the stops, as a window shifts and stretches them."""
        asked = np.asarray(values, np.float64)
        if self.relative or self.window is not None:
            asked = (asked - _low(window)) / max(window.width, 1e-9)
        if not self.relative and self.window is not None:
            asked = asked * self.window.width + _low(self.window)
        return asked

    def to_value(self, stop: float, window: Voi) -> float:
        """The modality value at which a stop lies now."""
        part = stop
        if not self.relative and self.window is not None:
            part = (stop - _low(self.window)) / max(self.window.width, 1e-9)
        if self.relative or self.window is not None:
            part = part * window.width + _low(window)
        return part


@frozen
class VolumePresets:
    """All of them, in the order of the file."""

    presets: tuple[VolumePreset, ...]

    def named(self, name: str, modality: str = "") -> VolumePreset | None:
        """By its name, or among those for a modality by its title, however they are written."""
        asked = name.casefold()
        named = [preset for preset in self.presets if preset.name == asked]
        titled = [each for each in self.of(modality) if each.title.casefold() == asked]
        return next(iter((*named, *titled)), None)

    def of(self, modality: str) -> tuple[VolumePreset, ...]:
        """Those made for a modality first, then those for any; others are not offered."""
        own = [preset for preset in self.presets if modality in preset.modalities]
        return (*own, *(preset for preset in self.presets if not preset.modalities))

    def with_own(self, own: "VolumePresets") -> "VolumePresets":
        """And the reader's, after those that came with the program; by the same name, instead."""
        names = {preset.name for preset in own.presets}
        kept = (preset for preset in self.presets if preset.name not in names)
        return VolumePresets((*kept, *own.presets))


def read_volume_presets(text: str, source: str = "volume_presets.toml") -> VolumePresets:
    """Raises SettingsError with the preset and what is wrong with it."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source}: {error}") from None
    made = []
    for name, row in found.items():
        try:
            made.append(_preset(name, row))
        except (KeyError, TypeError, ValueError) as error:
            why = tr("{file}: preset {name} is wrong: {why}", file=source, name=name, why=error)
            raise SettingsError(why) from None
    return VolumePresets(tuple(made))


def _preset(name: str, row: Mapping[str, Any]) -> VolumePreset:
    projection = Projection(row.get("projection", "shaded"))
    stops = tuple(
        Stop(float(value), float(opacity), _colour(rest)) for value, opacity, *rest in row["curve"]
    ) if projection.composes else ()  # fmt: skip
    if list(stops) != sorted(stops, key=lambda stop: stop.value):
        raise ValueError(tr("values of the curve must rise"))
    if not all(0 <= stop.opacity <= 1 for stop in stops):
        raise ValueError(tr("opacities lie between 0 and 1"))
    window = None
    if "window" in row:
        center, width = (float(part) for part in row["window"])
        window = Voi(center, width)
    elif stops and not row.get("relative"):
        first, last = stops[0].value, stops[-1].value
        window = Voi((first + last) / 2, last - first)
    return VolumePreset(
        name, row["title"], tuple(row.get("modalities", ())), projection, stops,
        Light(**row.get("light", {})), bool(row.get("relative")), bool(row.get("inverted")), window,
    )  # fmt: skip


def _low(window: Voi) -> float:
    return window.center - window.width / 2


def _colour(parts: list[float]) -> Colour:
    if not parts:
        return _WHITE
    red, green, blue = (float(part) for part in parts)
    return red, green, blue
