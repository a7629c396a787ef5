"""The numeric conformance suite: no row of it may fail."""

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve

from workstation.bench import conformance as suite
from workstation.bench import main
from workstation.bench.conformance_series import synthetic
from workstation.bench.conformance_shapes import SPACINGS, shapes
from workstation.bench.figures import Figure
from workstation.domain.measurement import Measurement
from workstation.imaging.measure import measure

pytestmark = pytest.mark.slow  # children are started, or every kind is gone through


#: The grey levels, a suite of their own (test_grey_levels.py).
GREY = Figure("grey, all of it", 0.0, "levels", "0")


@pytest.fixture(scope="module")
def rows() -> Iterator[tuple[Figure, ...]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suite, "grey_levels", lambda _source: iter((GREY,)))
        yield suite.conformance()


def test_every_number_equals_arithmetic_of_its_own(rows: tuple[Figure, ...]) -> None:
    """A mean that is wrong by a slope ends as a wrong diagnosis; other viewers had them."""
    assert [row for row in rows if not row.held] == []


def test_the_suite_covers_what_it_claims(rows: tuple[Figure, ...]) -> None:
    """Thirty series, five quantities each; a row that is not there cannot fail."""
    names = [row.name for row in rows]

    assert GREY in rows
    assert len(synthetic()) >= 30
    for each in synthetic():
        for quantity in ("mean", "sd", "min", "max", "area"):
            assert f"{each.name}: {quantity}" in names
    assert len(SPACINGS) == 12
    for name, *_ in SPACINGS:
        assert {f"spacing: {name}", f"spacing: {name}, across"} <= set(names)
    for needed in ("slopes of 1e-6", "frame by frame", "Modality LUT", "signed", "padded"):
        assert any(needed in name for name in names), needed
    for needed in ("left region", "right region", "length across regions"):
        assert f"ultrasound: {needed}" in names
    assert sum(name.startswith("rod at") for name in names) == 72


@pytest.mark.data
def test_real_series_are_part_of_it(rows: tuple[Figure, ...]) -> None:
    names = {row.name for row in rows}

    assert {f"{name}: mean" for name in suite.REAL} <= names


def test_a_row_that_does_not_hold_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """CI reads the exit status, a person the word beside the row."""
    wrong = Figure("mean", 1.5, "HU", "1.0", held=False)
    monkeypatch.setattr(suite, "conformance", lambda: (Figure("sd", 1.0, "HU"), wrong))

    assert main("conformance") == 1
    assert capsys.readouterr().out.splitlines()[1].endswith("FAILED")


def test_the_suite_sees_a_mean_that_is_off_by_one_in_a_hundred_thousand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The suite must be able to fail: here the program measures a little too much."""

    def wrong(*given: Any) -> Measurement:
        made = measure(*given)
        return evolve(made, stats={**made.stats, "mean": made.stats["mean"] * (1 + 1e-5)})

    monkeypatch.setattr(suite, "measure", wrong)
    monkeypatch.setattr(suite, "synthetic", lambda: synthetic()[:1])
    monkeypatch.setattr(suite, "REAL", {})
    monkeypatch.setattr(suite, "grey_levels", lambda _source: iter(()))

    failed = [row.name for row in suite.conformance() if not row.held]

    assert failed == ["CT: mean"]


def test_the_shapes_stand_alone() -> None:
    """Without a decoder: lengths, areas, spacings and ultrasound regions."""
    assert all(row.held for row in shapes())
