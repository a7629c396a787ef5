"""The whole way, by the real program: worklist, images, report, signature, acknowledgement.

On a real CT, and on a phantom whose every value is known.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from demo_platform import DemoPlatform, start_platform
from PySide6.QtGui import QImage
from reading import SHARED, Done, Reading, reports, task, words

from workstation.demo.phantoms_qa import QA_BEADS, QA_INSERTS, QA_SIZE, qa_insert_pixel

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
CT, CT_PATIENT = "DEMO-b9f5509c", "CMB-CRC-MSB-01068"
FINDINGS = "Solid nodule in the left upper lobe. 89.8 mm (series Axial lung 2.5, image 50)"
IMPRESSION = "1. Nodule in the left upper lobe, follow-up advised."
QA, SMALL = "KN-26-QA01", "KN-26-7741"


def _shipped_script() -> str:
    text = (HERE / "read_ct_chest.script").read_text("utf-8")
    names = {"ACCESSION": CT, "STATE": "{state}", "CAPTURE": "{picture}", "AFTER": "{after}"}
    return re.sub(r"^(?!#).*$", lambda m: _filled(m[0], names), text, flags=re.MULTILINE)


def _filled(line: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        line = re.sub(rf"\b{name}\b", value, line)
    return line


def _studies() -> list[Path]:
    found = [SHARED / "ct_chest_current", SHARED / "ct_chest_prior_derived"]
    assert all(each.is_dir() for each in found), "shared data is missing"
    return found


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoPlatform, Done, Path]]:
    folder = tmp_path_factory.mktemp("ct")
    data = folder / "data"
    with start_platform(folder, _studies(), data=data) as platform:
        done = Reading(folder / "reader").run(platform, _shipped_script())
        yield platform, done.must_be_good(), data


class TestRealCT:
    """The journey of the shipped script on a real chest CT and its prior."""

    pytestmark = pytest.mark.data

    def test_the_site_has_one_final_report_with_that_text(
        self, read: tuple[DemoPlatform, Done, Path]
    ) -> None:
        """Two reports of one study contradict each other in the chart; none is a lost read."""
        platform, _, _ = read

        (report,) = reports(platform, "harbor", CT)

        assert report["status"] == "final"
        assert report["conclusion"] == IMPRESSION
        assert words(report) == f"Findings\n{FINDINGS}\n\nImpression\n{IMPRESSION}\n"
        kinds = [form["contentType"] for form in report["presentedForm"]]
        assert kinds[:3] == ["text/html", "text/plain", "application/pdf"]

    def test_the_task_is_completed_by_that_reader(
        self, read: tuple[DemoPlatform, Done, Path]
    ) -> None:
        """A case that stays on the list is read, and billed, twice."""
        platform, _, _ = read

        done = task(platform, "harbor", CT)

        (report,) = reports(platform, "harbor", CT)
        assert done["status"] == "completed"
        assert done["owner"] == report["resultsInterpreter"][0]
        assert done["owner"]["display"] == "Sample, Jo"
        assert (
            done["output"][0]["valueReference"]["reference"] == f"DiagnosticReport/{report['id']}"
        )

    def test_one_patient_is_on_the_screen_and_in_the_report(
        self, read: tuple[DemoPlatform, Done, Path]
    ) -> None:
        """The worst mistake of all is a report for somebody else."""
        state = read[1].state("state")

        assert state["case"]["patient"]["name"] == CT_PATIENT
        assert [v["patient_id"] for v in state["viewports"]] == [CT_PATIENT] * 2
        assert all(any(CT_PATIENT in line for line in v["overlay"]) for v in state["viewports"])
        assert state["report"]["patient"] == state["case"]["patient"]
        assert [v["frames_loaded"] for v in state["viewports"]] == [100, 49]
        assert len({v["study_uid"] for v in state["viewports"]}) == 2

    def test_the_length_is_the_spacing_times_the_pixels(
        self, read: tuple[DemoPlatform, Done, Path]
    ) -> None:
        """100 pixels between centres, 0.898438 mm each (PS3.3 10.7.1.3)."""
        (measured,) = read[1].state("state")["measurements"]

        assert measured["unit"] == "mm"
        assert measured["value"] == pytest.approx(100 * 0.898438, abs=1e-4)

    def test_the_program_knows_that_the_site_has_it(
        self, read: tuple[DemoPlatform, Done, Path]
    ) -> None:
        """A reader must not have to telephone to know whether a report arrived."""
        after = read[1].state("after")

        assert after["report"]["state"] == "final"
        assert [(d["target"], d["state"]) for d in after["report"]["delivery"]] == [
            ("harbor", "acknowledged")
        ]
        assert after["outbox"] == {"queued": 0, "in_doubt": 0, "refused": 0}
        picture = QImage(str(read[1].file("picture.png")))
        assert (picture.width(), picture.height()) == (1920, 1080)

    def test_the_audit_tells_of_each_study_before_its_images(
        self, read: tuple[DemoPlatform, Done, Path]
    ) -> None:
        """Who saw whose images is asked years later; the record stands in the site's own log."""
        _, done, data = read
        leaves = _audit_leaves(data / "harbor" / "other")

        seen = {leaf["study"] for leaf in leaves if leaf["action"] == "accessed"}
        assert seen == {v["study_uid"] for v in done.state("state")["viewports"]}
        order = [leaf["action"] for leaf in leaves]
        assert order.index("sign-in") < order.index("accessed") < order.index("sign")
        assert order.index("sign") < order.index("deliver")
        assert "export" in order  # the state file and the capture leave the program

    def test_what_the_site_received_verifies_until_a_byte_changes(
        self, read: tuple[DemoPlatform, Done, Path], tmp_path: Path
    ) -> None:
        """A signature that holds after a change would be worth nothing."""
        received = read[2] / "harbor" / "received" / "0001-report.json"
        bundle = json.loads(received.read_text("utf-8"))
        form = bundle["entry"][0]["resource"]["presentedForm"][1]
        text = base64.b64decode(form["data"])
        form["data"] = base64.b64encode(text.replace(b"left", b"lefT", 1)).decode()
        changed = tmp_path / "changed.json"
        changed.write_text(json.dumps(bundle))
        reader = Reading(tmp_path / "reader")
        verify = [sys.executable, "-m", "workstation", "verify"]

        trust = ["--trust", str(read[2] / "harbor" / "ca.pem")]
        good = reader.go([*verify, *trust, str(received)], reader.environment())
        bad = reader.go([*verify, str(changed)], reader.environment())

        assert good.code == 0, good.stderr
        assert bad.code == 1
        assert "Traceback" not in bad.stderr


@pytest.mark.data
def test_the_demo_command_closes_the_loop_alone(tmp_path: Path) -> None:
    """One command shows the whole program to somebody who has just cloned it."""
    reader, data = Reading(tmp_path / "reader"), tmp_path / "data"
    command = [sys.executable, "-m", "workstation", "demo", "--headless", "--data", str(data)]
    for study in (*_studies(), SHARED / "cr_dx_mg"):
        command += ["--studies", str(study)]
    script = str(reader.script(_shipped_script()))

    reader.go([*command, "--script", script], reader.environment()).must_be_good()

    (received,) = (data / "harbor" / "received").iterdir()
    (report,) = _resources(json.loads(received.read_text("utf-8")), "DiagnosticReport")
    assert report["conclusion"] == IMPRESSION


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("qa")
    lines = [f"case.open {QA}", "wait loaded", "viewport.go 5", "viewport.layout 1x1"]
    for index in range(len(QA_INSERTS)):
        x, y = qa_insert_pixel(index)
        lines.append(f"tool.ellipse {x - 12} {y - 12} {x + 12} {y + 12}")
    (x1, y1), (x2, y2) = QA_BEADS
    lines.append(f"tool.length {x1} {y1} {x2} {y2}")
    for index in range(len(QA_INSERTS)):
        x, y = qa_insert_pixel(index)
        lines += [f"tool.probe {round(x)} {round(y)}", f"state {{probe{index}}}"]
    lines += [f"measurement.delete A{n}" for n in range(1, len(QA_INSERTS) + 2)]
    lines += ["tool.window", "viewport.window -600/1500"]
    lines += ["state {view}", "capture {lung} viewer"]
    lines += ["viewport.window 40/400", "capture {soft} viewer", "quit"]
    with start_platform(folder) as platform:
        return Reading(folder / "reader").run(platform, lines).must_be_good()


class TestPixelTruth:
    """On the quality phantom of known HU, without noise."""

    def test_the_probe_tells_the_value_of_each_insert(self, shown: Done) -> None:
        """A density read off the probe decides between a cyst and a tumour."""
        probes = [shown.state(f"probe{n}")["viewports"][0]["probe"] for n in range(6)]

        assert [probe["value"] for probe in probes] == list(QA_INSERTS)
        assert {probe["unit"] for probe in probes} == {"HU"}

    def test_the_region_mean_is_the_value_of_each_insert(self, shown: Done) -> None:
        """24 pixels wide inside a disc of 56: nothing but the insert, so no spread either."""
        found = shown.state("probe0")["measurements"]
        regions = [each for each in found if each["kind"] == "ellipse"]

        assert [each["stats"]["mean"] for each in regions] == list(QA_INSERTS)
        assert {each["stats"]["sd"] for each in regions} == {0.0}
        assert {each["stats_unit"] for each in regions} == {"HU"}

    def test_the_beads_are_a_hundred_millimetres_apart(self, shown: Done) -> None:
        """200 pixels of 0.5 mm."""
        found = shown.state("probe0")["measurements"]
        (line,) = (each for each in found if each["kind"] == "length")

        assert line["value"] == pytest.approx(100.0, abs=1e-9)
        assert line["unit"] == "mm"

    @pytest.mark.parametrize(("name", "center", "width"), [("lung", -600, 1500), ("soft", 40, 400)])
    def test_the_picture_is_what_the_window_formula_says(
        self, shown: Done, name: str, center: int, width: int
    ) -> None:
        """Each insert has its gray: LINEAR of PS3.3 C.11.2.1.2.1, from 0 to 255."""
        found = _grays(_picture(shown, name), _image_box(_picture(shown, "lung")))

        assert found == [_voi(hu, center, width) for hu in QA_INSERTS]


def test_a_preliminary_report_and_an_addendum_to_a_final_one(tmp_path: Path) -> None:
    """A resident's word leaves the case open, and the final reading begins with it and says how
    much it departs; what is signed is added to and never changed."""
    lines = [
        f"case.open {QA}", "wait loaded", "report.template free-text",
        'report.set findings "Inserts as specified."', 'report.set impression "Constant."',
    ]  # fmt: skip
    with start_platform(tmp_path) as platform:
        Reading(tmp_path / "first").run(
            platform, [*lines, "report.preliminary", "wait delivered", "quit"]
        ).must_be_good()
        (preliminary,) = reports(platform, "nord", QA)
        open_still = task(platform, "nord", QA)
        over = Reading(tmp_path / "second").run(
            platform,
            [f"case.open {QA}", "wait loaded", "state {begun}",
             'report.set impression "Constant, low noise."',
             'report.discrepancy minor "noise was not told"', "report.sign", "wait delivered",
             "report.addend Beads measured.", "wait delivered", "case.close", "quit"],
        ).must_be_good()  # fmt: skip
        later = reports(platform, "nord", QA)
        closed = task(platform, "nord", QA)

    assert preliminary["status"] == "preliminary"
    assert open_still["status"] == "requested"
    assert "owner" not in open_still
    assert {s["title"]: s["text"] for s in over.state("begun")["report"]["sections"]} == {
        "Findings": "Inserts as specified.", "Impression": "Constant.",
    }  # fmt: skip
    assert sorted(each["status"] for each in later) == ["appended", "final", "preliminary"]
    (final,) = (each for each in later if each["status"] == "final")
    said = {e["url"].rpartition(":")[2]: e["valueString"] for e in final["extension"]}
    assert said == {
        "preliminary": preliminary["identifier"][0]["value"].removeprefix("urn:uuid:"),
        "discrepancy": "minor", "discrepancy-reason": "noise was not told",
    }  # fmt: skip
    (added,) = (each for each in later if each["status"] == "appended")
    assert "Constant, low noise." in words(added)
    assert "Beads measured." in words(added)
    assert closed["status"] == "completed"


def test_what_was_signed_in_an_earlier_shift_is_shown_and_can_be_added_to(tmp_path: Path) -> None:
    """Monday: the reader reads Friday's words and begins to correct them. Tuesday: they sign."""
    lines = [
        f"case.open {QA}", "wait loaded", "report.template free-text",
        'report.set findings "Inserts as specified."', 'report.set impression "Constant."',
        "report.sign", "wait delivered", "quit",
    ]  # fmt: skip
    with start_platform(tmp_path) as platform:
        Reading(tmp_path / "friday").run(platform, lines).must_be_good()
        monday = Reading(tmp_path / "monday").run(
            platform,
            [f"case.open {QA}", "wait loaded", "state {before}", "report.addend",
             'report.set addendum "Beads measured."', "case.close", "quit"],
        ).must_be_good()  # fmt: skip
        assert len(reports(platform, "nord", QA)) == 1
        tuesday = Reading(tmp_path / "tuesday").run(
            platform,
            [f"case.open {QA}", "wait loaded", "report.sign", "wait delivered", "state {after}",
             "quit"],
        ).must_be_good()  # fmt: skip
        later = reports(platform, "nord", QA)

    shown = monday.state("before")["report"]
    assert shown["state"] == "final"
    assert {s["title"]: s["text"] for s in shown["sections"]} == {
        "Findings": "Inserts as specified.", "Impression": "Constant.",
    }  # fmt: skip
    assert shown["checks"] == []
    (added,) = (each for each in later if each["status"] == "appended")
    (first,) = (each for each in later if each["status"] == "final")
    assert words(added) == words(first) + "\nAddendum\nBeads measured.\n"
    assert tuesday.state("after")["report"]["delivery"][0]["state"] == "acknowledged"


def test_a_report_of_another_system_is_shown_and_nothing_newer_or_forbidden_beside_it(
    tmp_path: Path,
) -> None:
    """Last year's film beside the report of last year; today's, scanned where the reader holds
    no licence, is neither its prior nor asked for."""
    with start_platform(tmp_path) as platform:
        orders = {order["accession"]: order for order in platform.orders()}
        forbidden = orders["MV-26-40409"]["study_uid"]
        done = (
            Reading(tmp_path / "r")
            .run(platform, ["case.open MV-24-11873", "wait loaded", "state {seen}", "quit"])
            .must_be_good()
        )
        asked = [line for line in platform.log() if forbidden in line["path"]]

    seen = done.state("seen")
    assert {s["title"]: s["text"] for s in seen["report"]["sections"]} == {
        "Findings": "Heart of normal size. Lungs clear. No effusion.",
        "Impression": "Normal chest radiograph.",
    }
    assert seen["case"]["priors"] == []
    assert asked == []


def _voi(hu: float, center: float, width: float) -> int:
    """PS3.3 C.11.2.1.2.1, written out."""
    low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
    if hu <= low:
        return 0
    if hu > high:
        return 255
    return round(((hu - (center - 0.5)) / (width - 1) + 0.5) * 255)


def _picture(shown: Done, name: str) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """Rows of gray."""
    picture = QImage(str(shown.file(f"{name}.png"))).convertToFormat(
        QImage.Format.Format_Grayscale8
    )
    lines = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1)
    return lines[:, : picture.width()].copy()


def _image_box(lung: "np.ndarray[Any, np.dtype[np.uint8]]") -> tuple[float, float, float]:
    """Left, top and scale of the image in the capture, by the gray of the air around it."""
    air = lung == _voi(-1000, -600, 1500)
    columns, rows = np.flatnonzero(air.sum(0) > 200), np.flatnonzero(air.sum(1) > 200)
    return float(columns[0]), float(rows[0]), (columns[-1] + 1 - columns[0]) / QA_SIZE


def _grays(
    picture: "np.ndarray[Any, np.dtype[np.uint8]]", box: tuple[float, float, float]
) -> list[int]:
    """The gray in the middle of each insert."""
    left, top, scale = box
    middles = [qa_insert_pixel(index) for index in range(len(QA_INSERTS))]
    return [
        int(picture[int(top + (row + 0.5) * scale), int(left + (col + 0.5) * scale)])
        for col, row in middles
    ]


def _audit_leaves(folder: Path) -> list[dict[str, Any]]:
    """In the order of the log, as the site received them."""
    leaves = []
    for file in sorted(folder.glob("*-auditevent.json")):
        for event in _resources(json.loads(file.read_text("utf-8")), "AuditEvent"):
            for extension in event["extension"]:
                if extension["url"] == "urn:reading-workstation:leaf":
                    leaves.append(json.loads(base64.b64decode(extension["valueBase64Binary"])))
    return sorted(leaves, key=lambda leaf: int(leaf["n"]))


def _resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    every = [entry.get("resource", {}) for entry in bundle["entry"]]
    return [each for each in every if each.get("resourceType") == kind]
