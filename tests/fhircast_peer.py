"""Another maker's program at the desk: FHIRcast 3.0.0 from its pages, and nothing of ours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import httpx2
from demo_platform import DemoPlatform
from websockets.sync.client import ClientConnection, connect

_PATIENCE_S: Final = 60.0  # as long as a loaded machine may take


class Other:
    """One that subscribed; `hears` waits."""

    def __init__(self, http: httpx2.Client, hub: str, topic: str, line: ClientConnection) -> None:
        self._http, self._hub, self.topic, self._line = http, hub, topic, line

    @classmethod
    @contextmanager
    def at(cls, platform: DemoPlatform, topic: str, events: str) -> "Iterator[Other]":
        hub = platform.site("harbor")["fhircast"]
        form = {"hub.channel.type": "websocket", "hub.mode": "subscribe", "hub.topic": topic,
                "hub.events": events, "subscriber.name": "Acme Product"}  # fmt: skip
        with platform.client("harbor") as http:
            answer = http.post(hub, data=form)
            assert answer.status_code == 202
            with connect(answer.json()["hub.channel.endpoint"], proxy=None) as line:
                other = cls(http, hub, topic, line)
                confirmed = other.hears()
                assert (confirmed["hub.mode"], confirmed["hub.topic"]) == ("subscribe", topic)
                yield other

    def hears(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._line.recv(timeout=_PATIENCE_S))
        return found

    def answers(self, id_: str, status: str) -> None:
        self._line.send(json.dumps({"id": id_, "status": status}))

    def tells(self, name: str, study: str, id_: str) -> int:
        """That a study was opened or closed, as page ImagingStudy-open has it; the status."""
        number = {"system": "urn:dicom:uid", "value": f"urn:oid:{study}"}
        resource = {"resourceType": "ImagingStudy", "id": "e25c", "identifier": [number]}
        told = {"hub.topic": self.topic, "hub.event": name,
                "context": [{"key": "study", "resource": resource}]}  # fmt: skip
        at = datetime.now(UTC).isoformat()
        body = json.dumps({"timestamp": at, "id": id_, "event": told})
        headers = {"Content-Type": "application/fhir+json"}
        return self._http.post(self._hub, content=body, headers=headers).status_code

    def current(self) -> dict[str, Any]:
        found: dict[str, Any] = self._http.get(f"{self._hub}{self.topic}").json()
        return found
