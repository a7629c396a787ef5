"""Segmentations and RT structure sets out of their metadata (PS3.3 A.51, A.19.3)."""

from typing import Final

from workstation.domain.geometry import Vector
from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.structure import Colour, Contour, Mask, Structure, StructureSet
from workstation.imaging.cielab import to_srgb
from workstation.protocols.dicom_attributes import Attributes
from workstation.text import tr

#: Points of all contours of one object; beyond it the drawing would stall the reader.
MAX_POINTS: Final = 4_000_000
_ROOT: Final = "1.2.840.10008.5.1.4.1.1."
_SEGMENTATIONS: Final = frozenset({f"{_ROOT}66.4", f"{_ROOT}66.7"})
_STRUCTURE_SET: Final = f"{_ROOT}481.3"
_CLOSED: Final = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})
_LINES: Final = _CLOSED | {"OPEN_PLANAR"}
#: Half of full probability or occupancy: a reader is told so beside the name.
_HALF: Final = 0.5


def structure_set(row: Attributes, frames: tuple[FrameKey, ...]) -> StructureSet | None:
    """What the object draws on others; None where it is no such object.

    `frames` are the object's own, in order.
    """
    kind = row.text("00080016")
    if kind in _SEGMENTATIONS:
        return _segmentation(row, frames)
    return _contoured(row) if kind == _STRUCTURE_SET else None


# --- segmentation -----------------------------------------------------------------


def _segmentation(row: Attributes, frames: tuple[FrameKey, ...]) -> StructureSet:
    label_map = row.text("00620001") == "LABELMAP" or row.text("00080016").endswith(".66.7")
    shared = row.item("52009229")
    groups = list(row.items("52009230"))
    masks = []
    for frame in frames:
        own = groups[frame.frame_index] if frame.frame_index < len(groups) else Attributes()
        number = (own.item("0062000A").over(shared.item("0062000A"))).whole("0062000B")
        if number is None and not label_map:
            continue  # whose pixels they are is not said
        masks.append(Mask(frame, None if label_map else number, _sources(own)))
    left_out = len(frames) - len(masks)
    return StructureSet(
        sop=SopUID(row.text("00080018")),
        label=row.text("00700080") or row.text("0008103E"),
        structures=tuple(_segment(item) for item in row.items("00620002") if _shown(item)),
        masks=tuple(masks),
        threshold=_threshold(row),
        left_out=tr("{n} frames name no segment", n=left_out) if left_out else "",
    )


def _shown(item: Attributes) -> bool:
    """Number 0 of a label map is what belongs to nothing (PS3.3 C.8.20.2.3.3)."""
    return bool(item.whole("00620004"))


def _segment(item: Attributes) -> Structure:
    return Structure(
        number=item.whole("00620004") or 0,
        name=item.text("00620005") or tr("Segment {n}", n=item.whole("00620004")),
        source=_algorithm(item.text("00620008"), item.text("00620009")),
        colour=_lab(item),
    )


def _algorithm(kind: str, name: str) -> str:
    said = {
        "MANUAL": tr("manual"),
        "SEMIAUTOMATIC": tr("semi-automatic"),
        "AUTOMATIC": tr("automatic"),
    }.get(kind, "")
    return ", ".join(part for part in (said, name) if part)


def _lab(item: Attributes) -> Colour | None:
    encoded = [int(each) for each in item.numbers("0062000D")]
    usable = len(encoded) == 3 and all(0 <= each <= 65535 for each in encoded)
    return to_srgb(encoded) if usable else None


def _sources(own: Attributes) -> frozenset[tuple[SopUID, int]]:
    """Derivation Image, Source Image: object and frame (from 0)."""
    found = set()
    for derivation in own.items("00089124"):
        for source in derivation.items("00082112"):
            sop = SopUID(source.text("00081155"))
            numbers = source.numbers("00081160") or (1.0,)
            found |= {(sop, int(number) - 1) for number in numbers}
    return frozenset(found)


def _threshold(row: Attributes) -> int:
    if row.text("00620001") != "FRACTIONAL":
        return 1
    most = row.whole("0062000E") or 255
    return max(1, round(most * _HALF))


# --- structure set ------------------------------------------------------------------


def _contoured(row: Attributes) -> StructureSet:
    colours = {item.whole("30060084"): _rgb(item) for item in row.items("30060039")}
    frames = {item.whole("30060022"): item.text("30060024") for item in row.items("30060020")}
    contours: list[Contour] = []
    room, skipped = MAX_POINTS, 0
    for item in row.items("30060039"):
        number = item.whole("30060084") or 0
        for written in item.items("30060040"):
            contour = _contour(written, number, frames.get(number, ""))
            if contour is None or len(contour.points) > room:
                skipped += 1
                continue
            room -= len(contour.points)
            contours.append(contour)
    return StructureSet(
        sop=SopUID(row.text("00080018")),
        label=row.text("30060002") or row.text("0008103E"),
        structures=tuple(_region(item, colours) for item in row.items("30060020")),
        contours=tuple(contours),
        left_out=tr("{n} contours cannot be drawn", n=skipped) if skipped else "",
    )


def _region(item: Attributes, colours: dict[int | None, Colour | None]) -> Structure:
    number = item.whole("30060022") or 0
    return Structure(
        number=number,
        name=item.text("30060026") or tr("Region {n}", n=number),
        source=_algorithm(item.text("30060036"), ""),
        colour=colours.get(number),
    )


def _rgb(item: Attributes) -> Colour | None:
    found = [int(each) for each in item.numbers("3006002A")]
    if len(found) != 3 or not all(0 <= each <= 255 for each in found):
        return None
    return found[0], found[1], found[2]


def _contour(item: Attributes, number: int, frame_of_reference: str) -> Contour | None:
    """None for points, and for a line whose numbers do not make one."""
    kind = item.text("30060042")
    written = item.numbers("30060050")
    if kind not in _LINES or len(written) < 6 or len(written) % 3:
        return None
    points: tuple[Vector, ...] = tuple(
        zip(written[0::3], written[1::3], written[2::3], strict=True)
    )
    image = item.item("30060016").text("00081155")
    return Contour(
        structure=number,
        points=points,
        closed=kind in _CLOSED,
        image=SopUID(image) if image else None,
        frame_of_reference=frame_of_reference,
    )
