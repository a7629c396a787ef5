"""What screens measure, kept on this machine."""

import tomllib
from pathlib import Path

import pytest

from workstation.adapters.screen_file import ScreenFile
from workstation.errors import StoreUnavailable
from workstation.services.screen.screens import key_of


def test_a_measured_screen_is_known_again_and_its_neighbour_of_one_name_is_another(
    tmp_path: Path,
) -> None:
    """Two monitors of one model, bought together: the serial tells them apart."""
    left = key_of("DELL U2720Q", "A1", 3840, 2160)
    right = key_of("DELL U2720Q", "B2", 3840, 2160)
    file = ScreenFile(tmp_path / "store" / "screens.toml")
    file.keep(left, 155.25)
    file.keep(right, 155.75)

    assert ScreenFile(file.path).load() == {left: 155.25, right: 155.75}


def test_a_name_of_any_letters_is_a_line_of_the_file(tmp_path: Path) -> None:
    """The system names screens as it likes; Windows has backslashes in them."""
    file = ScreenFile(tmp_path / "screens.toml")
    key = key_of('\\\\.\\DISPLAY1 "left"', "", 1920, 1080)
    file.keep(key, 270.0)

    assert tomllib.loads(file.path.read_text("utf-8")) == {key: 270.0}


@pytest.mark.parametrize("text", ["no TOML [", '"DP-1" = 3\n"DP-2" = "wide"\n"DP-3" = true\n'])
def test_what_is_wrong_in_the_file_is_no_measure(tmp_path: Path, text: str) -> None:
    """A true size by a broken line would be believed like one that was measured."""
    (tmp_path / "screens.toml").write_text(text, "utf-8")

    assert ScreenFile(tmp_path / "screens.toml").load() == {}


def test_where_no_file_can_be_written_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be", "utf-8")

    with pytest.raises(StoreUnavailable, match="until the program ends"):
        ScreenFile(tmp_path / "taken" / "screens.toml").keep("DP-1", 250.0)
