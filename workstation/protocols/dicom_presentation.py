"""Softcopy presentation states out of their metadata (PS3.3 A.33.1 to A.33.3, A.33.5).

What a state does not say of a transformation is that there is none (PS3.4 N.2): nothing is
filled in from the image. What cannot be taken over is counted, and said to the reader.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from attrs import evolve

from workstation.domain.identifiers import SopUID
from workstation.domain.presentation import Lut, Palette
from workstation.domain.presentation_state import (
    DisplayedArea,
    PresentationState,
    SizeMode,
    SoftcopyVoi,
    StateKind,
)
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_overlays import overlays_of
from workstation.protocols.dicom_palette import palette_of
from workstation.protocols.dicom_pixels import lut_of, rescale_of, vois_of
from workstation.protocols.dicom_presentation_graphics import drawing_of, layers_of
from workstation.protocols.dicom_references import images_by_series, images_of
from workstation.protocols.dicom_shutter import is_unusable, shutter_of
from workstation.text import tr, trn

_ROOT: Final = "1.2.840.10008.5.1.4.1.1.11."
#: Those of volumes, and those that blend two series, are not read.
_KINDS: Final[Mapping[str, StateKind]] = MappingProxyType(
    {
        f"{_ROOT}1": StateKind.GRAYSCALE,
        f"{_ROOT}2": StateKind.COLOUR,
        f"{_ROOT}3": StateKind.PSEUDO_COLOUR,
        f"{_ROOT}5": StateKind.GRAYSCALE,  # XA and XRF: with a mask, which is not subtracted
    }
)
_TURNS: Final = MappingProxyType({0: 0, 90: 1, 180: 2, 270: 3})
_FARTHEST: Final = 1 << 20  # pixels
_MOST_AREAS: Final = 20_000
_MOST_MAGNIFICATION: Final = 1_000.0


def presentation_state(row: Attributes) -> PresentationState | None:
    """None where the object is none, or of a kind that is not read."""
    kind = _KINDS.get(row.text("00080016"))
    if kind is None:
        return None
    drawing, planes = drawing_of(row), overlays_of(row, 0)
    state = PresentationState(
        sop=SopUID(row.text("00080018")),
        label=row.text("00700080") or row.text("0008103E"),
        images=images_by_series(row),
        description=row.text("00700081"),
        creator=row.person("00700084"),
        created=row.day("00700082"),
        created_time=clock(row.text("00700083")),
        kind=kind,
        areas=tuple(_areas(row)),
        quarter_turns=_TURNS.get((row.whole("00700042") or 0) % 360, 0),
        flipped=row.text("00700041") == "Y",
        layers=layers_of(row),
        annotations=drawing.annotations,
        shutter=shutter_of(row, planes),
        planes=planes,
        active_planes=tuple((each, layer) for each in _GROUPS if (layer := _active(row, each))),
        left_out=_left_out(row, drawing.lost),
    )
    return state if kind is StateKind.COLOUR else _with_greys(state, row)


def clock(written: str) -> str:
    """ "17:31" of a TM value; empty where it is none."""
    return f"{written[:2]}:{written[2:4]}" if written[:4].isdecimal() and len(written) > 3 else ""


def _with_greys(state: PresentationState, row: Attributes) -> PresentationState:
    return evolve(
        state,
        rescale=rescale_of(row, ""),
        vois=tuple(
            SoftcopyVoi(found[0], images_of(item))
            for item in row.items("00283110")
            if (found := vois_of(item))
        ),
        inverse=row.text("20500020") == "INVERSE",
        presentation_lut=_presentation_lut(row),
        palette=_palette(row) if state.kind is StateKind.PSEUDO_COLOUR else None,
    )


def _presentation_lut(row: Attributes) -> Lut | None:
    """PS3.3 C.11.6.1.1: its first value mapped is 0, and its input is what the VOI gave."""
    return lut_of(row.item("20500010"), signed=False)


def _palette(row: Attributes) -> Palette | None:
    """Its tables stand in the state itself, without a photometric interpretation."""
    return palette_of(Attributes({"00280004": {"vr": "CS", "Value": ["PALETTE COLOR"]}}).over(row))


def _areas(row: Attributes) -> Iterator[DisplayedArea]:
    for item in list(row.items("0070005A"))[:_MOST_AREAS]:
        area = _area(item)
        if area is not None:
            yield area


def _area(item: Attributes) -> DisplayedArea | None:
    first, last = _corner(item, "00700052"), _corner(item, "00700053")
    if first is None or last is None:
        return None
    said = item.text("00700100")
    spacing, aspect = item.numbers("00700101"), item.numbers("00700102")
    ratio = item.number("00700103")
    usable = ratio is not None and 0 < ratio <= _MOST_MAGNIFICATION
    mode = SizeMode(said) if said in set(SizeMode) else SizeMode.SCALE_TO_FIT
    if mode is SizeMode.MAGNIFY and not usable:
        mode = SizeMode.SCALE_TO_FIT
    return DisplayedArea(
        first, last, mode,
        magnification=ratio if usable else None,
        spacing=(spacing[0], spacing[1]) if len(spacing) == 2 and min(spacing) > 0 else None,
        aspect=(int(aspect[0]), int(aspect[1])) if len(aspect) == 2 and min(aspect) >= 1 else None,
        images=images_of(item),
    )  # fmt: skip


def _corner(item: Attributes, tag: str) -> tuple[int, int] | None:
    written = item.numbers(tag)
    if len(written) != 2 or max(map(abs, written)) > _FARTHEST:
        return None
    return int(written[0]), int(written[1])


_GROUPS: Final = tuple(range(0x6000, 0x6020, 2))


def _active(row: Attributes, group: int) -> str:
    """The layer on which an overlay is drawn (C.11.7); empty: it is not."""
    return row.text(f"{group:04X}1001")


def _left_out(row: Attributes, lost: int) -> str:
    words = []
    if lost:
        words.append(trn(lost, "{n} drawing cannot be shown", "{n} drawings cannot be shown"))
    if row.values("00286100"):
        words.append(tr("its mask is not subtracted"))
    if is_unusable(row, overlays_of(row, 0)):
        words.append(tr("its shutter is not usable"))
    if row.has("20500010") and _presentation_lut(row) is None:
        words.append(tr("its curve is not usable"))
    return ", ".join(words)
