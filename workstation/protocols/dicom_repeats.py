"""Objects of a series that came under one SOP Instance UID.

Described alike they are one object that was listed twice. Described otherwise they are
two, of which nobody but the sender knows which one is right: both are shown, none for the
other, and each says so.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import evolve

from workstation.domain.identifiers import SopUID
from workstation.domain.study import Instance, Series

#: Codes of `dicom.reasons.NOTICES`.
TWICE: Final = "duplicate"
CONTESTED: Final = "uid-conflict"


def marked(instances: Sequence[Instance]) -> tuple[Instance, ...]:
    """All of them; those that share an identifier say so."""
    named = Counter(each.sop for each in instances)
    if len(named) == len(instances):
        return tuple(instances)
    return tuple(_with(each, CONTESTED) if named[each.sop] > 1 else each for each in instances)


def once(series: Series) -> Series:
    """The series with one instance for each object, where a description is all there is.

    A site has one address for all that shares an identifier: what it describes alike twice
    is one object to fetch.
    """
    kept: dict[SopUID, list[Instance]] = {}
    for each in series.instances:
        others = kept.setdefault(each.sop, [])
        alike = [at for at, other in enumerate(others) if described(other) == described(each)]
        if alike:
            others[alike[0]] = _with(others[alike[0]], TWICE)
        else:
            others.append(each)
    if sum(map(len, kept.values())) == len(series.instances):
        return series
    instances = (
        _without(each, CONTESTED) if len(others) == 1 else each
        for others in kept.values()
        for each in others
    )
    return evolve(series, instances=tuple(instances))


def described(instance: Instance) -> Instance:
    """What it says of itself, whichever of its identifier's instances it is."""
    frames = tuple(
        evolve(frame, key=evolve(frame.key, copy=0), doubts=()) for frame in instance.frames
    )
    return evolve(instance, frames=frames, copy=0)


def is_contested(instance: Instance) -> bool:
    """Another image of its series has its identifier."""
    return any(CONTESTED in frame.doubts for frame in instance.frames)


def _with(instance: Instance, code: str) -> Instance:
    doubts = [dict.fromkeys((*frame.doubts, code)) for frame in instance.frames]
    return _doubting(instance, doubts)


def _without(instance: Instance, code: str) -> Instance:
    doubts = [[each for each in frame.doubts if each != code] for frame in instance.frames]
    return _doubting(instance, doubts)


def _doubting(instance: Instance, doubts: Sequence[Iterable[str]]) -> Instance:
    frames = tuple(
        evolve(frame, doubts=tuple(own)) for frame, own in zip(instance.frames, doubts, strict=True)
    )
    return evolve(instance, frames=frames)
