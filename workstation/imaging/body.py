"""The patient apart from the table, in a CT: where pictures of all of a volume should look.

By SimpleITK, on a volume of a quarter of the voxels along each axis: what is denser than fat and
hangs together, with what it encloses (lungs), and some millimetres around it (skin). It decides
what is seen of a rendered volume and nothing else; no value and no measurement depends on it.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: Mattresses are lighter than this, HU; the shells of tables too, where they are thin.
_LIGHTEST_HU: Final = -250.0
#: Of the largest part: an arm counts, a rail of the table does not.
_LEAST_PART: Final = 0.03
#: Voxels around it that are kept.
_AROUND: Final = 2
INSIDE: Final = 255


def body_mask(values_hu: NDArray[Any]) -> NDArray[np.uint8] | None:
    """`INSIDE` or 0 for each voxel, (slices, rows, columns); None where there is no patient."""
    import SimpleITK  # a tenth of a second that only volume rendering waits for

    itk: Any = SimpleITK  # without types of its own
    dense = itk.GetImageFromArray((values_hu > _LIGHTEST_HU).astype(np.uint8))
    firm = itk.BinaryMorphologicalOpening(dense, (1, 1, 0))
    parts = itk.RelabelComponent(itk.ConnectedComponent(firm))
    labels: NDArray[Any] = itk.GetArrayFromImage(parts)
    sizes = np.bincount(labels.ravel())[1:]
    if not sizes.size:
        return None
    kept = np.flatnonzero(sizes >= sizes[0] * _LEAST_PART) + 1
    body = itk.GetImageFromArray(np.isin(labels, kept).astype(np.uint8))
    wider = itk.BinaryDilate(body, (_AROUND, _AROUND, 1))
    mask = np.empty(labels.shape, np.uint8)
    for index in range(labels.shape[0]):  # lungs are closed in each slice, not in all of them
        mask[index] = itk.GetArrayFromImage(itk.BinaryFillhole(wider[:, :, index]))
    return mask * np.uint8(INSIDE)
