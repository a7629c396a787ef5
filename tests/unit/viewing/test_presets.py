"""Named windows."""

import pytest

from workstation.domain.presentation import Voi, VoiFunction
from workstation.errors import CommandError, SettingsError
from workstation.settings import resource
from workstation.viewing.presets import AUTO, Own, Spread, read_presets

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
    assert PRESETS.parse("default", "CT") == Own()
    assert PRESETS.numbered("CT", 1) == Own()


def test_number_keys_follow_the_file() -> None:
    assert PRESETS.numbered("CT", 3, unit="HU") == Voi(-600, 1500, name="Lung")


def test_a_name_of_another_modality_is_understood() -> None:
    assert PRESETS.parse("lung", "PT") == Voi(-600, 1500, name="Lung")


@pytest.mark.parametrize("text", ["40/0", "40/-3", "lungs", "1.2.3/4", ""])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(CommandError):
        PRESETS.parse(text, "CT")


def test_a_key_without_a_window_is_refused() -> None:
    with pytest.raises(CommandError, match="ES has no window 7"):
        PRESETS.numbered("ES", 7)


@pytest.mark.parametrize("modality", ["CT", "MR", "CR", "DX", "MG", "PT", "NM", "US", "XA"])
def test_each_modality_has_windows_on_its_keys(modality: str) -> None:
    """Keys that do nothing on MR and mammograms send the hand to the mouse."""
    unit = "HU" if modality == "CT" else ""

    assert [PRESETS.numbered(modality, n, own=2, unit=unit) for n in range(1, 5)]


def test_a_modality_without_a_table_takes_what_its_image_offers() -> None:
    assert PRESETS.numbered("OPT", 2, own=3) == Own(1)
    assert PRESETS.numbered("OPT", 3, own=3) == Own(2)
    assert PRESETS.numbered("OPT", 4, own=3) == AUTO


def test_a_localizer_has_no_hounsfield_windows() -> None:
    """Its values are no HU: "Lung" on it would be a word without a meaning."""
    assert PRESETS.numbered("CT", 2, unit="") == AUTO


def test_every_way_to_write_a_window() -> None:
    own = read_presets(
        """
        [MR]
        window = [
          { header = true },
          { name = "By numbers", center = 300, width = 600.5 },
          { name = "By ends", low = -1, high = 5, unit = "GML" },
          { name = "By percentiles", percent = [5, 95] },
          { name = "By the largest", maximum = [0, 50] },
        ]
        """
    )

    assert own.numbered("MR", 2, own=2) == Own(1)
    assert own.parse("by numbers", "MR") == Voi(300, 600.5, name="By numbers")
    assert own.parse("by ends", "MR") == Voi(2, 6, VoiFunction.LINEAR_EXACT, "By ends")
    assert own.parse("by-percentiles", "MR") == Spread("By percentiles", 5, 95)
    assert own.parse("by the largest", "MR") == Spread("By the largest", 0, 50, of_maximum=True)


def test_the_readers_tables_stand_in_for_those_of_the_program() -> None:
    own = read_presets('[CT]\nwindow = [ { name = "Mine", center = 1, width = 2 } ]')

    both = PRESETS.with_own(own)

    assert both.numbered("CT", 2) == Voi(1, 2, name="Mine")
    assert both.parse("auto", "MR") == AUTO
    assert both.numbered("MR", 2) == PRESETS.numbered("MR", 2)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('{ name = "X", center = 40 }', "X: give center and width"),
        ('{ name = "X", center = 40, width = 0.5 }', "X: the width is at least 1"),
        ('{ name = "X", center = "40", width = 9 }', "'40' is not a number"),
        ('{ name = "X", center = nan, width = 9 }', "nan is not a number"),
        ("{ center = 40, width = 400 }", "no name"),
        ('{ name = "X", low = 5, high = 5 }', "low is below high"),
        ('{ name = "X", percent = [95, 5] }', "the lower first"),
        ('{ name = "X", percent = [5] }', "two numbers"),
        ('{ name = "X", maximum = [0, 500] }', "0 to 100"),
        ('{ name = "X", percent = [5, 95], width = 3 }', "X: give"),
        ('{ name = "X", low = 0, high = 5, unit = 3 }', "text in quotes"),
        ("7", "a window is written"),
    ],
)
def test_what_is_wrong_in_a_file_of_ones_own_is_named_with_its_line(row: str, why: str) -> None:
    """The reader who wrote it must find it: the file, the line and what is missing."""
    text = f"# mine\n[MR]\n# {{ a note }}\nwindow = [\n  {{ header = true }},\n  {row},\n]\n"

    with pytest.raises(SettingsError) as told:
        read_presets(text, "mine.toml")

    assert str(told.value).startswith(f"mine.toml, line {2 if row == '7' else 6}: ")
    assert why in str(told.value)


@pytest.mark.parametrize("text", ["[MR]\nwindows = []", "MR = 3", "[MR]\nwindow = 3"])
def test_a_table_without_windows_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"line 1: \[MR\] must have one list"):
        read_presets(text, "mine.toml")


def test_what_is_no_toml_is_refused_with_its_line() -> None:
    with pytest.raises(SettingsError, match="line 2"):
        read_presets("[MR]\nwindow = }", "mine.toml")


def test_rows_may_stand_under_heads_of_their_own() -> None:
    text = '[[MR.window]]\nname = "A"\npercent = [1, 99]\n[[MR.window]]\nname = "B"\n'

    with pytest.raises(SettingsError, match="line 4: B: give"):
        read_presets(text, "mine.toml")


def test_suv_windows_are_there_for_every_formula_of_lean_mass() -> None:
    """The numbers of James and of Janmahasatian lie near enough for one window."""
    names = [
        PRESETS.numbered("PT", 2, unit=unit)
        for unit in ("SUVbw", "SUVlbm", "SUVlbm (Janma)", "SUVbsa", "Bq/ml")
    ]

    assert [each.name for each in names if not isinstance(each, Own)] == [
        "SUV 0 to 5", "SUVlbm 0 to 4", "SUVlbm 0 to 4", "SUVbsa 0 to 1", "0 to 100 %",
    ]  # fmt: skip
