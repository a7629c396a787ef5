"""Who observed what a document says (PS3.16 TID 1003); imports highdicom."""

from typing import Any

from highdicom import sr
from pydicom.sr.codedict import codes

from workstation.dicom.document_head import person_name
from workstation.domain.reader import Reader


def observer(reader: Reader) -> Any:
    return sr.ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=sr.PersonObserverIdentifyingAttributes(
            name=person_name(reader.name), login_name=reader.id or None
        ),
    )
