"""The demo platform: three sites in one process, on this machine only."""

import asyncio
import contextlib
import json
import logging
import os
import socket
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import uvicorn
from attrs import asdict
from pydicom.config import IGNORE
from pydicom.config import settings as pydicom_settings
from starlette.types import ASGIApp, Receive, Scope, Send

from workstation.demo import faults as fault_knobs
from workstation.demo import intake, plans
from workstation.demo.asked import Log
from workstation.demo.control import Control
from workstation.demo.doors import LOOPBACK, address_of, behind, listening, port_of, relays
from workstation.demo.faults import FaultySite, SiteFaults
from workstation.demo.hl7 import Hl7Face
from workstation.demo.lifetime import Parent, told_to_end
from workstation.demo.line import Line
from workstation.demo.phantoms import demo_cases
from workstation.demo.plans import Planned
from workstation.demo.scratch import scratch_folder
from workstation.demo.site import Site
from workstation.demo.sites import BANNER, CLIENT_ID, PEOPLE, SITES
from workstation.demo.store import wall_clock
from workstation.errors import SettingsError
from workstation.text import tr

#: It plays machines that stand elsewhere: the reader's own processor comes first.
_ELSEWHERE: Final = 5
_STOP_POLL_S: Final = 0.2
_ARRIVALS: Final = 12
_ARRIVAL_S: Final = 20.0


def serve(
    studies: Sequence[Path],
    data: Path | None,
    port: int,
    ready_file: Path | None,
    faults: Path | None,
) -> None:
    """Run until SIGTERM, Ctrl+C, or the death of whoever started it.

    `port` is that of the first site, the others follow, then the control and the HL7
    listeners of the sites; 0 takes any that are free.
    """
    # Odd files are put here on purpose; what is odd about them is for the workstation to say.
    pydicom_settings.reading_validation_mode = IGNORE
    warnings.filterwarnings("ignore", module="pydicom")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    if sys.platform != "win32":
        os.nice(_ELSEWHERE)
    watch, knobs = Parent(), fault_knobs.load(faults) if faults else {}
    messages = port + len(SITES) + 1 if port else 0
    with (
        listening(len(SITES) + 1, port) as doors,
        listening(len(SITES), messages) as hl7_doors,
        behind(doors, knobs) as servers,
        behind(hl7_doors, knobs) as hl7_servers,
    ):
        platform = Platform(doors, servers, data, knobs)
        platform.take_messages(hl7_doors, hl7_servers)
        platform.fill(studies)
        with told_to_end() as stopped, platform.announced(ready_file):
            asyncio.run(_run(platform, servers, watch, stopped))


async def _run(
    platform: "Platform",
    sockets: list[socket.socket],
    watch: Parent,
    stopped: threading.Event,
) -> None:
    config = uvicorn.Config(
        platform,
        http="h11",
        loop="asyncio",
        lifespan="off",
        ws="websockets-sansio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,  # each site has a clock of its own
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
    )
    server = _Server(config)
    watch.start(lambda: setattr(server, "should_exit", True))
    ending = asyncio.create_task(_end_when(stopped, server))
    threading.Thread(target=platform.describe_ahead, daemon=True, name="describe").start()
    arriving = asyncio.create_task(platform.keep_growing())
    lines = [asyncio.create_task(line.serve()) for line in platform.lines]
    lines += [asyncio.create_task(face.serve(door)) for face, door in platform.messages]
    await server.serve(sockets)
    for each in (arriving, ending, *lines):
        each.cancel()
    await asyncio.gather(*lines, return_exceptions=True)


class _Server(uvicorn.Server):
    """It ends without a word: whoever still waits for an answer then is cut off, no error."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


async def _end_when(stopped: threading.Event, server: uvicorn.Server) -> None:
    """A signal that came before uvicorn took them over must not be lost."""
    while not stopped.is_set():
        await asyncio.sleep(_STOP_POLL_S)
    server.should_exit = True


class Platform:
    """Three sites and their control; each request goes by the port it came in on."""

    def __init__(
        self,
        doors: Sequence[socket.socket],
        servers: Sequence[socket.socket],
        data: Path | None,
        knobs: dict[str, Any],
    ) -> None:
        ports = [port_of(each) for each in doors]
        self.log = Log(wall_clock)
        self.sites: dict[str, Site] = {}
        self._apps: dict[int, ASGIApp] = {}
        self.lines: list[Line] = []
        self.messages: list[tuple[Hl7Face, socket.socket]] = []
        for profile, door, server in zip(SITES, doors, servers, strict=False):
            port = port_of(door)
            site = Site(
                profile, address_of(port), data / profile.id if data else None, SiteFaults()
            )
            self.sites[profile.id] = site
            self._apps[port_of(server)] = FaultySite(site.app(), profile.id, site.faults, self.log)
            self.lines += relays(site, door, server)
        self.set_faults(knobs)
        self._control = address_of(ports[-1])
        self._apps[ports[-1]] = Control(self.sites, self.set_faults, self.log).app()

    def take_messages(
        self, doors: Sequence[socket.socket], servers: Sequence[socket.socket]
    ) -> None:
        """Each site listens for HL7 v2 too, behind the same line."""
        for site, door, server in zip(self.sites.values(), doors, servers, strict=True):
            site.hl7 = f"mllp://{LOOPBACK}:{port_of(door)}"
            face = Hl7Face(site.profile, site.store, site.faults, site.received, self.log)
            self.messages.append((face, server))
            self.lines += relays(site, door, server)

    def set_faults(self, knobs: dict[str, Any]) -> None:
        """Knobs by site; `all` stands for every one. Raises SettingsError."""
        for name, values in knobs.items():
            chosen = list(self.sites.values()) if name == "all" else [self.sites.get(name)]
            for site in chosen:
                if site is None:
                    raise SettingsError(tr("there is no site {name!r}", name=name))
                try:
                    site.faults.set(values)
                except (ValueError, TypeError, AttributeError) as why:
                    raise SettingsError(tr("{site}: {why}", site=name, why=why)) from why

    def fill(self, studies: Sequence[Path]) -> None:
        planned = _planned(studies)
        for site in self.sites.values():
            site.seed(planned)

    def describe_ahead(self) -> None:
        for site in self.sites.values():
            site.describe_ahead()

    async def keep_growing(self) -> None:
        """Images of the case that is still arriving come in by and by."""
        missing = sum(site.grow(0) for site in self.sites.values())
        step = max(1, -(-missing // _ARRIVALS))
        while missing:
            await asyncio.sleep(_ARRIVAL_S)
            missing = sum(site.grow(step) for site in self.sites.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._apps[scope["server"][1]](scope, receive, send)

    # --- telling ---------------------------------------------------------------

    @contextlib.contextmanager
    def announced(self, ready_file: Path | None) -> Iterator[None]:
        """The ready file and the settings beside it exist while the platform serves, then no
        more. Without a ready file its text goes to standard output.
        """
        with contextlib.ExitStack() as stack:
            if ready_file is None:
                settings = stack.enter_context(scratch_folder()) / "settings.toml"
            else:
                settings = ready_file.with_name(ready_file.stem + ".settings.toml").absolute()
                stack.callback(settings.unlink, missing_ok=True)
            settings.write_text(self.settings(), "utf-8")
            text = json.dumps(self.ready(settings), indent=2)
            if ready_file is None:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
            else:
                stack.callback(ready_file.unlink, missing_ok=True)
                part = ready_file.with_name(ready_file.name + ".part")
                part.write_text(text, "utf-8")
                part.replace(ready_file)
            yield

    def ready(self, settings: Path) -> dict[str, Any]:
        return {
            "sites": [
                {
                    "id": each.profile.id,
                    "name": each.profile.name,
                    "jurisdiction": each.profile.jurisdiction,
                    "timezone": each.profile.timezone,
                    **each.addresses(),
                    "est": each.est,
                    "ca": each.authority.pem,
                    "hl7": each.hl7,
                    "fhircast": each.fhircast,
                }
                for each in self.sites.values()
            ],
            "users": [
                {"name": each.user, "password": each.password, "role": each.role} for each in PEOPLE
            ],
            "orders": [asdict(order) for each in self.sites.values() for order in each.orders()],
            "settings": str(settings),
            "pid": os.getpid(),
            "control": self._control,
        }

    def settings(self) -> str:
        """Settings of a workstation for these sites, in TOML."""
        lines = [f"banner = {json.dumps(BANNER, ensure_ascii=False)}", "poll_seconds = 2.0"]
        for each in self.sites.values():
            values: dict[str, object] = {
                "id": each.profile.id,
                "name": each.profile.name,
                **each.addresses(),
                "est": each.est,
                "hl7": each.hl7,
                "client_id": CLIENT_ID,
                "jurisdiction": each.profile.jurisdiction,
                "timezone": each.profile.timezone,
                "zones": "; ".join(f"{k} = {v}" for k, v in each.profile.zones.items()),
                "phone": each.profile.phone,
                "directory": each.profile.directory,
                "step_up": each.profile.step_up,
                "dicom_report": each.profile.dicom_report,
                "shares_priors": each.profile.shares_priors,
                "export": True,
                "scripted_signing": True,
            }
            lines += ["", "[[site]]"]
            lines += [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in values.items()]
        return "\n".join(lines) + "\n"


def _planned(studies: Sequence[Path]) -> tuple[Planned, ...]:
    now = wall_clock()
    if not studies:
        return plans.plan_phantoms(demo_cases(now), now)
    for each in studies:
        if not each.exists():
            raise SettingsError(tr("{path}: there is no such folder", path=each))
    found = intake.read(studies)
    if found.skipped or found.repeated:
        text = tr(
            "{skipped} files are not DICOM and were skipped, {repeated} are repeated",
            skipped=found.skipped,
            repeated=found.repeated,
        )
        sys.stderr.write(text + "\n")
    if not found.studies:
        raise SettingsError(tr("there are no DICOM files below the given folders"))
    return plans.plan_files(found.studies, now)
