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


#: Orders, what there is of the patient, and which of it a radiologist asked for: labelled by
#: hand. Years are of the first of January; the order is of November 2026.
LABELLED: tuple[tuple[str, str, tuple[tuple[str, str, int], ...], int], ...] = (
    ("CT chest", "CT", (("CT head", "CT", 2026), ("CT chest", "CT", 2023)), 1),
    ("CT chest", "CT", (("CT chest", "CT", 2019), ("CT chest", "CT", 2025)), 1),
    ("CT chest", "CT", (("XR chest", "DX", 2026), ("CT abdomen", "CT", 2026)), 0),
    ("XR chest PA", "DX", (("CT chest", "CT", 2026), ("XR chest PA", "CR", 2024)), 1),
    ("XR knee left", "DX", (("XR knee right", "DX", 2026), ("XR knee left", "DX", 2022)), 1),
    ("XR knee left", "DX", (("MR knee left", "MR", 2025), ("XR knee right", "DX", 2026)), 0),
    ("Knie rechts", "DX", (("Knie links", "DX", 2026), ("Knie rechts", "DX", 2021)), 1),
    ("MRT Schädel nativ", "MR", (("MRT Knie", "MR", 2026), ("MRT Schädel KM", "MR", 2022)), 1),
    ("CT Schädel", "CT", (("CT Abdomen", "CT", 2026), ("CT head", "CT", 2020)), 1),
    ("MRT LWS", "MR", (("MRT Schädel", "MR", 2026), ("MRT Lendenwirbelsäule", "MR", 2021)), 1),
    ("Röntgen Hüfte links", "DX", (("Röntgen Thorax", "DX", 2026), ("Hüfte links", "CR", 2019)), 1),
    ("CT abdomen pelvis", "CT", (("CT pelvis", "CT", 2024), ("CT chest", "CT", 2026)), 0),
    ("PET/CT thorax", "PT", (("CT thorax", "CT", 2025), ("MR brain", "MR", 2026)), 0),
    ("MG mammogram", "MG", (("US breast", "US", 2026), ("MG mammogram", "MG", 2024)), 1),
    ("US thyroid", "US", (("US abdomen", "US", 2026), ("US neck", "US", 2023)), 1),
    ("MR cervical spine", "MR", (("MR lumbar spine", "MR", 2026), ("MR brain", "MR", 2026)), 0),
    ("XR wrist right", "DX", (("XR hand right", "DX", 2025), ("XR foot right", "DX", 2026)), 0),
    ("CT chest", "CT", (("CT chest", "CT", 2026), ("CT chest with contrast", "CT", 2026)), 0),
    ("XR foot left", "DX", (("XR ankle left", "DX", 2024), ("XR foot right", "DX", 2026)), 0),
    ("CT kidney", "CT", (("CT Niere", "CT", 2020), ("CT knee", "CT", 2026)), 0),
)


def test_the_first_prior_is_the_one_that_a_radiologist_asked_for() -> None:
    """Nine of ten at least; what comes up by itself is what is compared."""
    wrong = []
    for procedure, modality, there, wanted in LABELLED:
        order = item(1, NOW, procedure=procedure, modality=modality, body_part="")
        priors = [prior(f"1.{n}", year, what, how) for n, (what, how, year) in enumerate(there)]
        if relevant(priors, order)[0].description != there[wanted][0]:
            wrong.append(procedure)

    assert len(wrong) <= len(LABELLED) // 10, wrong


def test_the_other_side_is_said_and_never_before_the_side_of_the_order() -> None:
    """The right knee beside the left one looks like healing."""
    order = item(1, NOW, procedure="XR knee", modality="DX", body_part="", laterality="left")
    right, left = (
        prior("1.1", 2026, "XR knee right", "DX"),
        prior("1.2", 2015, "XR knee left", "DX"),
    )
    ranked = rank([right, left], order)

    assert [each.prior.description for each in ranked] == ["XR knee left", "XR knee right"]
    assert "the other side" in ranked[1].reasons
