"""Command lines as words: what a reader types is not a shell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.errors import CommandError
from workstation.services.lines import quoted, split, without_comment


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("measurement.label A1 patient's left", ["measurement.label", "A1", "patient's", "left"]),
        ("tool.text 1 2 don't know", ["tool.text", "1", "2", "don't", "know"]),
        ("measurement.label A1 5' 11\"", ["measurement.label", "A1", "5'", '11"']),
        ('report.set findings "No effusion."', ["report.set", "findings", "No effusion."]),
        ("report.set findings 'it's clear'", ["report.set", "findings", "it's clear"]),
        ("report.set findings ''", ["report.set", "findings", ""]),
        (r"file.open C:\new\table.dcm", ["file.open", r"C:\new\table.dcm"]),
        (r'file.open "C:\new folder\a"', ["file.open", r"C:\new folder\a"]),
        (r'a "say \"no\""', ["a", 'say "no"']),
        ("  a \t b  ", ["a", "b"]),
        ("", []),
    ],
)
def test_words_are_taken_as_they_are_written(line: str, words: list[str]) -> None:
    """A label with an apostrophe was refused as an open quotation."""
    assert split(line) == words


@pytest.mark.parametrize("line", ["report.set findings 'lung", 'a "b', 'a "', 'a "b\\"'])
def test_a_quotation_without_an_end_is_told(line: str) -> None:
    with pytest.raises(CommandError, match="a quote is not closed"):
        split(line)


@given(st.lists(st.text(max_size=12)))
def test_a_quoted_word_comes_back_as_it_was(words: list[str]) -> None:
    """Series names and paths go through command lines, whatever is in them."""
    assert split(" ".join(map(quoted, words))) == words


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=12)))
def test_a_comment_begins_outside_of_quotations_alone(words: list[str]) -> None:
    """A `#` in a report is report text."""
    line = " ".join(map(quoted, words))

    assert split(without_comment(f"{line} # it's a 'remark")) == words


def test_an_apostrophe_does_not_hide_a_comment() -> None:
    """`don't # why` was taken for an open quotation up to the end of the line."""
    assert without_comment("tool.text 1 1 don't # why") == "tool.text 1 1 don't "
