"""Values out of DICOM JSON: no text of a file can be taken for another, or for a command."""

import pytest

from workstation.protocols.dicom_attributes import Attributes


def named(written: object) -> str:
    return Attributes({"00100010": {"vr": "PN", "Value": [written]}}).person("00100010")


@pytest.mark.parametrize(
    "control", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"]
)
def test_a_name_cannot_turn_the_direction_of_writing(control: str) -> None:
    """With an override "Smith 1" would be read as "1 htimS": another patient (SEC-08)."""
    assert named({"Alphabetic": f"Smi{control}th^Ann"}) == "Smith, Ann"


def test_joiners_of_a_script_stay() -> None:
    """Persian and Hindi words need them; without, it is another word."""
    assert named({"Alphabetic": "می\u200cخواهم"}) == "می\u200cخواهم"


def test_lines_become_spaces_and_escapes_nothing() -> None:
    """Two words on two lines are two words; an escape sequence is no text."""
    values = Attributes({"0008103E": {"vr": "LO", "Value": ["CHEST\r\nAP \x1b[2J\x07"]}})

    assert values.text("0008103E").split() == ["CHEST", "AP", "[2J"]


@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        ({"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎"}, "Yamada, Tarou"),
        ({"Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}, "山田, 太郎"),
        ({"Phonetic": "やまだ^たろう"}, "やまだ, たろう"),
        ({"Alphabetic": "Adams^John Robert Quincy^^Rev.^B.A."}, "Adams, John Robert Quincy"),
        ({"Alphabetic": "^Ann"}, "Ann"),
        ("Old^Style", "Old, Style"),
        ({}, ""),
        (None, ""),
    ],
)
def test_names_are_shown_from_the_group_that_has_one(groups: object, shown: str) -> None:
    """PS3.5 6.2.1: alphabetic, else ideographic, else phonetic; never an empty banner."""
    assert named(groups) == shown


def test_markup_is_text() -> None:
    """It is shown as it stands, and nothing is made of it here or in any widget."""
    evil = "<img src=file:///etc/passwd>"

    assert named({"Alphabetic": evil}) == evil
