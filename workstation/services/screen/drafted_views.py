"""The view a measurement was made in, as it is kept in a draft: window, zoom, place, turns."""

import math
from collections.abc import Mapping
from typing import Any

from workstation.services.screen import drafted_key_images
from workstation.viewing.viewport import ZOOM_LIMITS, ViewportState


def to_plain(state: ViewportState) -> Mapping[str, Any]:
    """As JSON can hold it: what going to the measurement brings back, and nothing else."""
    return {
        "zoom": state.zoom,
        "pan": list(state.pan),
        "one_to_one": state.one_to_one,
        "voi": None if state.voi is None else drafted_key_images.window_to_plain(state.voi),
        "own_window": state.own_window,
        "inverted": state.inverted,
        "quarter_turns": state.quarter_turns,
        "degrees": state.degrees,
        "flipped": state.flipped,
    }


def from_plain(read: Mapping[str, Any]) -> ViewportState:
    """Raises KeyError, TypeError or ValueError; never half a view."""
    voi, (right, down) = read["voi"], read["pan"]
    numbers = zoom, x, y, degrees = (
        float(read["zoom"]), float(right), float(down), float(read["degrees"])
    )  # fmt: skip
    if not all(map(math.isfinite, numbers)) or not ZOOM_LIMITS[0] <= zoom <= ZOOM_LIMITS[1]:
        raise ValueError("no such view")
    return ViewportState(
        zoom=zoom,
        pan=(x, y),
        one_to_one=bool(read["one_to_one"]),
        voi=None if voi is None else drafted_key_images.window_from_plain(voi),
        own_window=int(read["own_window"]),
        inverted=bool(read["inverted"]),
        quarter_turns=int(read["quarter_turns"]) % 4,
        degrees=degrees,
        flipped=bool(read["flipped"]),
    )
