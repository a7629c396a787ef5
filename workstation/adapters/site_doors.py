"""Which way each site's cases and images come, and our documents go: as agreed with it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from attrs import frozen

from workstation.adapters.archive_list import ArchiveList, Find, by_qido
from workstation.adapters.decoders import Decoders
from workstation.adapters.filing import DicomWebArchive
from workstation.adapters.frames import DicomWebFrames
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.previews import Previews
from workstation.adapters.site_client import SiteClient
from workstation.adapters.ups_list import UpsList
from workstation.domain.identifiers import StudyRef, StudyUID
from workstation.protocols.dicom_attributes import Attributes
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import HostingPlatform
from workstation.services.ports.images import FrameSource, HeaderSource, ObjectArchive


class ImageSource(FrameSource, HeaderSource, Protocol):
    """Frames, and what their objects say of themselves."""


@frozen
class ImageDoor:
    """Of one site. `find`: its studies, by DICOM keyword."""

    source: ImageSource
    archive: ObjectArchive
    find: Find
    forget: Callable[[StudyRef], None]  # nothing of a closed study stays


def image_door(
    client: SiteClient,
    base_of: Callable[[StudyUID], str],
    decoders: Decoders,
    previews: Previews,
) -> ImageDoor:
    if client.site.images == "dimse":
        # Only here: pynetdicom takes a third of a second of the start, pydicom 11 MB.
        from workstation.adapters.dimse_archive import DimseArchive
        from workstation.adapters.dimse_frames import DimseFrames
        from workstation.adapters.dimse_site import DimseSite
        from workstation.dicom import queries

        site = DimseSite(client.site)
        source = DimseFrames(site, decoders)

        def find(wanted: Mapping[str, str]) -> Iterable[Attributes]:
            return source.find(queries.studies(**wanted))

        return ImageDoor(source, DimseArchive(site, source), find, source.forget)
    return ImageDoor(
        DicomWebFrames(base_of, client, decoders, previews),
        DicomWebArchive(base_of, client),
        by_qido(client),
        lambda _ref: None,
    )


@frozen
class SiteDoor:
    """Everything that is asked of one site."""

    platform: HostingPlatform
    images: ImageDoor


def site_door(
    client: SiteClient,
    of_fhir: Callable[[SiteClient], FhirPlatform],
    decoders: Decoders,
    previews: Previews,
    clock: Clock,
) -> SiteDoor:
    if client.site.worklist == "fhir":
        platform = of_fhir(client)
        return SiteDoor(platform, image_door(client, platform.images.of, decoders, previews))
    images = image_door(client, lambda _study: client.site.dicomweb, decoders, previews)
    if client.site.worklist == "ups":
        return SiteDoor(UpsList(client, images.find), images)
    return SiteDoor(ArchiveList(client, images.find, clock), images)
