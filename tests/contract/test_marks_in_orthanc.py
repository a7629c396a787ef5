"""Marks through a real archive: what Orthanc gives back is what was marked.

Two hundred random measurements of every kind and forty key images on single-frame,
multi-frame and colour images: sealed as a draft, filed by STOW as SR, key objects and
presentation states, fetched by DICOMweb, and read by our readers and by dcmtk and dciodvfy.
"""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2
import orthanc
import pytest
from attrs import frozen
from dicom_objects import written
from fakes_report import ALDER, SITE, STUDY, Desk, item
from marked_images import DRAWN, Hand, images
from programs import need
from pydicom import Dataset, dcmread
from reading_desk import READER, REF, reading_desk

from workstation.adapters.secrets import MemorySecrets
from workstation.adapters.store import open_store
from workstation.domain.identifiers import FrameKey
from workstation.domain.key_image import KEY_CODES, KeyImage, KeyTitle
from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.domain.presentation_state import PresentationState
from workstation.protocols.dicom_attributes import Attributes, parse
from workstation.protocols.dicom_key_objects import key_selection
from workstation.protocols.dicom_measurements import as_measurements
from workstation.protocols.dicom_presentation import presentation_state
from workstation.services.delivery.measurement_filing import Sent
from workstation.services.report import drafts
from workstation.services.viewer.viewer import Viewer

pytestmark = [pytest.mark.peer, pytest.mark.slow]

MARKS, KEYS = 200, 40
#: Of a coordinate in single precision (VR FL) below 128.
SINGLE = 2.0**-17
WORDS = (MeasurementKind.ARROW, MeasurementKind.TEXT)


@frozen
class Marked:
    """Marks as they stand on the screen, and the archive that they were sent to."""

    server: orthanc.Orthanc
    objects: tuple[Dataset, ...]
    frames: tuple[FrameKey, ...]
    measurements: tuple[Measurement, ...]
    keys: tuple[KeyImage, ...]
    sent: Sent

    def described(self, modality: str) -> list[Attributes]:
        """What the archive tells of its documents of a kind."""
        base = f"{self.server.control}/dicom-web/studies/{STUDY}/series"
        headers = {"Accept": "application/dicom+json"}
        with httpx2.Client(timeout=30, headers=headers) as http:
            rows = http.get(base, params={"Modality": modality}).raise_for_status().json()
            uids = [row["0020000E"]["Value"][0] for row in rows]
            return [a for uid in uids for a in parse(http.get(f"{base}/{uid}/metadata").content)]

    def fetched(self, row: Attributes, folder: Path) -> Path:
        """The object itself, by WADO-RS."""
        study, series, sop = (row.text(tag) for tag in ("0020000D", "0020000E", "00080018"))
        address = f"{self.server.control}/dicom-web/studies/{study}/series/{series}/instances/{sop}"
        accept = 'multipart/related; type="application/dicom"; transfer-syntax=*'
        with httpx2.Client(timeout=30, headers={"Accept": accept}) as http:
            whole = http.get(address).raise_for_status().content
        start = whole.index(b"\r\n\r\n") + 4
        file = folder / f"{sop[-12:]}.dcm"
        file.write_bytes(whole[start : whole.rindex(b"\r\n--")])
        return file

    @property
    def writable(self) -> list[Measurement]:
        """An SR has numbers; arrows, texts and the colour of a pixel are in the states alone."""
        return [m for m in self.measurements if m.kind not in WORDS and m.value is not None]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marked]:
    orthanc.need_orthanc()
    folder = tmp_path_factory.mktemp("marked")
    (folder / "images").mkdir()
    objects = images(folder / "images", STUDY, ALDER, item().accession)
    files = [folder / f"{number}.dcm" for number in range(len(objects))]
    for file, each in zip(files, objects, strict=True):
        file.write_bytes(written(each))
    with orthanc.running(folder, files) as server:
        yield _read_and_send(server, tuple(objects))


def _read_and_send(server: orthanc.Orthanc, objects: tuple[Dataset, ...]) -> Marked:
    with reading_desk(server) as desk:
        viewer = desk.opened()
        _mark(viewer)
        sending = desk.filing().send(
            item(), READER, viewer.measurements, viewer.key_images, viewer.marks.views
        )
        sent = desk.home.settled(sending, 60.0).result()
    frames = [f.key for each in viewer.display_sets(REF) for f in each.frames]
    return Marked(server, objects, tuple(frames), viewer.measurements, viewer.key_images, sent)


def _mark(viewer: Viewer) -> None:
    hand, kinds = Hand(20261126), DRAWN
    # They come in any order; the marks are the same in every run.
    shown = sorted(viewer.display_sets(REF), key=lambda each: (each.modality, len(each.frames)))
    places = hand.frames(shown)
    for number in range(MARKS):
        each, index = next(places)
        viewer.show_set(each.id)
        viewer.go(index)
        kind = kinds[number % len(kinds)]
        viewer.add(kind, hand.points(kind, each.frames[index]), hand.words(kind))
    for number in range(KEYS):
        each, index = next(places)
        viewer.show_set(each.id)
        viewer.go(index)
        if viewer.key_of(each.frames[index]) is None:
            viewer.toggle_key_image(list(KeyTitle)[number % len(KeyTitle)])


def test_every_mark_was_made_and_sent(marked: Marked) -> None:
    """Of every kind, on every image; what follows would hold of nothing too."""
    assert len(marked.measurements) == MARKS
    several = {f.sop for f in marked.frames if f.frame_index > 0}
    colour = {each.SOPInstanceUID for each in marked.objects if each.SamplesPerPixel == 3}
    for frames in (several - colour, colour, {f.sop for f in marked.frames} - several - colour):
        found = {m.kind for m in marked.measurements if m.frame.sop in frames}
        assert found == set(DRAWN)
    assert len(marked.writable) > 0.75 * MARKS
    assert marked.sent == Sent(MARKS + len(marked.keys))


def test_marks_come_back_from_the_sealed_store_as_they_were_made(
    marked: Marked, tmp_path: Path
) -> None:
    """Saved, closed, opened: to the last bit of every coordinate, value and doubt."""
    report = Desk().start().report
    assert report is not None
    draft = drafts.Draft(
        report, READER.id, "2026-11-26T01:40:00+00:00", {},
        measurements=marked.measurements, key_images=marked.keys,
    )  # fmt: skip
    secrets = MemorySecrets("")  # a keyring that outlives the program
    first = open_store(tmp_path, secrets).store
    first.put("draft", report.id, drafts.to_json(draft))
    first.close()
    again = open_store(tmp_path, secrets).store
    ((key, body),) = again.all("draft")
    again.close()

    assert key == report.id
    assert drafts.from_json(body) == draft


def test_an_sr_from_orthanc_has_every_measurement_on_its_frame(marked: Marked) -> None:
    """Same frame, geometry, label, value, unit and words, in the order they were made."""
    (document,) = marked.described("SR")
    back = as_measurements(document, SITE)

    assert [m.id for m in back] == [m.id for m in marked.writable]
    for before, after in zip(marked.writable, back, strict=True):
        assert (after.frame, after.kind) == (before.frame, before.kind)
        assert _apart(_corners(after), _corners(before)) <= SINGLE, before.kind
        assert (after.value, after.unit, after.note) == (before.value, before.unit, before.note)
        assert dict(after.stats) == dict(before.stats)
        assert (after.text, after.stats_unit) == (before.text, before.stats_unit)


def _corners(measurement: Measurement) -> Sequence[tuple[float, float]]:
    """The box of a region, whichever corners the reader began with; else the points."""
    if measurement.kind not in (MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE):
        return measurement.points
    xs, ys = zip(*measurement.points, strict=True)
    return (min(xs), min(ys)), (max(xs), max(ys))


def _apart(a: Sequence[tuple[float, float]], b: Sequence[tuple[float, float]]) -> float:
    """How far the points of two lists lie from one another, at most."""
    return max(max(abs(x - u), abs(y - v)) for (x, y), (u, v) in zip(a, b, strict=True))


def test_key_objects_from_orthanc_name_the_frames_that_were_picked_out(marked: Marked) -> None:
    """One selection for each title, by the reader's name."""
    selections = [key_selection(each) for each in marked.described("KO")]

    found = {}
    for each in selections:
        assert each is not None
        assert each.creator == "Sample, Jo"
        found[each.title.value] = {f for f in marked.frames if any(i.means(f) for i in each.images)}
    wanted: dict[str, set[FrameKey]] = {}
    for key in marked.keys:
        wanted.setdefault(KEY_CODES[key.title][0], set()).add(key.frame)
    assert found == wanted


def test_presentation_states_from_orthanc_draw_every_mark_on_its_frame(marked: Marked) -> None:
    """Arrows and texts too: their words at their place, on their frame and on no other."""
    states = [presentation_state(each) for each in marked.described("PR")]
    for mark in marked.measurements:
        (said,) = _said(mark.id, states, marked.frames)
        frame, words, anchor = said
        assert frame == mark.frame
        assert mark.text in words
        arrow = mark.kind is MeasurementKind.ARROW
        place = mark.points[0] if arrow else max(mark.points)
        assert _apart([anchor], [place]) <= SINGLE
    for key in marked.keys:
        assert any(state is not None and state.is_of(key.frame) for state in states)


def _said(
    name: str, states: Sequence[PresentationState | None], frames: Sequence[FrameKey]
) -> list[tuple[FrameKey, str, tuple[float, float]]]:
    """Where a mark is named: frame, words, place."""
    return [
        (frame, words.text, words.anchor)
        for state in states
        if state is not None
        for each in state.annotations
        for words in each.words
        if words.text.split()[0] == name and words.anchor is not None
        for frame in frames
        if any(image.means(frame) for image in each.images)
    ]


def test_other_programs_accept_what_the_archive_gives_back(marked: Marked, tmp_path: Path) -> None:
    """dciodvfy without an error, every kind of document; dcmtk dumps and draws them."""
    need("dciodvfy", "dsrdump", "dcmp2pgm")
    rows = [each for kind in ("SR", "KO", "PR") for each in marked.described(kind)]
    assert len(rows) > 2 + len(KeyTitle) // 2
    by_sop = {each.SOPInstanceUID: each for each in marked.objects}
    for row in rows:
        file = marked.fetched(row, tmp_path)
        verified = _run("dciodvfy", file)
        errors = [line for line in _words(verified).splitlines() if line.startswith("Error")]
        assert errors == [], (row.text("00080060"), errors)
        if row.text("00080060") != "PR":
            assert _run("dsrdump", file).returncode == 0
            continue
        state = dcmread(file)
        shown = state.ReferencedSeriesSequence[0].ReferencedImageSequence[0]
        if state.SOPClassUID == "1.2.840.10008.5.1.4.1.1.11.1":  # dcmtk draws grey ones alone
            (tmp_path / "shown.dcm").write_bytes(written(by_sop[shown.ReferencedSOPInstanceUID]))
            drawn = _run("dcmp2pgm", "-p", file, tmp_path / "shown.dcm", tmp_path / "out.pgm")
            assert drawn.returncode == 0, _words(drawn)


def _run(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def _words(done: "subprocess.CompletedProcess[str]") -> str:
    return done.stdout + done.stderr
