"""Series of the phantoms: which planes, which noise, which DICOM modules of CT."""

import functools
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from pydicom.uid import CTImageStorage

from workstation.demo.phantoms_chest import chest_slice
from workstation.demo.phantoms_dicom import Placement, SeriesPlan, Vector
from workstation.demo.phantoms_qa import qa_slice
from workstation.demo.phantoms_shapes import Array, Grid, noise
from workstation.demo.phantoms_trunk import Trunk

CT_OFFSET: Final = 1024

Render = Callable[[float], Array]  # HU of the plane at a level of the anatomy


@frozen
class Scan:
    """A run of parallel axial planes, from `top` downwards; anatomy + `shift` is LPS."""

    count: int
    top: float
    step: float
    grid: Grid
    shift: Vector
    frame_of_reference: str
    seed: int = 1
    kvp: int = 120
    current_ma: int = 184

    def placement(self) -> Placement:
        x, y = (float(self.grid.axis(which)[0]) + self.shift[which] for which in (0, 1))
        spacing = self.grid.spacing
        return Placement(
            first=(x, y, self.top + self.shift[2]),
            step=(0.0, 0.0, -self.step),
            spacing=(spacing, spacing),
            thickness=self.step,
        )


@frozen
class Kernel:
    """How a reconstruction looks: its name, its noise in HU, its windows."""

    name: str
    noise_hu: float
    sharp: bool
    windows: tuple[tuple[str, float, float], ...]


LUNG: Final = Kernel("LUNG", 34.0, True, (("LUNG", -600.0, 1500.0), ("MEDIASTINUM", 40.0, 400.0)))
SOFT: Final = Kernel("SOFT", 12.0, False, (("MEDIASTINUM", 40.0, 400.0), ("LUNG", -600.0, 1500.0)))
BRAIN: Final = Kernel("BRAIN", 3.2, False, (("BRAIN", 40.0, 80.0), ("BONE", 400.0, 1800.0)))
BONE: Final = Kernel("BONE", 26.0, True, (("BONE", 400.0, 1800.0), ("BRAIN", 40.0, 80.0)))
ABDOMEN: Final = Kernel("SOFT", 11.0, False, (("ABDOMEN", 40.0, 400.0), ("LIVER", 60.0, 160.0)))
NO_NOISE: Final = Kernel("NONE", 0.0, False, (("ABDOMEN", 40.0, 400.0),))


def ct_series(
    number: int, description: str, render: Render, scan: Scan, kernel: Kernel, **tags: Any
) -> SeriesPlan:
    """An axial CT series; each plane is computed when its instance is asked for."""
    size = (scan.grid.size, scan.grid.size)
    return SeriesPlan(
        number=number,
        description=description,
        modality="CT",
        sop_class=CTImageStorage,
        count=scan.count,
        size=size,
        pixels=functools.partial(_ct_pixels, render, scan, kernel),
        tags=_ct_tags(scan, kernel) | tags,
        placement=scan.placement(),
        frame_of_reference=scan.frame_of_reference,
    )


def _ct_pixels(render: Render, scan: Scan, kernel: Kernel, index: int) -> NDArray[np.uint16]:
    values = render(scan.top - index * scan.step)
    if kernel.noise_hu:
        grain = noise(scan.seed, index, scan.grid.size, sharp=kernel.sharp)
        values = values + np.float32(kernel.noise_hu) * grain
    return (np.clip(np.rint(values), -1024, 3071) + CT_OFFSET).astype(np.uint16)


def _ct_tags(scan: Scan, kernel: Kernel) -> dict[str, Any]:
    """CT Image module (PS3.3 C.8.2.1)."""
    top = scan.top + scan.shift[2]
    return {
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "AcquisitionNumber": 1,
        "PatientPosition": "HFS",
        "KVP": str(scan.kvp),
        "XRayTubeCurrent": str(scan.current_ma),
        "ExposureTime": "500",
        "ConvolutionKernel": kernel.name,
        "SpacingBetweenSlices": f"{scan.step:g}",
        "SliceLocation": lambda index: f"{top - index * scan.step:.6g}",
        "GantryDetectorTilt": "0",
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "RescaleIntercept": str(-CT_OFFSET),
        "RescaleSlope": "1",
        "RescaleType": "HU",
        "WindowCenter": [f"{center:g}" for _, center, _ in kernel.windows],
        "WindowWidth": [f"{width:g}" for _, _, width in kernel.windows],
        "WindowCenterWidthExplanation": [name for name, _, _ in kernel.windows],
    }


def chest_ct(trunk: Trunk, scan: Scan, *, both: bool = True) -> tuple[SeriesPlan, ...]:
    """The axial series of a chest CT: lung and soft-tissue kernel, or soft alone."""
    render = functools.partial(_chest, trunk, scan)
    agent = {"ContrastBolusAgent": "Iohexol 350"} if trunk.contrast else {}
    mm = f"{scan.step:.1f}"
    soft = ct_series(3 if both else 2, f"Axial soft {mm}", render, scan, SOFT, **agent)
    if not both:
        return (soft,)
    return (ct_series(2, f"Axial lung {mm}", render, scan, LUNG, **agent), soft)


def _chest(trunk: Trunk, scan: Scan, z: float) -> Array:
    return _chest_plane(trunk, scan.grid, scan.step, z).astype(np.float32)


@functools.lru_cache(maxsize=104)  # 52 MB: the second kernel of a study finds the first's planes
def _chest_plane(trunk: Trunk, grid: Grid, thickness: float, z: float) -> NDArray[np.int16]:
    return np.rint(chest_slice(trunk, z, grid, thickness)).astype(np.int16)


def qa_ct(scan: Scan) -> tuple[SeriesPlan, ...]:
    """The quality phantom, without any noise."""
    return (ct_series(1, "QA inserts 2.5", functools.partial(_qa, scan), scan, NO_NOISE),)


def _qa(scan: Scan, z: float) -> Array:
    return qa_slice(z, scan.grid)
