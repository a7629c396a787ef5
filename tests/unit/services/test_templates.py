"""The template follows the order."""

import pytest
from fakes_report import TEMPLATES

from workstation.errors import CommandError
from workstation.services.templates import Order, by_id, choose, fits, rank


@pytest.mark.parametrize(
    ("order", "chosen"),
    [
        (Order("CT chest with contrast", modality="CT", age_years=64), "ct-chest"),
        (Order("Thorax nativ", modality="CT"), "ct-chest"),
        (Order("unnamed", modality="CT", body_part="CHEST"), "ct-chest"),
        (Order("CT pulmonary angiography", modality="CT"), "ct-pulmonary-embolism"),
        (Order("CT chest, pulmonary embolism", modality="CT"), "ct-pulmonary-embolism"),
        (Order("CT abdomen and pelvis", modality="CT", age_years=50), "ct-abdomen"),
        (Order("CT abdomen and pelvis", modality="CT", age_years=9), "ct-abdomen-pelvis-child"),
        (Order("CT chest abdomen pelvis", modality="CT"), "ct-chest-abdomen-pelvis"),
        (Order("CT renal stone protocol", modality="CT"), "ct-renal-stone"),
        (Order("CT head without contrast", modality="CT"), "ct-head"),
        (Order("CT angiography head and neck, stroke", modality="CT"), "cta-stroke"),
        (Order("MRI brain without and with contrast", modality="MR"), "mr-brain"),
        (Order("XR chest 2 views", modality="DX"), "cr-chest"),
        (Order("Chest PA", modality="CR"), "cr-chest"),
        (Order("XR knee left", modality="CR"), "cr-extremity"),
        (Order("MRI knee right", modality="MR"), "mr-knee"),
        (Order("Mammography screening", modality="MG"), "mg-screening"),
        (Order("something new", modality="XA"), "free-text"),
        (Order("CT sinuses", modality="CT"), "free-text"),
        (Order("Chestnut allergy consult", modality="CT"), "free-text"),
        (Order("", modality=""), "free-text"),
    ],
)
def test_the_template_fits_the_procedure(order: Order, chosen: str) -> None:
    """The wrong template puts normals into a report that nobody looked at."""
    assert choose(TEMPLATES, order).template.id == chosen


def test_the_choice_says_why() -> None:
    """A reader who wonders must be able to see it."""
    choice = choose(TEMPLATES, Order("CT chest", modality="CT"))

    assert choice.reasons == ("modality CT", "region chest")


def test_the_same_order_always_gets_the_same_template() -> None:
    """Ties are broken by name, not by the order of files."""
    order = Order("CT chest abdomen pelvis", modality="CT")

    forward = [c.template.id for c in rank(TEMPLATES, order)]
    backward = [c.template.id for c in rank(TEMPLATES[::-1], order)]

    assert forward == backward


def test_a_template_of_another_modality_does_not_fit() -> None:
    """The check before signing asks this of a template that the reader chose."""
    order = Order("CT head", modality="CT")

    assert not fits(by_id(TEMPLATES, "mr-brain"), order)
    assert not fits(by_id(TEMPLATES, "ct-chest"), order)
    assert fits(by_id(TEMPLATES, "free-text"), order)


def test_an_unknown_template_names_those_there_are() -> None:
    """`report.template ct-chset` should not need the manual."""
    with pytest.raises(CommandError, match="ct-chest"):
        by_id(TEMPLATES, "ct-chset")
