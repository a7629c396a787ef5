"""A rendered volume that turns, as a film of display pixels: Multi-frame True Color Secondary
Capture Image Storage (PS3.3 A.8.5), which every viewer plays.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import MultiFrameTrueColorSecondaryCaptureImageStorage
from pydicom.valuerep import format_number_as_ds

from workstation.dicom.display_pixels import Said, document
from workstation.domain.identifiers import FrameKey

_FRAME_TIME: Final = 0x00181063


@frozen(eq=False)
class Movie:
    """What is said of it, and for so long each frame is seen."""

    said: Said
    frame_s: float


def movie_document(movie: Movie, frames: NDArray[np.uint8], sources: Sequence[FrameKey]) -> bytes:
    """A Part 10 file of (frames, rows, columns, 3), red, green and blue.

    Raises ValueError where the images it was made of are of another study.
    """
    play = partial(_play, movie=movie, count=len(frames))
    sop_class = str(MultiFrameTrueColorSecondaryCaptureImageStorage)
    return document(movie.said, sop_class, frames, sources, play)


def _play(made: Dataset, movie: Movie, count: int) -> None:
    """PS3.3 C.7.6.5, C.7.6.6: round and round, each frame as long as the others."""
    made.NumberOfFrames = count
    made.FrameIncrementPointer = _FRAME_TIME
    made.FrameTime = format_number_as_ds(movie.frame_s * 1000)
    made.PreferredPlaybackSequencing = 0
    made.StartTrim, made.StopTrim = 1, count
