"""Objects of ours go to a site's archive by C-STORE. Blocking; called on the site's lane."""

from io import BytesIO

from pynetdicom.presentation import build_context

from workstation.adapters.dimse_frames import DimseFrames
from workstation.adapters.dimse_site import DimseSite
from workstation.dicom import queries
from workstation.dicom.own_object import data_set_of
from workstation.domain.identifiers import SopUID, StudyRef
from workstation.protocols.part10 import opened


class DimseArchive:
    """`services.ports.images.ObjectArchive` of one site."""

    def __init__(self, site: DimseSite, source: DimseFrames) -> None:
        self._site = site
        self._source = source

    def holds(self, ref: StudyRef, sop: SopUID) -> bool:
        """Series by series: not every site answers for a whole study (PS3.4 C.4.1.2.2)."""
        for head in self._source.series(ref):
            asked = queries.instances_of(ref.study, head.uid, sop)
            if any(row.text("00080018") == sop for row in self._source.find(asked)):
                return True
        return False

    def file(self, ref: StudyRef, sop: SopUID, data: bytes) -> None:
        wrapped = opened(data)
        contexts = [build_context(wrapped.sop_class, [wrapped.transfer_syntax])]
        with self._site.line(contexts) as line:
            line.store(data_set_of(BytesIO(data)))
