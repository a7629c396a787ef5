"""Which findings must be told of. Every one that was missed or mistaken becomes a row here."""

import pytest

from workstation.services.report.critical_terms import asserted


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Small amount of pleural air at the apex.", "pleural air"),
        ("Air collection in the pleural space.", "air"),
        ("Occlusion of the left MCA.", "occlusion"),
        ("Thrombus in the left portal vein.", "thrombus"),
        ("Ruptured spleen.", "ruptured"),
        ("Torsion of the left ovary.", "torsion"),
        ("Acute lacunar infarct.", "acute lacunar infarct"),
        ("Feeding tube tip 1.5 cm into the right main bronchus.", "feeding tube tip"),
        ("No flow in the left testis.", "no flow"),
        ("Haemopneumothorax.", "haemopneumothorax"),
        ("Tracheobronchial foreign body.", "foreign body"),
        ("Air under the right hemidiaphragm.", "air"),
        ("SBO with a transition zone in the ileum.", "sbo"),
        ("Apical thrombus of the left ventricle.", "thrombus"),
        ("Intradural hematoma at L2.", "intradural hematoma"),
        ("Ischemia of the left testicle.", "ischemia"),
        ("Large hydrocephalus.", "hydrocephalus"),
        ("Coin in the upper esophagus.", "coin"),
        ("Infarction of the left occipital lobe.", "infarction"),
        ("Thrombus in the Rt. popliteal vein.", "thrombus"),
        ("Hematoma of the left iliopsoas.", "hematoma"),
        ("Gas within the portal venous system.", "gas"),
        ("Intussuscepted bowel.", "intussuscepted"),
        ("Thrombosis of the left middle cerebral artery.", "thrombosis"),
        ("Obstruction of the distal ileum.", "obstruction"),
        ("Misplaced left jugular central venous catheter.", "misplaced"),
        ("Feeding tube coiled in the upper esophagus.", "feeding tube coiled"),
        ("Herniation of the cerebellar tonsils.", "herniation"),
        ("Complete transection of the spinal cord.", "transection"),
        ("Perisplenic hematoma.", "perisplenic hematoma"),
        ("Gas in the wall of the cecum, intramural gas.", "intramural gas"),
        ("Thrombus of the left atrial appendage.", "thrombus"),
        ("Acute cholecystitis.", "cholecystitis"),
        ("Mediastinal air beside the trachea.", "mediastinal air"),
        ("Perforation of the ventricle by the pacemaker lead.", "perforation"),
        ("Extravasation of contrast beside the liver.", "extravasation"),
        ("Complete occlusion of the popliteal artery.", "complete occlusion"),
        ("Pnuemothorax on the left.", "pneumothorax"),
    ],
)
def test_a_finding_is_named_with_the_part_it_befalls(sentence: str, words: str) -> None:
    """A list of whole terms misses half of what is dictated."""
    assert any(words in found for found, _ in asserted(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "Rupture of the Achilles tendon.",
        "Tibial torsion of 25 degrees.",
        "Perforation of the nasal septum.",
        "Neck dissection on the left.",
        "Cerebral blood flow is normal.",
        "Nerve stimulator over the left hemithorax.",
        "Scalp hematoma over the left frontal bone.",
        "Pes planus.",
        "Pneumatosis cystoides.",
        "Lacunar infarct of the left thalamus.",
        "Chiari malformation with herniation of the cerebellar tonsils.",
        "Obstruction of the left ureter, bowel normal.",
        "Misplaced pedicle screw.",
        "Nasogastric tube coiled in the stomach.",
        "Chronic cholecystitis.",
        "Coin lesion of the lung, esophagus normal.",
        "Air space disease, retroperitoneum normal.",
        "Stable hydrocephalus with the shunt in place.",
        "Closed loop ileostomy.",
        "Extravasation at the injection site of the contrast, forearm swollen.",
        "Coiling with complete occlusion of the aneurysm of the carotid artery.",
        "Nasogastric tube in the stomach, right lower lobe atelectasis.",
        "Tube tip in the stomach with right lower lobe consolidation.",
        "Endotracheal tube 4 cm above the carina.",
        "Microvascular ischemic changes without acute infarct.",
        "Old infarct, no acute hemorrhage of the brain.",
        "Normal pressure hydrocephalus with enlarged ventricles.",
    ],
)
def test_the_same_word_of_another_part_is_nobodys_emergency(sentence: str) -> None:
    """A reader who is asked whom he called about a flat foot stops reading the checks."""
    assert list(asserted(sentence)) == []


def test_what_befalls_a_part_is_named_with_it() -> None:
    """ "Critical term: gas" would tell the reader nothing."""
    text = "Extensive gas in the portal vein. Occlusion of the basilar artery."
    assert [words for words, _ in asserted(text)] == [
        "gas in the portal vein",
        "occlusion of the basilar",
    ]


def test_each_finding_is_told_with_the_sentence_it_stands_in() -> None:
    """It becomes the words of the call, as they were written."""
    text = "No effusion. Right PTX, 2 cm.\nFree air."
    assert list(asserted(text)) == [("ptx", "Right PTX, 2 cm."), ("free air", "Free air.")]
