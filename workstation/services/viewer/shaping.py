"""The screen with rendered volumes whose curve the reader draws himself, and keeps as his own."""

from typing import Final

from attrs import evolve

from workstation.domain.presentation import Voi
from workstation.errors import CommandError
from workstation.imaging.transfer import VolumePreset, VolumePresets
from workstation.imaging.transfer_text import name_of
from workstation.services.screen.preset_files import (
    keep_volume_presets,
    load_volume_presets,
    own_volume_presets,
)
from workstation.services.screen.viewed import volume_window
from workstation.services.viewer.cutting import Cutting
from workstation.services.viewer.viewer_parts import ViewerParts
from workstation.text import tr
from workstation.viewing import volume_curve
from workstation.viewing.volume_curve import Stops, colour_named

#: Of the window, and of the height that is drawn, for each press of an arrow.
_ASIDE: Final = 1 / 200
_UP: Final = 1 / 100


class Shaping(Cutting):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def __init__(self, parts: ViewerParts) -> None:
        super().__init__(parts)
        self.curve_shown = False
        self._curve_point = 0

    def toggle_curve(self) -> bool:
        """The curve of the active view below the images, or not."""
        if not self.curve_shown:
            self._need_curve()
        self.curve_shown = not self.curve_shown
        self.changed.emit(None)
        return self.curve_shown

    @property
    def curve(self) -> VolumePreset | None:
        """Of the active view, its stops as modality values; None where it has none."""
        shown = self.shown(self.active)
        if shown is None or shown.rendering is None:
            return None
        preset, window = shown.rendering.preset, volume_window(shown)
        if window is None or not preset.projection.composes:
            return None
        return evolve(preset, stops=_in_units(preset, window))

    @property
    def curve_point(self) -> int:
        """Which of its points is in the hand."""
        made = self.curve
        return 0 if made is None else min(self._curve_point, len(made.stops) - 1)

    def step_curve(self, by: int) -> None:
        """To another point, round the ends."""
        count = len(self._need_curve()[2])
        self.choose_curve_point((self.curve_point + by) % count)

    def choose_curve_point(self, index: int) -> None:
        self._curve_point = self._place(index)
        self.viewport_changed.emit(self.active)

    def move_curve_point(self, index: int, value: float, opacity: float) -> None:
        """To a modality value and an opacity of 1 mm; as far as its neighbours let it."""
        place = self._place(index)
        self._curve_point = place
        self._draw(volume_curve.moved(self._need_curve()[2], place, value, opacity), "curve")

    def nudge_curve_point(self, right: float, up: float) -> None:
        """By small steps, for the arrows."""
        _, window, stops = self._need_curve()
        now = stops[self.curve_point]
        opacity = now.opacity
        if up:
            opacity = volume_curve.opacity_at(volume_curve.height(opacity) + up * _UP)
        value = now.value + right * window.width * _ASIDE
        self.move_curve_point(self.curve_point, value, opacity)

    def add_curve_point(self, value: float | None = None, opacity: float | None = None) -> None:
        """At a modality value; without one half way to the next, on the curve."""
        _, _, stops = self._need_curve()
        if value is None:
            before = min(self.curve_point, len(stops) - 2)
            value = (stops[before].value + stops[before + 1].value) / 2
        made, index = volume_curve.added(stops, value, opacity)
        self._curve_point = index
        self._draw(made)

    def delete_curve_point(self, index: int | None = None) -> None:
        place = self.curve_point if index is None else self._place(index)
        self._draw(volume_curve.removed(self._need_curve()[2], place))

    def colour_curve_point(self, text: str, index: int | None = None) -> None:
        """By name or ``#rrggbb``."""
        place = self.curve_point if index is None else self._place(index)
        colour = colour_named(text)
        self._draw(volume_curve.coloured(self._need_curve()[2], place, colour))

    def next_curve_colour(self, step: int) -> None:
        """The colour after that of the point in the hand."""
        names, now = list(volume_curve.COLOURS), self._need_curve()[2][self.curve_point].colour
        known = [names.index(name) for name, each in volume_curve.COLOURS.items() if each == now]
        at = known[0] + step if known else 0
        self.colour_curve_point(names[at % len(names)])

    def reset_curve(self) -> None:
        """As the preset has it."""
        look = self._need_look()
        self.change(lambda state: evolve(state, look=evolve(look, stops=None)))

    # --- structures in the volume ---

    def set_structure_opacity(self, percent: float, name: str = "") -> None:
        """How dense the front of one is in rendered volumes, by name or number; or of all."""
        self._need_look()
        self.structures.set_opacity(self._need_shown(), name, percent / 100)

    def set_structure_colour(self, colour: str, name: str) -> None:
        self._need_look()
        red, green, blue = (round(255 * part) for part in colour_named(colour))
        self.structures.set_colour(self._need_shown(), name, (red, green, blue))

    # --- presets of the reader's own ---

    def keep_curve(self, title: str) -> VolumePreset:
        """As a preset of the reader's own, for volumes of this modality; the view shows it."""
        preset, _, stops = self._need_curve()
        shown = self._need_shown()
        name = name_of(title)
        if not name:
            raise CommandError(tr("a preset needs a name with letters or digits"))
        if not preset.relative:  # as it is seen now, whatever the window was
            preset = evolve(preset, stops=stops, window=_ends(stops))
        kept = evolve(preset, name=name, title=title, modalities=(shown.display_set.modality,))
        keep_volume_presets(own_volume_presets().with_own(VolumePresets((kept,))))
        self._know_presets()
        self._render(shown, kept)
        return kept

    def forget_own_volume(self, name: str) -> VolumePreset:
        """One of the reader's own, by name or title."""
        own = own_volume_presets()
        found = next((p for p in own.presets if name.casefold() in (p.name, p.title.casefold())),
                     None)  # fmt: skip
        if found is None:
            names = ", ".join(each.title for each in own.presets)
            raise CommandError(tr("no preset of your own is named {n}: {k}", n=name, k=names))
        keep_volume_presets(VolumePresets(tuple(p for p in own.presets if p is not found)))
        self._know_presets()
        self.changed.emit(None)
        return found

    def _know_presets(self) -> None:
        self.volume_presets = load_volume_presets()

    # --- inside ---

    def _draw(self, stops: Stops, gesture: str = "") -> None:
        """The curve in units becomes that of the look, as the window lies now."""
        preset, window, _ = self._need_curve()
        look = self._need_look()
        values = preset.to_stop([stop.value for stop in stops], window)
        own = tuple(evolve(stop, value=float(at)) for stop, at in zip(stops, values, strict=True))
        self.change(lambda state: evolve(state, look=evolve(look, stops=own)), gesture)

    def _need_curve(self) -> tuple[VolumePreset, Voi, Stops]:
        """The preset as it is used, the window, and its stops in units."""
        self._need_look()
        shown = self._need_shown()
        assert shown.rendering is not None
        preset, window = shown.rendering.preset, volume_window(shown)
        if not preset.projection.composes:
            title = tr(preset.title)
            raise CommandError(tr("{preset} has no curve, only a window", preset=title))
        if window is None:
            raise CommandError(tr("the volume is not here yet"))
        return preset, window, _in_units(preset, window)

    def _place(self, index: int) -> int:
        count = len(self._need_curve()[2])
        if not 0 <= index < count:
            raise CommandError(tr("the curve has points 1 to {n}", n=count))
        return index


def _in_units(preset: VolumePreset, window: Voi) -> Stops:
    return tuple(evolve(stop, value=preset.to_value(stop.value, window)) for stop in preset.stops)


def _ends(stops: Stops) -> Voi:
    first, last = stops[0].value, stops[-1].value
    return Voi((first + last) / 2, max(last - first, 1.0))
