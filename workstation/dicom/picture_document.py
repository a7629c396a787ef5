"""A view as it was seen, as one image of display pixels: Secondary Capture Image Storage (PS3.3
A.8.1), which every viewer shows.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from workstation.dicom.display_pixels import Said, document
from workstation.domain.identifiers import FrameKey


def picture_document(
    said: Said, number: int, pixels: NDArray[np.uint8], sources: Sequence[FrameKey]
) -> bytes:
    """A Part 10 file of (rows, columns, 3), red, green and blue, the image `number` of its series.

    Raises ValueError where the images it was made of are of another study.
    """

    def place(made: Dataset) -> None:
        made.InstanceNumber = number

    return document(said, str(SecondaryCaptureImageStorage), pixels, sources, place)
