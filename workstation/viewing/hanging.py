"""Which display set goes on which viewport, and why.

Columns are dates (current left, its prior right), rows are windows. The choice explains
itself: each placement bears a sentence the reader can ask for.
"""

import math
from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

from workstation.domain.geometry import dot
from workstation.domain.identifiers import StudyRef
from workstation.domain.presentation import Voi
from workstation.domain.study import DisplaySet, DisplaySetKind, Frame
from workstation.text import tr
from workstation.viewing.sharing import share_windows

#: What has pixels to look at; documents, reports and segmentations are opened otherwise.
IMAGES: Final = frozenset(
    {DisplaySetKind.STACK, DisplaySetKind.VOLUME, DisplaySetKind.CINE, DisplaySetKind.SINGLE}
)

#: The second row of a 2x2 shows the same anatomy by another window, where there is one.
_SECOND_WINDOW: Final = {"CT": ("Lung", "Soft tissue")}


@frozen
class HangingStudy:
    """One study as hanging sees it."""

    ref: StudyRef
    current: bool
    display_sets: tuple[DisplaySet, ...] = field(repr=False)


@frozen
class Placement:
    """What one viewport shows. `window` names a preset, `voi` is the window of the study it
    is compared with; without both: as the image proposes."""

    display_set: str
    reason: str
    window: str = ""
    voi: Voi | None = None


@frozen
class Hanging:
    """A layout with its placements, row by row; None where nothing fits."""

    rows: int
    columns: int
    placements: tuple[Placement | None, ...]


def layout_for(studies: Sequence[HangingStudy]) -> tuple[int, int]:
    """One view, or two where there is a prior to compare with."""
    has_prior = any(not study.current for study in studies)
    return (1, 2) if has_prior else (1, 1)


def hang(studies: Sequence[HangingStudy], rows: int, columns: int) -> Hanging:
    """Fill a layout. Priors come in the order given, the most relevant first."""
    own = [s for study in studies if study.current for s in study.display_sets]
    ranked = sorted(_images(own), key=_worth, reverse=True)
    if not ranked:
        return Hanging(rows, columns, (_paper(own), *(None,) * (rows * columns - 1)))
    main = ranked[0]
    prior = _best_prior(studies, main) if columns > 1 else None
    placed: list[Placement | None] = []
    for row in range(rows):
        window = _window_of_row(main, row, rows)
        if row == 0 or window:
            placed.append(Placement(main.id, tr("the most complete series"), window))
        else:
            placed.append(_other(ranked, placed))
        for column in range(1, columns):
            if column == 1 and prior is not None:
                voi = None if window else window_beside(main, prior[0])
                placed.append(Placement(prior[0].id, prior[1], window, voi))
            else:
                placed.append(_other(ranked, placed) if prior is None else None)
    return Hanging(rows, columns, tuple(placed))


def _paper(own: Sequence[DisplaySet]) -> Placement | None:
    """A study without images: what can be read of it, a report or a document."""
    for each in own:
        if each.document is not None or (each.kind is DisplaySetKind.DOCUMENT and each.frames):
            return Placement(each.id, tr("the study has no images"))
    return None


def best_match(main: DisplaySet, candidates: Sequence[DisplaySet]) -> tuple[DisplaySet, str] | None:
    """The display set of a prior that compares best with one of the current study."""
    scored = [(_likeness(main, each), each) for each in _images(candidates)]
    if not scored:
        return None
    (_, reasons), found = max(scored, key=lambda pair: pair[0][0])
    return found, tr("best match: {why}", why=", ".join(reasons) or tr("only images there are"))


def window_beside(main: DisplaySet, other: DisplaySet) -> Voi | None:
    """What the current images propose, for a prior in the same unit: one look for both."""
    vois = _middle(main).vois
    return vois[0] if vois and share_windows(main, other) else None


def orientation_class(display_set: DisplaySet) -> str:
    """axial, coronal, sagittal, or empty where unknown."""
    frame = _middle(display_set)
    if frame.plane is None or not frame.in_patient:
        return ""
    normal = frame.plane.normal
    axis = max(range(3), key=lambda i: abs(normal[i]))
    return ("sagittal", "coronal", "axial")[axis]


def _images(display_sets: Sequence[DisplaySet]) -> list[DisplaySet]:
    return [each for each in display_sets if each.kind in IMAGES and each.frames]


def _middle(display_set: DisplaySet) -> Frame:
    return display_set.frames[len(display_set.frames) // 2]


def _worth(display_set: DisplaySet) -> tuple[float, float]:
    """Many axial images before a scout; among equals the thinner."""
    score = math.log2(len(display_set.frames) + 1)
    if orientation_class(display_set) == "axial":
        score += 2
    if "scout" in display_set.label.casefold() or "local" in display_set.label.casefold():
        score -= 10
    return score, -(_middle(display_set).thickness_mm or 0.0)


def _best_prior(studies: Sequence[HangingStudy], main: DisplaySet) -> tuple[DisplaySet, str] | None:
    for study in studies:
        if not study.current:
            found = best_match(main, study.display_sets)
            if found is not None:
                return found
    return None


def _other(ranked: Sequence[DisplaySet], placed: Sequence[Placement | None]) -> Placement | None:
    used = {each.display_set for each in placed if each is not None}
    for each in ranked:
        if each.id not in used:
            return Placement(each.id, tr("next series of the study"))
    return None


def _window_of_row(main: DisplaySet, row: int, rows: int) -> str:
    windows = _SECOND_WINDOW.get(main.modality, ())
    if rows < 2 or row >= len(windows) or len(main.frames) < 2:
        return ""
    return windows[row]


def _likeness(main: DisplaySet, other: DisplaySet) -> tuple[float, list[str]]:
    """How well two display sets compare, and in what."""
    score, reasons = 0.0, []
    if main.modality == other.modality:
        score += 8
        reasons.append(tr("same modality"))
    plane = orientation_class(main)
    if plane and plane == orientation_class(other):
        score += 4
        reasons.append(tr("same orientation"))
    a, b = _middle(main), _middle(other)
    if a.plane is not None and b.plane is not None:
        score += abs(dot(a.plane.normal, b.plane.normal))
    if a.thickness_mm and b.thickness_mm:
        score += 2 * min(a.thickness_mm, b.thickness_mm) / max(a.thickness_mm, b.thickness_mm)
        reasons.append(tr("{a:g} and {b:g} mm thick", a=a.thickness_mm, b=b.thickness_mm))
    if a.vois and b.vois and a.vois[0].width > 0 and b.vois[0].width > 0:
        ratio = min(a.vois[0].width, b.vois[0].width) / max(a.vois[0].width, b.vois[0].width)
        score += 2 * ratio
        if ratio > 0.7:
            reasons.append(tr("similar window"))
    score += min(len(main.frames), len(other.frames)) / max(len(main.frames), len(other.frames))
    return score, reasons
