"""A rendered volume that turns, as a film of display pixels: Multi-frame True Color Secondary
Capture Image Storage (PS3.3 A.8.5), which every viewer plays.

pydicom alone. Nothing in it is for measuring: it has no plane, no spacing and no values.
"""

import warnings
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MultiFrameTrueColorSecondaryCaptureImageStorage
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

#: PS3.16 CID 7203, and the third value of Image Type.
_DERIVATIONS: Final = MappingProxyType(
    {
        Projection.MIP: ("113078", "Maximum intensity projection", "MIP"),
        Projection.MINIP: ("113079", "Minimum intensity projection", "MINIP"),
    }
)
_RENDERED: Final = ("113074", "Volume rendering", "VOLUME_RENDERING")
_DIGITS: Final = 64  # of a Series Description (LO)
_FRAME_TIME: Final = 0x00181063


@frozen(eq=False)
class Movie:
    """What is said of it: `modality` is that of the images it was made of (PS3.3 C.7.3.1.1.1)."""

    head: DocumentHead
    modality: str
    description: str
    projection: Projection
    frame_s: float  # for so long each frame is seen
    number: int  # of the series
    lossy_ratio: float | None = None  # of what it was made of; 0: it is not said


def movie_document(movie: Movie, frames: NDArray[np.uint8], sources: Sequence[FrameKey]) -> bytes:
    """A Part 10 file of (frames, rows, columns, 3), red, green and blue.

    Raises ValueError where the images it was made of are of another study.
    """
    if any(each.study != movie.head.study for each in sources):
        raise ValueError("made of images of another study")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names and texts as the site wrote them
        made = identity(movie.head)
        _identify(made, movie)
        _show(made, frames)
        _play(made, movie, len(frames))
        _derive(made, movie, sources)
        complete(made, movie.head)
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        return as_file(made)


def _identify(made: Dataset, movie: Movie) -> None:
    head = movie.head
    made.SOPClassUID = MultiFrameTrueColorSecondaryCaptureImageStorage
    made.SOPInstanceUID, made.SeriesInstanceUID = head.sop_uid, head.series_uid
    made.Modality, made.Manufacturer, made.ConversionType = movie.modality, MANUFACTURER, "WSD"
    made.SeriesNumber, made.InstanceNumber = movie.number, 1
    made.SeriesDescription = movie.description[:_DIGITS]
    made.SeriesDate, made.SeriesTime = head.at.strftime("%Y%m%d"), head.at.strftime("%H%M%S")
    made.Laterality, made.PatientOrientation = "", ""  # letters in the picture say how it lies
    made.BurnedInAnnotation = "NO"  # of whom it is: nothing (PS3.3 C.7.6.1)


def _show(made: Dataset, frames: NDArray[np.uint8]) -> None:
    """PS3.3 C.7.6.3."""
    count, rows, columns, samples = frames.shape
    made.SamplesPerPixel, made.PhotometricInterpretation = samples, "RGB"
    made.PlanarConfiguration, made.PixelRepresentation = 0, 0
    made.Rows, made.Columns, made.NumberOfFrames = rows, columns, count
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit = 7
    data = frames.tobytes()
    made.PixelData = data if len(data) % 2 == 0 else data + b"\0"
    made["PixelData"].VR = "OB"


def _play(made: Dataset, movie: Movie, count: int) -> None:
    """PS3.3 C.7.6.5, C.7.6.6: round and round, each frame as long as the others."""
    made.FrameIncrementPointer = _FRAME_TIME
    made.FrameTime = format_number_as_ds(movie.frame_s * 1000)
    made.PreferredPlaybackSequencing = 0
    made.StartTrim, made.StopTrim = 1, count


def _derive(made: Dataset, movie: Movie, sources: Sequence[FrameKey]) -> None:
    value, meaning, kind = _DERIVATIONS.get(movie.projection, _RENDERED)
    made.ImageType = ["DERIVED", "SECONDARY", kind]
    made.DerivationDescription = f"{meaning}, turned once around; Reading Workstation"
    made.DerivationCodeSequence = [code(value, meaning)]
    made.SourceImageSequence = list(made_of(movie.head, sources))
    made.LossyImageCompression = "00" if movie.lossy_ratio is None else "01"
    if movie.lossy_ratio:
        made.LossyImageCompressionRatio = format_number_as_ds(movie.lossy_ratio)
