"""What an object says of images that are not its own: one question for all kinds of them."""

from workstation.domain.identifiers import SiteId
from workstation.domain.study import Annotation
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_key_objects import key_selection
from workstation.protocols.dicom_marks import mark_set
from workstation.protocols.dicom_presentation import presentation_state
from workstation.protocols.dicom_registration import spatial_registration


def annotation_of(row: Attributes, site: SiteId) -> Annotation | None:
    """None where it says nothing of others, or is of a kind that is not read."""
    return (
        presentation_state(row)
        or key_selection(row)
        or mark_set(row, site)
        or spatial_registration(row)
    )
