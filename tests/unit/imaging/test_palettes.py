"""Colour maps: a hot spot whose colour means another value is read as another value."""

from importlib.resources import files

import pydicom
import pytest

from workstation.imaging.palettes import read_palettes
from workstation.settings import resource

MAPS = read_palettes(resource("palettes.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("key", "file"),
    [
        ("hot-iron", "hotiron.dcm"),
        ("pet", "pet.dcm"),
        ("hot-metal-blue", "hotmetalblue.dcm"),
        ("pet-20-step", "pet20step.dcm"),
    ],
)
def test_they_are_the_well_known_ones_of_the_standard(key: str, file: str) -> None:
    """PS3.6 Annex B, as pydicom carries the objects of the standard's own annex."""
    ds = pydicom.dcmread(str(files("pydicom") / "data" / "palettes" / file), force=True)
    found = MAPS[key].palette

    assert found.red == ds.RedPaletteColorLookupTableData
    assert found.green == ds.GreenPaletteColorLookupTableData
    assert found.blue == ds.BluePaletteColorLookupTableData


def test_a_map_that_is_not_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="256 entries"):
        read_palettes('[x]\nname = "X"\nred = "00"\ngreen = "00"\nblue = "00"\n')
