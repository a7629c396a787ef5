"""The DICOMweb face: stored bytes come back as they were stored.

pydicom reads the files themselves; dicomweb-client, which is not ours, searches and sends.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pydicom
import pytest
from demo_platform import DemoPlatform, start_platform
from dicomweb_client.api import DICOMwebClient
from pydicom.data import get_testdata_file
from pydicom.encaps import generate_frames
from requests import Session

from workstation.demo.archive import load

pytestmark = pytest.mark.slow
ANY = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
#: From the pydicom wheel: native, JPEG 2000, RLE of two frames, JPEG, 32 bit, no pixels.
FILES = (
    "CT_small.dcm",
    "693_J2KI.dcm",
    "SC_rgb_rle_2frame.dcm",
    "examples_ybr_color.dcm",
    "examples_overlay.dcm",
    "SC_rgb_small_odd.dcm",
    "rtdose.dcm",
    "test-SR.dcm",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of the pydicom wheel; two that are no DICOM files among them."""
    root = tmp_path_factory.mktemp("files")
    for name in FILES:
        found = get_testdata_file(name, download=False)
        assert found is not None, name
        (root / name).write_bytes(Path(str(found)).read_bytes())
    (root / "notes.txt").write_text("no DICOM", "utf-8")
    (root / "cut.dcm").write_bytes(b"\0" * 128 + b"DICM\x02\x00")
    return root


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[DemoPlatform]:
    with start_platform(tmp_path_factory.mktemp("web"), studies=[folder]) as platform:
        yield platform


def found(running: DemoPlatform, path: Path) -> tuple[str, str, pydicom.Dataset]:
    """Site and address of a stored file, and the file as pydicom reads it."""
    dataset = pydicom.dcmread(path)
    order = next(o for o in running.orders() if o["study_uid"] == dataset.StudyInstanceUID)
    base = running.site(order["site"])["dicomweb"]
    address = f"{base}/studies/{dataset.StudyInstanceUID}/series/{dataset.SeriesInstanceUID}"
    return order["site"], f"{address}/instances/{dataset.SOPInstanceUID}", dataset


def parts(answer: httpx2.Response) -> list[tuple[str, bytes]]:
    """Content type and body of each part; by its Content-Length, not by searching."""
    boundary = answer.headers["content-type"].partition("boundary=")[2].encode()
    rest, whole = answer.content, []
    while not rest.startswith(b"--" + boundary + b"--"):
        head, _, rest = rest.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        size = int(lines["Content-Length"])
        whole.append((lines["Content-Type"], rest[:size]))
        rest = rest[size + 2 :]
    return whole


def test_frames_of_single_bits_begin_on_a_byte_when_they_travel() -> None:
    """Three frames of 3 x 3 bits lie in 27 bits on end; each is unpacked alone by a client."""
    dataset = pydicom.dcmread(str(get_testdata_file("liver_1frame.dcm", download=False)))
    bits = np.random.default_rng(1).integers(0, 2, (3, 3, 3), dtype=np.uint8)
    dataset.Rows = dataset.Columns = dataset.NumberOfFrames = 3
    dataset.PixelData = np.packbits(bits.ravel(), bitorder="little").tobytes()
    file = io.BytesIO()
    dataset.save_as(file)
    frames = load(file.getvalue()).frames

    unpacked = [np.unpackbits(np.frombuffer(f, np.uint8), bitorder="little")[:9] for f in frames]
    assert np.array_equal(np.array(unpacked).reshape(3, 3, 3), bits)


@pytest.mark.parametrize("name", FILES[:7])
def test_frames_are_the_stored_bytes(running: DemoPlatform, folder: Path, name: str) -> None:
    """A platform that transcodes shows pixels nobody acquired."""
    site, address, dataset = found(running, folder / name)
    count = int(dataset.get("NumberOfFrames", 1))
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax.is_compressed:
        stored = list(generate_frames(dataset.PixelData, number_of_frames=count))
    else:
        size = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated // 8
        stored = [dataset.PixelData[i * size : (i + 1) * size] for i in range(count)]
    with running.client(site) as http:
        numbers = ",".join(str(i + 1) for i in range(count))
        together = http.get(f"{address}/frames/{numbers}", headers={"Accept": ANY})
        last = http.get(f"{address}/frames/{count}", headers={"Accept": ANY})

    assert [body for _, body in parts(together)] == stored
    assert parts(last) == [parts(together)[-1]]
    if syntax.is_compressed:
        assert f"transfer-syntax={syntax}" in parts(last)[0][0]


def test_one_frame_comes_alone_when_asked_alone(running: DemoPlatform, folder: Path) -> None:
    """Single-part answers save a parser, and can be resumed by Range."""
    site, address, dataset = found(running, folder / "CT_small.dcm")
    accept = {"Accept": "application/octet-stream; transfer-syntax=*"}
    with running.client(site) as http:
        whole = http.get(f"{address}/frames/1", headers=accept)
        rest = http.get(f"{address}/frames/1", headers=accept | {"Range": "bytes=1000-"})
        beyond = http.get(f"{address}/frames/1", headers=accept | {"Range": "bytes=99999999-"})
        same = http.get(
            f"{address}/frames/1", headers=accept | {"If-None-Match": whole.headers["etag"]}
        )

    assert whole.content == dataset.PixelData
    assert (rest.status_code, rest.content) == (206, dataset.PixelData[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole.content) - 1}/32768"
    assert (beyond.status_code, same.status_code) == (416, 304)


def test_another_transfer_syntax_is_refused_with_the_way_out(
    running: DemoPlatform, folder: Path
) -> None:
    """Decoding is the workstation's; the platform says how to ask."""
    site, address, _ = found(running, folder / "693_J2KI.dcm")
    with running.client(site) as http:
        answer = http.get(f"{address}/frames/1", headers={"Accept": "application/octet-stream"})

    assert answer.status_code == 406
    assert "transfer-syntax=*" in answer.text


@pytest.mark.parametrize("name", FILES)
def test_an_instance_is_the_file(running: DemoPlatform, folder: Path, name: str) -> None:
    """Byte for byte, whatever is in it."""
    site, address, _ = found(running, folder / name)
    accept = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
    with running.client(site) as http:
        alone = http.get(address, headers={"Accept": "application/dicom; transfer-syntax=*"})
        series = http.get(address.partition("/instances")[0], headers=accept)

    assert alone.content == (folder / name).read_bytes()
    assert (folder / name).read_bytes() in [body for _, body in parts(series)]


def test_metadata_says_what_the_file_says(running: DemoPlatform, folder: Path) -> None:
    """pydicom reads it back from JSON; pixels are named by address, which works."""
    site, address, dataset = found(running, folder / "CT_small.dcm")
    with running.client(site) as http:
        item = http.get(f"{address}/metadata").json()[0]
        pixels = http.get(item["7FE00010"]["BulkDataURI"], headers={"Accept": ANY})
    read = pydicom.Dataset.from_json({k: v for k, v in item.items() if "BulkDataURI" not in v})

    for keyword in ("PatientName", "ImagePositionPatient", "RescaleIntercept", "WindowCenter"):
        assert read.get(keyword) == dataset.get(keyword), keyword
    assert parts(pixels)[0][1] == dataset.PixelData
    assert item["00083002"]["Value"] == [dataset.file_meta.TransferSyntaxUID]


def test_an_object_without_accession_gets_one_that_can_be_computed(
    running: DemoPlatform, folder: Path
) -> None:
    """contracts.md: scripts open a case by it."""
    site, address, dataset = found(running, folder / "CT_small.dcm")
    made = "DEMO-2966c9f9"  # sha256sum of its Study Instance UID, by coreutils
    with running.client(site) as http:
        studies = http.get(f"{address.partition('/studies')[0]}/studies").json()
        item = http.get(f"{address}/metadata").json()[0]

    assert not dataset.AccessionNumber
    assert made in [o["accession"] for o in running.orders()]
    assert item["00080050"]["Value"] == [made]
    assert made in [each["00080050"]["Value"][0] for each in studies]


def client(running: DemoPlatform, site: str) -> DICOMwebClient:
    session = Session()
    session.headers["Authorization"] = f"Bearer {running.token(site)}"
    return DICOMwebClient(running.site(site)["dicomweb"], session=session)


def test_another_client_finds_what_is_there(running: DemoPlatform, folder: Path) -> None:
    """dicomweb-client knows nothing of us: wildcards, dates, levels, limits, included fields."""
    site, _, dataset = found(running, folder / "CT_small.dcm")
    web = client(running, site)
    study = str(dataset.StudyInstanceUID)

    def uids(**asked: Any) -> list[str]:
        return [each["0020000D"]["Value"][0] for each in web.search_for_studies(**asked)]

    assert uids(search_filters={"PatientID": dataset.PatientID}) == [study]
    assert study in uids(search_filters={"PatientName": "Compressed*"})
    assert study in uids(search_filters={"StudyDate": "20040101-20041231"})
    assert study not in uids(search_filters={"StudyDate": "20050101-"})
    assert len(uids(limit=1)) == 1
    assert set(uids(limit=1)) | set(uids(offset=1)) == set(uids())
    series = web.search_for_series(study)
    assert [each["00200011"]["Value"][0] for each in series] == [dataset.SeriesNumber]
    instances = web.search_for_instances(study, fields=["PixelSpacing"])
    assert instances[0]["00280030"]["Value"] == list(dataset.PixelSpacing)


def test_another_client_retrieves_and_stores(platform: DemoPlatform) -> None:
    """What was sent is there, counted, and comes back the same."""
    web = client(platform, "harbor")
    dataset = pydicom.dcmread(str(get_testdata_file("MR_small.dcm", download=False)))
    answer = web.store_instances([dataset])
    uids = (dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID)
    back = web.retrieve_instance(*uids)
    frame = web.retrieve_instance_frames(*uids, [1])

    assert len(answer.ReferencedSOPSequence) == 1
    assert back == dataset
    assert frame[0] == dataset.PixelData


def test_what_is_no_dicom_object_is_not_stored(running: DemoPlatform) -> None:
    """409 and a reason for each (PS3.18 10.5.3)."""
    body = b"--b\r\nContent-Type: application/dicom\r\n\r\nnonsense\r\n--b--\r\n"
    kind = 'multipart/related; type="application/dicom"; boundary=b'
    with running.client("harbor") as http:
        where = f"{running.site('harbor')['dicomweb']}/studies"
        answer = http.post(where, content=body, headers={"Content-Type": kind})

    assert answer.status_code == 409
    assert len(answer.json()["00081198"]["Value"]) == 1


def test_no_image_without_the_licence(shared_platform: DemoPlatform) -> None:
    """Not even a list of studies, and not without a token either."""
    where = f"{shared_platform.site('mesa')['dicomweb']}/studies"
    with shared_platform.client("mesa", "kim.visitor") as kim:
        refused = kim.get(where)
    with httpx2.Client() as nobody:
        unknown = nobody.get(where)

    assert (refused.status_code, unknown.status_code) == (403, 401)


def test_a_rendered_frame_is_a_picture_of_it(running: DemoPlatform, folder: Path) -> None:
    """Darkest and brightest pixel stand where they stand in the data."""
    site, address, dataset = found(running, folder / "CT_small.dcm")
    with running.client(site) as http:
        png = http.get(f"{address}/rendered", params={"window": "40,4000,linear"}).content
        small = http.get(f"{address}/thumbnail")
    width, height = struct.unpack(">II", png[16:24])
    body = png[png.index(b"IDAT") + 4 :]
    lines = np.frombuffer(zlib.decompressobj().decompress(body), np.uint8)
    image = lines.reshape(height, width + 1)[:, 1:]
    values = dataset.pixel_array

    assert (width, height) == (dataset.Columns, dataset.Rows)
    assert values[np.unravel_index(image.argmax(), image.shape)] > np.percentile(values, 99)
    assert values[np.unravel_index(image.argmin(), image.shape)] < np.percentile(values, 2)
    assert small.headers["content-type"] == "image/png"


def test_a_phantom_is_the_same_by_every_door(shared_platform: DemoPlatform) -> None:
    """Frame, instance and series give one truth, though pixels are drawn when asked for."""
    order = next(o for o in shared_platform.orders("final") if o["site"] == "harbor")
    base = f"{shared_platform.site('harbor')['dicomweb']}/studies/{order['study_uid']}"
    with shared_platform.client("harbor") as http:
        series = http.get(f"{base}/series").json()[0]["0020000E"]["Value"][0]
        metadata = http.get(f"{base}/series/{series}/metadata").json()
        sop = metadata[7]["00080018"]["Value"][0]
        address = f"{base}/series/{series}/instances/{sop}"
        frame = parts(http.get(f"{address}/frames/1", headers={"Accept": ANY}))[0][1]
        file = http.get(address, headers={"Accept": "application/dicom; transfer-syntax=*"})
    dataset = pydicom.dcmread(io.BytesIO(file.content))
    compressed = dataset.file_meta.TransferSyntaxUID.is_compressed
    pixels = dataset.PixelData
    stored = next(generate_frames(pixels, number_of_frames=1)) if compressed else pixels

    assert dataset.SOPInstanceUID == sop
    assert stored == frame
    assert list(dataset.ImagePositionPatient) == metadata[7]["00200032"]["Value"]
