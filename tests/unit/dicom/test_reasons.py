"""Reason codes: scripts rely on them, and docs/reasons.md explains each."""

import re
from pathlib import Path

import pytest

from workstation.dicom.reasons import NOTICES, WORDS, not_displayable
from workstation.dicom.sop_classes import OBJECTS, kind_of, object_code
from workstation.domain.study import DisplaySetKind

PAGE = Path(__file__).parents[3] / "docs" / "reasons.md"
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


def test_every_code_is_explained_and_nothing_else() -> None:
    """A support person who is told a code must find it, in the words the reader saw."""
    explained = {code: seen for code, seen, _ in ROW.findall(PAGE.read_text("utf-8"))}

    assert explained == {**WORDS, **NOTICES, **OBJECTS}


def test_no_code_stands_for_two_things() -> None:
    """A script that looks for a code must not find something else."""
    assert len(WORDS) + len(NOTICES) + len(OBJECTS) == len({**WORDS, **NOTICES, **OBJECTS})


def test_an_unknown_code_is_worded_as_damage() -> None:
    """A child that was taken over must not put its own words on the screen."""
    assert not_displayable("<b>call 555</b>").reason == "damaged"


@pytest.mark.parametrize(
    ("number", "code", "kind"),
    [
        ("88.11", "structured-report", DisplaySetKind.REPORT),
        ("88.59", "key-objects", DisplaySetKind.KEY_OBJECTS),
        ("88.67", "dose-report", DisplaySetKind.REPORT),
        ("11.1", "presentation-state", DisplaySetKind.PRESENTATION),
        ("66.1", "registration", DisplaySetKind.OTHER),
        ("66.4", "segmentation", DisplaySetKind.SEGMENTATION),
        ("66.7", "segmentation", DisplaySetKind.SEGMENTATION),
        ("67", "real-world-values", DisplaySetKind.OTHER),
        ("104.1", "pdf", DisplaySetKind.DOCUMENT),
        ("104.2", "cda", DisplaySetKind.DOCUMENT),
        ("104.3", "model", DisplaySetKind.OTHER),
        ("9.1.1", "waveform", DisplaySetKind.OTHER),
        ("481.2", "rt-dose", DisplaySetKind.RT),
        ("481.3", "rt-structures", DisplaySetKind.RT),
        ("481.5", "rt-plan", DisplaySetKind.RT),
        ("481.8", "rt-plan", DisplaySetKind.RT),
        ("481.1", "", None),  # RT Image
        ("481.23", "", None),  # Enhanced RT Image
        ("30", "", None),  # Parametric Map
        ("2", "", None),  # CT
        ("77.1.5.4", "", None),  # Ophthalmic Tomography
        ("20", "", None),  # NM
    ],
)
def test_objects_say_what_they_are(number: str, code: str, kind: DisplaySetKind | None) -> None:
    """PS3.4 B.5: a report taken for an image would be an empty viewport, and the other way
    round an image would be missing."""
    sop_class = f"1.2.840.10008.5.1.4.1.1.{number}"

    assert (object_code(sop_class), kind_of(sop_class)) == (code, kind)
