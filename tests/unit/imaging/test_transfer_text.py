"""Presets that a reader keeps come back as they were kept."""

from attrs import evolve

from workstation.imaging.transfer import read_volume_presets
from workstation.imaging.transfer_text import name_of, written
from workstation.services.screen.preset_files import load_volume_presets


def test_every_preset_of_the_program_is_read_from_what_is_written_of_it() -> None:
    presets = load_volume_presets().presets

    assert read_volume_presets("\n".join(map(written, presets))).presets == presets


def test_no_title_breaks_the_file() -> None:
    """A quote in a name must not cost the reader all of his presets."""
    made = evolve(load_volume_presets().presets[0], title='a "b" \\ c\nd = 1')

    found = read_volume_presets(written(made)).presets[0]

    assert found.title == 'a "b" \\ c d = 1'


def test_a_name_is_made_of_a_title() -> None:
    assert name_of("Renal stones, 2nd!") == "own-renal-stones-2nd"
    assert name_of("..") == ""
