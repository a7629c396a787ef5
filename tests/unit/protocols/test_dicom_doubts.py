"""Values that cannot be meant are named; honest headers are left in peace."""

from typing import Any

import pytest

from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_doubts import doubts

GOOD: dict[str, Any] = {
    "00080018": {"vr": "UI", "Value": ["1.2.3"]},
    "0020000D": {"vr": "UI", "Value": ["1.2.4"]},
    "0020000E": {"vr": "UI", "Value": ["1.2.5"]},
    "00200032": {"vr": "DS", "Value": ["-10", "0", "5.5"]},
    "00200037": {"vr": "DS", "Value": ["1", "0", "0", "0", "1", "0"]},
    "00280030": {"vr": "DS", "Value": ["0.5", "0.5"]},
    "00281050": {"vr": "DS", "Value": ["40", "-600"]},
    "00281051": {"vr": "DS", "Value": ["400", "1500"]},
    "00281052": {"vr": "DS", "Value": ["-1024"]},
    "00281053": {"vr": "DS", "Value": ["1"]},
}


def test_an_honest_header_has_no_doubts() -> None:
    """A notice that is always there is not read."""
    assert doubts(Attributes(GOOD)) == ()


def test_what_is_left_out_is_no_doubt() -> None:
    """Secondary captures have neither place nor scale, and need none."""
    identity = {tag: GOOD[tag] for tag in ("00080018", "0020000D", "0020000E")}
    empty = {"00280030": {"vr": "DS"}, "00281051": {"vr": "DS"}}

    assert doubts(Attributes(identity | empty)) == ()


@pytest.mark.parametrize(
    ("tag", "values", "code"),
    [
        ("00280030", ["0", "0"], "bad-spacing"),
        ("00280030", ["0.5"], "bad-spacing"),
        ("00280030", ["-1", "1"], "bad-spacing"),
        ("00280030", ["NaN", "1"], "bad-spacing"),
        ("00200032", ["0", "0"], "bad-position"),
        ("00200032", ["0", "inf", "0"], "bad-position"),
        ("00200037", ["0", "0", "0", "0", "0", "0"], "bad-position"),
        ("00281053", ["0"], "bad-rescale"),
        ("00281053", ["nan"], "bad-rescale"),
        ("00281052", ["1e999"], "bad-rescale"),
        ("00281051", ["0", "1500"], "bad-window"),
        ("00281051", ["-5", "1500"], "bad-window"),
        ("00281051", ["400"], "bad-window"),
        ("00080018", ["../../etc/passwd"], "bad-uid"),
        ("0020000D", ["1" * 65], "bad-uid"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named(tag: str, values: list[str], code: str) -> None:
    """Each of them has put a wrong number or a wrong grey before a reader somewhere."""
    assert doubts(Attributes(GOOD | {tag: {"vr": "DS", "Value": values}})) == (code,)


def test_functional_groups_are_looked_through() -> None:
    """An enhanced object says its spacing in a sequence (PS3.3 C.7.6.16)."""
    measures = {"00280030": {"vr": "DS", "Value": ["0", "0"]}}
    shared = {"52009229": {"vr": "SQ", "Value": [{"00289110": {"vr": "SQ", "Value": [measures]}}]}}

    assert doubts(Attributes(GOOD | shared)) == ("bad-spacing",)


@pytest.mark.parametrize(("entries", "codes"), [(2, ()), (3, ("bad-lut",))])
def test_a_table_must_hold_what_it_announces(entries: int, codes: tuple[str, ...]) -> None:
    """PS3.3 C.11.1.1.1: reading past its end would be grey values from nowhere."""
    table = {
        "00283002": {"vr": "US", "Value": [entries, 0, 16]},
        "00283006": {"vr": "US", "Value": [0, 65535]},
    }
    voi = {"00283010": {"vr": "SQ", "Value": [table]}}

    assert doubts(Attributes(GOOD | voi)) == codes
