"""Named windows."""

import pytest

from workstation.domain.presentation import Voi
from workstation.errors import CommandError
from workstation.settings import resource
from workstation.viewing.presets import read_presets

PRESETS = read_presets(resource("windows.toml").read_text("utf-8"))


def test_the_usual_windows_of_ct() -> None:
    """Widths and centres that every radiologist knows."""
    assert PRESETS.parse("lung", "CT") == Voi(-600, 1500, name="Lung")
    assert PRESETS.parse("soft-tissue", "CT") == Voi(40, 400, name="Soft tissue")
    assert PRESETS.parse("Brain", "CT") == Voi(40, 80, name="Brain")


def test_a_window_may_be_given_in_numbers() -> None:
    assert PRESETS.parse("40/400", "MR") == Voi(40, 400)
    assert PRESETS.parse("-600/1501", "CT") == Voi(-600, 1501)
    assert PRESETS.parse("-600/1500", "CT") == Voi(-600, 1500, name="Lung")
    assert PRESETS.parse("−0.5/1e-3", "MR") == Voi(-0.5, 0.001)


def test_default_is_what_the_image_proposes() -> None:
    assert PRESETS.parse("default", "CT") is None
    assert PRESETS.numbered("CT", 1) is None


def test_number_keys_follow_the_file() -> None:
    assert PRESETS.numbered("CT", 3) == Voi(-600, 1500, name="Lung")


def test_a_name_of_another_modality_is_understood() -> None:
    assert PRESETS.parse("lung", "PT") == Voi(-600, 1500, name="Lung")


@pytest.mark.parametrize("text", ["40/0", "40/-3", "lungs", "1.2.3/4", ""])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(CommandError):
        PRESETS.parse(text, "CT")


def test_a_key_without_a_window_is_refused() -> None:
    with pytest.raises(CommandError, match="MR has no window 7"):
        PRESETS.numbered("MR", 7)


def test_a_modality_without_a_table_takes_what_its_image_offers() -> None:
    """Number keys that do nothing on MR and mammograms send the hand to the mouse."""
    second, auto = Voi(300, 900), Voi(512, 1024, name="Auto")

    assert PRESETS.numbered("MR", 2, (second, auto)) == second
    assert PRESETS.numbered("MR", 3, (second, auto)) == auto
    assert PRESETS.numbered("CT", 3, (second, auto)) == Voi(-600, 1500, name="Lung")
    assert PRESETS.others == ("header", "auto")
