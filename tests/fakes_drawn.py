"""What is said of display pixels, and the images that they were made of."""

from datetime import UTC, datetime
from typing import Final

from fakes_planes import SOURCE

from workstation.dicom.display_pixels import Drawn, Said
from workstation.dicom.document_head import DocumentHead, MarkedImage
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.reader import Reader

AT: Final = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
STUDY: Final = StudyUID("1.2.9")
CT: Final = "1.2.840.10008.5.1.4.1.1.2"
KEYS: Final = [
    FrameKey(SiteId("harbor"), STUDY, SeriesUID("1.2.9.1"), SopUID(f"1.2.9.1.{n}"))
    for n in (1, 2, 3)
]
HEAD: Final = DocumentHead(
    STUDY, SOURCE, Reader("17", "Reader, Ada"), AT, "2.25.11", "2.25.12",
    {key.sop: MarkedImage(CT, "CT", 1) for key in KEYS},
)  # fmt: skip
SAID: Final = Said(HEAD, "CT", "Lung, Bone, turning", Drawn.RENDERING, "turned once around", 9002)
