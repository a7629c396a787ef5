"""Two programs at one desk over a hub in a process of its own: how long the other one takes."""

import json
import queue
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from workstation import settings
from workstation.adapters.clock import SystemClock
from workstation.adapters.fhircast import HubLine
from workstation.adapters.site_client import sign_ons
from workstation.bench.figures import Figure, machine_load
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.protocols import fhircast
from workstation.protocols.fhircast import Event, Message
from workstation.services.ports.hosting import Credentials

_SITE: Final = "harbor"
_CASES: Final = 6
_LIMIT: Final = "200 ms"


def together() -> tuple[Figure, ...]:
    """A case opened in another program until it is open here, claimed; and the other way."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder, running([]) as first:
        ready = _with_hub(first, Path(folder) / "settings.toml")
        with watched(ready, ahead=False) as seen, _other(ready) as (line, came):
            orders = [each for each in ready["orders"] if each["site"] == _SITE]
            unread = [each for each in orders if each["state"] == "unread"][:_CASES]
            here = [_followed(seen, line, each) for each in unread]
            there = [_told(seen, came, each) for each in unread]
            seen.leave()
    return (
        Figure("opened there until open here, longest", 1000 * max(here), "ms", _LIMIT),
        Figure("opened there until open here, shortest", 1000 * min(here), "ms"),
        Figure("opened here until the other hears, longest", 1000 * max(there), "ms", _LIMIT),
        Figure("opened here until the other hears, shortest", 1000 * min(there), "ms"),
        *machine_load(),
    )


def _with_hub(ready: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The demo's settings, with the hub of one site."""
    hub = next(each["fhircast"] for each in ready["sites"] if each["id"] == _SITE)
    more = f'id = "{_SITE}"\nfhircast_hub = {json.dumps(hub)}\nfhircast_topic = "desk-1"\n'
    text = Path(ready["settings"]).read_text("utf-8")
    path.write_text(re.sub(rf'^id = "{_SITE}"\n', more, text, flags=re.MULTILINE), "utf-8")
    return {**ready, "settings": str(path)}


@contextmanager
def _other(ready: Mapping[str, Any]) -> Iterator[tuple[HubLine, "queue.Queue[Message | None]"]]:
    """Another program of the same reader, as far as its line goes."""
    clock, user = SystemClock(), ready["users"][0]
    sites = settings.load(Path(ready["settings"])).sites
    site = next(each for each in sites if each.id == _SITE)
    sign_on = sign_ons([site], clock)(site)
    sign_on.sign_in(Credentials(user["name"], user["password"]))
    line, came = HubLine(site, sign_on, clock), queue.Queue[Message | None]()
    line.open(came.put)
    came.get(timeout=30)  # confirmed
    try:
        yield line, came
    finally:
        line.end()


def _followed(seen: Watched, line: HubLine, order: Mapping[str, str]) -> float:
    """From the other program's request to the case on this desk; then it is left again."""
    number = {"system": "urn:dicom:uid", "value": f"urn:oid:{order['study_uid']}"}
    study = {"resourceType": "ImagingStudy", "id": "1", "identifier": [number]}
    context = [{"key": "study", "resource": study}]
    begun = time.perf_counter()
    line.post(fhircast.event(line.topic, "ImagingStudy-open", str(uuid4()), line.now(), context))
    took = seen.wait(lambda: _is_open(seen, order)) - begun
    _leave(seen)
    return took


def _told(seen: Watched, came: "queue.Queue[Message | None]", order: Mapping[str, str]) -> float:
    """From the command on this desk, its claim among it, to the other program's ears."""
    while not came.empty():
        came.get()
    begun = time.perf_counter()
    seen.program.send(f"case.open {order['accession']}")
    took = seen.wait(lambda: _heard(came, order)) - begun
    _leave(seen)
    return took


def _is_open(seen: Watched, order: Mapping[str, str]) -> bool:
    case = seen.program.context.session.case
    return case is not None and case.item.study == order["study_uid"]


def _heard(came: "queue.Queue[Message | None]", order: Mapping[str, str]) -> bool:
    found = None if came.empty() else came.get()
    return isinstance(found, Event) and found.opens and order["study_uid"] in found.studies


def _leave(seen: Watched) -> None:
    left = seen.program.send("case.close")
    seen.wait(lambda: left is None or left.done)
