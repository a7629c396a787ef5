"""Images of sites that have nothing but DIMSE: Orthanc and dcmqrscp, by C-GET and by C-MOVE."""

import hashlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import dimse_peers
import orthanc
import pydicom
import pytest
from attrs import frozen
from dimse_peers import Pacs
from fakes import Home
from loaded_study import load
from pydicom.data import get_testdata_file
from pynetdicom import AE

from workstation.adapters import dimse_probe, dimse_retrieval
from workstation.adapters.decoders import Decoders
from workstation.adapters.dimse_archive import DimseArchive
from workstation.adapters.dimse_frames import DimseFrames
from workstation.adapters.dimse_retrieval import Listed
from workstation.adapters.dimse_site import DimseSite
from workstation.domain.identifiers import SeriesUID, SiteId, SopUID, StudyRef, StudyUID
from workstation.domain.study import Instance
from workstation.errors import Refused, SiteUnavailable
from workstation.protocols.part10 import Wrapped, file_of
from workstation.services.images.fetching import SetProgress
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Jobs
from workstation.services.reading.prior_reports import documents_of
from workstation.services.selftest import Verdict

pytestmark = [pytest.mark.peer, pytest.mark.slow]

#: pynetdicom 3.0.4 forgets to close the socket of a connection that failed.
leaks = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

#: What the pydicom wheel carries, and how it is stored there.
STORED = {
    "CT_small.dcm": "1.2.840.10008.1.2.1",
    "rtdose.dcm": "1.2.840.10008.1.2",
    "MR_small_jp2klossless.dcm": "1.2.840.10008.1.2.4.90",
    "MR_small_jpeg_ls_lossless.dcm": "1.2.840.10008.1.2.4.80",
    "SC_rgb_rle_2frame.dcm": "1.2.840.10008.1.2.5",
}
#: dcmqrscp takes and sends one packed syntax beside the plain ones; we told it JPEG 2000.
OF_DCMTK = 3


@frozen
class Study:
    """One file, as a study of its own."""

    ref: StudyRef
    file: Path
    sop: SopUID

    def hashes(self) -> list[str]:
        """SHA-256 of the values of each frame, as pydicom's own decoders have them."""
        data = pydicom.dcmread(self.file)
        count = int(data.get("NumberOfFrames", 1) or 1)
        frames = data.pixel_array if count > 1 else data.pixel_array[None]
        return [hashlib.sha256(each.tobytes()).hexdigest() for each in frames]


def studies(folder: Path) -> list[Study]:
    """The three of one MR share their identifiers in the wheel: here each has its own."""
    found = []
    for at, name in enumerate(STORED, 10):
        data = pydicom.dcmread(str(get_testdata_file(name)))
        data.StudyInstanceUID, data.SeriesInstanceUID = f"2.25.{at}1", f"2.25.{at}2"
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"2.25.{at}3"
        data.PatientID, data.PatientName = f"P{at}", "Größe^Anna"
        data.SpecificCharacterSet = "ISO_IR 192"
        data.save_as(folder / name)
        ref = StudyRef(SiteId("pacs"), StudyUID(data.StudyInstanceUID))
        found.append(Study(ref, folder / name, SopUID(data.SOPInstanceUID)))
    return found


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> list[Study]:
    return studies(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def peers(
    tmp_path_factory: pytest.TempPathFactory, stored: list[Study]
) -> Iterator[Callable[[str], Pacs]]:
    """Each is started when it is first asked for."""
    with ExitStack() as stack:
        running: dict[str, Pacs] = {}

        def peer(name: str) -> Pacs:
            if name not in running:
                held = stored[:OF_DCMTK] if name == "dcmqrscp" else stored
                files = [each.file for each in held]
                folder = tmp_path_factory.mktemp(name)
                running[name] = stack.enter_context(dimse_peers.running(name, folder, files))
            return running[name]

        yield peer


@pytest.fixture(params=["orthanc", "orthanc-tls", "dcmqrscp"])
def pacs(request: pytest.FixtureRequest, peers: Callable[[str], Pacs]) -> Pacs:
    return peers(request.param)


def instances_of(source: DimseFrames, ref: StudyRef) -> list[Instance]:
    return [
        instance
        for head in source._heads(ref.study)
        for instance in source.metadata(ref, head.uid).instances
    ]


@pytest.mark.parametrize("way", ["get", "move"])
def test_every_study_has_the_pixels_of_its_files_and_travels_as_it_is_stored(
    pacs: Pacs, decoders: Decoders, stored: list[Study], way: str
) -> None:
    """A case of a hospital without DICOMweb hangs like any other; nothing is recompressed."""
    source = DimseFrames(DimseSite(pacs.site(dimse_retrieve=way)), decoders)
    for each in stored[:OF_DCMTK] if pacs.name == "dcmqrscp" else stored:
        found = load(source, each.ref)

        assert (list(found.digests().values()), found.problems) == (each.hashes(), [])
        (instance,) = instances_of(source, each.ref)
        plain = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"}
        sent, held = instance.transfer_syntax, STORED[each.file.name]
        assert sent == held or {sent, held} <= plain
        assert instance.patient is not None
        assert instance.patient.name == "Größe, Anna"


def test_the_site_answers_an_echo(pacs: Pacs) -> None:
    """What the self-test of a site asks first."""
    assert DimseSite(pacs.site()).echo() < 10_000


@leaks
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"dimse": "dicom://127.0.0.1:{port}/OTHER"}, "PACS has no AE title OTHER"),
        ({"dimse_ae": "STRANGER"}, "does not know the AE title of this desk, STRANGER|not permit"),
        ({"dimse": "dicom://127.0.0.1:1/ARCHIVE"}, "PACS cannot be reached"),
        ({"dimse": "dicoms://127.0.0.1:{port}/ARCHIVE"}, "does not speak TLS|does not answer"),
    ],
)
def test_an_association_that_does_not_begin_says_why(
    peers: Callable[[str], Pacs], decoders: Decoders, changed: dict[str, str], words: str
) -> None:
    """The person who sets a site up has a hospital's help desk on the telephone."""
    pacs = peers("orthanc")
    named = {key: value.format(port=pacs.port) for key, value in changed.items()}
    # A refusal is waited for, however busy the machine is; who speaks no TLS never answers.
    patience = 2.0 if "dicoms:" in named.get("dimse", "") else 20.0
    source = DimseFrames(DimseSite(pacs.site(**named, timeout_seconds=patience)), decoders)

    with pytest.raises((Refused, SiteUnavailable), match=words):
        source.series(StudyRef(SiteId("pacs"), StudyUID("2.25.101")))


def test_a_certificate_of_nobody_we_trust_is_told(
    peers: Callable[[str], Pacs], decoders: Decoders, tmp_path: Path
) -> None:
    """A name and an address alone do not make a hospital."""
    another = orthanc.certificate(tmp_path)
    source = DimseFrames(DimseSite(peers("orthanc-tls").site(ca_file=another)), decoders)

    with pytest.raises(SiteUnavailable, match="certificate that cannot be trusted"):
        source.series(StudyRef(SiteId("pacs"), StudyUID("2.25.101")))


def test_a_document_of_ours_is_filed_and_found(
    pacs: Pacs, decoders: Decoders, stored: list[Study], tmp_path: Path
) -> None:
    """Measurements, key images and presentation states go where the images came from."""
    report = pydicom.dcmread(str(get_testdata_file("test-SR.dcm")))
    report.StudyInstanceUID, report.SeriesInstanceUID = stored[0].ref.study, "2.25.7777"
    report.SOPInstanceUID = report.file_meta.MediaStorageSOPInstanceUID = "2.25.77771"
    report.save_as(tmp_path / "sr.dcm")
    site = DimseSite(pacs.site())
    source = DimseFrames(site, decoders)
    archive = DimseArchive(site, source)
    ref, sop = stored[0].ref, SopUID("2.25.77771")

    before = archive.holds(ref, sop)
    archive.file(ref, sop, (tmp_path / "sr.dcm").read_bytes())

    assert (before, archive.holds(ref, sop)) == (False, True)


def test_a_pacs_that_stops_in_the_middle_is_told_and_left_alone_for_a_while(
    decoders: Decoders, stored: list[Study], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGSTOP: the line stands and nobody answers. Then nobody waits for it again and again."""

    def asked(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a PACS that is silent was asked")

    with dimse_peers.running("dcmqrscp", tmp_path, [stored[0].file]) as pacs:
        source = DimseFrames(DimseSite(pacs.site(timeout_seconds=0.5)), decoders)
        assert source.series(stored[0].ref)
        os.kill(pacs.process.pid, signal.SIGSTOP)
        for _ in range(3):
            with pytest.raises(SiteUnavailable, match=r"does not answer in time|broke off"):
                source.series(stored[0].ref)
        monkeypatch.setattr(AE, "associate", asked)
        with pytest.raises(SiteUnavailable, match="asked again in"):
            source.series(stored[0].ref)
        os.kill(pacs.process.pid, signal.SIGCONT)


@leaks
def test_a_pacs_that_is_killed_is_told(
    decoders: Decoders, stored: list[Study], tmp_path: Path
) -> None:
    """A sentence for the reader, and the other sites go on."""
    with dimse_peers.running("dcmqrscp", tmp_path, [stored[0].file]) as pacs:
        source = DimseFrames(DimseSite(pacs.site(timeout_seconds=2.0)), decoders)
        assert source.series(stored[0].ref)
        pacs.process.kill()
        pacs.process.wait(10)

        with pytest.raises(SiteUnavailable, match="PACS cannot be reached"):
            source.series(stored[0].ref)


def test_what_is_listed_and_not_given_has_a_place_that_says_so(
    peers: Callable[[str], Pacs],
    decoders: Decoders,
    stored: list[Study],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fewer images than there are must never look like all of them."""
    source = DimseFrames(DimseSite(peers("orthanc").site()), decoders)
    study, listed = stored[1], source._listed

    def one_more(of: StudyUID, series: SeriesUID) -> list[Listed]:
        found = listed(of, series)
        return [*found, Listed(SopUID("2.25.404"), found[0].sop_class, 2)]

    monkeypatch.setattr(source, "_listed", one_more)

    found = load(source, study.ref)

    assert list(found.digests().values()) == study.hashes()
    assert found.failures == ["not-delivered"]
    assert len(instances_of(source, study.ref)) == 2


@pytest.mark.parametrize("way", ["get", "move"])
def test_the_page_of_a_site_names_each_service_of_dimse(pacs: Pacs, way: str) -> None:
    """An administrator sees which service a PACS does not do, and nothing of a patient."""
    found = {
        name: finding
        for name, check in dimse_probe.checks(pacs.site(dimse_retrieve=way), "19900101")
        for finding in check()
    }

    assert list(found) == ["C-ECHO", "C-FIND", f"C-{way.upper()}", "C-STORE"]
    assert {each.verdict for each in found.values()} == {Verdict.GOOD}
    assert "studies" in found["C-FIND"].text
    assert "Anna" not in str(found)


@pytest.mark.parametrize("way", ["get", "move"])
def test_a_case_that_is_closed_takes_nothing_more_and_leaves_nothing(
    peers: Callable[[str], Pacs],
    decoders: Decoders,
    stored: list[Study],
    way: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next case has the line; of the one before nothing stays in memory."""
    source = DimseFrames(DimseSite(peers("orthanc").site(dimse_retrieve=way)), decoders)
    ref = stored[1].ref
    (head,) = source.series(ref)

    def closed_as_it_arrives(wrapped: Wrapped) -> bytes:
        source.forget(ref)
        return file_of(wrapped)

    with monkeypatch.context() as patched:
        patched.setattr(dimse_retrieval, "file_of", closed_as_it_arrives)
        with pytest.raises(SiteUnavailable):
            source.metadata(ref, head.uid)
    assert source._series == {}
    assert source._retrieval._under_way == set()

    source.series(ref)
    assert len(source.metadata(ref, head.uid).instances) == 1


@pytest.mark.parametrize("way", ["get", "move"])
def test_the_first_image_is_shown_while_the_pacs_still_sends_the_others(
    decoders: Decoders, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A series of 600 slices takes seconds, on a slow line minutes: a STAT is read meanwhile.

    The PACS is kept waiting for its answer to the second object until the first is looked at.
    """
    (tmp_path / "pacs").mkdir()
    with dimse_peers.running("orthanc", tmp_path / "pacs", slices(tmp_path, 6)) as pacs:
        source = DimseFrames(DimseSite(pacs.site(dimse_retrieve=way)), decoders)
        ref, home, store = StudyRef(SiteId("pacs"), StudyUID("2.25.600")), Home(), FrameStore()
        looked, came = threading.Event(), 0

        def slowly(wrapped: Wrapped) -> bytes:
            nonlocal came
            came += 1
            assert came == 1 or looked.wait(20)
            return file_of(wrapped)

        monkeypatch.setattr(dimse_retrieval, "file_of", slowly)
        jobs = Jobs(home.post)
        loader = Loader({ref.site: source}, store, jobs)
        loader.study_ready.connect(lambda told: loader.look_at(told[1][0], 0))
        opened = loader.open(ref, first=True)
        home.drain(lambda: any(loader.progress(s.id).loaded for s in loader.display_sets(ref)))
        (shown,) = loader.display_sets(ref)
        first, done = loader.progress(shown.id), opened.done
        looked.set()
        home.drain(lambda: loader.complete(ref))
        last = loader.progress(shown.id)
        jobs.close()

    assert (first, done) == (SetProgress(1, 0, 6), False)
    assert last == SetProgress(6, 0, 6)


def test_a_study_that_is_put_off_while_it_is_listed_does_not_take_the_line_after_that(
    peers: Callable[[str], Pacs],
    decoders: Decoders,
    stored: list[Study],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The list of a series takes a second: the case that was opened meanwhile has the line."""
    source = DimseFrames(DimseSite(peers("orthanc").site()), decoders)
    ref, listed = stored[1].ref, source._listed
    (head,) = source.series(ref)

    def meanwhile(study: StudyUID, series: SeriesUID) -> list[Listed]:
        source.pause(ref)
        return listed(study, series)

    with monkeypatch.context() as patched:
        patched.setattr(source, "_listed", meanwhile)
        with pytest.raises(SiteUnavailable, match="put off"):
            source.metadata(ref, head.uid)

    assert source._series == {}
    assert len(source.metadata(ref, head.uid).instances) == 1


def test_the_report_of_a_prior_is_read_out_of_the_pacs_without_its_images(
    decoders: Decoders, tmp_path: Path
) -> None:
    """A PACS without a platform has its reports as SR beside the images; those may stay there."""
    report = pydicom.dcmread(str(get_testdata_file("test-SR.dcm")))
    report.StudyInstanceUID, report.SeriesInstanceUID = "2.25.600", "2.25.6009"
    report.save_as(tmp_path / "sr.dcm")
    (tmp_path / "pacs").mkdir()
    files = [*slices(tmp_path, 3), tmp_path / "sr.dcm"]
    with dimse_peers.running("orthanc", tmp_path / "pacs", files) as pacs:
        source = DimseFrames(DimseSite(pacs.site()), decoders)

        (found,) = documents_of(source, StudyRef(SiteId("pacs"), StudyUID("2.25.600")))

        assert [series for _study, series in source._series] == ["2.25.6009"]
    written = report.ConceptNameCodeSequence[0].CodeMeaning
    assert found.title == written
    assert len(found.lines) > 3


def slices(folder: Path, count: int) -> list[Path]:
    """A stack, as one series of one study."""
    made = []
    for number in range(1, count + 1):
        data = pydicom.dcmread(str(get_testdata_file("CT_small.dcm")))
        data.StudyInstanceUID, data.SeriesInstanceUID = "2.25.600", "2.25.6001"
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"2.25.6002.{number}"
        data.InstanceNumber, data.ImagePositionPatient = number, [0.0, 0.0, 2.0 * number]
        data.save_as(folder / f"{number}.dcm")
        made.append(folder / f"{number}.dcm")
    return made
