"""What a reader drew, as a segmentation object would say it: masks beside the images they lie on.

So it is shown wherever structures are: on slices, planes and rendered volumes.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import evolve, frozen

from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID
from workstation.domain.segment_kind import SegmentKind
from workstation.domain.structure import Colour, Mask, Structure, StructureSet
from workstation.domain.study import DisplaySet, DisplaySetKind, Frame, PixelFormat
from workstation.imaging.drawn import Slices
from workstation.imaging.pixels import FramePixels
from workstation.text import tr


@frozen(eq=False)
class Segment:
    """One part that was drawn. `versions` of its slices tell which of them changed."""

    number: int
    name: str
    colour: Colour
    slices: Slices
    versions: Mapping[int, int] = MappingProxyType({})
    volume_ml: float = 0.0
    grown: bool = False  # by a threshold, whatever the brush did then
    kind: SegmentKind = SegmentKind.LESION
    revision: int = 0  # grows with each change; a link in the report remembers what it cited

    @property
    def id(self) -> str:
        """As it is listed and cited."""
        return f"S{self.number}"

    @property
    def largest(self) -> int:
        """The slice on which it is largest; there is one."""
        return max(self.slices, key=lambda number: int(self.slices[number].sum()))

    def with_slices(self, slices: Slices, volume_ml: float) -> "Segment":
        changed = {
            number: self.versions.get(number, 0) + (self.slices.get(number) is not mask)
            for number, mask in slices.items()
        }
        # A slice that is gone keeps its count: its mask may come back as another one.
        versions = {**self.versions, **changed}
        return evolve(self, slices=slices, versions=MappingProxyType(versions), volume_ml=volume_ml)


@frozen(eq=False)
class Drawn:
    """Display set and pixels of everything that is drawn on one series."""

    display_set: DisplaySet
    pixels: Mapping[FrameKey, FramePixels]


#: The object has no UID before it is saved.
_SERIES: Final = "drawn on {series}"


def as_structures(own: DisplaySet, segments: Sequence[Segment], revision: int) -> Drawn:
    """`own` are the images that were drawn on; `revision` tells one state from the next."""
    series = SeriesUID(_SERIES.format(series=own.series))
    frames: list[Frame] = []
    masks: list[Mask] = []
    pixels: dict[FrameKey, FramePixels] = {}
    for segment in segments:
        for number, mask in segment.slices.items():
            image = own.frames[number]
            sop = SopUID(f"{own.id} {segment.number}.{number}.{segment.versions.get(number, 0)}")
            key = FrameKey(own.site, own.study, series, sop)
            frames.append(_frame(image, key, number))
            source = frozenset({(image.key.sop, image.key.frame_index)})
            masks.append(Mask(key, segment.number, source))
            stored = np.asarray(mask, np.uint8)
            stored.flags.writeable = False
            pixels[key] = FramePixels(stored)
    structures = StructureSet(
        SopUID(f"{own.id} {revision}"),
        tr("drawn here"),
        tuple(
            Structure(each.number, f"{each.name} · {each.volume_ml:.1f} ml", tr("you"), each.colour)
            for each in segments
        ),
        masks=tuple(masks),
    )
    made = DisplaySet(
        f"drawn {own.id}", own.study, series, own.site, "SEG", tr("drawn here"),
        DisplaySetKind.SEGMENTATION, tuple(frames), patient=own.patient, structures=structures,
    )  # fmt: skip
    return Drawn(made, MappingProxyType(pixels))


def _frame(image: Frame, key: FrameKey, number: int) -> Frame:
    shape = PixelFormat(image.pixels.rows, image.pixels.columns, 8, 8, 7, False)
    return Frame(
        key, shape, number + 1, image.plane, image.spacing, image.frame_of_reference,
        thickness_mm=image.thickness_mm,
    )  # fmt: skip
