"""What a site says of the images that a document of ours is made of: whose they are, and which.

On a worker: the site is asked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from workstation.domain.identifiers import SopUID, StudyRef
from workstation.domain.reader import Reader
from workstation.domain.study import DisplaySet, Instance
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused
from workstation.services.ports.images import FrameSource
from workstation.text import tr

if TYPE_CHECKING:
    from workstation.dicom.document_head import DocumentHead

Described = Mapping[SopUID, Instance]


def described(item: WorklistItem, own: DisplaySet, source: FrameSource) -> Described:
    """Each image of a display set. Raises Refused where the site describes not all of them, or
    says that they are of somebody else."""
    found = source.metadata(StudyRef(own.site, own.study), own.series).instances
    keys = {frame.key.sop for frame in own.frames}
    instances = {each.sop: each for each in found if each.sop in keys}
    if set(instances) != keys:
        raise Refused(tr("the site does not describe the images that this is made of"))
    for each in instances.values():
        if each.patient is not None and not item.patient.may_be(each.patient):
            raise Refused(tr("the images are of another patient than the order"))
    return instances


def head_of(
    own: DisplaySet, instances: Described, reader: Reader, at: datetime, series: str, sop: str
) -> "DocumentHead":
    """The writers must have been loaded."""
    from workstation.dicom.document_head import DocumentHead, MarkedImage

    known = {
        each.sop: MarkedImage(each.sop_class, each.modality, len(each.frames))
        for each in instances.values()
    }
    source = next(iter(instances.values())).source
    return DocumentHead(own.study, source, reader, at, series, sop, known)
