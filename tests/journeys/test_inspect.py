"""`workstation inspect`: the way from bytes to display sets, from outside, as a script sees it.

On the shared data every file is held against what another decoder found (CATALOG.csv); on
phantoms written here, byte by byte, each promise of contracts.md.
"""

import csv
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import dicom_objects
import imagecodecs
import numpy as np
import pytest
from hostile.writing import (
    CT_IMAGE,
    element,
    elements,
    good,
    image,
    part10,
    ramp,
    sequence,
    text,
    uid,
    us,
)

DATA = Path(__file__).parents[3] / "shared" / "data"
LIST = DATA / "CATALOG.csv"
CATALOG = list(csv.DictReader(LIST.read_text("utf-8").splitlines())) if LIST.is_file() else []
needs_data = [
    pytest.mark.data,
    pytest.mark.skipif(not CATALOG, reason="../shared/data is not here"),
]
SHOWN = ("ok", "degraded")
#: Damage that the reference stack does not see: each settled by hand.
MARKED = {"duplicate", "uid-conflict", "bad-uid", "no-file-meta"}


class Inspected:
    """One run: exit code, and the JSON by path."""

    def __init__(self, *paths: Path) -> None:
        words = [sys.executable, "-m", "workstation", "inspect", *map(str, paths), "--json"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=170)
        self.code, self.errors = done.returncode, done.stderr
        self.all: dict[str, Any] = json.loads(done.stdout or "{}")

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        return {file["path"]: file for file in self.all["files"]}

    @property
    def sets(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.all["display_sets"]
        return found

    def why(self) -> dict[str, tuple[str, str]]:
        return {path: (file["status"], file["reason"]) for path, file in self.files.items()}


def accounted(inspected: Inspected) -> int:
    """Frames in display sets, and frames of files whose status says why they are not."""
    unseen = [f for f in inspected.files.values() if f["status"] not in SHOWN]
    return sum(s["frames"] for s in inspected.sets) + sum(f["frames"] for f in unseen)


# --- the shared data --------------------------------------------------------------


@pytest.fixture(scope="module")
def shared() -> Inspected:
    return Inspected(DATA)


def rows(*, decoded: bool) -> Iterable[dict[str, str]]:
    return [row for row in CATALOG if (row["decode"] == "ok") is decoded]


@pytest.mark.slow
class TestSharedData:
    pytestmark = needs_data

    def test_every_file_has_a_status(self, shared: Inspected) -> None:
        """A file that is silently left out is an image nobody reads."""
        listed = {row["path"] for row in CATALOG}

        assert listed <= set(shared.files)
        assert shared.all["totals"]["files"] == len(shared.files)

    def test_every_pixel_of_a_lossless_file_is_the_reference_decoders(
        self, shared: Inspected
    ) -> None:
        """One wrong value may be the one that is measured."""
        wrong = {
            row["path"]: shared.files[row["path"]]["reason"]
            for row in rows(decoded=True)
            if not shared.files[row["path"]]["lossy"]
            and shared.files[row["path"]]["pixel_sha256"] != row["decode_sha256_raw"]
        }

        assert wrong == {}

    def test_lossy_files_have_the_reference_decoders_extremes(self, shared: Inspected) -> None:
        """JPEG leaves rounding to the decoder: one grey value, eight where chroma is shared.

        Value by value lossy decoders are compared in tests/unit/decoder.
        """
        for row in rows(decoded=True):
            file = shared.files[row["path"]]
            apart = 8 if row["samples"] == "3" else 1

            assert file["status"] in SHOWN, (row["path"], file["reason"])
            assert "x".join(map(str, file["shape"])) == row["decode_shape"], row["path"]
            assert file["dtype"] == row["decode_dtype"], row["path"]
            assert abs(file["min"] - float(row["decode_min"])) <= apart, row["path"]
            assert abs(file["max"] - float(row["decode_max"])) <= apart, row["path"]

    def test_what_the_reference_cannot_decode_is_shown_or_says_why(self, shared: Inspected) -> None:
        """Refused without a reason, a file is as good as lost."""
        for row in rows(decoded=False):
            file = shared.files[row["path"]]

            assert file["status"] == "ok" or (file["reason"] and file["message"]), row["path"]

    def test_good_files_are_marked_for_known_reasons_alone(self, shared: Inspected) -> None:
        """A notice on every second image is a notice nobody reads."""
        files = [shared.files[row["path"]] for row in rows(decoded=True)]

        assert {file["reason"] for file in files if file["status"] == "degraded"} <= MARKED

    def test_every_frame_is_accounted_for(self, shared: Inspected) -> None:
        """Frames in display sets plus frames of files that say why not are all frames."""
        totals = shared.all["totals"]

        assert accounted(shared) == totals["frames_received"]
        assert sum(s["frames"] for s in shared.sets) == totals["frames_in_display_sets"]

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("sr/test-SR.dcm", "structured-report"),
            ("gsps_ko/real0X.ko.dcm", "key-objects"),
            ("gsps_ko/real01.pr.dcm", "presentation-state"),
            ("seg_sr_dcmqi/rwvm.dcm", "real-world-values"),
            ("encapsulated_pdf/prior_report.dcm", "pdf"),
            ("waveform/waveform_ecg.dcm", "waveform"),
            ("rt/rtss.dcm", "rt-structures"),
            ("rt/rtplan.dcm", "rt-plan"),
            ("dicomdir/DICOMDIR", "dicomdir"),
        ],
    )
    def test_objects_without_an_image_say_what_they_are(
        self, shared: Inspected, path: str, reason: str
    ) -> None:
        """A reader must know that there is a report or a plan, even where it is not drawn."""
        assert shared.why()[path] == ("not-image", reason)

    def test_damaged_files_are_refused(self, shared: Inspected) -> None:
        """A quarter of an image must not be drawn as if it were whole."""
        why = shared.why()

        assert why["malformed_known/MR_truncated.dcm"] == ("refused", "truncated")
        assert why["malformed_known/rtplan_truncated.dcm"] == ("refused", "truncated")
        assert why["video/h264_hp41.dcm"] == ("unsupported", "video")
        assert shared.code == 1

    def test_one_image_in_nine_lossless_syntaxes_is_one_array(self, shared: Inspected) -> None:
        """The way an image was compressed must not decide what is seen."""
        images = {p: f for p, f in shared.files.items() if "/CTImage.dcm_" in p}
        lossless = [f["pixel_sha256"] for f in images.values() if not f["lossy"]]

        assert len(lossless) == 9
        assert set(lossless) == {shared.files["transfer_syntax/CTImage.dcm"]["pixel_sha256"]}


# --- phantoms ---------------------------------------------------------------------


def written(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_the_hash_is_that_of_the_stored_values(tmp_path: Path) -> None:
    """contracts.md says which bytes: whoever checks us must be able to do so without us."""
    inspected = Inspected(written(tmp_path, a=good()))

    (file,) = inspected.files.values()
    assert file["pixel_sha256"] == hashlib.sha256(ramp()).hexdigest()
    assert (file["status"], file["shape"], file["dtype"]) == ("ok", [64, 64], "uint16")
    assert inspected.code == 0


def test_the_same_image_twice_is_marked_and_not_lost(tmp_path: Path) -> None:
    """Archives send images twice; each stands in a display set, and the second says so."""
    inspected = Inspected(written(tmp_path, a=good(), b=good()))

    assert inspected.why() == {"a": ("ok", ""), "b": ("degraded", "duplicate")}
    assert inspected.files["a"]["pixel_sha256"] == inspected.files["b"]["pixel_sha256"]
    assert accounted(inspected) == inspected.all["totals"]["frames_received"] == 2


def test_another_image_under_the_same_name_is_a_conflict(tmp_path: Path) -> None:
    """One shown for the other would be the wrong image, with everything else right."""
    other = image({}, ramp()[::-1])
    inspected = Inspected(written(tmp_path, a=good(), b=other))

    assert inspected.why() == {"a": ("ok", ""), "b": ("degraded", "uid-conflict")}
    assert inspected.files["b"]["pixel_sha256"]


def test_two_patients_in_one_study_are_never_in_one_display_set(tmp_path: Path) -> None:
    """Scrolled through as one, two people would be one case."""
    stranger = image({0x00080018: ("UI", uid("2.25.9")), 0x00100020: ("LO", text("P-2"))})
    inspected = Inspected(written(tmp_path, a=good(1), b=good(2), c=stranger))

    assert inspected.why()["c"] == ("degraded", "patient-conflict")
    assert {tuple(sorted(each["files"])) for each in inspected.sets} == {("a", "b"), ("c",)}


def test_what_is_left_out_of_a_picture_is_told(tmp_path: Path) -> None:
    """The image is shown and its values are right: what is not drawn must be known."""
    photo = np.zeros((8, 8, 3), np.uint8)
    coloured = dicom_objects.image(photo, 8)
    usable = bytes(imagecodecs.cms_profile("srgb"))
    whole, cut = coloured, deepcopy(coloured)
    whole.ICCProfile, cut.ICCProfile = usable, usable[:200]
    cut.SOPInstanceUID = "2.25.8"
    lying = {0x60000010: ("US", b"\x40\0"), 0x60000011: ("US", b"\x40\0")}
    short = image({0x00080018: ("UI", uid("2.25.7")), **lying, 0x60003000: ("OB", bytes(8))})
    files = {"a": dicom_objects.written(whole), "b": dicom_objects.written(cut), "c": short}
    inspected = Inspected(written(tmp_path, **files))

    assert inspected.why() == {
        "a": ("ok", ""), "b": ("degraded", "bad-profile"), "c": ("degraded", "bad-overlay"),
    }  # fmt: skip


def test_one_bad_file_never_stops_the_rest(tmp_path: Path) -> None:
    """The image after the hostile one may be the one that matters."""
    bad = {"b": b"", "c": b"not an image", "d": good(2)[:900], "e": b"\0" * 128 + b"DICM"}
    inspected = Inspected(written(tmp_path, a=good(1), f=good(3), **bad))

    statuses = {path: file["status"] for path, file in inspected.files.items()}
    assert statuses == {
        "a": "ok", "b": "not-dicom", "c": "not-dicom", "d": "refused", "e": "refused", "f": "ok",
    }  # fmt: skip
    assert inspected.code == 1
    assert inspected.errors == ""


def test_a_single_file_is_named_by_its_name(tmp_path: Path) -> None:
    """`path` of contracts.md."""
    folder = written(tmp_path, here=good())

    assert list(Inspected(folder / "here").files) == ["here"]


def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """Exit 2 and one plain sentence, no traceback."""
    inspected = Inspected(tmp_path / "nowhere")

    assert inspected.code == 2
    assert inspected.errors.count("\n") == 1
    assert "does not exist" in inspected.errors


def test_what_is_no_plain_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe without a writer would stop the program for good."""
    os.mkfifo(tmp_path / "pipe")

    assert Inspected(tmp_path).why() == {"pipe": ("refused", "not-a-file")}


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """Each file once, whatever points where."""
    written(tmp_path, a=good())
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)

    assert list(Inspected(tmp_path).files) == ["a"]


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_is_one_row_and_its_members_are_rows(tmp_path: Path, method: int) -> None:
    """Studies travel as ZIP files; what is in them is treated as what lies beside them."""
    zipped(tmp_path / "a.zip", {"one/1.dcm": good(1), "2.dcm": good(2), "x.txt": b"hello"}, method)
    inspected = Inspected(tmp_path)

    assert inspected.why() == {
        "a.zip": ("not-image", "zip"),
        "a.zip!one/1.dcm": ("ok", ""),
        "a.zip!2.dcm": ("ok", ""),
        "a.zip!x.txt": ("not-dicom", "not-dicom"),
    }
    assert [sorted(each["files"]) for each in inspected.sets] == [
        ["a.zip!2.dcm", "a.zip!one/1.dcm"]
    ]


def test_a_member_that_inflates_without_measure_is_refused(tmp_path: Path) -> None:
    """300 MB of zeros in 300 kB: nothing of it is inflated (SEC-01)."""
    zipped(tmp_path / "bomb.zip", {"bomb.dcm": bytes(300 << 20), "good.dcm": good()})

    why = Inspected(tmp_path).why()
    assert why["bomb.zip!bomb.dcm"] == ("refused", "budget")
    assert why["bomb.zip!good.dcm"] == ("ok", "")


def test_members_with_paths_for_names_are_only_names(tmp_path: Path) -> None:
    """Nothing is ever written, so there is nowhere to climb to (SEC-04)."""
    zipped(tmp_path / "a.zip", {"../../etc/passwd": good(1), "/tmp/x": good(2)})
    before = sorted(tmp_path.iterdir())
    why = Inspected(tmp_path).why()

    assert why["a.zip!../../etc/passwd"] == why["a.zip!/tmp/x"] == ("ok", "")
    assert sorted(tmp_path.iterdir()) == before


def test_a_damaged_archive_is_refused_as_a_whole(tmp_path: Path) -> None:
    """Its list stands at the end: without it nobody knows what there was."""
    whole = zipped(tmp_path / "a.zip", {"1.dcm": good()}).read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[: len(whole) // 2])

    assert Inspected(tmp_path).why() == {"a.zip": ("refused", "truncated")}


def medium(folder: Path, *listed: str) -> Path:
    """A DICOMDIR of records that name files (PS3.3 F.3)."""
    records = [element(0x00041500, "CS", text(each)) for each in listed]
    (folder / "DICOMDIR").write_bytes(part10(sequence(0x00041220, *records)))
    return folder


def test_a_directory_names_the_files_that_are_missing(tmp_path: Path) -> None:
    """A disc that lost a file must not look complete."""
    (tmp_path / "IMAGES").mkdir()
    (tmp_path / "IMAGES" / "1").write_bytes(good())
    inspected = Inspected(medium(tmp_path, "IMAGES\\1", "IMAGES\\2"))

    assert inspected.why()["DICOMDIR"] == ("not-image", "missing-files")
    assert "1 of 2 files: IMAGES/2" in inspected.files["DICOMDIR"]["message"]


def test_a_film_of_which_a_part_is_missing_is_told(tmp_path: Path) -> None:
    """Each file is whole; only together they show that the second of three was lost."""
    for part in (1, 3):
        more = {0x00080018: ("UI", uid(f"1.2.9.{part}")), 0x00209161: ("UI", uid("1.2.8"))}
        more |= {0x00209162: ("US", us(part)), 0x00209163: ("US", us(3))}
        (tmp_path / str(part)).write_bytes(image(more))
    inspected = Inspected(tmp_path)

    assert inspected.why() == {"1": ("degraded", "lost-parts"), "3": ("degraded", "lost-parts")}
    assert accounted(inspected) == 2


def test_a_directory_cannot_name_what_is_outside_its_folder(tmp_path: Path) -> None:
    """A disc that says ../../home must not have it opened (CVE-2026-32711, SEC-04)."""
    (tmp_path / "outside").write_bytes(good())
    folder = tmp_path / "disc"
    folder.mkdir()
    (folder / "LINK").symlink_to(tmp_path / "outside")
    inspected = Inspected(medium(folder, "..\\outside", "LINK", "C:\\outside"))

    assert "3 of 3 files" in inspected.files["DICOMDIR"]["message"]


def test_nothing_in_a_file_can_steer_a_terminal(tmp_path: Path) -> None:
    """An escape sequence in a description or a file name would rewrite what was printed."""
    evil = image(
        {0x0008103E: ("LO", text("\x1b]0;owned\x07\x1b[2J")), 0x00280030: ("DS", text("0\\0"))}
    )
    (tmp_path / "a\x1b[2Jb").write_bytes(evil)
    words = [sys.executable, "-m", "workstation", "inspect", str(tmp_path)]

    printed = subprocess.run(words, capture_output=True, text=True, timeout=60).stdout

    assert "degraded" in printed
    assert "\x1b" not in printed


def test_a_stack_is_judged_and_measured(tmp_path: Path) -> None:
    """What `inspect` says about geometry is what MPR and rulers go by."""
    for number in range(1, 6):
        (tmp_path / f"{number}").write_bytes(good(number))
    (found,) = Inspected(tmp_path).sets

    assert (found["kind"], found["frames"], found["mpr"]) == ("volume", 5, True)
    assert found["geometry"]["verdict"] == "regular"
    assert found["geometry"]["spacing_mm"] == [1.0, 1.0, 1.0]
    assert (found["length_unit"], found["measure_note"]) == ("mm", "")


def test_objects_without_pixels_are_rows_and_display_sets(tmp_path: Path) -> None:
    """A report among the images must be found where the images are."""
    report = {k: v for k, v in elements().items() if k >> 16 != 0x28}
    report |= {0x00080016: ("UI", uid("1.2.840.10008.5.1.4.1.1.88.11")), 0x00080060: ("CS", b"SR")}
    body = b"".join(element(tag, *report[tag]) for tag in sorted(report))
    inspected = Inspected(written(tmp_path, sr=part10(body), ct=good(2)))

    assert inspected.why()["sr"] == ("not-image", "structured-report")
    assert {each["kind"]: each["files"] for each in inspected.sets} == {
        "report": ["sr"],
        "single": ["ct"],
    }
    assert inspected.files["ct"]["sop_class"] == CT_IMAGE
