"""What a value measures: a flow map read in the numbers of its window misleads by a factor."""

from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
from attrs import evolve
from fakes_metadata import header
from fakes_viewer import frame

from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.presentation import Lut, RealWorldMap, Rescale
from workstation.imaging.real_world import is_linear, measured_by, quantity, unit_of
from workstation.protocols import dicom_json
from workstation.protocols.dicom_attributes import Attributes

DATA = Path(__file__).parents[4] / "shared/data"
CT = Rescale(1.0, -1024.0, "HU")
FLOW = RealWorldMap(0, 99, 0.5, 10.0, "ml/100ml/s", "flow")
VOLUME = RealWorldMap(100, 199, 2.0, 0.0, "ml/100ml", "volume")
ONE = evolve(frame(), rescale=CT, real_world=(FLOW, VOLUME))


def found(*stored: int) -> tuple[list[float], str]:
    values = np.array(stored, np.int16)
    by = measured_by(values, ONE)
    return quantity(values, by).tolist(), unit_of(by)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ((0, 99), ([10.0, 59.5], "ml/100ml/s")),
        ((100, 199), ([200.0, 398.0], "ml/100ml")),
        ((99, 100), ([-925.0, -924.0], "HU")),  # two quantities have no mean
        ((-1, 50), ([-1025.0, -974.0], "HU")),
        ((200,), ([-824.0], "HU")),
        ((), ([], "HU")),
    ],
)
def test_a_map_holds_for_the_values_it_covers(
    stored: tuple[int, ...], expected: tuple[list[float], str]
) -> None:
    """PS3.3 C.7.6.16.2.11: first and last value mapped, both included."""
    assert found(*stored) == expected


def test_a_table_of_values_is_looked_up() -> None:
    """Real World Value LUT Data: one double for each value from the first on."""
    table = RealWorldMap(-2, 1, values=(7.5, -1.0, 0.25, 1e6), unit="1")
    values = np.array([1, -2, 0, -1], np.int16)
    by = measured_by(values, evolve(ONE, real_world=(table,)))

    assert quantity(values, by).tolist() == [1e6, 7.5, 0.25, -1.0]
    assert unit_of(by) == ""
    assert not is_linear(by)


def test_units_of_maps_are_those_that_readers_know() -> None:
    """PS3.3 C.7.6.16.2.11: a map's unit is a UCUM code; a rescale's is written out."""
    assert unit_of(RealWorldMap(0, 1, unit="[hnsf'U]")) == "HU"
    assert unit_of(RealWorldMap(0, 1, unit="mm2/s")) == "mm²/s"
    assert unit_of(Rescale(unit="HU")) == "HU"


def test_slope_and_intercept_say_all_of_a_linear_transform() -> None:
    """A modality table has neither; believed, its mean would be that of the stored values."""
    assert is_linear(FLOW)
    assert is_linear(CT)
    assert not is_linear(Rescale(lut=Lut(0, 16, b"\0\0")))


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here")
def test_a_flow_map_of_a_scanner_reads_as_highdicom_reads_it() -> None:
    """Relative cerebral blood flow; its own rescale says nothing of the kind."""
    path = next(p for p in sorted((DATA / "enhanced").rglob("*.dcm")) if is_flow(p))
    said = Attributes(header(path))
    ref = StudyRef(SiteId("s"), StudyUID(said.text("0020000D")))
    series = dicom_json.series_of([said], ref, SeriesUID(said.text("0020000E")))
    ours = series.instances[0].frames[0]
    image = highdicom.imread(path)
    stored = image.get_stored_frame(1)
    theirs = image.get_frame(
        1, apply_real_world_transform=True, apply_modality_transform=False, dtype=np.float64
    )

    by = measured_by(stored, ours)

    assert np.allclose(quantity(stored, by), theirs, rtol=0, atol=1e-9)
    assert unit_of(by) == "ml/100ml/s"


def is_flow(path: Path) -> bool:
    ds = pydicom.dcmread(path, stop_before_pixels=True)
    groups = [*ds.get("SharedFunctionalGroupsSequence", [])]
    groups += ds.get("PerFrameFunctionalGroupsSequence", [])[:1]
    maps = [m for g in groups for m in g.get("RealWorldValueMappingSequence", [])]
    return any(each.get("LUTLabel") == "RCBF" for each in maps)
