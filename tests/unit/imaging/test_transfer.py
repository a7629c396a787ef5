"""Presets of volume rendering: what the file says, and how light goes through what it says."""

import numpy as np
import pytest

from workstation.domain.presentation import Voi
from workstation.errors import SettingsError
from workstation.imaging.transfer import Projection, read_volume_presets
from workstation.services.screen.preset_files import load_volume_presets

WINDOW = Voi(100.0, 200.0)
ONE = '[a]\ntitle = "A"\ncurve = [[0, 0.0], [100, 0.5, 1.0, 0.5, 0.0]]\n'


def test_there_is_a_way_to_see_each_kind_of_volume() -> None:
    """Issue 5: at least 12 presets by modality; every volume has some that fit any."""
    presets = load_volume_presets()

    assert len(presets.presets) >= 12
    assert len(presets.of("CT")) > len(presets.of("MR")) > len(presets.of("OT")) >= 3
    assert {preset.name for preset in presets.of("OT")} == {"mip", "minip", "surface"}


def test_every_curve_begins_with_nothing() -> None:
    """Else air or water would hide everything behind it."""
    seen = [each for each in load_volume_presets().presets if each.projection.composes]

    assert all(preset.stops[0].opacity == 0.0 for preset in seen)


def test_a_name_wins_over_a_title_and_titles_belong_to_a_modality() -> None:
    """There are vessels in CT and in MR: the series says which are meant."""
    presets = load_volume_presets()
    found = [presets.named(name, kind) for name, kind in
             (("MIP", "MR"), ("vessels", "CT"), ("vessels", "MR"), ("vessels", "US"))]  # fmt: skip

    assert [each and each.name for each in found] == ["mip", "ct-vessel", "mr-vessel", None]


def test_two_halves_of_a_way_take_the_light_of_the_whole() -> None:
    """Beer and Lambert: a picture does not grow denser because it is sampled finer."""
    preset = read_volume_presets(ONE).presets[0]
    values = np.array([25.0, 50.0, 100.0])

    assert preset.window is not None
    whole, _ = preset.curve(values, preset.window, 2.0)
    half, _ = preset.curve(values, preset.window, 1.0)

    assert np.allclose(1 - (1 - half) ** 2, whole, atol=1e-6)
    assert np.allclose(half, [0.125, 0.25, 0.5], atol=1e-6)  # of 1 mm, as the file says


def test_beyond_its_ends_a_curve_stays_as_it_ends() -> None:
    preset = read_volume_presets(ONE).presets[0]

    assert preset.window is not None
    opacity, colours = preset.curve(np.array([-9.0, 500.0]), preset.window, 1.0)

    assert np.allclose(opacity, [0.0, 0.5])
    assert np.allclose(colours, np.array([[1.0, 1.0, 1.0], [1.0, 0.5, 0.0]]))


def test_a_window_shifts_and_stretches_a_curve_in_units() -> None:
    """By the hands a reader has for windows: what was seen at 50 HU is seen at 130."""
    preset = read_volume_presets(ONE).presets[0]
    assert preset.window == Voi(50.0, 100.0)

    opacity, _ = preset.curve(np.array([30.0, 130.0, 230.0]), Voi(130.0, 200.0), 1.0)

    assert np.allclose(opacity, [0.0, 0.25, 0.5])


def test_a_relative_preset_follows_the_window() -> None:
    """Grey values of MR mean something in their own image only."""
    text = ONE.replace("100, 0.5", "1.0, 0.5") + "relative = true\n"
    preset = read_volume_presets(text).presets[0]

    opacity, _ = preset.curve(np.array([0.0, 100.0, 200.0]), WINDOW, 1.0)

    assert np.allclose(opacity, [0.0, 0.25, 0.5])


@pytest.mark.parametrize(
    "wrong",
    [
        ONE.replace("100, 0.5", "-1, 0.5"),  # does not rise
        ONE.replace("0.5, 1.0", "1.5, 1.0"),  # more than all of the light
        ONE.replace("0.5, 1.0, 0.5, 0.0", "0.5, 1.0, 0.5"),  # two parts of a colour
        ONE + 'projection = "sum"\n',
        ONE + "light = { lamp = 1 }\n",
        '[a]\ntitle = "A"\n',
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_preset(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"own\.toml: preset a"):
        read_volume_presets(wrong, "own.toml")


def test_a_projection_needs_no_curve() -> None:
    preset = read_volume_presets('[m]\ntitle = "M"\nprojection = "minip"\n').presets[0]

    assert preset.projection is Projection.MINIP
    assert preset.stops == ()
