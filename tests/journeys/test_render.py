"""`workstation render`: one image without a window, from files written by another program.

Values are held against interpolation in double precision (`volume_phantoms.reference`), which
shares no line with the engine; where a plane lies is read from the JSON beside them.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import volume_objects
from numpy.typing import NDArray
from volume_phantoms import (
    SCANS,
    Plane,
    filled,
    middle,
    noise,
    positions,
    random_plane,
    reference,
    sphere,
    trilinear,
)

from workstation.__main__ import BAD, DONE, USAGE, main
from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.domain.suv import SuvType
from workstation.rendering.still import Wanted, of_volume
from workstation.services.images.local_images import LocalImages
from workstation.viewing.planes import STANDARD
from workstation.viewing.planes import Plane as Axis

pytestmark = pytest.mark.slow  # each run starts its decoders

EXACT = 0.51  # HU
SHAPE = (24, 40, 44)
DATA = Path(__file__).parents[3] / "shared" / "data"


def said(values: NDArray[np.float64]) -> str:
    return ",".join(f"{value:.9f}" for value in values)


def render(path: Path, *words: str, out: Path) -> tuple[NDArray[Any], dict[str, Any]]:
    assert main(["render", str(path), *words, "--out", str(out)]) == DONE
    return np.load(out), json.loads(out.with_suffix(".json").read_text("utf-8"))


def plane_of(told: dict[str, Any], values: NDArray[Any]) -> Plane:
    """The plane that the JSON describes, for the size of the array."""
    origin, row, column = (np.array(told[key]) for key in ("origin", "row", "column"))
    rows, columns = values.shape
    return Plane(origin, row, column, (told["spacing"][0], told["spacing"][1]), (columns, rows))


@pytest.mark.parametrize("name", SCANS)
def test_any_plane_of_any_acquisition_is_exact(name: str, tmp_path: Path) -> None:
    """What lies in the patient is what comes out, wherever the scanner lay (issue 5)."""
    placed, voxels = SCANS[name], noise(SHAPE)
    volume_objects.slices(tmp_path, voxels, placed)
    asked = random_plane(11, middle(placed, SHAPE), (48, 40))

    values, told = render(
        tmp_path, "--normal", said(np.cross(asked.row, asked.column)), "--up", said(-asked.column),
        "--at", said(middle(placed, SHAPE)), "--spacing", "0.45", "--size", "48x40",
        out=tmp_path / "x.npy",
    )  # fmt: skip

    expected = reference(voxels, placed, plane_of(told, values))
    known = ~np.isnan(expected)
    assert values.shape == (40, 48)
    assert np.allclose(told["row"], asked.row, atol=1e-8)
    assert np.allclose(told["column"], asked.column, atol=1e-8)
    assert np.allclose(plane_of(told, values).points()[19:21, 23:25].mean(axis=(0, 1)),
                       middle(placed, SHAPE), atol=1e-6)  # fmt: skip
    assert known.mean() > 0.5
    assert np.abs(values - expected)[known].max() <= EXACT


@pytest.mark.parametrize("mode", ["mip", "minip", "mean"])
@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_slabs_are_exact_and_say_how_they_were_sampled(
    mode: str, plane: str, tmp_path: Path
) -> None:
    """The plane lies in the middle of the slab; both ends belong to it."""
    placed, voxels = SCANS["gantry tilt"], noise(SHAPE)
    volume_objects.slices(tmp_path, voxels, placed)

    values, told = render(
        tmp_path, "--plane", plane, "--slab", "6.3", "--mode", mode, out=tmp_path / "x.npy"
    )

    found = plane_of(told, values)
    depths = np.linspace(-3.15, 3.15, told["slab"]["samples"])
    stack = np.stack([trilinear(voxels, placed, found.points(depth)) for depth in depths])
    reduced = {"mip": stack.max(0), "minip": stack.min(0), "mean": stack.mean(0)}[mode]
    known = ~np.isnan(reduced)
    assert known.sum() > 200
    assert np.abs(values - reduced)[known].max() <= EXACT


def test_an_enhanced_object_is_a_volume_like_any_other(tmp_path: Path) -> None:
    """Its frames need not be stored in the order in which they lie."""
    placed, voxels = SCANS["oblique"], noise(SHAPE)
    volume_objects.enhanced(tmp_path, voxels, placed)

    values, told = render(tmp_path, "--plane", "sagittal", out=tmp_path / "x.npy")

    expected = reference(voxels, placed, plane_of(told, values))
    known = ~np.isnan(expected)
    assert known.sum() > 500
    assert np.abs(values - expected)[known].max() <= EXACT


def test_slices_that_rescale_by_themselves_are_interpolated_in_their_unit(tmp_path: Path) -> None:
    placed, stored = SCANS["anisotropic"], noise(SHAPE) // 8
    slopes = np.round(np.linspace(0.5, 2.0, SHAPE[0]), 3)
    volume_objects.slices(
        tmp_path, stored, placed, RescaleSlope=[f"{slope:.3f}" for slope in slopes]
    )

    values, told = render(tmp_path, "--plane", "coronal", out=tmp_path / "x.npy")

    meant = stored * slopes[:, None, None]
    expected = reference(meant, placed, plane_of(told, values))
    known = ~np.isnan(expected)
    assert np.abs(values - expected)[known].max() <= 0.01


def test_outside_the_volume_there_is_no_number(tmp_path: Path) -> None:
    placed = SCANS["straight"]
    volume_objects.slices(tmp_path, noise(SHAPE), placed)

    values, _ = render(
        tmp_path, "--plane", "axial", "--size", "90x90", "--spacing", "0.8", out=tmp_path / "x.npy"
    )

    assert np.isnan(values[0]).all()
    assert (~np.isnan(values)).sum() == 40 * 44


def test_a_sphere_is_round_in_every_plane(tmp_path: Path) -> None:
    """Of anisotropic slices: its edge lies at its radius in all directions."""
    placed = SCANS["anisotropic"]
    centre = middle(placed, SHAPE)
    volume_objects.slices(tmp_path, filled(sphere(centre, 7.0), placed, SHAPE), placed)
    for plane in ("axial", "coronal", "sagittal"):
        values, told = render(
            tmp_path, "--plane", plane, "--at", said(centre), "--spacing", "0.25",
            "--size", "80x80", out=tmp_path / "x.npy",
        )  # fmt: skip
        points = plane_of(told, values).points()
        inside = np.nan_to_num(values) >= 500
        area_mm2 = inside.sum() * 0.25**2

        assert np.linalg.norm(points[inside].mean(axis=0) - centre) < 0.25
        assert area_mm2 == pytest.approx(np.pi * 7.0**2, rel=0.06)


def test_a_frame_is_itself(tmp_path: Path) -> None:
    """Image n is counted as the viewer counts: from the head down."""
    placed, voxels = SCANS["straight"], noise(SHAPE)
    volume_objects.slices(tmp_path, voxels, placed)

    values, told = render(tmp_path, "--frame", "3", out=tmp_path / "x.npy")

    from_above = SHAPE[0] - 3
    assert np.array_equal(values, voxels[from_above].astype(np.float32))
    assert told["origin"] == pytest.approx(list(positions(placed, SHAPE)[from_above, 0, 0]))
    assert told["spacing"] == pytest.approx([0.8, 0.8])


def test_a_picture_is_what_the_window_makes_of_the_values(tmp_path: Path) -> None:
    """PS3.3 C.11.2.1.2.1, in double precision; a grey level is as near as rounding allows."""
    pytest.importorskip("PySide6")
    from PySide6.QtGui import QImage

    placed, voxels = SCANS["straight"], noise(SHAPE)
    volume_objects.slices(tmp_path, voxels, placed)
    words = ["render", str(tmp_path), "--plane", "coronal", "--window", "-100/700"]
    assert main([*words, "--out", str(tmp_path / "x.png")]) == DONE
    values, _ = render(tmp_path, "--plane", "coronal", out=tmp_path / "x.npy")
    image = QImage(str(tmp_path / "x.png")).convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    shown = lines[:, : image.width()].astype(float)

    expected = np.clip((values + 100.5) / 699 + 0.5, 0, 1) * 255
    known = ~np.isnan(values)

    assert np.abs(shown - expected)[known].max() <= 1.0
    assert (shown[~known] == 0).all()


def test_what_geometry_does_not_allow_is_refused_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reformat over a missing slice is a patient who is too short (F118)."""
    voxels, placed = noise(SHAPE), SCANS["straight"]
    volume_objects.slices(tmp_path, voxels, placed)
    for file in tmp_path.glob("*-7.dcm"):
        file.unlink()

    code = main(["render", str(tmp_path), "--plane", "coronal", "--out", str(tmp_path / "x.png")])

    assert code == BAD
    assert "1 slice missing between images" in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--engine", "gpu"], BAD),  # a frame
        (["--engine", "gpu", "--plane", "axial"], BAD),  # no OpenGL on this platform
        (["--suv", "bw"], BAD),
        (["--volume", "bone"], BAD),
        (["--frame", "99"], BAD),
        (["--series", "1.2.3"], BAD),
        (["--frame", "2", "--at", "-1,2,3"], USAGE),
        (["--normal", "0,0,1", "--up", "0,0,3"], USAGE),
        (["--up", "0,0,3"], USAGE),
        (["--plane", "axial", "--size", "900000x900000"], BAD),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(
    words: list[str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    volume_objects.slices(tmp_path, noise((4, 8, 8)), SCANS["straight"])

    found = main(["render", str(tmp_path), *words, "--out", str(tmp_path / "x.npy")])

    assert found == code
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("word", ["--size=0x4", "--at=1,2", "--spacing=-1", "--out=x.jpg"])
def test_words_that_mean_nothing_are_wrong_usage(word: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["render", str(tmp_path), "--out", "x.png", word])

    assert ended.value.code == USAGE


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
def test_a_real_chest_is_exact(tmp_path: Path) -> None:
    """100 slices as pydicom reads them, through an oblique slab; padding as it is stored."""
    files = [pydicom.dcmread(file) for file in (DATA / "ct_chest_current").iterdir()]
    files.sort(key=lambda ds: float(ds.ImagePositionPatient[2]))
    voxels = np.stack([ds.pixel_array * ds.RescaleSlope + ds.RescaleIntercept for ds in files])
    first, last = (np.array(files[at].ImagePositionPatient, float) for at in (0, -1))
    placed = np.eye(4)
    placed[:3, 0] = (float(files[0].PixelSpacing[1]), 0, 0)
    placed[:3, 1] = (0, float(files[0].PixelSpacing[0]), 0)
    placed[:3, 2], placed[:3, 3] = (last - first) / (len(files) - 1), first

    values, told = render(
        DATA / "ct_chest_current", "--normal", "0.4,-0.7,0.5", "--at", "-20.5,10,-110",
        "--slab", "5", "--mode", "mean", "--size", "160x120", "--spacing", "1.1",
        out=tmp_path / "x.npy",
    )  # fmt: skip

    expected = reference(voxels, placed, plane_of(told, values), 5.0, "mean")
    known = ~np.isnan(expected)
    assert known.mean() > 0.9
    assert np.abs(values - expected)[known].max() <= EXACT


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
def test_the_synthetic_pet_has_its_stated_uptake(tmp_path: Path) -> None:
    """SUVbw as its Derivation Description states, wherever it is asked; slopes differ by slice."""
    folder = DATA / "pt_synthetic_on_ct"
    stated = {  # centre, LPS mm: SUVbw
        (-59.2, 9.6, -112.8): 12.0,
        (60.8, -0.4, -92.8): 8.0,
        (0.8, 39.6, -132.8): 5.0,
        (30.8, -30.4, -72.8): 2.5,
    }
    decoders = Decoders()
    try:
        images = LocalImages(LocalFrames(decoders), SuvType.BW)
        found = images.open(folder, volume=True)
        volume = images.volume(found)
    finally:
        decoders.close()
    for centre, suv in stated.items():
        wanted = Wanted(axes=STANDARD[Axis.AXIAL], at=centre, size=(3, 3), spacing_mm=0.5)
        values = of_volume(volume, found, wanted, shown=False).values

        assert values is not None
        assert values.mean() == pytest.approx(suv, rel=1e-4)

    values, _ = render(folder, "--suv", "bw", "--frame", "31", out=tmp_path / "x.npy")
    files = [pydicom.dcmread(file) for file in folder.iterdir()]
    files.sort(key=lambda ds: -float(ds.ImagePositionPatient[2]))  # image 1 is at the head
    left = 350e6 * 2 ** (-3600 / 6586.2)  # an hour after the injection
    expected = files[30].pixel_array * float(files[30].RescaleSlope) * 75_000 / left
    assert np.abs(values - expected).max() < 1e-6 * 12
    for plateau in (0.0, 0.35, 1.0):  # as near as stored values are
        near = values[np.abs(values - plateau) < 0.1]
        assert near.mean() == pytest.approx(plateau, abs=1.3e-4)


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
def test_without_an_suv_there_is_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sex O has no lean body mass; Bq/ml in a file called SUV would be read as SUV."""
    out = tmp_path / "x.npy"
    code = main(["render", str(DATA / "pt_synthetic_on_ct"), "--suv", "lbm", "--out", str(out)])

    assert code == BAD
    assert "SUV not available: sex of the patient" in capsys.readouterr().err
    assert not out.exists()
