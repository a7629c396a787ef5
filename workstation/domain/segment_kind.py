"""What a reader may call a segment of his own, with the codes of the standard for it.

Categories are those of PS3.16 CID 7150; lesions are of CID 7159, organs and tissues of the
lists for their part of the body (CID 7151 and those that it is made of).
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen


@frozen
class Concept:
    """A code of SNOMED CT as DICOM writes it."""

    value: str
    meaning: str


class SegmentKind(StrEnum):
    """In the order in which they are offered."""

    LESION = "lesion"
    MASS = "mass"
    NODULE = "nodule"
    CYST = "cyst"
    PRIMARY = "primary-neoplasm"
    SECONDARY = "metastasis"
    ABSCESS = "abscess"
    EDEMA = "edema"
    NECROSIS = "necrosis"
    HEMORRHAGE = "hemorrhage"
    THROMBUS = "thrombus"
    LYMPH_NODE = "lymph-node"
    LIVER = "liver"
    SPLEEN = "spleen"
    PANCREAS = "pancreas"
    KIDNEY = "kidney"
    ADRENAL = "adrenal-gland"
    LUNG = "lung"
    HEART = "heart"
    AORTA = "aorta"
    BRAIN = "brain"
    PROSTATE = "prostate"
    UTERUS = "uterus"
    OVARY = "ovary"
    VERTEBRA = "vertebra"


_ABNORMAL: Final = Concept("49755003", "Morphologically Abnormal Structure")
_ANATOMY: Final = Concept("91723000", "Anatomical Structure")

_TYPES: Final = MappingProxyType(
    {
        SegmentKind.LESION: Concept("52988006", "Lesion"),
        SegmentKind.MASS: Concept("4147007", "Mass"),
        SegmentKind.NODULE: Concept("27925004", "Nodule"),
        SegmentKind.CYST: Concept("367643001", "Cyst"),
        SegmentKind.PRIMARY: Concept("372087000", "Neoplasm, Primary"),
        SegmentKind.SECONDARY: Concept("14799000", "Neoplasm, Secondary"),
        SegmentKind.ABSCESS: Concept("44132006", "Abscess"),
        SegmentKind.EDEMA: Concept("79654002", "Edema"),
        SegmentKind.NECROSIS: Concept("6574001", "Necrosis"),
        SegmentKind.HEMORRHAGE: Concept("50960005", "Hemorrhage"),
        SegmentKind.THROMBUS: Concept("396339007", "Thrombus"),
        SegmentKind.LYMPH_NODE: Concept("59441001", "Lymph Node"),
        SegmentKind.LIVER: Concept("10200004", "Liver"),
        SegmentKind.SPLEEN: Concept("78961009", "Spleen"),
        SegmentKind.PANCREAS: Concept("15776009", "Pancreas"),
        SegmentKind.KIDNEY: Concept("64033007", "Kidney"),
        SegmentKind.ADRENAL: Concept("23451007", "Adrenal gland"),
        SegmentKind.LUNG: Concept("39607008", "Lung"),
        SegmentKind.HEART: Concept("80891009", "Heart"),
        SegmentKind.AORTA: Concept("15825003", "Aorta"),
        SegmentKind.BRAIN: Concept("12738006", "Brain"),
        SegmentKind.PROSTATE: Concept("41216001", "Prostate"),
        SegmentKind.UTERUS: Concept("35039007", "Uterus"),
        SegmentKind.OVARY: Concept("15497006", "Ovary"),
        SegmentKind.VERTEBRA: Concept("51282000", "Vertebra"),
    }
)


def coded(kind: SegmentKind) -> tuple[Concept, Concept]:
    """Segmented Property Category and Type (PS3.3 C.8.20.2)."""
    healthy = list(SegmentKind).index(kind) >= list(SegmentKind).index(SegmentKind.LYMPH_NODE)
    return (_ANATOMY if healthy else _ABNORMAL), _TYPES[kind]
