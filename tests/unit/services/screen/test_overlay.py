"""The words on a view by modality and level, on real images of each kind."""

from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from fakes_metadata import header, sets_of
from fakes_viewer import SITE, frame, opened, ref, stack, viewed

from workstation.domain.identifiers import FrameKey, StudyUID
from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import DisplaySet
from workstation.domain.suv import NoSuv, SuvBasis
from workstation.domain.technique import Fact, Stated
from workstation.services.screen.overlay_lines import Overlay, usual_table
from workstation.services.viewer.viewer import Viewer

DATA = Path(__file__).parents[5] / "shared/data"

Words = tuple[str, ...]


def seen(path: Path, index: int = 0) -> tuple[Viewer, DisplaySet]:
    """The first display set of a file on a view of 512 pixels, without its values."""
    (found, *_) = sets_of([header(path)])
    own = StudyUID(found.study)

    def here(key: FrameKey) -> FrameKey:
        return evolve(key, site=SITE)

    frames = tuple(evolve(each, key=here(each.key)) for each in found.frames)
    viewer, _ = opened(
        evolve(found, site=SITE, frames=frames),
        studies=[evolve(viewed(), ref=ref(own))],
        load=False,
    )
    viewer.go(index)
    return viewer, found


def at_level(viewer: Viewer, level: int) -> Overlay:
    viewer.set_overlay_level(level)
    return viewer.overlay(0)


def texts(words: Overlay) -> dict[str, Words]:
    corners = ("top_right", "bottom_left", "bottom_right")
    return {corner: tuple(each.text for each in getattr(words, corner)) for corner in corners}


#: Of each file what stands on it at the levels from which on it is seen. Worked out by hand
#: from `dcmdump`: 71400 µAs are 71.4 mAs, an organ dose of 0.01521 dGy is 1.52 mGy, -32 and 2
#: degrees of a C-arm are RAO 32 and CRA 2, 474592928 Bq are 474.6 MBq, 240000 ms are 240 s,
#: 33 ms a frame are 30.3 frames a second, 5000 kHz are 5 MHz, 0.02623 cm a pixel are 0.262 mm.
EXPECTED: dict[str, tuple[Words, Words, Words]] = {
    "cr_dx_mg/GH133.dcm": (
        ("RIGHT  MLO", "mm (est. mag. 1)"),
        ("30 kVp  71.4 mAs", "compressed 73 mm  100 N"),
        (
            "ROUTINE", "GESEN121", "2394 × 3062  0.0941 × 0.0941 mm",
            "Rh / Rh  62 mA  1149 ms", "AGD 1.52 mGy  ESAK 8.52 mGy",
        ),
    ),
    "cr_dx_mg/dx_image.dcm": (
        ("LEFT", "mm (detector)"),
        (),
        ("RT", "DEVO", "211 × 169  1.2 × 1.2 mm", "EI 176  DI −7", "SID 1000 mm"),
    ),
    "cr_dx_mg/gdcm-CR-MONO1-10-chest.dcm": (("uncalibrated",), ("PA",), ("440 × 440",)),
    "sr/ct_image.dcm": (
        (),
        ("S −75.7 mm  5 mm", "120 kVp  170 mA", "ISOVUE300/100"),
        (
            "CT01_OC0", "128 × 128  0.661 × 0.661 mm", "every 5 mm  FOV 338.7 mm",
            "170 mAs  1601 ms", "kernel STANDARD",
        ),
    ),
    "mr_multiseq_classic/t1_mprage/1301_0099.dcm": (
        (),
        ("TR 6.5  TE 2.93",),
        ("WIP ADNI_Sag3D MPRAGE", "every 1 mm  FOV 256 mm", "flip 9°  ETL 256  NEX 1", "3 T"),
    ),
    "xa/jpeg8bit.dcm": (
        ("uncalibrated",),
        ("RAO 32° CRA 2°",),
        ("512 × 512", "30.3 frames/s"),
    ),
    "us/examples_palette.dcm": ((), ("C5-1",), ("OEM-4K7CO2TYJWP", "800 × 350  0.262 × 0.262 mm")),
    "photometric/gdcm-US-ALOKA-16.dcm": (("RIGHT",), ("5 MHz",), ("depth 150 mm",)),
    "pt_single/GH184.dcm": (
        (),
        ("S −908.3 mm  3.27 mm", "FDG -- fluorodeoxyglucose  474.6 MBq"),
        ("128 × 128  5.47 × 5.47 mm", "FOV 700 mm", "375–650 keV  240 s", "BQML  decay START"),
    ),
    "nm/NM-MONO2-16-13x-heart": ((), (), ("every 6.23 mm", "64 × 64  3.12 × 3.12 mm")),
}  # fmt: skip


@pytest.mark.data
@pytest.mark.parametrize("file", EXPECTED)
def test_each_modality_says_how_its_image_was_made(file: str) -> None:
    """F72, F75: what a reader asks of the image differs by modality, and by level."""
    viewer, _ = seen(DATA / file)
    wanted: set[str] = set()

    for level, added in enumerate(EXPECTED[file], 1):
        wanted |= set(added)
        later = {words for more in EXPECTED[file][level:] for words in more}
        said = {text for corner in texts(at_level(viewer, level)).values() for text in corner}

        assert wanted <= said
        assert not later & said


@pytest.mark.data
def test_a_diffusion_image_says_its_b_value_without_being_asked() -> None:
    """Two images of one place differ in it alone; 0 is said where the image is one of them."""
    files = sorted((DATA / "mr_enhanced_dwi").iterdir())
    diffusion, _ = seen(files[0])
    plain, _ = seen(DATA / "mr_multiseq_classic/t1_mprage/1301_0099.dcm")

    assert "b 0" in texts(at_level(diffusion, 2))["bottom_left"]
    assert not any(line.startswith("b ") for line in at_level(plain, 3).lines)


def test_where_each_line_stands() -> None:
    """As section 4 of the design guide has the corners, least hideable nearest the edge."""
    said = (
        Stated(Fact.KVP, "120 kVp"), Stated(Fact.CURRENT, "184 mA"), Stated(Fact.CHARGE, "92 mAs"),
        Stated(Fact.KERNEL, "kernel B30f"), Stated(Fact.PROTOCOL, "Thorax"),
        Stated(Fact.INTERVAL, "every 2.5 mm"),
    )  # fmt: skip
    viewer, _ = opened(stack(2, technique=said))

    words = texts(at_level(viewer, 3))

    assert words["top_right"] == (
        "CURRENT", "21 Nov 2026 17:31 UTC", "Axial 2.5", "CT chest with contrast", "Thorax",
    )  # fmt: skip
    assert words["bottom_left"] == (
        "64 × 64  0.5 × 0.5 mm", "every 2.5 mm", "Im 1 / 2", "S 0.0 mm  2.5 mm",
        "W 400  L 40  Soft tissue",
    )  # fmt: skip
    assert words["bottom_right"] == (
        "92 mAs", "kernel B30f", "Zoom 800 %", "120 kVp  184 mA",
    )  # fmt: skip


def test_a_narrow_view_keeps_level_1_alone() -> None:
    """Sixteen views of a mammogram: identity, side and view stay, the rest drops."""
    one = stack(
        1, modality="MG", laterality="R", lossy_ratio=8.0,
        technique=(Stated(Fact.VIEW, "MLO"), Stated(Fact.KVP, "30 kVp")),
    )  # fmt: skip
    viewer, _ = opened(one)
    viewer.set_overlay_level(3)

    viewer.resized(0, 359, 300, 1.0)
    narrow = viewer.overlay(0)
    viewer.resized(0, 720, 600, 2.0)
    wide = viewer.overlay(0)

    assert narrow.lines[:5] == (
        "Alder, Robin  M 64", "1962-03-02  HG-100482", "CURRENT", "21 Nov 2026 17:31 UTC",
        "RIGHT  MLO",
    )  # fmt: skip
    assert "LOSSY 8:1" in narrow.lines
    assert "Im 1 / 1" in narrow.lines
    assert not any("kVp" in line for line in narrow.lines)
    assert "30 kVp" in wide.lines


def test_words_of_an_object_are_shown_as_they_stand() -> None:
    """No markup, no other direction of writing: a protocol named <b> is a protocol named <b>."""
    said = (Stated(Fact.PROTOCOL, "<b>Thorax</b> & more"), Stated(Fact.STATION, "חדר 2"))
    viewer, _ = opened(stack(1, technique=said))

    words = texts(at_level(viewer, 3))["top_right"]

    assert words[-2:] == ("<b>Thorax</b> & more", "\u2068חדר 2\u2069")


def test_one_name_for_series_procedure_and_protocol_is_said_once() -> None:
    """Three lines "Chest" are two in which nothing is read, and one that is overlooked."""
    said = (Stated(Fact.PROTOCOL, "CT CHEST WITH CONTRAST"), Stated(Fact.STATION, "Room 2"))
    viewer, _ = opened(stack(1, name="CT chest with contrast", technique=said))

    words = texts(at_level(viewer, 3))["top_right"]

    assert words[2:] == ("CT chest with contrast", "Room 2")


def test_every_fact_has_a_place_somewhere() -> None:
    """What is read out of headers and can never be seen is read for nothing."""
    table = usual_table()
    rows = [*table.others, *(row for rows in table.by_modality.values() for row in rows)]

    assert {fact for row in rows for fact in row.facts} == set(Fact)


def test_the_numbers_of_the_image_before_do_not_stay() -> None:
    """mA follows the image drawn: a modulated tube current differs from slice to slice."""
    frames = tuple(
        frame(
            n,
            origin=(0.0, 0.0, 2.5 * n),
            technique=(Stated(Fact.CURRENT, f"{100 + n} mA"),),
        )
        for n in range(2)
    )
    viewer, loader = opened(evolve(stack(2), frames=frames))
    viewer.go(1)

    assert "101 mA" in viewer.overlay(0).lines
    assert np.all(loader.store.pixels[frames[1].key].stored == 1001)


@pytest.mark.parametrize(
    ("unit", "voi", "words"),
    [
        ("SUVbw", Voi(3.5, 7.0), "SUVbw  0 to 7"),
        ("SUVlbm (Janma)", Voi(2.55, 4.9), "SUVlbm (Janma)  0.1 to 5"),
        ("Bq/ml", Voi(15000, 30000), "Bq/ml  0 to 30000"),
    ],
)
def test_a_pet_says_its_window_by_its_ends_and_unit(unit: str, voi: Voi, words: str) -> None:
    """7 is a window in SUV and a black square in becquerels."""
    basis = SuvBasis(units="BQML")
    pet = stack(1, modality="PT", rescale=Rescale(2.0, 0.0, unit), vois=(voi,), suv_basis=basis)
    viewer, _ = opened(pet)

    assert texts(at_level(viewer, 2))["bottom_left"][-1] == words


def test_a_pet_without_suv_says_why_at_every_level() -> None:
    """Bq/ml in place of SUV must not be met for the first time in a measurement."""
    pet = stack(1, modality="PT", rescale=Rescale(2.0, 0.0, "Bq/ml"), suv_basis=SuvBasis())
    viewer, _ = opened(evolve(pet, no_suv=NoSuv.WEIGHT))

    assert "SUV not available: no usable weight of the patient" in at_level(viewer, 1).lines
