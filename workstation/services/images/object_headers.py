"""The attributes of an object, read whole when somebody asks for them, and not kept."""

from collections.abc import Mapping

from workstation.domain.identifiers import FrameKey, SiteId
from workstation.errors import CommandError
from workstation.protocols.dicom_attributes import NotMetadata
from workstation.protocols.dicom_listing import Listing, listing
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.images import HeaderSource
from workstation.text import tr


class ObjectHeaders:
    """Owned by the application, home thread."""

    def __init__(self, sources: Mapping[SiteId, HeaderSource], jobs: Jobs) -> None:
        self._sources, self._jobs = sources, jobs

    def read(self, key: FrameKey) -> Job[Listing]:
        """All lines of the object that a frame is in.

        The job fails with `NotDisplayable`, `Refused` or `SiteUnavailable` where it cannot be
        had now, and with `CommandError` where its description makes no sense.
        """
        source = self._sources[key.site]

        def work() -> Listing:
            from workstation.dicom.names import name_of  # the dictionaries: only now, only here

            try:
                return listing(source.attributes(key), name_of, key.frame_index)
            except NotMetadata:
                words = tr("the description of this image could not be understood")
                raise CommandError(words) from None

        return self._jobs.run(work, lane=f"site:{key.site}")
