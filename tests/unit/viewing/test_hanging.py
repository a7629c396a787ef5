"""What hangs where, and why."""

from attrs import evolve
from fakes_viewer import CORONAL, frame, ref, stack

from workstation.domain.presentation import Voi
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.viewing.hanging import (
    HangingStudy,
    best_match,
    hang,
    layout_for,
    orientation_class,
)

SCOUT = stack(2, name="Scout", series="1.1.8", axes=CORONAL)
AXIAL = stack(60, name="Axial 2.5")
LUNG = stack(60, name="Axial lung 2.5", series="1.1.2", vois=(Voi(-600, 1500),))
REPORT = evolve(stack(1, series="1.1.9", modality="SR"), kind=DisplaySetKind.REPORT)
P_CORONAL = stack(80, name="Coronal", study="1.2", series="1.2.2", axes=CORONAL)
P_AXIAL = stack(30, name="Axial 5", study="1.2", series="1.2.1", thickness_mm=5.0)
P_LUNG = stack(30, name="Lung 5", study="1.2", series="1.2.3", vois=(Voi(-600, 1600),))
P_MR = stack(60, name="T1", study="1.2", series="1.2.4", modality="MR")


def current(*display_sets: DisplaySet) -> HangingStudy:
    return HangingStudy(ref("1.1"), True, display_sets)


def prior(*display_sets: DisplaySet) -> HangingStudy:
    return HangingStudy(ref("1.2"), False, display_sets)


def ids(studies: list[HangingStudy], rows: int, columns: int) -> list[str]:
    return [p.display_set if p else "" for p in hang(studies, rows, columns).placements]


def test_a_prior_asks_for_two_views() -> None:
    assert layout_for([current(AXIAL)]) == (1, 1)
    assert layout_for([current(AXIAL), prior()]) == (1, 2)


def test_the_scout_is_not_what_is_read() -> None:
    assert ids([current(SCOUT, REPORT, AXIAL)], 1, 1) == [AXIAL.id]


def test_current_is_left_and_its_prior_right() -> None:
    studies = [current(SCOUT, AXIAL), prior(P_CORONAL, P_AXIAL, P_MR)]

    assert ids(studies, 1, 2) == [AXIAL.id, P_AXIAL.id]


def test_rows_are_windows_and_columns_are_dates() -> None:
    hung = hang([current(AXIAL), prior(P_AXIAL)], 2, 2)

    assert [p.display_set for p in hung.placements if p] == [
        AXIAL.id, P_AXIAL.id, AXIAL.id, P_AXIAL.id,
    ]  # fmt: skip
    assert [p.window for p in hung.placements if p] == [
        "Lung", "Lung", "Soft tissue", "Soft tissue",
    ]  # fmt: skip


def test_without_a_prior_other_series_fill_the_columns() -> None:
    assert ids([current(SCOUT, AXIAL, LUNG)], 1, 3) == [AXIAL.id, LUNG.id, SCOUT.id]
    assert ids([current(AXIAL)], 1, 2) == [AXIAL.id, ""]


def test_no_series_hangs_twice_while_another_waits() -> None:
    """A four-up of a diffusion study showed the ADC map twice and the trace not at all."""
    series = [stack(n, name=f"T{n}", series=f"1.1.{n}", modality="MR") for n in (40, 30, 20, 10)]

    assert ids([current(*series)], 2, 2) == [each.id for each in series]


def test_a_projection_has_no_second_window() -> None:
    """Rows of a radiograph are further images, or empty."""
    front, side = (
        evolve(stack(1, name=n, series=s, modality="CR"), kind=DisplaySetKind.SINGLE)
        for n, s in (("PA", "1.1.4"), ("Lateral", "1.1.5"))
    )

    assert ids([current(front, side)], 2, 1) == [front.id, side.id]
    assert ids([current(front)], 2, 1) == [front.id, ""]
    assert ids([current(front), prior(P_AXIAL)], 1, 3) == [front.id, P_AXIAL.id, ""]


def test_before_any_series_is_known_nothing_hangs() -> None:
    assert ids([current(), prior(P_AXIAL)], 1, 2) == ["", ""]
    assert ids([current(AXIAL), prior()], 1, 2) == [AXIAL.id, ""]


def test_the_match_says_why() -> None:
    found = best_match(LUNG, (P_AXIAL, P_CORONAL, P_LUNG, P_MR, REPORT))

    assert found is not None
    assert found[0] == P_LUNG
    assert "same modality" in found[1]
    assert "same orientation" in found[1]
    assert "similar window" in found[1]


def test_a_prior_without_images_has_no_match() -> None:
    assert best_match(AXIAL, (REPORT,)) is None


def test_a_match_without_likeness_says_so() -> None:
    lonely = evolve(stack(60, modality="US", axes=None, vois=()), kind=DisplaySetKind.CINE)

    found = best_match(lonely, (P_AXIAL,))

    assert found is not None
    assert "only images there are" in found[1]


def test_orientation_of_a_display_set() -> None:
    assert orientation_class(AXIAL) == "axial"
    assert orientation_class(P_CORONAL) == "coronal"
    assert orientation_class(evolve(AXIAL, frames=(frame(axes=None),))) == ""
