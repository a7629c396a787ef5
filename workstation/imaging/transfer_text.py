"""Presets of volume rendering as the text they are read from: the reader's own are kept so."""

import re

from workstation.imaging.transfer import Light, VolumePreset

_SPOILS_NAME = re.compile(r"[^a-z0-9]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def name_of(title: str) -> str:
    """What commands call a preset of the reader's own; empty where nothing of a title is left."""
    words = _SPOILS_NAME.sub("-", title.casefold()).strip("-")
    return f"own-{words}" if words else ""


def written(preset: VolumePreset) -> str:
    """One table of `resources/volume_presets.toml`, whose head says how it is read."""
    lines = [f"[{preset.name}]", f"title = {_quoted(preset.title)}"]
    if preset.modalities:
        lines.append(f"modalities = [{', '.join(map(_quoted, preset.modalities))}]")
    lines.append(f'projection = "{preset.projection.value}"')
    if preset.relative:
        lines.append("relative = true")
    if preset.inverted:
        lines.append("inverted = true")
    if preset.window is not None:
        lines.append(f"window = [{preset.window.center:.10g}, {preset.window.width:.10g}]")
    lines.append(f"light = {_light(preset.light)}")
    if preset.projection.composes:
        rows = (
            [stop.value, stop.opacity, *stop.colour] for stop in preset.stops
        )  # value, opacity, red, green, blue
        lines.append("curve = [")
        lines.extend(f"  [{', '.join(f'{part:.10g}' for part in row)}]," for row in rows)
        lines.append("]")
    return "\n".join(lines) + "\n"


def _light(light: Light) -> str:
    parts = (
        ("ambient", light.ambient), ("diffuse", light.diffuse), ("specular", light.specular),
        ("power", light.power),
    )  # fmt: skip
    return "{ " + ", ".join(f"{name} = {value:.10g}" for name, value in parts) + " }"


def _quoted(text: str) -> str:
    plain = _CONTROLS.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
