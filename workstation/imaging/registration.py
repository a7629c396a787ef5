"""Rigid alignment of two volumes of one patient: a prior with the current study.

By SimpleITK, which is imported here and nowhere else: mutual information (Mattes, 32 bins) of
both volumes at about 4 mm, where a chest takes a second. What an optimiser finds depends on where
it begins, and a prior may hold other parts of the body: it begins at the best of all places along
the patient's axis. A result is offered with how well it fits and never applied by itself.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Affine
from workstation.domain.registration import Rigid
from workstation.domain.study import Frame
from workstation.errors import WorkstationError
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import is_padding, rescaled
from workstation.text import tr

#: Finer costs time and gains nothing: 0.1 mm of error where 2 mm were tried.
GRID_MM: Final = 4.0
_COARSE: Final = 3  # of the grid, where the optimiser begins to look
_AIR_HU: Final = -1000.0
_BONE_HU: Final = 1000.0
_BINS: Final = 32
#: Of the shorter one of two volumes: less in common is no comparison.
_LEAST_OVERLAP: Final = 0.3
#: A prior that fits worse than this is of other anatomy, or the search went astray.
_LEAST_CORRELATION: Final = 0.6
_MOST_DEGREES: Final = 30.0


class NotRegistered(WorkstationError):
    """Two volumes that could not be aligned, in the reader's words."""


@frozen(eq=False)
class Coarse:
    """A volume at about `GRID_MM`: modality values (slices, rows, columns), and where they lie."""

    values: NDArray[np.float32]
    affine: Affine
    modality: str


@frozen
class Fit:
    """A transform from the fixed to the moving volume, and how well they fit then."""

    rigid: Rigid
    correlation: float  # of values where both are; 1: alike but for brightness and contrast
    overlap: float  # part of the smaller volume that lies in the other


def coarse(
    count: int,
    slice_at: Callable[[int], NDArray[Any]],
    affine: Affine,
    modality: str,
) -> Coarse:
    """Means of blocks of about `GRID_MM`, taken slice by slice; modality values.

    What does not fill a block at the far ends is left out.
    """
    across, down, through = np.linalg.norm(affine.matrix[:3, :3], axis=0)
    steps = [max(1, round(GRID_MM / float(mm))) for mm in (through, down, across)]
    first = slice_at(0)
    if count < 2 * steps[0] or min(first.shape[0] // steps[1], first.shape[1] // steps[2]) < 4:
        steps = [1, 1, 1]
    blocks = [
        _block([slice_at(at + k) for k in range(steps[0])], steps[1], steps[2])
        for at in range(0, count - steps[0] + 1, steps[0])
    ]
    shift = np.eye(4)
    shift[:3, :3] = np.diag([float(step) for step in steps[::-1]])
    shift[:3, 3] = [(step - 1) / 2 for step in steps[::-1]]  # the centre of the first block
    values = _shown(np.stack(blocks), modality)
    return Coarse(values, Affine(affine.matrix @ shift), modality)


def slice_values(frame: Frame, pixels: FramePixels, modality: str) -> NDArray[np.float64]:
    """Modality values of a slice; what only fills it is air, or nothing."""
    values = rescaled(pixels.stored, frame.rescale)
    values[is_padding(pixels.stored, frame)] = _AIR_HU if modality == "CT" else 0.0
    return values


def _block(slices: Sequence[NDArray[Any]], down: int, across: int) -> NDArray[np.float32]:
    total = np.add.reduce([np.asarray(each, np.float32) for each in slices])
    rows, columns = (n // step for n, step in zip(total.shape, (down, across), strict=True))
    cut = total[: rows * down, : columns * across]
    return np.asarray(
        cut.reshape(rows, down, columns, across).mean(axis=(1, 3)) / len(slices), np.float32
    )


def _shown(values: NDArray[np.float32], modality: str) -> NDArray[np.float32]:
    """Without what only disturbs: padding far below air, metal far above bone, hot pixels."""
    if modality == "CT":
        return np.clip(values, _AIR_HU, _BONE_HU)
    low, high = (float(each) for each in np.percentile(values, (0.5, 99.5)))
    return np.clip(values, low, max(high, low + 1e-6))


def register(fixed: Coarse, moving: Coarse) -> Fit:
    """Where `moving` lies; takes a second or two, off the home thread.

    Raises
    ------
    NotRegistered
        They do not fit: other parts of the body, or another patient.
    """
    import SimpleITK  # not needed by a case without a prior

    sitk: Any = SimpleITK
    a, b = _image(sitk, fixed), _image(sitk, moving)
    same = fixed.modality == moving.modality
    try:
        found = _refined(sitk, a, b, _start(sitk, a, b, same=same))
    except RuntimeError:  # ITK's only error: its samples left the other volume
        raise NotRegistered(tr("they do not fit one another")) from None
    fit = _judged(sitk, a, b, found)
    if fit.overlap < _LEAST_OVERLAP or fit.rigid.degrees > _MOST_DEGREES:
        raise NotRegistered(tr("they show too little of the same part of the body"))
    if same and fit.correlation < _LEAST_CORRELATION:
        raise NotRegistered(tr("they do not fit one another"))
    return fit


def _image(sitk: Any, volume: Coarse) -> Any:
    made = sitk.GetImageFromArray(volume.values)
    matrix = volume.affine.matrix
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    made.SetSpacing([float(mm) for mm in spacing])
    made.SetDirection([float(part) for part in (matrix[:3, :3] / spacing).ravel()])
    made.SetOrigin([float(part) for part in matrix[:3, 3]])
    return made


def _metric(sitk: Any, *, same: bool) -> Any:
    """Correlation where values mean the same, else mutual information."""
    made = sitk.ImageRegistrationMethod()
    made.SetInterpolator(sitk.sitkLinear)
    if same:
        made.SetMetricAsCorrelation()
    else:
        made.SetMetricAsMattesMutualInformation(_BINS)
    return made


def _start(sitk: Any, fixed: Any, moving: Any, *, same: bool) -> Any:
    """The best shift along the patient, the bodies' centres one over the other across it."""
    small = [sitk.Shrink(each, [_COARSE] * 3) for each in (fixed, moving)]
    metric = _metric(sitk, same=same)
    (low_a, high_a), (low_b, high_b) = (_ends(each) for each in small)
    centres = [_centre(sitk, each) for each in small]
    shift = centres[1] - centres[0]
    least = _LEAST_OVERLAP * min(high_a - low_a, high_b - low_b)
    tried = []
    for along in np.arange(low_b - high_a + least, high_b - low_a - least, GRID_MM * _COARSE):
        transform = sitk.Euler3DTransform()
        transform.SetCenter([float(part) for part in centres[0]])
        transform.SetTranslation([float(shift[0]), float(shift[1]), float(along)])
        metric.SetInitialTransform(transform)
        try:
            tried.append((metric.MetricEvaluate(*small), transform))
        except RuntimeError:  # nothing of one lies in the other there
            continue
    if not tried:
        raise NotRegistered(tr("they show too little of the same part of the body"))
    return min(tried, key=lambda each: float(each[0]))[1]


def _ends(image: Any) -> tuple[float, float]:
    """Where a volume begins and ends along the patient, LPS mm."""
    size = image.GetSize()
    ends = [
        image.TransformIndexToPhysicalPoint((i, j, k))[2]
        for i in (0, size[0] - 1) for j in (0, size[1] - 1) for k in (0, size[2] - 1)
    ]  # fmt: skip
    return min(ends), max(ends)


def _centre(sitk: Any, image: Any) -> NDArray[np.float64]:
    """Of what is body: brighter than halfway from the darkest to the mean of the bright."""
    values = sitk.GetArrayViewFromImage(image)
    body = values > (float(values.min()) + float(values[values > values.mean()].mean())) / 2
    k, j, i = (float(part.mean()) for part in np.nonzero(body))
    return np.array(image.TransformContinuousIndexToPhysicalPoint((i, j, k)))


def _refined(sitk: Any, fixed: Any, moving: Any, start: Any) -> Any:
    """Six numbers, by gradient descent on mutual information, a coarse look first."""
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentagePerLevel([1.0, 0.25], 1)  # a seed: the same every time
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=4.0, minStep=0.02, numberOfIterations=60, relaxationFactor=0.6,
        gradientMagnitudeTolerance=1e-6,
    )  # fmt: skip
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 1])
    method.SetSmoothingSigmasPerLevel([2, 0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOff()
    method.SetInitialTransform(start, inPlace=False)
    return method.Execute(fixed, moving)


def _judged(sitk: Any, fixed: Any, moving: Any, transform: Any) -> Fit:
    """How alike they are where both are, in whole steps of the grid."""
    inside = sitk.Image(moving.GetSize(), sitk.sitkUInt8) + 1
    inside.CopyInformation(moving)
    both = sitk.GetArrayFromImage(
        sitk.Resample(inside, fixed, transform, sitk.sitkNearestNeighbor, 0.0)
    ).astype(bool)
    there = sitk.GetArrayFromImage(sitk.Resample(moving, fixed, transform, sitk.sitkLinear, 0.0))
    voxel = np.prod(fixed.GetSpacing()) / np.prod(moving.GetSpacing())
    smaller = min(both.size, inside.GetNumberOfPixels() / voxel)
    overlap = float(both.sum() / smaller)
    a, b = sitk.GetArrayViewFromImage(fixed)[both], there[both]
    alike = float(np.corrcoef(a, b)[0, 1]) if both.sum() > 1 and a.std() and b.std() else 0.0
    return Fit(_rigid(transform), alike, overlap)


def _rigid(transform: Any) -> Rigid:
    """The matrix of a transform, by what it does to four points."""
    corners = ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    origin, *ends = (np.array(transform.TransformPoint(at)) for at in corners)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([end - origin for end in ends], axis=1)
    matrix[:3, 3] = origin
    return Rigid.of(matrix)
