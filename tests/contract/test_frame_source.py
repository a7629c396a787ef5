"""Images from a site, over the wire, through the decoders: the demo platform and Orthanc."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import imagecodecs
import orthanc
import pydicom
import pytest
from attrs import evolve
from demo_platform import DemoPlatform, start_platform
from fakes import Home
from fakes_images import client
from loaded_study import Loaded, load
from pydicom.encaps import encapsulate

from workstation import settings
from workstation.adapters.decoders import Decoders
from workstation.adapters.frames import DicomWebFrames
from workstation.domain.identifiers import FrameKey, StudyRef, StudyUID
from workstation.errors import NotDisplayable, Refused, SignInFailed
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Jobs
from workstation.settings import Site

DATA = Path(__file__).parents[3] / "shared/data"
CHEST = sorted((DATA / "ct_chest_current").glob("*.dcm"))


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


def expected() -> dict[str, str]:
    """SHA-256 of the values as the catalogue's own decoder has them."""
    with (DATA / "CATALOG.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["path"].startswith("ct_chest_current/")]
    return {f"{row['sop_uid']}/0": row["decode_sha256_raw"] for row in rows}


@pytest.fixture(scope="module")
def chest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    folder = tmp_path_factory.mktemp("chest")
    with start_platform(folder, [DATA / "ct_chest_current"]) as running:
        yield running


@pytest.fixture
def demo(chest: DemoPlatform, decoders: Decoders) -> Iterator[tuple[DicomWebFrames, StudyRef]]:
    (order,) = chest.orders()
    (site,) = [s for s in settings.load(chest.settings).sites if s.id == order["site"]]
    signed_in = client(site, chest.token(site.id))
    ref = StudyRef(site.id, StudyUID(order["study_uid"]))
    yield DicomWebFrames(lambda _: site.dicomweb, signed_in, decoders), ref
    signed_in.close()
    chest.faults(**{site.id: {"rules": []}})


@pytest.mark.data
@pytest.mark.slow
def test_a_ct_from_the_demo_platform_has_the_pixels_of_its_files(
    demo: tuple[DicomWebFrames, StudyRef],
) -> None:
    """100 real slices, by the network, and every value as another decoder reads the file."""
    found = load(*demo)

    assert found.digests() == expected()
    assert found.problems == []


@pytest.mark.data
@pytest.mark.slow
def test_the_attributes_of_an_image_are_those_of_its_file(
    demo: tuple[DicomWebFrames, StudyRef],
) -> None:
    """What the browser of attributes lists, asked for one image alone; pydicom reads the file."""
    source, ref = demo
    (head,) = source.series(ref)
    (frame,) = source.metadata(ref, head.uid).instances[50].frames
    files = [pydicom.dcmread(path, stop_before_pixels=True) for path in CHEST]
    (file,) = [each for each in files if each.SOPInstanceUID == frame.key.sop]

    (row,) = json.loads(source.attributes(frame.key))

    assert [float(each) for each in row["00180060"]["Value"]] == [file.KVP]
    assert {f"{e.tag.group:04X}{e.tag.element:04X}" for e in file} <= set(row)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("status", [400, 500])
def test_a_site_that_refuses_frames_and_streams_is_asked_for_whole_objects(
    chest: DemoPlatform, demo: tuple[DicomWebFrames, StudyRef], status: int
) -> None:
    """Orthanc answers 500 to frames of syntaxes it does not know."""
    refused = {"match": r"GET .*(/frames/|/series/[0-9.]+$)", "do": "status", "status": status}
    chest.faults(**{demo[1].site: {"rules": [refused]}})

    found = load(*demo)

    assert found.digests() == expected()


@pytest.mark.data
@pytest.mark.slow
def test_a_stream_that_breaks_off_is_mended_frame_by_frame(
    chest: DemoPlatform, demo: tuple[DicomWebFrames, StudyRef]
) -> None:
    """What has come stays, what is missing is asked for again."""
    cut = {"match": r"GET .*/series/[0-9.]+$", "do": "truncate", "bytes": 3_000_000}
    chest.faults(**{demo[1].site: {"rules": [cut]}})

    found = load(*demo)

    assert found.digests() == expected()


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[orthanc.Orthanc]:
    orthanc.need_orthanc()
    folder = tmp_path_factory.mktemp("orthanc")
    more = [
        htj2k(folder),
        DATA / "us/IM00001.fragmented_no_bot_jpeg_baseline.50.dcm",
        DATA / "transfer_syntax/MR_small_jp2klossless.dcm",
    ]
    with orthanc.running(folder, [*CHEST, *more]) as server:
        yield server


def htj2k(folder: Path) -> Path:
    """One slice in a syntax that Orthanc 1.10 stores but whose frames it refuses."""
    made = pydicom.dcmread(CHEST[50])
    made.PixelData = encapsulate([bytes(imagecodecs.htj2k_encode(made.pixel_array))])
    made["PixelData"].VR = "OB"
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.201"
    made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID = (
        "2.25.1",
        "2.25.2",
        "2.25.3",
    )
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.save_as(folder / "htj2k.dcm")
    return folder / "htj2k.dcm"


def site_of(server: orthanc.Orthanc) -> Site:
    return settings.Site(
        id=settings.SiteId("pacs"), name="PACS", issuer="https://127.0.0.1:1",
        fhir="https://127.0.0.1:1/fhir", dicomweb=server.dicomweb, jurisdiction="DE",
        timezone="Europe/Berlin", ca_file=server.ca_file,
    )  # fmt: skip


@pytest.fixture
def real(
    pacs: orthanc.Orthanc, decoders: Decoders
) -> Iterator[tuple[DicomWebFrames, dict[str, StudyRef]]]:
    site = site_of(pacs)
    signed_in = client(site, orthanc.TOKEN)
    with httpx2.Client() as http:
        studies = http.get(f"{pacs.control}/dicom-web/studies").json()
    refs = {
        study["0020000D"]["Value"][0]: StudyRef(site.id, StudyUID(study["0020000D"]["Value"][0]))
        for study in studies
    }
    yield DicomWebFrames(lambda _: site.dicomweb, signed_in, decoders), refs
    signed_in.close()


@pytest.mark.data
@pytest.mark.peer
@pytest.mark.slow
def test_every_study_of_a_real_orthanc_is_loaded_over_tls(
    real: tuple[DicomWebFrames, dict[str, StudyRef]],
) -> None:
    """CT, an HTJ2K object whose frames it refuses, a fragmented cine, JPEG 2000."""
    source, refs = real
    digests: dict[str, str] = {}
    for ref in refs.values():
        found = load(source, ref)
        assert found.problems == []
        digests |= found.digests()

    assert expected().items() <= digests.items()
    slice_50 = pydicom.dcmread(CHEST[50]).SOPInstanceUID
    assert digests["2.25.3/0"] == digests[f"{slice_50}/0"]
    assert len(digests) == 100 + 1 + 8 + 1


@pytest.mark.data
@pytest.mark.peer
@pytest.mark.slow
def test_an_archive_that_is_killed_in_the_middle_of_a_load_costs_no_image(
    tmp_path: Path, decoders: Decoders
) -> None:
    """What is not there says so, never shows a neighbour; when it is back the rest comes."""
    orthanc.need_orthanc()
    home = Home()
    jobs, store = Jobs(home.post), FrameStore()
    with orthanc.running(tmp_path, CHEST) as server:
        site = site_of(server)
        signed_in = client(site, orthanc.TOKEN)
        source = DicomWebFrames(lambda _: site.dicomweb, signed_in, decoders)
        ref = StudyRef(site.id, StudyUID(pydicom.dcmread(CHEST[0]).StudyInstanceUID))
        loader = Loader({site.id: source}, store, jobs)
        came: list[FrameKey] = []
        loader.frame_arrived.connect(came.append)
        loader.frame_arrived.connect(lambda _: server.process.kill() if len(came) == 20 else None)
        home.settled(loader.open(ref, first=True))
        (shown,) = loader.display_sets(ref)
        home.drain(lambda: loader.complete(ref))
        told = [store.failure(frame.key) for frame in shown.frames]
        lost = [each.reason for each in told if each is not None]
        held = sum(store.has(frame.key) for frame in shown.frames)
        with server.started_again():
            home.drain(lambda: loader.progress(shown.id).loaded == 100, timeout_s=60)
            jobs.close()
        signed_in.close()

    assert 20 <= held < 100
    assert held + len(lost) == 100
    assert set(lost) <= {"not-delivered", "incomplete-answer"}
    assert Loaded(loader, store, ref, []).digests() == expected()


@pytest.mark.data
@pytest.mark.peer
@pytest.mark.slow
def test_without_the_token_the_gate_lets_nothing_through(
    pacs: orthanc.Orthanc, decoders: Decoders, real: tuple[DicomWebFrames, dict[str, StudyRef]]
) -> None:
    """The reader is told to sign in again; nothing is retried for ever."""
    with_nothing = client(site_of(pacs), "another")
    source = DicomWebFrames(lambda _: pacs.dicomweb, with_nothing, decoders)

    with pytest.raises(SignInFailed):
        source.series(next(iter(real[1].values())))

    with_nothing.close()


@pytest.mark.data
@pytest.mark.slow
def test_a_site_that_forbids_says_so(
    chest: DemoPlatform, demo: tuple[DicomWebFrames, StudyRef]
) -> None:
    """403 is an answer: no way around it is tried."""
    source, ref = demo
    (head,) = source.series(ref)
    frame = source.metadata(ref, head.uid).instances[0].frames[0]
    rule = {"match": r"GET .*/instances/", "do": "status", "status": 403}
    chest.faults(**{ref.site: {"rules": [rule]}})
    chest.clear_log()

    with pytest.raises((Refused, NotDisplayable)):
        source.frame(evolve(frame))

    assert len([line for line in chest.log() if "/instances/" in line["path"]]) == 1
