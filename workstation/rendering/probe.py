"""The probe of rendering: one slice of the CPU engine, held against arithmetic."""

from collections.abc import Iterator

import numpy as np

from workstation.domain.geometry import Affine
from workstation.rendering.slice_cpu import SliceEngine, SliceRequest
from workstation.services.selftest import Finding, judged
from workstation.text import tr


def rendering() -> Iterator[Finding]:
    """An oblique cut through a slope: linear interpolation of a slope is the slope itself."""
    z, y, x = np.mgrid[:8, :16, :16].astype(np.float32)
    engine = SliceEngine(100 * z + 10 * y + x, Affine(np.eye(4)))
    row, column = (1.0, 0.0, 0.0), (0.0, 0.8, 0.6)
    request = SliceRequest((4.0, 4.0, 2.0), row, column, (0.5, 0.5), (8, 6))
    drawn = engine.slice(request)
    down, along = np.mgrid[:6, :8] * 0.5
    expected = 100 * (2 + 0.6 * down) + 10 * (4 + 0.8 * down) + 4 + along
    right = bool(np.allclose(drawn, expected, atol=1e-3))
    text = tr("an oblique slice has the values of arithmetic") if right else tr("wrong values")
    yield judged(tr("rendering"), good=right, text=text)
