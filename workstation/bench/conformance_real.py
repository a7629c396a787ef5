"""Real images as pydicom reads them: the other side of the comparison with our own way."""

from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.pixels import apply_modality_lut

from workstation.bench.conformance_series import Values


class RealImage:
    """One file; values after its modality transform, frame by frame."""

    def __init__(self, path: Path) -> None:
        self._header = dcmread(path)
        pixels = self._header.pixel_array
        self._stored = pixels if int(self._header.get("NumberOfFrames") or 1) > 1 else pixels[None]

    @property
    def count(self) -> int:
        return len(self._stored)

    def values(self, index: int) -> Values:
        """NaN where a pixel only fills the frame."""
        raw = self._stored[index]
        values: Values = apply_modality_lut(raw, _transform(self._header, index)).astype(np.float64)
        first, last = self._padding("PixelPaddingValue"), self._padding("PixelPaddingRangeLimit")
        if first is not None:
            last = first if last is None else last
            values[(raw >= min(first, last)) & (raw <= max(first, last))] = np.nan
        return values

    def _padding(self, name: str) -> int | None:
        """As a stored value: many objects write that of signed pixels as unsigned."""
        found = self._header.get(name)
        return None if found is None else int(np.array(found).astype(self._stored.dtype))

    def spacing(self, index: int) -> tuple[float, float]:
        """Between rows, between columns; only asked for where Pixel Spacing is the patient's."""
        found = _group(self._header, index, "PixelMeasuresSequence").PixelSpacing
        return float(found[0]), float(found[1])


def _transform(header: Dataset, index: int) -> Dataset:
    return _group(header, index, "PixelValueTransformationSequence")


def _group(header: Dataset, index: int, name: str) -> Dataset:
    """Where a value of one frame stands: with the frame, shared by all, or in the object."""
    if "PerFrameFunctionalGroupsSequence" in header:
        own = header.PerFrameFunctionalGroupsSequence[index]
        if name in own:
            return own[name].value[0]
    if "SharedFunctionalGroupsSequence" in header:
        shared = header.SharedFunctionalGroupsSequence[0]
        if name in shared:
            return shared[name].value[0]
    return header
