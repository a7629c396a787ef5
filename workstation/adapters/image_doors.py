"""Which way each site's images come and our documents go: DICOMweb or DIMSE, as agreed."""

from collections.abc import Callable
from typing import Protocol

from attrs import frozen

from workstation.adapters.decoders import Decoders
from workstation.adapters.filing import DicomWebArchive
from workstation.adapters.frames import DicomWebFrames
from workstation.adapters.previews import Previews
from workstation.adapters.site_client import SiteClient
from workstation.domain.identifiers import StudyRef, StudyUID
from workstation.services.ports import FrameSource, HeaderSource, ObjectArchive


class ImageSource(FrameSource, HeaderSource, Protocol):
    """Frames, and what their objects say of themselves."""


@frozen
class ImageDoor:
    """Of one site."""

    source: ImageSource
    archive: ObjectArchive
    forget: Callable[[StudyRef], None]  # nothing of a closed study stays


def image_door(
    client: SiteClient,
    base_of: Callable[[StudyUID], str],
    decoders: Decoders,
    previews: Previews,
) -> ImageDoor:
    if client.site.images == "dimse":
        # Only here: pynetdicom takes a third of a second of the start.
        from workstation.adapters.dimse_archive import DimseArchive
        from workstation.adapters.dimse_frames import DimseFrames
        from workstation.adapters.dimse_site import DimseSite

        site = DimseSite(client.site)
        source = DimseFrames(site, decoders)
        return ImageDoor(source, DimseArchive(site, source), source.forget)
    return ImageDoor(
        DicomWebFrames(base_of, client, decoders, previews),
        DicomWebArchive(base_of, client),
        lambda _ref: None,
    )
