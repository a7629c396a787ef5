"""Every real object of ../shared/data in a display set, and the verdicts its catalogue expects."""

import csv
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from fakes_metadata import Json, header, sets_of

from workstation.dicom.reasons import Undecodable
from workstation.dicom.verdicts import verdict_of

DATA = Path(__file__).parents[4] / "shared/data"


def headers(folder: str) -> Iterable[Json]:
    """Those that are DICOM; the others are refused before they are in any set."""
    for path in sorted((DATA / folder).rglob("*")):
        if path.is_file():
            with suppress(Undecodable):
                yield header(path)


def _micrometres(distance: float | None) -> float | None:
    """Cosines and positions of real headers are rounded: no more digits than that."""
    return None if distance is None else round(distance, 3)


#: Folder -> for each display set, in the order of the series: frames, kind, verdict,
#: distance, reformats, unit and note. From the descriptions in CATALOG.csv and README.md.
EXPECTED: dict[str, list[tuple[int, str, str, float | None, bool, str]]] = {
    "ct_chest_current": [(100, "volume", "regular", 2.5, True, "mm")],
    "ct_chest_prior_derived": [(49, "volume", "regular", 5.0, True, "mm")],
    "ct_head_tilt_uneven": [(28, "stack", "uneven", None, False, "mm")],
    "geometry_missing": [(3, "stack", "no-position", None, False, "mm")],
    "pt_synthetic_on_ct": [(61, "volume", "regular", 4.0, True, "mm")],
    "mr_enhanced_dwi": [(39, "volume", "regular", 3.0, True, "mm")] * 6,
    "mr_multiseq_classic": [
        (20, "volume", "regular", 3.0, True, "mm"),
        (40, "volume", "regular", 4.0, True, "mm"),
        (30, "volume", "regular", 1.0, True, "mm"),
    ],
    "priors_ct_real": [(1, "single", "regular", None, False, "mm")] * 8,
    "xa": [(96, "cine", "not-spatial", None, False, "px")],
    "us": [
        (65, "cine", "not-spatial", None, False, "mm region"),
        (8, "cine", "not-spatial", None, False, "mm region"),
        (1, "single", "not-spatial", None, False, "px"),
        (1, "single", "not-spatial", None, False, "px"),
        (1, "single", "not-spatial", None, False, "mm region"),
        (30, "cine", "not-spatial", None, False, "mm region"),
    ],
}


@pytest.mark.data
@pytest.mark.parametrize("folder", EXPECTED)
def test_real_objects_are_grouped_and_judged_as_the_catalogue_says(folder: str) -> None:
    """Scanners of thirty years, with their rounding and their habits."""
    found = sets_of(headers(folder))

    said = [(each, verdict_of(each)) for each in found]
    assert [
        (
            len(each.frames),
            each.kind.value,
            verdict["geometry"]["verdict"],
            _micrometres(verdict["geometry"]["spacing_mm"][2]),
            verdict["mpr"],
            f"{verdict['length_unit']} {verdict['measure_note']}".strip(),
        )
        for each, verdict in said
    ] == EXPECTED[folder]


@pytest.mark.data
def test_a_slice_increment_that_changes_is_warned_of() -> None:
    """geometry/IM-*: 5, 5 and 10 mm."""
    (found,) = sets_of(header(path) for path in sorted((DATA / "geometry").rglob("IM-*.dcm")))

    assert not verdict_of(found)["mpr"]
    assert found.geometry.reason == "1 slice missing between images 1 and 2"


@pytest.mark.data
def test_every_frame_of_the_catalogue_is_in_a_display_set() -> None:
    """Whatever came: frames received are frames shown."""
    with (DATA / "CATALOG.csv").open(newline="", encoding="utf-8") as catalogue:
        rows = [row for row in csv.DictReader(catalogue) if row["open"] == "ok" and row["rows"]]
    # Files with one UID stand beside each other. What is no number of frames stands for one,
    # which is refused when it is decoded.
    received = Counter[str]()
    for row in rows:
        received[row["sop_uid"]] += int(row["frames"]) if row["frames"].isdigit() else 1

    found = sets_of(header(DATA / row["path"]) for row in rows)

    shown = Counter(str(frame.key.sop) for each in found for frame in each.frames)
    assert shown == received


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "row_mm", "words"),
    [
        ("cr_dx_mg/CR-ModalitySequenceLUT.dcm", 0.15, ("mm", "detector")),
        ("cr_dx_mg/dx_image.dcm", 1.2, ("mm", "detector")),
        ("cr_dx_mg/GH133.dcm", 0.09409090909091, ("mm", "estimated magnification")),
        ("us/examples_palette.dcm", 0.2622878766196998, ("mm", "region")),
        ("geometry/aspect03.dcm", 0.0, ("px", "")),
        ("geometry/aspect06.dcm", 4 / 3, ("px", "")),
    ],
)
def test_real_radiographs_say_whose_millimetres_they_are(
    name: str, row_mm: float, words: tuple[str, str]
) -> None:
    (path,) = DATA.rglob(f"*{Path(name).name}")
    (found,) = sets_of([header(path)])

    said = verdict_of(found)
    assert (said["length_unit"], said["measure_note"]) == words
    assert found.frames[0].spacing.row == pytest.approx(row_mm)
