"""Objects of a site that share one identifier: which of them is the one that was described.

A site has one address for all of them. What it answers is held against the description, so
that no image is ever shown for the other.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from attrs import evolve

from workstation.dicom.reasons import NOTICES, not_displayable
from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyRef
from workstation.domain.study import Instance, Series
from workstation.imaging.pixels import FramePixels
from workstation.protocols.dicom_attributes import NotMetadata, parse
from workstation.protocols.dicom_json import series_of
from workstation.protocols.dicom_repeats import CONTESTED, is_contested
from workstation.services.ports.images import Fetched
from workstation.text import tr

#: The site delivered an object, and it is not the one that was described.
_ANOTHER: Final = "another-image"

_Name = tuple[SeriesUID, SopUID, int]


class Contested:
    """What was described of such objects. Safe for any worker thread."""

    def __init__(self) -> None:
        self._said: dict[_Name, object] = {}

    def learn(self, series: Series) -> None:
        """Of two that say the same of themselves neither can be told from the other."""
        found = {_name_of(each): _said(each) for each in series.instances if is_contested(each)}
        times = Counter(((uid, sop), said) for (uid, sop, _), said in found.items())
        for (uid, sop, copy), said in found.items():
            self._said[uid, sop, copy] = said if times[(uid, sop), said] == 1 else None

    def has(self, key: FrameKey) -> bool:
        return (key.series, key.sop, key.copy) in self._said

    def pick(
        self, key: FrameKey, objects: Iterable[bytes], header_of: Callable[[bytes], bytes]
    ) -> bytes:
        """The object that was described under this key. Raises `NotDisplayable`."""
        wanted = self._said[key.series, key.sop, key.copy]
        ref = StudyRef(key.site, key.study)
        for data in objects:
            if wanted is not None and _said_by(header_of(data), ref, key.series) == wanted:
                return data
        raise not_displayable(_ANOTHER)


def noted(first: Fetched, again: Fetched) -> FramePixels | None:
    """The first of two objects that came under one identifier described once, saying so.

    None where they are one object that came twice.
    """
    if not isinstance(first, FramePixels) or not isinstance(again, FramePixels):
        return None
    same = first.colours == again.colours and np.array_equal(first.stored, again.stored)
    return None if same else evolve(first, note=tr(NOTICES[CONTESTED]))


def _name_of(instance: Instance) -> _Name:
    return instance.series, instance.sop, instance.copy


def _said_by(header: bytes, ref: StudyRef, uid: SeriesUID) -> object:
    try:
        (instance,) = series_of(parse(header), ref, uid).instances
    except (NotMetadata, ValueError):
        raise not_displayable("decoder-crashed") from None
    return _said(instance)


def _said(instance: Instance) -> object:
    """What sites write in descriptions as it stands in the object: whose it is, and where."""
    return (
        instance.patient,
        instance.number,
        tuple((frame.plane, frame.pixels, frame.rescale) for frame in instance.frames),
    )
