"""What a sentence claims. Every false alarm that is reported becomes a row here."""

import re

import pytest

from workstation.services.report.assertions import claimed
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
        ("Partial resolution of the pneumothorax.", True),
        ("CT without contrast showing a small hematoma.", True),
        ("CT without contrast and without hematoma.", False),
        ("Site of previous surgery containing a hematoma.", True),
        ("The effusion has cleared and the pneumothorax persists.", True),
        ("The hematoma was drained.", False),
        ("Free air, abscess or fluid are not seen.", False),
        ("Pneumothorax, which was seen on Monday, is gone.", False),
        ("Pneumothorax was considered but the line is a skin fold.", False),
        ("No shift, in keeping with a small pneumothorax.", True),
        ("No findings in keeping with a pneumothorax.", False),
        ("No suspicious opacity, effusion, or pneumothorax.", False),
        ("No abnormality other than a small pneumothorax.", True),
        ("Skin fold rather than pneumothorax.", False),
        ("Old, calcified hematoma.", False),
        ("Old rib fractures with a new pneumothorax.", True),
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
        ("Free air, expected on the first day after laparotomy.", False),
        ("Free air, more than expected after laparotomy.", True),
        ("Pneumothorax; the drain in its expected position.", True),
        ("Clinical details: fall, pneumothorax.", False),
        ("Technique: pulmonary embolism was looked for.", False),
        ("Indication:\nPulmonary embolism.", False),
        ("70-year-old with pulmonary embolism.", False),
        ("Pulmonary embolism protocol.", False),
        ('The letter says "pneumothorax".', False),
        ("Aortic dissection, stable since 2015.", False),
        ("Aortic dissection of 2015, now larger.", True),
        ("The hematoma is old.", False),
        ("Hematoma, the tumor is unchanged since 12 May.", True),
        ("The known pneumothorax persists.", True),
        ("The known pneumothorax has a chest drain.", False),
        ("Pneumothorax may develop.", False),
        ("Risks such as pneumothorax were explained.", False),
        ("A skin fold that mimics a pneumothorax.", False),
        ("There is potential for air embolism.", False),
    ],
)
def test_what_ended_what_is_asked_and_what_may_come_is_no_finding_of_today(
    sentence: str, claimed: bool
) -> None:
    """R33; and an end that did not come is one."""
    assert _is_claimed(sentence) is claimed
