"""What a sentence claims. Every false alarm that is reported becomes a row here."""

import re

import pytest

from workstation.services.report.claims import claimed
from workstation.services.report.phrases import sentences

_FINDING = re.compile(
    r"pneumothorax|pneumoperitoneum|free air|embol(?:ism|i|us)|hematoma|hemorrhage|"
    r"cord compression|aortic dissection",
    re.I,
)


def _is_claimed(text: str) -> bool:
    return any(
        claimed(sentence, *match.span())
        for sentence in sentences(text)
        for match in _FINDING.finditer(sentence)
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
    assert _is_claimed(text)


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
    assert not _is_claimed(text)


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
    assert _is_claimed(sentence) is claimed
