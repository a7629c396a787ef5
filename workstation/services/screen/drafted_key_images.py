"""A key image as it is kept in a draft: frame, title, and how it looked when it was marked."""

import base64
from collections.abc import Mapping
from typing import Any

from attrs import asdict

from workstation.domain.key_image import KeyImage, KeyTitle, SeenAs, SeenFrame
from workstation.domain.presentation import Lut, Voi, VoiFunction
from workstation.services.screen.drafted_measurements import frame_of


def to_plain(key: KeyImage) -> Mapping[str, Any]:
    """As JSON can hold it."""
    return asdict(key, value_serializer=_plain)


def _plain(_owner: object, _field: object, value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def from_plain(read: Mapping[str, Any]) -> KeyImage:
    """Raises KeyError, TypeError or ValueError; never half a mark."""
    return KeyImage(
        frame_of(read["frame"]),
        KeyTitle(read["title"]),
        _seen(read["seen"]),
        int(read["image_number"]),
        str(read["series_label"]),
    )


def seen_to_plain(seen: SeenFrame) -> Mapping[str, Any]:
    return asdict(seen, value_serializer=_plain)


def seen_from_plain(read: Mapping[str, Any]) -> SeenFrame:
    """As `from_plain`, of an image that was measured."""
    return SeenFrame(frame_of(read["frame"]), _seen(read["seen"]), int(read["own_window"]))


def _seen(read: Mapping[str, Any]) -> SeenAs:
    return SeenAs(
        None if read["voi"] is None else window_from_plain(read["voi"]),
        bool(read["inverted"]),
        int(read["quarter_turns"]) % 4,
        bool(read["flipped"]),
    )


def window_to_plain(voi: Voi) -> Mapping[str, Any]:
    return asdict(voi, value_serializer=_plain)


def window_from_plain(read: Mapping[str, Any]) -> Voi:
    lut = read["lut"]
    return Voi(
        float(read["center"]),
        float(read["width"]),
        VoiFunction(read["function"]),
        str(read["name"]),
        None
        if lut is None
        else Lut(int(lut["first"]), int(lut["bits"]), base64.b64decode(lut["data"])),
    )
