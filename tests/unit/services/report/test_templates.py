"""The template follows the order."""

from pathlib import Path

import pytest
from attrs import evolve
from fakes_report import TEMPLATES
from lxml import etree

from workstation.errors import CommandError
from workstation.protocols import mrrt
from workstation.protocols.mrrt_sections import coded
from workstation.services.report.templates import Order, by_id, choose, fits, rank
from workstation.settings import resource


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
        (Order("CT sinuses", modality="CT"), "ct-sinuses"),
        (Order("CT neck with contrast", modality="CT"), "ct-neck"),
        (Order("CT whole body, polytrauma", modality="CT"), "ct-trauma"),
        (Order("CTA aorta, dissection", modality="CT"), "ct-aorta"),
        (Order("CTA chest abdomen pelvis, aortic dissection", modality="CT"), "ct-aorta"),
        (Order("CT angiography run-off", modality="CT"), "cta-leg-arteries"),
        (Order("CT coronary angiography", modality="CT"), "cta-coronary"),
        (Order("CT temporal bone", modality="CT"), "ct-temporal-bone"),
        (Order("CT facial bones", modality="CT"), "ct-facial-bones"),
        (Order("Cone beam CT, mandible", modality="CT"), "cbct-jaw"),
        (Order("CT lumbar spine", modality="CT"), "ct-lumbar-spine"),
        (Order("CT thoracic spine", modality="CT"), "free-text"),
        (Order("CT ankle left", modality="CT"), "ct-extremity"),
        (Order("MRI cervical spine", modality="MR"), "mr-cervical-spine"),
        (Order("MRI shoulder left", modality="MR"), "mr-shoulder"),
        (Order("MRI hip", modality="MR"), "mr-hip"),
        (Order("MRI ankle", modality="MR"), "mr-ankle"),
        (Order("MRI wrist", modality="MR"), "mr-wrist"),
        (Order("MRI abdomen, liver lesion", modality="MR"), "mr-liver"),
        (Order("MRI prostate", modality="MR"), "mr-prostate"),
        (Order("MRI pelvis, endometriosis", modality="MR"), "mr-pelvis-female"),
        (Order("Cardiac MRI", modality="MR"), "mr-cardiac"),
        (Order("MRI breast", modality="MR"), "mr-breast"),
        (Order("US thyroid", modality="US"), "us-thyroid"),
        (Order("US obstetric, first trimester", modality="US"), "us-obstetric-first"),
        (Order("US obstetric, 20 weeks", modality="US"), "us-obstetric-second"),
        (Order("US breast right", modality="US"), "us-breast"),
        (Order("US carotids", modality="US"), "us-carotid"),
        (Order("US renal", modality="US"), "us-kidneys"),
        (Order("US abdomen", modality="US"), "us-abdomen"),
        (Order("US scrotum", modality="US"), "us-scrotum"),
        (Order("US pelvis, transvaginal", modality="US"), "us-pelvis"),
        (Order("US hips", modality="US", age_years=0), "us-hip-infant"),
        (Order("US hip", modality="US", age_years=40), "free-text"),
        (Order("XR lumbar spine", modality="DX"), "cr-spine"),
        (Order("XR pelvis", modality="DX"), "cr-pelvis-hip"),
        (Order("XR abdomen", modality="DX"), "cr-abdomen"),
        (Order("XR left hand, bone age", modality="CR", age_years=9), "cr-bone-age"),
        (Order("XR left hand", modality="CR", age_years=9), "cr-extremity"),
        (Order("Mammography diagnostic, lump left", modality="MG"), "mg-diagnostic"),
        (Order("NM bone scan", modality="NM"), "nm-bone-scan"),
        (Order("NM lung ventilation perfusion", modality="NM"), "nm-lung-perfusion"),
        (Order("MRI prostate", modality="MR", sex="M"), "mr-prostate"),
        (Order("MRI prostate", modality="MR", sex="F"), "free-text"),
        (Order("MRI prostate", modality="MR", sex="O"), "mr-prostate"),
        (Order("US pelvis, transvaginal", modality="US", sex="F"), "us-pelvis"),
        (Order("US scrotum", modality="US", sex="F"), "free-text"),
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


def test_of_two_that_fit_alike_the_one_for_this_sex_is_chosen() -> None:
    """A hospital has a chest film of women with the breasts in it."""
    both = by_id(TEMPLATES, "cr-chest")
    women = evolve(both, id="cr-chest-women", sex="F")
    order = Order("XR chest", modality="CR", sex="F")
    assert choose((both, women), order).template is women
    assert "sex F" in choose((both, women), order).reasons
    assert choose((both, women), evolve(order, sex="M")).template is both


#: What the issue names, each with a template that is made for it.
MISSION = {
    "chest": "ct-chest",
    "abdomen": "ct-abdomen",
    "neuro": "mr-brain",
    "bones and joints": "mr-knee",
    "breast": "mg-screening",
    "children": "ct-abdomen-pelvis-child",
    "pregnancy": "us-obstetric-second",
    "vessels": "us-carotid",
    "heart": "mr-cardiac",
    "PET/CT": "pet-ct",
    "trauma": "ct-trauma",
    "stroke": "cta-stroke",
    "teeth": "cbct-jaw",
}


def test_there_is_a_template_for_every_field_that_is_read_at_night() -> None:
    """Thirty at least, and none of them a copy of another."""
    known = {each.id: each for each in TEMPLATES}
    assert len(known) >= 30
    assert set(MISSION.values()) <= set(known)
    bodies = {tuple(spec for s in each.sections for spec in s.fields) for each in TEMPLATES}
    assert len(bodies) == len(known)


@pytest.mark.parametrize("file", sorted(resource("templates").glob("*.html")), ids=lambda f: f.stem)
def test_every_section_bears_its_code_and_the_file_says_from_where(file: Path) -> None:
    """A receiver that reads no English knows the impression by its code."""
    body = file.read_bytes()
    found = coded(etree.fromstring(body, etree.HTMLParser(encoding="utf-8")))
    sections = mrrt.read(body, fallback_id=file.stem).sections
    assert set(found.values()) == {section.kind for section in sections}
    assert b"LOINC, as in DICOM PS3.16 CID 7001" in body
