"""Where views meet: levels, windows and scales of linked views, reference lines, their words."""

from collections.abc import Sequence

from workstation.domain.registration import Registered, SaidBy
from workstation.errors import CommandError
from workstation.services.screen.view_lines import Crossing
from workstation.services.screen.viewed import Shown, plane_letter
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.linking import Links, space
from workstation.viewing.reference_lines import reference_line
from workstation.viewing.sharing import relative_index, share_windows
from workstation.viewing.viewport import ViewportState


def crossings(links: Links, active: Shown, shown: Shown) -> tuple[Crossing, ...]:
    """The cut of the active image through another one whose place beside it is known: they
    have one frame of reference, or are registered."""
    a, b = active.frame, shown.frame
    rigid = links.way(a, b)
    if a.plane is None or b.plane is None or rigid is None:
        return ()
    cutting = rigid.plane(a.plane)
    line = reference_line(cutting, b.plane, b.pixels.columns, b.pixels.rows)
    if line is None:
        return ()
    return (Crossing(line[0], line[1], plane_letter(cutting.normal, in_patient=a.in_patient)),)


def level_beside(links: Links, source: Shown, other: Shown) -> int:
    """The frame with which a view comes up: the level being read where it is known, in
    another study without common positions as far along; it is not linked by that."""
    frames = other.display_set.frames
    follow = links.follow(source.frame, frames)
    if follow is not None:
        return follow.frame_index
    if other.study.ref == source.study.ref:
        return other.state.frame_index
    return relative_index(source.state.frame_index, len(source.display_set.frames), len(frames))


def window_beside(source: Shown, other: Shown) -> ViewportState:
    """The other study in the window of this one, where their values are in one unit."""
    same = other.study.ref == source.study.ref
    if same or source.voi is None or not share_windows(source.display_set, other.display_set):
        return other.state
    return reduce.window(other.state, source.voi)


def joined(links: Links, source: Shown, others: Sequence[Shown], offset_mm: float | None) -> Links:
    """Link the active view with those of other frames of reference, where they are now.

    Of several views of one frame of reference the first counts.

    Raises
    ------
    CommandError
        There is nothing to link with, or the images are not parallel.
    """
    strangers = [o for o in others if space(o.frame) != space(source.frame)]
    if not strangers:
        raise CommandError(tr("no other view needs an offset: they share their positions"))
    nearest_first = {space(other.frame): other for other in reversed(strangers)}
    for other in nearest_first.values():
        try:
            links = links.joined(source.frame, other.frame, offset_mm)
        except ValueError:
            raise CommandError(tr("only parallel images with a position can be linked")) from None
    return links


def offered(links: Links, *, accepted: bool = False) -> Registered:
    """The registration that waits for the reader; with `accepted` also one he took.

    Raises
    ------
    CommandError
        There is none.
    """
    found = [each for each in links.registered if accepted or not each.accepted]
    if not found:
        raise CommandError(tr("no registration is offered"))
    return found[-1]


def registration_words(found: Registered) -> str:
    """Whose it is, how well it fits, and whether the reader has taken it."""
    by = tr("auto") if found.by is SaidBy.AUTO else tr("object")
    told = tr("Registered ({by})", by=by) + (f": {found.words}" if found.words else "")
    return told if found.accepted else tr("{told} · accept or reject", told=told)


def link_words(links: Links, shown: Sequence[Shown]) -> str:
    """How the views are linked now; says so where they cannot be."""
    stacks = [s for s in shown if s.frame.plane is not None and len(s.display_set.frames) > 1]
    if not links.on or len(stacks) < 2:
        return ""
    first, *rest = stacks
    spaces = {space(other.frame) for other in rest} - {space(first.frame)}
    if not spaces:
        return tr("Linked by position")
    for other in rest:
        if (found := links.registration(first.frame, other.frame)) is not None:
            return registration_words(found)
        offset_mm = links.offset_mm(first.frame, other.frame)
        if offset_mm is not None:
            offset = f"{round(offset_mm, 1) + 0.0:+.1f}".replace("-", "−")
            return tr("Linked by manual offset, {mm} mm", mm=offset)
    if any(space(other.frame) == space(first.frame) for other in rest):
        return tr("Scrolling partly linked: some views share no frame of reference")
    return tr(
        "Scrolling not linked: no common frame of reference. Register them, or put both at one"
        " level and link them"
    )
