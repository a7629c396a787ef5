"""Display pixels as images of a study: what a film and a picture of a view say alike (PS3.3 A.8).

pydicom alone. Nothing in them is for measuring: they have no plane, no spacing and no values.
"""

import warnings
from collections.abc import Callable, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.valuerep import format_number_as_ds

from workstation.dicom.derivation import code, made_of
from workstation.dicom.document_head import (
    MANUFACTURER,
    DocumentHead,
    as_file,
    complete,
    identity,
)
from workstation.domain.identifiers import FrameKey
from workstation.imaging.transfer import Projection


class Drawn(StrEnum):
    """What it is a picture of: the third value of Image Type."""

    RENDERING = "VOLUME_RENDERING"
    MIP = "MIP"
    MINIP = "MINIP"
    STRAIGHTENED = "CPR"
    PLANE = "MPR"
    IMAGE = "SCREEN"

    @classmethod
    def by(cls, projection: Projection) -> "Drawn":
        """Of a volume as rays see it."""
        found = {Projection.MIP: cls.MIP, Projection.MINIP: cls.MINIP}
        return found.get(projection, cls.RENDERING)


#: PS3.16 CID 7203; of an image as it stands on a screen there is none.
_DERIVATIONS: Final = MappingProxyType(
    {
        Drawn.RENDERING: ("113074", "Volume rendering"),
        Drawn.MIP: ("113078", "Maximum intensity projection"),
        Drawn.MINIP: ("113079", "Minimum intensity projection"),
        Drawn.STRAIGHTENED: ("113073", "Curved multiplanar reformatting"),
        Drawn.PLANE: ("113072", "Multiplanar reformatting"),
    }
)
_DIGITS: Final = 64  # of a Series Description (LO)


@frozen(eq=False)
class Said:
    """What is said of display pixels: `modality` is that of the images they were made of (PS3.3
    C.7.3.1.1.1), `how` stands behind the name of the derivation."""

    head: DocumentHead
    modality: str
    description: str
    drawn: Drawn
    how: str
    number: int  # of the series
    lossy_ratio: float | None = None  # of what it was made of; 0: it is not said
    nameless: bool = True  # nobody is named in the pixels; else it is not known


def document(
    said: Said,
    sop_class: str,
    pixels: NDArray[np.uint8],
    sources: Sequence[FrameKey],
    more: Callable[[Dataset], None],
) -> bytes:
    """A Part 10 file of (..., rows, columns, 3), red, green and blue; `more` adds what the class
    has beside.

    Raises ValueError where the images it was made of are of another study.
    """
    if any(each.study != said.head.study for each in sources):
        raise ValueError("made of images of another study")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        made = identity(said.head)
        made.SOPClassUID = sop_class
        _identify(made, said)
        _show(made, pixels)
        more(made)
        _derive(made, said, sources)
        complete(made, said.head)
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        return as_file(made)


def _identify(made: Dataset, said: Said) -> None:
    head = said.head
    made.SOPInstanceUID, made.SeriesInstanceUID = head.sop_uid, head.series_uid
    made.Modality, made.Manufacturer, made.ConversionType = said.modality, MANUFACTURER, "WSD"
    made.SeriesNumber, made.InstanceNumber = said.number, 1
    made.SeriesDescription = said.description[:_DIGITS]
    made.SeriesDate, made.SeriesTime = head.at.strftime("%Y%m%d"), head.at.strftime("%H%M%S")
    made.Laterality, made.PatientOrientation = "", ""  # letters in the picture say how it lies
    if said.nameless:
        made.BurnedInAnnotation = "NO"  # PS3.3 C.7.6.1


def _show(made: Dataset, pixels: NDArray[np.uint8]) -> None:
    """PS3.3 C.7.6.3."""
    rows, columns, samples = pixels.shape[-3:]
    made.SamplesPerPixel, made.PhotometricInterpretation = samples, "RGB"
    made.PlanarConfiguration, made.PixelRepresentation = 0, 0
    made.Rows, made.Columns = rows, columns
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit = 7
    data = pixels.tobytes()
    made.PixelData = data if len(data) % 2 == 0 else data + b"\0"
    made["PixelData"].VR = "OB"


def _derive(made: Dataset, said: Said, sources: Sequence[FrameKey]) -> None:
    named = _DERIVATIONS.get(said.drawn)
    made.ImageType = ["DERIVED", "SECONDARY", said.drawn.value]
    words = [each for each in (named[1] if named else "", said.how) if each]
    made.DerivationDescription = f"{', '.join(words)}; Reading Workstation"
    if named is not None:
        made.DerivationCodeSequence = [code(*named)]
    made.SourceImageSequence = list(made_of(said.head, sources))
    made.LossyImageCompression = "00" if said.lossy_ratio is None else "01"
    if said.lossy_ratio:
        made.LossyImageCompressionRatio = format_number_as_ds(said.lossy_ratio)
