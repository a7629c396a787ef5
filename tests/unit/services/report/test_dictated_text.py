"""What is said, as a radiologist writes it; the expected lines were written by hand."""

from pathlib import Path

import pytest

from workstation.domain.speech import Word
from workstation.services.report.dictated_text import as_number, written
from workstation.services.report.spoken_table import Spoken

ENGLISH = Spoken.read(Path(__file__).parents[4] / "resources" / "speech" / "en.toml")


def heard(said: str) -> tuple[Word, ...]:
    """Every word for certain."""
    return tuple(Word(word, 1.0) for word in said.split())


def typed(said: str) -> str:
    return written(heard(said), ENGLISH).text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            "there is a one point two by zero point eight centimeter nodule period",
            "There is a 1.2 x 0.8 cm nodule.",
        ),
        ("no effusion comma no pneumothorax period", "No effusion, no pneumothorax."),
        ("clear full stop the heart is normal", "Clear. The heart is normal"),
        ("two nodules measure three to four millimeters", "Two nodules measure 3 to 4 mm"),
        ("point five millimeters", "0.5 mm"),
        ("one and a half centimeters", "1.5 cm"),
        ("one point oh five centimetres", "1.05 cm"),
        ("thirty point twenty five", "30.25"),
        ("two hundred and six milliliters", "206 mL"),
        ("four thousand two hundred six", "4206"),
        ("twelve percent stenosis", "12% stenosis"),
        ("forty five degrees", "45°"),
        ("minus one hundred hounsfield units", "-100 HU"),
        ("three by four by five millimeters", "3 x 4 x 5 mm"),
        ("peak velocity one hundred twenty centimeters per second", "Peak velocity 120 cm/s"),
        ("the patient is sixty five years old", "The patient is 65 years old"),
        ("one or two cysts", "One or two cysts"),
        ("in the millimeter range", "In the millimeter range"),
    ],
)  # fmt: skip
def test_numbers_and_units_are_written_as_in_a_report(said: str, text: str) -> None:
    """A measurement in words is read slowly, and no receiver finds it."""
    assert typed(said) == text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("l four five disc bulge", "L4-L5 disc bulge"),
        ("l five s one stenosis", "L5-S1 stenosis"),
        ("t twelve l one and c seven t one", "T12-L1 and C7-T1"),
        ("c five six and c six seven", "C5-C6 and C6-C7"),
        ("l four to s one", "L4 to S1"),
        ("fracture of t twelve", "Fracture of T12"),
        ("l four one centimeter lesion", "L4 1 cm lesion"),
        ("t two three millimeter lesion", "T2 3 mm lesion"),
        ("t one weighted images", "T1 weighted images"),
        ("vitamin b twelve", "Vitamin b 12"),
        ("l nine", "L nine"),
    ],
)
def test_levels_of_the_spine(said: str, text: str) -> None:
    """The wrong level is the wrong operation; what is no level is left as it was said."""
    assert typed(said) == text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("bi rads four", "BI-RADS 4"),
        ("c t with i v contrast", "CT with IV contrast"),
        ("image one two three of series four", "Image 123 of series 4"),
        ("series one oh five image twenty one", "Series 105 image 21"),
        ("grade two", "Grade 2"),
        ("compared to march third twenty twenty six", "Compared to March 3, 2026"),
        ("may third two thousand and six", "May 3, 2006"),
        ("this may be old", "This may be old"),
        ("march nineteen ninety", "March nineteen 90"),
    ],
)
def test_names_and_dates(said: str, text: str) -> None:
    """What has a number as its name is written with the number."""
    assert typed(said) == text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("the colon is normal period", "The colon is normal."),
        ("regular menstrual period period", "Regular menstrual period."),
        ("impression colon mark stable", "Impression: stable"),
        ("stable new line no fracture", "Stable\nNo fracture"),
        ("one open paren two close paren", "One (two)"),
        ("normal period new paragraph clear", "Normal.\n\nClear"),
        ("No clot. The aorta is 3.4 cm wide.", "No clot. The aorta is 3.4 cm wide."),
    ],
)  # fmt: skip
def test_marks_are_marks_and_organs_are_organs(said: str, text: str) -> None:
    """A colon is first of all a part of the bowel."""
    assert typed(said) == text


def test_a_number_that_could_be_two_is_never_made_one_in_silence() -> None:
    """ "one twenty" is 120 to one reader and 1 and 20 to another."""
    found = written(heard("a one twenty millimeter mass"), ENGLISH)
    assert found.text == "A one 20 mm mass"
    assert found.unsure == ("one", "20")


def test_a_number_that_was_heard_badly_is_marked_and_a_word_is_not() -> None:
    """A recogniser that never heard "twelve" writes another number fluently (R46)."""
    said = (Word("vague", 0.2), Word("nodule"), Word("twelve", 0.4), Word("millimeters", 0.9))
    assert written(said, ENGLISH).unsure == ("12",)


@pytest.mark.parametrize(
    ("before", "said", "after", "whole"),
    [
        ("", "clear", "", "Clear"),
        ("The lungs are", "clear", "", "The lungs are clear"),
        ("Clear.", "no nodule", "", "Clear. No nodule"),
        ("Clear", "period", "", "Clear."),
        ("Lungs ", "comma clear", "", "Lungs, clear"),
        ("A ", "small", "nodule", "A small nodule"),
        ("A", "small", ".", "A small."),
        ("First.\n", "second", "", "First.\nSecond"),
    ],
)
def test_it_joins_what_stands_there(before: str, said: str, after: str, whole: str) -> None:
    """Nobody corrects spaces and capitals by hand."""
    text, behind = written(heard(said), ENGLISH).between(before, after)
    assert text == whole
    assert text[behind:].strip() == after.strip()


@pytest.mark.parametrize(
    ("said", "unit", "figures"),
    [
        ("twelve", "mm", "12"),
        ("twelve millimeters", "mm", "12"),
        ("one point two centimeters", "mm", "12"),
        ("one point two five centimeters", "mm", "12.5"),
        ("eight millimeters", "cm", "0.8"),
        ("point five millimeters", "cm", "0.05"),
        ("one hundred twenty millimeters", "cm", "12.0"),
        ("two kilograms", "mm", None),
        ("one twenty", "mm", None),
        ("about twelve", "mm", None),
        ("normal", "mm", None),
    ],
)
def test_a_field_that_asks_for_a_number_gets_it_in_its_own_unit(
    said: str, unit: str, figures: str | None
) -> None:
    """A point is moved, nothing is rounded; what is not one number is not guessed at."""
    found = as_number(heard(said), ENGLISH, unit)
    assert (found and found[0]) == figures
