"""What a sentence claims. Every false alarm that is reported becomes a row here."""

import re

import pytest

from workstation.services.report.phrases import asserted, sentences, side_of, wrong_side

_FINDING = re.compile(
    r"pneumothorax|pneumoperitoneum|free air|embol(?:ism|i|us)|hematoma|hemorrhage|"
    r"cord compression|aortic dissection",
    re.I,
)


@pytest.mark.parametrize(
    "text",
    [
        "There is a large right pneumothorax.",
        "Acute saddle pulmonary embolus.",
        "Pulmonary embolism cannot be excluded.",
        "Small acute subdural hematoma along the left convexity.",
        "No fracture but there is a tension pneumothorax.",
        "No change in the small left apical pneumothorax.",
        "Not only effusion but also pneumothorax is present.",
        "Interval development of pneumoperitoneum.",
        "Aortic dissection is present without rupture.",
        "The patient has no pain; large epidural hematoma.",
        "No effusion. Pneumothorax on the right.",
        "Pneumothorax: no change.",
        "Free air: moderate, none of it loculated.",
    ],
)
def test_what_is_claimed_is_found(text: str) -> None:
    """A missed critical term is a call that nobody makes."""
    assert list(asserted(text, _FINDING))


@pytest.mark.parametrize(
    "text",
    [
        "No pneumothorax.",
        "Free air: None seen.",
        "Free fluid and free air: none.",
        "No pleural effusion or pneumothorax.",
        "Pneumothorax is not seen.",
        "Negative for pulmonary embolism.",
        "History of pulmonary embolism.",
        "Rule out aortic dissection",
        "No acute intracranial hemorrhage, mass effect or midline shift.",
        "There is no free air.",
        "Previously seen pneumothorax has resolved.",
        "Without evidence of pulmonary emboli.",
        "Chronic subdural hematoma, unchanged.",
        "Free of pneumothorax.",
    ],
)
def test_what_is_denied_or_past_is_not_claimed(text: str) -> None:
    """An alarm on every normal is an alarm nobody reads."""
    assert not list(asserted(text, _FINDING))


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


@pytest.mark.parametrize(
    ("sentence", "claimed"),
    [
        ("The pneumothorax is no longer visible.", False),
        ("Interval resolution of the pneumothorax.", False),
        ("The pneumothorax has cleared.", False),
        ("The pneumothorax has not resolved.", True),
        ("The pneumothorax has not yet cleared.", True),
        ("CT to exclude a pneumothorax.", False),
        ("The risk of pneumothorax is high.", False),
        ("Repeat if signs of a pneumothorax appear.", False),
        ("Old pneumothorax.", False),
        ("Although no fracture is seen, there is a pneumothorax.", True),
        ("Pneumothorax with an absent lung edge.", True),
        ("A pneumothorax is absent.", False),
        ("Suspected pneumothorax.", False),
        ("Suspected pneumothorax with a deep sulcus on the left side.", True),
        ("More than expected pneumothorax.", True),
        ("Expected postoperative pneumothorax.", False),
    ],
)
def test_what_ended_what_is_asked_and_what_may_come_is_no_finding_of_today(
    sentence: str, claimed: bool
) -> None:
    """R33; and an end that did not come is one."""
    assert bool(list(asserted(sentence, _FINDING))) is claimed
