"""Key images as a Key Object Selection (PS3.3 A.35.4): other viewers show them first.

Imports highdicom, and is itself imported only where a document is written.
"""

import warnings
from collections.abc import Mapping, Sequence

from highdicom import ko
from highdicom.sr import CodedConcept
from pydicom import Dataset

from workstation.dicom.document_head import DocumentHead, as_file, complete, evidence, placed
from workstation.dicom.observer import observer
from workstation.domain.identifiers import SeriesUID, SopUID
from workstation.domain.key_image import KEY_CODES, KeyImage, KeyTitle


def key_object_document(head: DocumentHead, title: KeyTitle, keys: Sequence[KeyImage]) -> bytes:
    """One selection under one title, as a Part 10 file.

    Raises ValueError where an image is of another study, or not known.
    """
    for each in keys:
        if each.frame.study != head.study or each.frame.sop not in head.images:
            raise ValueError("a key image of another study")
    frames: dict[SopUID, list[int]] = {}
    for each in keys:
        frames.setdefault(each.frame.sop, []).append(each.frame.frame_index + 1)
    series = {each.frame.sop: each.frame.series for each in keys}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        document = _document(head, title, frames, series)
        return as_file(document)


def _document(
    head: DocumentHead,
    title: KeyTitle,
    frames: Mapping[SopUID, Sequence[int]],
    series: Mapping[SopUID, SeriesUID],
) -> Dataset:
    content = ko.KeyObjectSelection(
        document_title=CodedConcept(KEY_CODES[title][0], "DCM", KEY_CODES[title][1]),
        referenced_objects=[_image(head, sop) for sop in frames],
        observer_person_context=observer(head.reader),
    )
    document = ko.KeyObjectSelectionDocument(
        evidence=list(evidence(head, series)),
        content=content,
        **placed(head),
        series_description="Key images",
    )
    for item in document.ContentSequence:
        for reference in item.get("ReferencedSOPSequence", ()):
            sop = SopUID(reference.ReferencedSOPInstanceUID)
            if head.images[sop].frames > 1:
                reference.ReferencedFrameNumber = sorted(frames[sop])
    complete(document, head)
    return document


def _image(head: DocumentHead, sop: SopUID) -> Dataset:
    """What the library looks at: that it is an image, and which."""
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = head.images[sop].sop_class, sop
    made.Rows = made.Columns = 1
    return made
