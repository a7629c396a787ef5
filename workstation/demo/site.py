"""One hosting platform of the demonstration: its three faces on one address."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from workstation.demo import certification, stow
from workstation.demo.archive import Archive, Instance
from workstation.demo.dicomweb import Access, DicomWebFace
from workstation.demo.engine import Engine, Knobs
from workstation.demo.faults import SiteFaults
from workstation.demo.fhir import FhirFace
from workstation.demo.fhir_values import extension, reference
from workstation.demo.fhircast import ContextHub
from workstation.demo.oidc import Provider
from workstation.demo.plans import Planned
from workstation.demo.received import Folder, NothingKept
from workstation.demo.rules import Caller, Rules
from workstation.demo.seed import Placed, Seeder
from workstation.demo.sites import SiteProfile
from workstation.demo.store import Journal, Resource, Store, Unit
from workstation.domain.worklist import ReadState


class Site:
    """Identity provider, FHIR server and image archive of one hospital."""

    def __init__(
        self, profile: SiteProfile, address: str, data: Path | None, faults: SiteFaults
    ) -> None:
        self.profile = profile
        self.address = address
        self.faults = faults
        self.hl7 = ""  # where it listens for messages
        self.archive = Archive()
        self._load_stored(data)
        self.received: Folder | NothingKept = Folder(data) if data else NothingKept()
        self._now = faults.now
        self.store = Store(self._now, Journal(data / "state.jsonl") if data else None)
        knobs = Knobs(
            lambda: faults.ignore_if_none_exist,
            lambda: faults.ignore_if_match,
            lambda: faults.stale_etag,
        )
        self._arriving: list[Instance] = []
        self.rules = Rules(profile)
        self.engine = Engine(self.store, self.rules, f"{address}/fhir", knobs)
        self.provider = Provider(
            profile, f"{address}/oidc", self._now, lambda: faults.token_seconds
        )
        self.hub = ContextHub(f"{address}/fhircast", self.provider.caller, self._now)
        self.authority = certification.authority(profile.name, data, self._now())

    def _load_stored(self, data: Path | None) -> None:
        """Objects that were sent to this site before it was stopped."""
        for path in sorted((data / "objects").glob("*.dcm")) if data else ():
            instance = stow.received(path.read_bytes())
            if instance is not None:
                self.archive.add(instance)

    def addresses(self) -> dict[str, str]:
        where = self.address
        return {"issuer": f"{where}/oidc", "fhir": f"{where}/fhir", "dicomweb": f"{where}/dicomweb"}

    @property
    def fhircast(self) -> str:
        """Where programs at one desk share what they have open."""
        return f"{self.address}/fhircast/"

    @property
    def est(self) -> str:
        """Where it certifies the keys of its readers."""
        return self.address + certification.PATH

    def seed(self, planned: Sequence[Planned]) -> list[Placed]:
        """Put the images there; orders too, unless the site remembers them from before."""
        mine = [each for each in planned if each.site.id == self.profile.id]
        for each in mine:
            for instance in each.instances[: each.arrived]:
                self.archive.add(instance)
            if each.arrived is not None:
                self._arriving += each.instances[each.arrived :]
        if self.store.empty:
            unit = self.store.begin()
            dicomweb = f"{self.address}/dicomweb"
            Seeder(self.profile, unit, dicomweb, self.store.now()).place(mine)
            unit.commit()
        else:
            self.move_images(f"{self.address}/dicomweb")  # it may listen elsewhere now
        return self.orders()

    def move_images(self, address: str) -> None:
        """From now on every study says that its images are there."""
        unit = self.store.begin()
        for each in list(unit.all("Endpoint")):
            unit.put("Endpoint", each["id"], {**each, "address": address})
        unit.commit()

    def orders(self) -> list[Placed]:
        unit = self.store.begin()
        tasks = sorted(unit.all("Task"), key=self._is_elsewhere)
        return [self._placed(unit.follow, task) for task in tasks]

    def _is_elsewhere(self, task: Resource) -> bool:
        """Scanned under another law than the site's: last in the list."""
        return str(extension(task, "jurisdiction")) != self.profile.jurisdiction

    def _placed(self, follow: Callable[[object], Resource | None], task: Resource) -> Placed:
        order = follow(reference(task["focus"])) or {}
        who = follow(reference(task["for"])) or {}
        study = next(
            (
                follow(reference(each["valueReference"])) or {}
                for each in task["input"]
                if each["type"]["text"] == "study"
            ),
            Resource(),
        )
        uid = study["identifier"][0]["value"].removeprefix("urn:oid:")
        state = task["businessStatus"]["coding"][0]["code"]
        accession, patient_id = (each["identifier"][0]["value"] for each in (order, who))
        return Placed(self.profile.id, accession, uid, patient_id, state)

    def app(self) -> Starlette:
        smart = self.provider.identity.metadata() | {
            "capabilities": ["permission-user", "sso-openid-connect"]
        }
        fhir = FhirFace(self.engine, self.provider.caller, self.received, smart)
        certifies = certification.CertificationFace(
            self.authority, f"{self.address}/fhir", self.provider.caller, self._now
        )
        access = Access(self.provider.caller, self._refuses, self._stored)
        images = self._images = DicomWebFace(self.archive, f"{self.address}/dicomweb", access)
        return Starlette(
            routes=[
                Mount("/oidc", routes=self.provider.routes()),
                *fhir.routes(),
                *certifies.routes(),
                Mount("/dicomweb", routes=images.routes()),
                Mount("/fhircast", routes=self.hub.routes()),
                Route("/", self._welcome),
            ]
        )

    def describe_ahead(self) -> None:
        """Blocking: metadata of the studies that wait to be read, then of their priors."""
        ranked = sorted(self.orders(), key=lambda order: order.state == ReadState.FINAL)
        self._images.describe_ahead([each.study_uid for each in ranked])

    async def _welcome(self, _request: Request) -> Response:
        found: dict[str, Any] = {"name": self.profile.name, **self.addresses()}
        return JSONResponse(found)

    def _refuses(self, caller: Caller, study: str) -> str:
        return self.rules.refuses_images(caller, self.store.begin(), study)

    def grow(self, images: int | None = None) -> int:
        """More images of the case that is still arriving; how many are still missing."""
        new, self._arriving = (
            self._arriving[:images],
            self._arriving[len(self._arriving[:images]) :],
        )
        for each in new:
            self.archive.add(each)
        for study in {each.study for each in new}:
            self.count_images(study)
        return len(self._arriving)

    def _stored(self, instance: Instance, raw: bytes) -> None:
        """Images that came by STOW: kept, and counted in their ImagingStudy."""
        self.received.object(raw)
        self.count_images(instance.study)

    def count_images(self, study: str) -> None:
        """ImagingStudy says how many images there are now.

        The task of the study gets a new version where nobody holds it, so that those who
        follow tasks notice; a claim is never disturbed.
        """
        unit = self.store.begin()
        for each in list(unit.all("ImagingStudy")):
            if each["identifier"][0]["value"] == f"urn:oid:{study}":
                counts = {
                    "numberOfSeries": len(self.archive.series(study)),
                    "numberOfInstances": len(self.archive.instances(study)),
                }
                unit.put("ImagingStudy", each["id"], {**each, **counts})
                self._touch(unit, f"ImagingStudy/{each['id']}")
        unit.commit()

    def urge(self, accession: str) -> bool:
        """Somebody telephones: a case that waits is STAT now. False: there is none like that."""
        unit = self.store.begin()
        for task in list(unit.all("Task")):
            order = unit.follow(reference(task.get("focus"))) or {}
            numbers = [each.get("value") for each in order.get("identifier", ())]
            if accession in numbers and task["status"] == "requested":
                unit.put("Task", task["id"], {**task, "priority": "stat"})
                unit.commit()
                return True
        return False

    def _touch(self, unit: Unit, study: str) -> None:
        for task in list(unit.all("Task")):
            inputs = [reference(each.get("valueReference")) for each in task["input"]]
            if task["status"] in ("requested", "completed") and inputs[0] == study:
                unit.put("Task", task["id"], task)
