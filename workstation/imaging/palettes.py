"""Colour maps for what is laid over another image (resources/palettes.toml)."""

import tomllib
from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from workstation.domain.presentation import Palette

ENTRIES = 256


@frozen
class ColourMap:
    """Grey level 0 to 255 as a colour; `name` as the reader calls it."""

    key: str
    name: str
    palette: Palette


def read_palettes(toml: str) -> Mapping[str, ColourMap]:
    """By their keys, in the order of the file. Raises ValueError where one is not whole."""
    return MappingProxyType(
        {
            key: ColourMap(key, table["name"], _palette(key, table))
            for key, table in tomllib.loads(toml).items()
        }
    )


def _palette(key: str, table: Mapping[str, str]) -> Palette:
    red, green, blue = (bytes.fromhex(table[colour]) for colour in ("red", "green", "blue"))
    if not len(red) == len(green) == len(blue) == ENTRIES:
        raise ValueError(f"{key}: a colour map has {ENTRIES} entries")
    return Palette(0, 8, red, green, blue)
