"""The sites that bring their orders by HL7 v2: their doors, and their platforms."""

from collections.abc import Sequence

from workstation.adapters.announcing_platform import AnnouncingPlatform
from workstation.adapters.mllp_door import MllpDoor
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.site_client import SiteClient
from workstation.services.ports.clock import Clock
from workstation.services.ports.keeping import SealedStore
from workstation.services.queue.announced import Announced
from workstation.settings import Site


class Announcing:
    """Owned by the application; nobody is listened to before `open`."""

    def __init__(self, sites: Sequence[Site], store: SealedStore, clock: Clock) -> None:
        wanted = [each for each in sites if each.hl7_door]
        self.by_site = {each.id: Announced(each, store, clock) for each in wanted}
        self._doors = [_door(each, self.by_site[each.id]) for each in wanted]

    def platform(self, client: SiteClient) -> FhirPlatform:
        """The site's platform, with what it announces where it does."""
        announced = self.by_site.get(client.site.id)
        return AnnouncingPlatform(client, announced) if announced else FhirPlatform(client)

    def open(self) -> None:
        """Raises SettingsError where an address cannot be listened on."""
        for door in self._doors:
            door.open()

    def close(self) -> None:
        for door in self._doors:
            door.close()


def _door(site: Site, announced: Announced) -> MllpDoor:
    peers = site.hl7_peers.split()
    return MllpDoor(site.hl7_door, peers, site.hl7_certificate, announced.take)
