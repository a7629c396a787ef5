"""Filing an instance at a site over DICOMweb, without I/O (STOW-RS, PS3.18 10.5)."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from workstation.domain.identifiers import SopUID, StudyUID, is_uid
from workstation.errors import Refused
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse
from workstation.protocols.dicomweb import JSON
from workstation.protocols.web import Request
from workstation.text import tr

_DUPLICATE: Final = 0x0111  # it has the instance already
#: Failure reasons a reader can act on (PS3.18 10.5.3, PS3.4 Annex B.2.3).
_REASONS: Final = MappingProxyType(
    {
        0x0110: "the archive failed on it",
        0x0117: "the archive does not take its identifiers",
        0x0122: "the archive takes no measurement reports",
        0x0124: "you may not file there",
        0xA700: "the archive is full",
        0xA900: "the archive does not know the study, or says that it does not fit",
        0xC000: "the archive does not understand it",
    }
)


def find_instance(base: str, study: StudyUID, sop: SopUID) -> Request:
    """Whether a site has an instance: asked before anything is sent a second time."""
    query = urlencode({"SOPInstanceUID": sop, "limit": 1})
    return Request("GET", f"{_study(base, study)}/instances?{query}", {"Accept": JSON})


def store_instance(base: str, study: StudyUID, data: bytes) -> Request:
    """One Part 10 file, into its study."""
    boundary = f"part-{hashlib.sha256(data).hexdigest()[:32]}"
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    headers = {
        "Accept": JSON,
        "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
    }
    body = head + data + f"\r\n--{boundary}--\r\n".encode()
    return Request("POST", _study(base, study), headers, body)


def store_nothing(base: str) -> Request:
    """A request without a document: whoever takes documents says that there is none."""
    headers = {
        "Accept": JSON,
        "Content-Type": 'multipart/related; type="application/dicom"; boundary=nothing',
    }
    return Request("POST", f"{base.rstrip('/')}/studies", headers, b"--nothing--\r\n")


def _study(base: str, study: StudyUID) -> str:
    if not is_uid(study):
        raise Refused(tr("an identifier of this study cannot be used in an address"))
    return f"{base.rstrip('/')}/studies/{study}"


def is_there(answer: bytes, sop: SopUID) -> bool:
    """The look-up's answer; a site that ignores the filter is not believed."""
    try:
        return any(found.text("00080018") == sop for found in parse(answer))
    except NotMetadata:
        return False


def is_filed(answer: bytes, sop: SopUID) -> bool:
    """Whether the archive says that it has the instance; False: it says nothing of it.

    Raises
    ------
    Refused
        It says that it did not take it, and why.
    """
    told = _told(answer)
    for failed in told.items("00081198"):  # Failed SOP Sequence
        code = failed.whole("00081197") or 0
        if failed.text("00081155") in (sop, "") and code != _DUPLICATE:
            raise Refused(tr(_REASONS.get(code, "the archive refuses it"), code=code))
        return True
    return any(each.text("00081155") == sop for each in told.items("00081199"))


def _told(answer: bytes) -> Attributes:
    """One object; some archives answer a list of one."""
    text = answer.strip()
    try:
        found = parse(text if text.startswith(b"[") else b"[" + text + b"]" if text else b"")
    except NotMetadata:
        found = []
    return found[0] if found else Attributes(_NOTHING)


_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
