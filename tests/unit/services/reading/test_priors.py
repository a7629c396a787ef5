"""Which prior stands beside the current study, and why."""

from datetime import UTC, datetime
from typing import Any

from fakes_platform import item

from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.domain.prior import PriorStudy
from workstation.services.reading.priors import rank, regions, relevant

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
CURRENT = item(1, NOW, procedure="CT chest with contrast", modality="CT", body_part="Chest")


def prior(name: str, year: int, description: str, modality: str, **more: Any) -> PriorStudy:
    ref = StudyRef(SiteId("harbor"), StudyUID(name))
    started = datetime(year, 1, 1, tzinfo=UTC)
    return PriorStudy(ref, started, description, modality, "", **{"instances": 9, **more})


def test_the_same_region_counts_more_than_the_same_modality_and_newer_more_than_older() -> None:
    """A chest film of last year says more about a chest CT than a head CT of last week."""
    priors = [
        prior("1.1", 2026, "CT head", "CT"),
        prior("1.2", 2021, "CT thorax", "CT"),
        prior("1.3", 2025, "XR chest PA", "DX"),
        prior("1.4", 2024, "CT chest", "CT"),
        prior("1.5", 2026, "MR knee", "MR"),
    ]

    ordered = relevant(priors, CURRENT)

    assert [each.ref.study for each in ordered] == ["1.4", "1.2", "1.3", "1.1", "1.5"]


def test_every_prior_says_why_it_stands_where_it_stands() -> None:
    """An order nobody can explain is not trusted."""
    (ranked,) = rank([prior("1.2", 2021, "CT thorax", "CT", report_text="x")], CURRENT)

    assert ranked.reasons == (
        "same modality (CT)",
        "same region (chest)",
        "images are there",
        "report is there",
    )
    assert ranked.score == 63


def test_the_current_study_is_not_its_own_prior_and_none_is_dropped() -> None:
    """An irrelevant prior is last, not lost."""
    own = PriorStudy(CURRENT.ref, NOW, "CT chest", "CT", "")
    undated = PriorStudy(StudyRef(SiteId("harbor"), StudyUID("1.9")), None, "", "OT", "")

    ordered = relevant([undated, own, prior("1.5", 2020, "MR knee", "MR")], CURRENT)

    assert [each.ref.study for each in ordered] == ["1.5", "1.9"]


def test_what_is_newer_than_the_open_study_is_no_prior() -> None:
    """An old case opened for an addendum: today's film beside it, called PRIOR, misleads."""
    old = item(1, datetime(2025, 1, 6, tzinfo=UTC), acquired=datetime(2025, 1, 6, tzinfo=UTC))

    ordered = relevant([prior("1.1", 2026, "CT chest", "CT"), prior("1.2", 2024, "CT", "CT")], old)

    assert [each.ref.study for each in ordered] == ["1.2"]


def test_regions_are_read_from_words_not_from_parts_of_words() -> None:
    """ "Forehead" and "headache" are not the head's study; "CT Abdomen/Pelvis" is one region."""
    assert regions("CT Abdomen/Pelvis") == {"abdomen"}
    assert regions("headache") == frozenset()
    assert regions("CTA head and neck") == {"head", "neck"}
