"""Lists and tables as the plain text of a report writes them."""

import pytest

from workstation.domain.report_blocks import (
    Bullets,
    Item,
    Numbers,
    Table,
    Words,
    blocks,
    cells,
    numbered,
    tables,
)
from workstation.domain.rich_text import RichText


def lines(*words: str) -> tuple[RichText, ...]:
    return tuple(map(RichText, words))


def test_each_line_is_in_the_block_it_reads_as() -> None:
    """Who reads the plain text sees the same lists and tables as who reads the page."""
    text = "Two lesions.\n- left\n- right\n1. mass\n- 12 mm\n2. node\nLevel | Size\nT4 | 3 mm\nEnd."

    assert blocks(RichText(text)) == (
        Words(lines("Two lesions.")),
        Bullets(lines("left", "right")),
        Numbers(1, (Item(RichText("mass"), lines("12 mm")), Item(RichText("node")))),
        Table((lines("Level", "Size"), lines("T4", "3 mm"))),
        Words(lines("End.")),
    )


@pytest.mark.parametrize(
    "text",
    [
        "1.5 cm nodule.\n2.5 cm cyst.",  # sizes
        "4. rib fractured.",  # one number alone counts nothing
        "3. mass\n1. node",  # and numbers that do not go on
        "01. mass\n02. node",  # nor begin as a list does
        "-5 HU\n- ",  # a value, and a mark without words
        "Seen in phases A | B only.",  # one row is no table
        "[left | right] lobe\n[left | right] lung",  # choices of a hole
        "a | b\nc | d | e",  # rows of different length
    ],
)
def test_what_only_looks_like_a_list_stays_as_it_was_written(text: str) -> None:
    """A size at the start of a line must never be renumbered or lose its sign."""
    assert all(isinstance(block, Words) for block in blocks(RichText(text)))


def test_a_cell_may_be_empty() -> None:
    """What was not measured is left out, and the row keeps its columns."""
    words = [cell.text for cell in cells(RichText("T4 |  | 3 mm"))]
    assert words == ["T4", "", "3 mm"]
    assert [cell.text for cell in cells(RichText("T4 |"))] == ["T4", ""]


def test_tables_are_found_with_the_places_of_their_rows() -> None:
    """The editor sets their columns below each other."""
    text = "Sizes:\nA | B\nc | dd\n- end"
    ((table, starts),) = tables(RichText(text))

    assert [text[at : at + 1] for at in starts] == ["A", "c"]
    assert table.rows[1][1].text == "dd"


@pytest.mark.parametrize(
    ("written", "issued"),
    [
        ("", ""),
        ("One finding.", "One finding."),
        ("One.\nTwo.", "1. One.\n2. Two."),
        ("One.\n\n  Two.  \n", "1. One.\n2. Two."),
        ("1. One.\n2. Two.", "1. One.\n2. Two."),
        ("1) One.\n3) Two.", "1. One.\n2. Two."),
        ("1.5 cm nodule.\n12 mm cyst.", "1. 1.5 cm nodule.\n2. 12 mm cyst."),
        ("One.\n- here\n- there\nTwo.", "1. One.\n- here\n- there\n2. Two."),
        ("- here\n- there", "- here\n- there"),
        ("One.\nA | B\n1 | 2\nTwo.", "1. One.\nA | B\n1 | 2\n2. Two."),
        ("One.\n- here", "One.\n- here"),
    ],
)
def test_an_impression_of_several_lines_is_a_numbered_list(written: str, issued: str) -> None:
    """Referrers act by number; a measurement at the start of a line is not a number of it, and
    points below an item have none."""
    assert numbered(RichText(written)).text == issued


def test_items_are_counted_and_look_as_they_did() -> None:
    """What is urgent stays bold behind its number."""
    found = numbered(RichText("1) Bleed.\nCyst.", ((3, 8),)))
    assert found == RichText("1. Bleed.\n2. Cyst.", ((3, 8),))
