"""The header of a local object, read no further than it goes."""

from typing import Final

from workstation.dicom.reasons import not_displayable
from workstation.errors import NotDisplayable
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse
from workstation.services.images.local_ports import LocalObject, ObjectDecoder

#: Where nearly all headers end; those of enhanced objects are tried again with more.
_HEAD: Final = 1 << 16
_LONGER: Final = 16
_PIXELS: Final = ("7FE00010", "7FE00008", "7FE00009")


def header_of(found: LocalObject, decoder: ObjectDecoder) -> Attributes:
    """Its attributes, as those of an object at a site. Raises `NotDisplayable`."""
    most = _HEAD
    while True:
        head = found.read(most)
        whole = len(head) < most
        if not head:
            raise not_displayable("not-dicom")
        try:
            values = _parsed(decoder.header(head))
        except NotDisplayable as error:
            if whole or error.reason != "truncated":
                raise
        else:
            if whole or any(map(values.has, _PIXELS)):  # nothing is read beyond the pixels
                return values
        most *= _LONGER


def _parsed(body: bytes) -> Attributes:
    try:
        (values,) = parse(body)
    except (NotMetadata, ValueError):
        raise not_displayable("decoder-crashed") from None
    return values
