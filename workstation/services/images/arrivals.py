"""Images that arrive while a study is open: what is shown keeps its place and its name."""

from collections.abc import Sequence

from attrs import evolve

from workstation.domain.identifiers import FrameKey
from workstation.domain.study import DisplaySet


def renamed(before: Sequence[DisplaySet], now: Sequence[DisplaySet]) -> tuple[DisplaySet, ...]:
    """Each new display set under the id of the old one whose frames it has most of.

    Ids count display sets in their order; one more in front must not make a viewport show
    another stack.
    """
    free = {each.id: {frame.key for frame in each.frames} for each in before}
    taken: dict[int, str] = {}
    shared = [
        (len(keys & _keys(each)), at, set_id)
        for at, each in enumerate(now)
        for set_id, keys in free.items()
    ]
    for count, at, set_id in sorted(shared, key=lambda row: (-row[0], row[1])):
        if count and at not in taken and set_id in free:
            taken[at] = set_id
            del free[set_id]
    used = {each.id for each in before}
    made = []
    for at, each in enumerate(now):
        name = taken.get(at) or _unused(each, used)
        used.add(name)
        made.append(evolve(each, id=name))
    return tuple(made)


def more_frames(before: Sequence[DisplaySet], now: Sequence[DisplaySet]) -> int:
    """How many frames there are now that were not known."""
    known = {frame.key for each in before for frame in each.frames}
    return sum(frame.key not in known for each in now for frame in each.frames)


def same_place(before: DisplaySet, frame_index: int, now: DisplaySet) -> int:
    """The index of the frame that is looked at, after others came in front of it."""
    if not before.frames:
        return frame_index
    key = before.frames[min(max(frame_index, 0), len(before.frames) - 1)].key
    return next((at for at, frame in enumerate(now.frames) if frame.key == key), frame_index)


def _keys(each: DisplaySet) -> set[FrameKey]:
    return {frame.key for frame in each.frames}


def _unused(each: DisplaySet, used: set[str]) -> str:
    if each.id not in used:
        return each.id
    stem = each.id.rpartition("#")[0]
    return next(name for n in range(len(used) + 1) if (name := f"{stem}#{n}") not in used)
