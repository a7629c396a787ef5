"""Words that look as they did while the text around them changes."""

import random

import pytest

from workstation.domain.rich_text import (
    RichText,
    Spans,
    covers,
    difference,
    moved,
    replaced,
    united,
    without,
)


@pytest.mark.parametrize(
    ("old", "new", "spans", "expected"),
    [
        ("mass 12 mm", "A mass 12 mm", ((5, 10),), ((7, 12),)),  # written before
        ("mass 12 mm", "mass 12 mm left", ((5, 10),), ((5, 10),)),  # written behind
        ("mass 12 mm", "mass 13 mm", ((5, 10),), ((5, 10),)),  # a number that is new
        ("mass 12 mm", "mass  mm", ((5, 10),), ((5, 8),)),  # a part is taken out
        ("mass 12 mm", "", ((5, 10),), ()),
        ("mass", "nodule", ((0, 4),), ()),  # nothing of it is left
    ],
)
def test_bold_words_stay_bold_where_they_go(
    old: str, new: str, spans: Spans, expected: Spans
) -> None:
    """A size that was set in bold must not lend its weight to the words beside it."""
    assert moved(spans, old, new) == expected


def test_letters_look_as_one_typed_them() -> None:
    """Held against a list of letters, each with its own look, through 2,000 changes."""
    dice = random.Random(7)
    text, looks, spans = "", list[bool](), ()  # type: tuple[str, list[bool], Spans]
    for _ in range(2000):
        start = dice.randint(0, len(text))
        end = min(len(text), start + dice.choice((0, 0, 0, 1, 5)))
        words, bold = "".join(dice.choices("ab ", k=dice.randint(0, 4))), dice.random() < 0.4
        text = text[:start] + words + text[end:]
        spans = replaced(spans, start, end, len(words), bold=bold)
        looks[start:end] = [bold] * len(words)

        assert [covers(spans, n, n + 1) for n in range(len(text))] == looks


def test_spans_are_in_order_and_never_touch() -> None:
    """One look of a text has one way to be written: drafts of the same words are the same."""
    assert united(((4, 6), (0, 2), (2, 3), (5, 9), (9, 9))) == ((0, 3), (4, 9))
    assert without(((0, 10),), 3, 5) == ((0, 3), (5, 10))


def test_parts_of_a_text_look_as_they_did() -> None:
    """A sentence is taken into the impression with its bold words."""
    whole = RichText("No effusion. Mass of 12 mm.", ((13, 17), (21, 26)))

    assert whole.part(13) == RichText("Mass of 12 mm.", ((0, 4), (8, 13)))
    assert whole.part(13).runs == (("Mass", True), (" of ", False), ("12 mm", True), (".", False))
    assert whole.part(0, 13) + whole.part(13) == whole


def test_the_difference_of_two_texts_is_one_place() -> None:
    """The editor touches that place alone, so that no caret is thrown about."""
    assert difference("left 12 mm", "left 13 mm") == (6, 7, 1)
    assert difference("aa", "aaa") == (2, 2, 1)
    assert difference("same", "same") == (4, 4, 0)
