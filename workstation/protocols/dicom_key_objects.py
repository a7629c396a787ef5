"""Key object selections out of their metadata (PS3.3 A.35.4, PS3.16 TID 2010)."""

from typing import Final

from attrs import evolve

from workstation.domain.identifiers import SopUID
from workstation.domain.key_objects import KeySelection, Title
from workstation.domain.referenced import ReferencedImage
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_presentation import clock
from workstation.protocols.dicom_references import MOST_IMAGES, evidence
from workstation.protocols.dicom_sr import ContentItem, content_tree

_KEY_OBJECTS: Final = "1.2.840.10008.5.1.4.1.1.88.59"
_MODIFIER: Final = ("113011", "DCM")
_DESCRIPTION: Final = ("113012", "DCM")


def key_selection(row: Attributes) -> KeySelection | None:
    """None where the object is no key object selection."""
    if row.text("00080016") != _KEY_OBJECTS:
        return None
    root = content_tree(row)
    items = list(root.walk())[1:]
    said = [item.code.words for item in items if item.name.means(*_MODIFIER)]
    describing = (item.text for item in items if item.name.means(*_DESCRIPTION))
    title = root.name
    return KeySelection(
        sop=SopUID(row.text("00080018")),
        title=Title(title.value, title.scheme, title.words, tuple(filter(None, said))),
        images=_images(row, items),
        description=next(describing, ""),
        creator=_observer(items),
        created=row.day("00080023"),
        created_time=clock(row.text("00080033")),
    )


def _images(row: Attributes, items: list[ContentItem]) -> tuple[ReferencedImage, ...]:
    """What the tree names; the evidence says where it is, and may name far more."""
    where = evidence(row)
    found: list[ReferencedImage] = []
    for item in items:
        if item.image is None or len(found) == MOST_IMAGES:
            continue
        image = ReferencedImage(
            SopUID(item.image.sop),
            tuple(number - 1 for number in item.image.frames),
            sop_class=item.image.sop_class,
        )
        if image.sop in where:
            study, series = where[image.sop]
            image = evolve(image, study=study, series=series)
        found.append(image)
    return tuple(found)


def _observer(items: list[ContentItem]) -> str:
    """Person Observer Name, else the name of a device (PS3.16 TID 1002)."""
    names = {item.name.value: item.text for item in items if item.text}
    return names.get("121008", "") or names.get("121013", "")
