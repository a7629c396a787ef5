"""What a view shares with others now, as it stands on the view itself.

A reader who moves one picture must know beforehand which others will move with it.
"""

from collections.abc import Sequence

from workstation.domain.registration import SaidBy
from workstation.services.screen.viewed import Shown
from workstation.text import tr
from workstation.viewing.linking import Links, parallel
from workstation.viewing.sharing import share_windows


def shared(links: Links, shown: Shown, others: Sequence[Shown], columns: int) -> str:
    """ "linked: scroll, zoom, window"; empty where nothing is shared.

    `others` are the views beside it, `columns` how many views stand in a row: as
    `services.screen.linked` passes things on. Planes of a volume have links of their own.
    """
    if not links.on or shown.state.plane is not None:
        return ""
    rest = [o for o in others if o.index != shown.index and o.state.plane is None]
    levels = [o for o in rest if _scrolls(links, shown, o)]
    found = [_scroll(links, shown, levels)] if levels else []
    if any(_lies_like(shown, o) for o in rest):
        found.append(tr("zoom"))
    if any(_is_beside(shown, o, columns) for o in rest):
        found.append(tr("window"))
    return tr("linked: {what}", what=", ".join(found)) if found else ""


def _scrolls(links: Links, shown: Shown, other: Shown) -> bool:
    """By their positions now: a walk through both stacks would be one for every paint."""
    stacks = len(shown.display_set.frames) > 1 and len(other.display_set.frames) > 1
    return stacks and links.follow(shown.frame, (other.frame,)) is not None


def _scroll(links: Links, shown: Shown, levels: Sequence[Shown]) -> str:
    """With what the reader said, where that is how they are linked."""
    for other in levels:
        if (found := links.registration(shown.frame, other.frame)) is not None:
            by = tr("auto") if found.by is SaidBy.AUTO else tr("object")
            state = tr("registered ({by})", by=by)
            offered = "" if found.accepted else tr(", not accepted")
            return tr("scroll {state}", state=state) + offered
        follow = links.follow(shown.frame, (other.frame,))
        if follow is not None and follow.offset_mm is not None:
            mm = f"{round(follow.offset_mm, 1) + 0.0:+.1f}".replace("-", "−")
            return tr("scroll by offset {mm} mm", mm=mm)
    return tr("scroll")


def _lies_like(shown: Shown, other: Shown) -> bool:
    here, there = shown.frame.plane, other.frame.plane
    return here is not None and there is not None and parallel(here, there)


def _is_beside(shown: Shown, other: Shown, columns: int) -> bool:
    """The other study in the same row, in one unit of values."""
    in_row = other.index // columns == shown.index // columns
    two_studies = other.study.ref != shown.study.ref
    return in_row and two_studies and share_windows(shown.display_set, other.display_set)
