"""The sentences of a report, and the sides they name. What was reported wrong is a row here."""

import pytest

from workstation.services.report.phrases import sentences, side_of, wrong_side


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("XR knee left", "L"),
        ("Rt shoulder", "R"),
        ("Knees both, left worse", ""),
        ("Left and right knee", ""),
        ("CT chest", ""),
    ],
)
def test_the_side_of_an_order_is_read_where_it_names_one(text: str, side: str) -> None:
    """The order's own field is often empty."""
    assert side_of(text) == side


@pytest.mark.parametrize(
    ("text", "side", "wrong"),
    [
        ("Effusion of the right knee.", "L", True),
        ("Effusion of the left knee.", "L", False),
        ("Right-sided knee effusion.", "L", True),
        ("Comparison with right knee.", "L", False),
        ("Left-sided aortic arch.", "R", False),
        ("AP pelvis and lateral view of the hip.", "L", False),
        ("Cyst of 2 cm in the right kidney and of 3 cm in the left kidney.", "L", False),
        ("Right lower lobe opacity.", "L", False),
        ("Disc bulge at L4-L5, more on the right.", "L", False),
        ("Effusion of the right knee.", "", False),
    ],
)
def test_the_other_side_is_noticed_where_one_side_was_examined(
    text: str, side: str, wrong: bool
) -> None:
    """Wrong-side reports lead to wrong-side operations."""
    assert bool(wrong_side(text, side)) is wrong


def test_sentences_end_at_stops_and_lines() -> None:
    """A decimal point is no end."""
    assert list(sentences("A 1.5 cm nodule. No effusion\nHeart normal.")) == [
        "A 1.5 cm nodule.",
        "No effusion",
        "Heart normal.",
    ]


def test_a_side_or_a_title_that_is_cut_short_ends_no_sentence() -> None:
    """ "Thrombus in the Rt." is half a finding; a heart that is normal ends its sentence."""
    assert list(
        sentences("Thrombus in the Rt. popliteal vein. Normal heart. Told to Dr. Ward.")
    ) == [
        "Thrombus in the Rt. popliteal vein.",
        "Normal heart.",
        "Told to Dr. Ward.",
    ]


def test_a_heading_alone_in_its_line_belongs_to_the_words_below() -> None:
    """What was asked is told by its heading: cut off from it, a question is a finding."""
    assert list(sentences("Indication:\nPulmonary embolism.\nLungs clear.")) == [
        "Indication:\nPulmonary embolism.",
        "Lungs clear.",
    ]
