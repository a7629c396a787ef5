"""Papers that came beside the images, as pictures: a decoder child draws them, nobody else."""

from typing import Final
from uuid import uuid4

import numpy as np

from workstation.adapters.decoders import Decoders
from workstation.adapters.documents import layout_of, page_format
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyRef, StudyUID
from workstation.domain.study import Frame
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels
from workstation.protocols.part10 import file_of_pdf

_NOWHERE: Final = SiteId("papers")


class DocumentPages:
    """`services.reading.chart.Pages`. Safe to use from any worker thread; keeps nothing."""

    def __init__(self, decoders: Decoders) -> None:
        self._decoders = decoders

    def count(self, pdf: bytes) -> int:
        pages, _, _ = layout_of(file_of_pdf(pdf, _uid()), self._decoders)
        return pages

    def page(self, pdf: bytes, index: int) -> FramePixels:
        """Raises `NotDisplayable`."""
        uid = _uid()
        data = file_of_pdf(pdf, uid)
        _, rows, columns = layout_of(data, self._decoders)
        ref = StudyRef(_NOWHERE, StudyUID(uid))
        key = FrameKey(ref.site, ref.study, SeriesUID(uid), SopUID(uid), index)
        frame = Frame(key, page_format(rows, columns), index + 1)
        (drawn,) = self._decoders.decode_object(data, [frame])
        try:
            if isinstance(drawn, NotDisplayable):
                raise drawn
            own = np.array(drawn.stored)  # the child's memory goes back
        finally:
            self._decoders.forget(ref)
        own.setflags(write=False)
        return FramePixels(own)


def _uid() -> str:
    """Of nothing else in the world (PS3.5 B.2)."""
    return f"2.25.{uuid4().int}"
