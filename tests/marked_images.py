"""One study of single-frame, multi-frame and colour images, and hands that mark it at random."""

import io
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import kinds
from pydicom import dcmread
from pydicom.dataset import Dataset

from workstation.domain.identifiers import StudyUID
from workstation.domain.measurement import POINTS, MeasurementKind, PixelPoint
from workstation.domain.patient import Patient
from workstation.domain.study import DisplaySet, Frame

#: What a hand draws; a segment has voxels, and no points.
DRAWN = [kind for kind, (least, _) in POINTS.items() if least]

T = TypeVar("T")

#: Single-frame, of several frames, in colour; with the patient's millimetres, the detector's,
#: none, and those of ultrasound regions.
MADE: Final = ("ct", "cr", "mg", "enhanced-mr", "xa", "us", "capture")
_WORDS: Final = ("", "", "Rundherd links", "結節 2", "left >> right; 10 %")


def images(
    folder: Path, study: StudyUID, patient: Patient, accession: str, made: Iterable[str] = MADE
) -> list[Dataset]:
    """Written by pydicom, as objects of one study and one person."""
    found = []
    for kind in made:
        own = folder / kind
        own.mkdir()
        kinds.KINDS[kind](own)
        found += [dcmread(io.BytesIO(path.read_bytes())) for path in sorted(own.iterdir())]
    for number, each in enumerate(found, 1):
        each.StudyInstanceUID, each.AccessionNumber = study, accession
        each.PatientName, each.PatientID = patient.name.replace(", ", "^"), patient.id
        each.PatientBirthDate = f"{patient.birth_date:%Y%m%d}"
        each.PatientSex, each.StudyID = patient.sex, "1"
        each.StudyDate, each.StudyTime = "20261122", "173100"
        each.setdefault("InstanceNumber", number)
    return found


class Hand:
    """The same marks in every run: the dice are thrown anew with one seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def frames(self, shown: Sequence[DisplaySet]) -> Iterator[tuple[DisplaySet, int]]:
        """Any of them, of a stack or a film any frame; for ever."""
        while True:
            each = self._dice.choice(shown)
            yield each, self._dice.randrange(len(each.frames))

    def points(self, kind: MeasurementKind, frame: Frame) -> tuple[PixelPoint, ...]:
        """On the image, apart; in one region of an ultrasound image, else nothing is measured."""
        least, most = POINTS[kind]
        right, bottom = frame.pixels.columns - 1, frame.pixels.rows - 1
        if frame.regions:
            bottom = min(bottom, 19)
        count = self._dice.randint(least, min(most, 40))
        found = [
            (self._dice.uniform(0, right), self._dice.uniform(0, bottom)) for _ in range(count)
        ]
        if kind in (MeasurementKind.POLYGON, MeasurementKind.FREEHAND):
            # Round a point, so that the outline does not cross itself: it has no area then.
            found.sort(key=lambda each: math.atan2(each[1] - bottom / 2, each[0] - right / 2))
        return tuple(found)

    def words(self, kind: MeasurementKind) -> str:
        """An arrow without words points at nothing."""
        needs = kind in (MeasurementKind.ARROW, MeasurementKind.TEXT)
        return self._dice.choice(_WORDS[2:] if needs else _WORDS)

    def choose(self, among: Sequence[T]) -> T:
        return self._dice.choice(among)
