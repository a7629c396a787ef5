"""Of which images an image was made, and how (PS3.3 C.7.6.1.1.3, C.12.4)."""

from collections.abc import Iterable, Sequence

from pydicom import Dataset

from workstation.dicom.document_head import DocumentHead
from workstation.domain.identifiers import FrameKey


def code(value: str, meaning: str) -> Dataset:
    """Of DICOM's own words (PS3.16 annex D)."""
    made = Dataset()
    made.CodeValue, made.CodingSchemeDesignator, made.CodeMeaning = value, "DCM", meaning
    return made


def made_of(head: DocumentHead, frames: Sequence[FrameKey]) -> Iterable[Dataset]:
    """An item of Source Image Sequence for each of the instances."""
    numbers: dict[str, list[int]] = {}
    for each in frames:
        numbers.setdefault(each.sop, []).append(each.frame_index + 1)
    for sop, named in numbers.items():
        item, image = Dataset(), head.images[next(k.sop for k in frames if k.sop == sop)]
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image.sop_class, sop
        if image.frames > 1:
            item.ReferencedFrameNumber = sorted(named)
        item.PurposeOfReferenceCodeSequence = [
            code("121322", "Source image for image processing operation")
        ]
        yield item
