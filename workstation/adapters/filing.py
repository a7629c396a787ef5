"""Objects of ours go to a site's archive. Blocking; called on the site's lane."""

from collections.abc import Callable

from workstation.adapters.site_client import SiteClient
from workstation.domain.identifiers import SopUID, StudyRef, StudyUID
from workstation.errors import SiteUnavailable
from workstation.protocols import stow
from workstation.text import tr


class DicomWebArchive:
    """`services.ports.images.ObjectArchive` of one site."""

    def __init__(self, base_of: Callable[[StudyUID], str], client: SiteClient) -> None:
        self._base_of = base_of
        self._client = client

    def holds(self, ref: StudyRef, sop: SopUID) -> bool:
        request = stow.find_instance(self._base_of(ref.study), ref.study, sop)
        answer = self._client.request(request, expect=(200, 204, 404))
        return answer.status == 200 and stow.is_there(answer.body, sop)

    def file(self, ref: StudyRef, sop: SopUID, data: bytes) -> None:
        request = stow.store_instance(self._base_of(ref.study), ref.study, data)
        answer = self._client.request(request, expect=(200, 202, 409))
        if not stow.is_filed(answer.body, sop) and not self.holds(ref, sop):
            raise SiteUnavailable(
                tr("{site} does not say that it has the measurements", site=self._client.site.name)
            )
