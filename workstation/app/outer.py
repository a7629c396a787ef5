"""The outside, as this machine and its settings offer it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import platformdirs
from attrs import frozen

from workstation.adapters.announcing import Announcing
from workstation.adapters.clock import SystemClock
from workstation.adapters.decoders import Decoders
from workstation.adapters.fhircast import HubLine
from workstation.adapters.local_frames import LocalFrames
from workstation.adapters.machine import keep_memory_together
from workstation.adapters.previews import Previews
from workstation.adapters.screen_file import ScreenFile
from workstation.adapters.secrets import open_secrets
from workstation.adapters.site_client import SiteClient, sign_ons
from workstation.adapters.site_doors import ImageSource, SiteDoor, site_door
from workstation.adapters.store import Opened, open_store
from workstation.domain.identifiers import SiteId
from workstation.protocols.device_sign_in import EnterCode
from workstation.services.images.frames import Dropped
from workstation.services.ports.hosting import HostingPlatform
from workstation.services.ports.images import ObjectArchive
from workstation.services.ports.keeping import SecretStore
from workstation.settings import Settings


class Codes:
    """What a reader without a browser is to enter elsewhere, on its way to the windows."""

    def __init__(self) -> None:
        self.taker: Callable[[EnterCode | None], None] = lambda _code: None

    def show(self, code: EnterCode | None) -> None:
        """From any thread."""
        self.taker(code)


@frozen(eq=False)
class Outer:
    """The outside, as this machine and its settings offer it."""

    clock: SystemClock
    codes: "Codes"
    clients: Mapping[SiteId, SiteClient]
    hubs: Mapping[SiteId, HubLine]
    doors: Mapping[SiteId, SiteDoor]
    previews: Previews
    files: LocalFrames
    decoders: Decoders
    screens: ScreenFile
    secrets: SecretStore
    opened: Opened
    announcing: Announcing

    @classmethod
    def of(cls, settings: Settings) -> "Outer":
        keep_memory_together()
        clock = SystemClock()
        codes = Codes()
        secrets = open_secrets("reading-workstation")
        sign_on = sign_ons(settings.sites, clock, codes.show, secrets)
        clients = {s.id: SiteClient(s, sign_on(s), clock) for s in settings.sites}
        hubs = {s.id: HubLine(s, sign_on(s), clock) for s in settings.sites if s.fhircast_hub}
        decoders = Decoders()
        previews = Previews(decoders)
        usual = Path(platformdirs.user_data_dir("reading-workstation", False))
        kept = settings.store_dir or usual / "store"
        opened = open_store(kept, secrets)
        announcing = Announcing(settings.sites, opened.store, clock)
        return cls(
            clock,
            codes,
            clients,
            hubs,
            {
                site: site_door(client, announcing.platform, decoders, previews, clock)
                for site, client in clients.items()
            },
            previews,
            LocalFrames(decoders),
            decoders,
            ScreenFile(kept / "screens.toml"),
            secrets,
            opened,
            announcing,
        )

    def close(self) -> None:
        self.announcing.close()
        for hub in self.hubs.values():
            hub.end()
        self.decoders.close()
        for client in self.clients.values():
            client.close()
        self.opened.store.close()

    @property
    def platforms(self) -> Mapping[SiteId, HostingPlatform]:
        return {site: door.platform for site, door in self.doors.items()}

    @property
    def sources(self) -> Mapping[SiteId, ImageSource]:
        return {site: door.images.source for site, door in self.doors.items()}

    @property
    def archives(self) -> Mapping[SiteId, ObjectArchive]:
        return {site: door.images.archive for site, door in self.doors.items()}

    def forget(self, gone: Dropped) -> None:
        """Nothing of a closed study stays with what fetched and decoded it."""
        self.decoders.forget(gone.ref)
        if gone.ref.site in self.doors:
            self.doors[gone.ref.site].images.forget(gone.ref)
        gone.let_go()
