"""The table of the overlay: what a site may write into it, and what is refused."""

import pytest

from workstation.domain.technique import Fact, Stated
from workstation.viewing.overlay_table import Corner, read_table

TABLE = """
[every]
top-right.3 = ["protocol"]
[[modality]]
of = ["CT"]
bottom-right.3 = ["kernel"]
bottom-right.2 = ["kvp current", "charge"]
[[modality]]
of = []
bottom-right.2 = ["kvp"]
"""
SAID = (Stated(Fact.CURRENT, "184 mA"), Stated(Fact.KVP, "120 kVp"), Stated(Fact.PROTOCOL, "Lung"))


def test_a_line_holds_its_facts_in_the_order_of_the_table_and_only_those_there_are() -> None:
    """No gap stands for what an object does not say, and no empty line."""
    lines = read_table(TABLE).lines("CT", Corner.BOTTOM_RIGHT, SAID)

    assert lines == ((2, "120 kVp  184 mA"),)


def test_another_modality_takes_the_rows_of_all_others() -> None:
    table = read_table(TABLE)

    assert table.lines("XC", Corner.BOTTOM_RIGHT, SAID) == ((2, "120 kVp"),)
    assert table.lines("XC", Corner.TOP_RIGHT, SAID) == ((3, "Lung"),)


@pytest.mark.parametrize(
    ("written", "instead"),
    [("kernel", "kernle"), ("right.3", "right.4"), ("bottom-right", "bottom-middle")],
)
def test_a_slip_in_the_table_is_refused_when_it_is_read(written: str, instead: str) -> None:
    """Not when the first image of that modality is looked at."""
    with pytest.raises(ValueError, match=r"kernle|4|bottom-middle"):
        read_table(TABLE.replace(written, instead))
