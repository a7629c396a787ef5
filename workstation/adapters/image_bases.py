"""Where the images of each study of a site are, as its Endpoints say."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

from workstation.adapters.site_client import SiteClient
from workstation.domain.identifiers import StudyUID
from workstation.errors import Refused
from workstation.protocols import fhir
from workstation.protocols import platform as wire
from workstation.protocols.fhir_values import Resource, Unreadable, text
from workstation.protocols.web import origin
from workstation.text import tr


class ImageBases:
    """Filled from what the site sends, asked by whoever fetches images; any thread."""

    def __init__(self, client: SiteClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._named: dict[StudyUID, tuple[str, ...]] = {}

    def hear(self, resources: Sequence[Resource], found: Mapping[str, Resource]) -> None:
        """Note where studies say their images are; `found` holds the Endpoints they name."""
        for study in resources:
            if text(study, "resourceType") == "ImagingStudy":
                with suppress(Unreadable), self._lock:
                    self._named[fhir.study_uid(study)] = wire.image_bases(study, found)

    def clear(self) -> None:
        with self._lock:
            self._named.clear()

    def of(self, study: StudyUID) -> str:
        """The DICOMweb base of a study: as its Endpoint says, else the site's.

        Raises Refused where the study names only addresses that are not set up for the
        site: an address that a record brings must not get the reader's token.
        """
        site = self._client.site
        with self._lock:
            named = self._named.get(study, ())
        if not named:
            return site.dicomweb
        base = next(filter(self._client.trusts, named), "")
        if not base:
            raise Refused(
                tr(
                    "{site} keeps these images at {address}, an address that is not set up for it",
                    site=site.name,
                    address=origin(named[0]) or tr("an unreadable address"),
                )
            )
        return base
