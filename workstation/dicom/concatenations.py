"""One multi-frame object that was sent in several (PS3.3 C.7.6.16.2.2.4): is all of it here."""

from collections.abc import Iterable
from typing import Final

from attrs import evolve

from workstation.domain.study import Frame, Instance

#: A code of `dicom.reasons.NOTICES`.
LOST: Final = "lost-parts"


def incomplete(instances: Iterable[Instance]) -> frozenset[str]:
    """Concatenations of which a part is missing, by the numbers of those that are here.

    A total is not always said; then what follows the last part that came is not missed.
    """
    here: dict[str, set[int]] = {}
    total: dict[str, int] = {}
    for each in instances:
        if each.concatenation:
            here.setdefault(each.concatenation, set()).add(each.part)
            total[each.concatenation] = max(total.get(each.concatenation, 0), each.parts, each.part)
    return frozenset(uid for uid, parts in here.items() if len(parts - {0}) < total[uid])


def doubted(frames: Iterable[Frame]) -> tuple[Frame, ...]:
    """Frames of such an object: each view of them says that others are missing."""
    return tuple(evolve(frame, doubts=(*frame.doubts, LOST)) for frame in frames)
