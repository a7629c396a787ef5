"""A frame as PNG for a browser: decoded by pydicom, never used by the workstation itself."""

import struct
import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut, pixel_array

_THUMBNAIL: Final = 128


class CannotRender(ValueError):
    """This platform has no decoder for it; the stored frame can still be fetched."""


def png(dataset: Dataset, index: int, window: str | None, small: bool) -> bytes:
    """`window` is "center,width,function" of PS3.18 8.3.5.1.4."""
    try:
        values = pixel_array(dataset, index=index)
    except (RuntimeError, ValueError, AttributeError, NotImplementedError) as why:
        raise CannotRender("This frame cannot be rendered here; fetch the frame itself.") from why
    shown = _color(values) if values.ndim == 3 else _grey(values, dataset, window)
    if small:
        step = max(1, -(-max(shown.shape[:2]) // _THUMBNAIL))
        shown = shown[::step, ::step]
    return _encoded(np.ascontiguousarray(shown))


def _grey(values: NDArray[Any], dataset: Dataset, window: str | None) -> NDArray[np.uint8]:
    meant = apply_modality_lut(values, dataset)
    if window:
        center, width = (float(each) for each in window.split(",")[:2])
        low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
    else:
        meant = apply_voi_lut(meant, dataset)
        low, high = float(meant.min()), float(meant.max())
    scaled = np.clip((meant - low) / max(high - low, 1e-6), 0, 1)
    if dataset.get("PhotometricInterpretation") == "MONOCHROME1":
        scaled = 1 - scaled
    return np.asarray(np.rint(scaled * 255), dtype=np.uint8)


def _color(values: NDArray[Any]) -> NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return values
    return np.asarray(values >> (8 * (values.dtype.itemsize - 1)), dtype=np.uint8)


def _encoded(image: NDArray[np.uint8]) -> bytes:
    """PNG, 8 bit grey or RGB (ISO/IEC 15948)."""
    rows, columns = image.shape[:2]
    kind = 0 if image.ndim == 2 else 2
    lines = image.reshape(rows, -1)
    raw = np.hstack([np.zeros((rows, 1), np.uint8), lines]).tobytes()
    head = struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check
