"""A desk that reads the study of an Orthanc, and files beside it what is made of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC

from attrs import frozen
from fakes import FakeClock, Home
from fakes_images import client
from fakes_report import SITE, STUDY
from fakes_trust import FakePlatform
from fakes_viewer import viewed
from orthanc import TOKEN, Orthanc

from workstation.adapters.decoders import Decoders
from workstation.adapters.filing import DicomWebArchive
from workstation.adapters.frames import DicomWebFrames
from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.secrets import MemorySecrets
from workstation.domain.identifiers import StudyRef
from workstation.domain.reader import Reader
from workstation.rendering.volume_slice import plane_samples
from workstation.services.audit import Audit
from workstation.services.delivery.filing_queue import Ways
from workstation.services.delivery.keys import Keys
from workstation.services.delivery.measurement_filing import MeasurementFiling
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Jobs
from workstation.services.screen.structures import Structures
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes
from workstation.settings import Site

REF = StudyRef(SITE, STUDY)
READER = Reader("Practitioner/17", "Sample, Jo")


@frozen
class ReadingDesk:
    """Of one reader; its jobs run on lanes of their own."""

    source: DicomWebFrames
    archive: DicomWebArchive
    home: Home
    jobs: Jobs

    def opened(self) -> Viewer:
        """The study on the screen, every image of it here."""
        store = FrameStore()
        loader = Loader({SITE: self.source}, store, self.jobs)
        viewer = Viewer(
            store, loader, Structures(store, self.jobs),
            Volumes(store, loader, self.jobs, plane_samples),
        )  # fmt: skip
        viewer.show((viewed(STUDY),))
        viewer.permit(REF)
        loader.study_ready.connect(lambda ready: viewer.study_ready(*ready))
        self.home.settled(loader.open(REF, first=True))
        self.home.drain(lambda: loader.complete(REF))
        return viewer

    def filing(self) -> MeasurementFiling:
        clock, store = FakeClock(), MemoryStore()
        device = Keys(MemorySecrets("a test"), clock).device
        platforms = {SITE: FakePlatform()}
        audit = Audit(store, self.jobs, clock, platforms, device, lambda _: READER.id)  # type: ignore[arg-type]
        ways = Ways(
            {SITE: self.source}, {SITE: self.archive}, {SITE: UTC}, lambda _: READER.id,
            lambda _: False,
        )  # fmt: skip
        return MeasurementFiling(ways, store, audit, self.jobs, clock)


@contextmanager
def reading_desk(server: Orthanc) -> Iterator[ReadingDesk]:
    site = Site(
        id=SITE, name="PACS", issuer="https://127.0.0.1:1", fhir="https://127.0.0.1:1/fhir",
        dicomweb=server.dicomweb, jurisdiction="DE", timezone="Europe/Berlin",
        ca_file=server.ca_file,
    )  # fmt: skip
    home, decoders, signed_in = Home(), Decoders(), client(site, TOKEN)
    jobs = Jobs(home.post)
    source = DicomWebFrames(lambda _: site.dicomweb, signed_in, decoders)
    archive = DicomWebArchive(lambda _: site.dicomweb, signed_in)
    try:
        yield ReadingDesk(source, archive, home, jobs)
    finally:
        jobs.close()
        decoders.close()
        signed_in.close()
