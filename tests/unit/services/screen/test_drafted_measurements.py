"""Measurements in a draft: they save themselves, and stand on their images again."""

import json
from typing import Any

import pytest
from attrs import evolve, fields
from fakes_report import SITE, STUDY, TEMPLATES, Desk, binding_of, item, length
from fakes_viewer import add_length, opened, stack

from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID
from workstation.domain.measurement import Measurement, MeasurementKind, OnPlane, Sphere
from workstation.domain.report import SectionKind
from workstation.errors import SiteUnavailable
from workstation.services.report import drafts
from workstation.services.report.reporting import Reporting
from workstation.services.report.templates import by_id
from workstation.services.screen.drafted_measurements import from_plain, numbers_used, to_plain

REGION = Measurement(
    "B7",
    MeasurementKind.ELLIPSE,
    FrameKey(SITE, STUDY, SeriesUID("1.2.3.4"), SopUID("1.2.3.4.51"), 17),
    ((10.25, 1 / 3), (22.0, -0.5)),
    0.1 + 0.2,
    "mm²",
    "detector",
    {"mean": -812.0625, "sd": 1e-9, "min": -1024.0, "max": 3071.0, "pixels": 9.0},
    "HU",
    51,
    "Achse · Lunge",
    3,
    "grown · ø",
    0.7,
    "Hazel, J.",
    (12.5, -1 / 3),
    OnPlane(
        ImagePlane((0.1, -1 / 3, 2.0), (0.8, 0.0, 0.6), (0.36, 0.8, -0.48), 0.7, 0.9),
        "1.2.3", "coronal", 10.5, "minip",
    ),
    {"mean": 6.0625, "max": 12.5, "min": 1e-9, "sd": 2.0, "voxels": 9.0},
    "SUVbw",
    Sphere((12.5, -1 / 3, 7.0), "1.2.9", SeriesUID("1.2.3.5")),
)  # fmt: skip


def drafted(*measurements: Measurement) -> drafts.Draft:
    report = by_id(TEMPLATES, "ct-chest").report(binding_of(item()))
    return drafts.Draft(report, "Practitioner/17", "", {}, measurements=measurements)


def saved(desk: Desk) -> drafts.Draft:
    return drafts.from_json(desk.platform.saved[-1][1])


def test_the_sample_leaves_no_field_of_a_measurement_out() -> None:
    """A field added later, and left out of the draft, would be lost at the next restart."""
    empty = Measurement("", MeasurementKind.LENGTH, REGION.frame, (), None, "")
    kept = {"frame"}
    same = [
        f.name for f in fields(Measurement) if getattr(REGION, f.name) == getattr(empty, f.name)
    ]
    assert set(same) == kept


@pytest.mark.parametrize("kind", MeasurementKind)
def test_every_kind_comes_back_to_the_last_digit(kind: MeasurementKind) -> None:
    """What was cited from it must still be what it says."""
    made = evolve(REGION, kind=kind)
    assert from_plain(json.loads(json.dumps(to_plain(made)))) == made
    assert drafts.from_json(drafts.to_json(drafted(made))).measurements == (made,)


def test_a_value_that_is_not_defined_stays_undefined() -> None:
    """Zero millimetres would be a finding."""
    made = evolve(REGION, value=None, stats={})
    assert from_plain(json.loads(json.dumps(to_plain(made)))) == made


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "guess"},
        {"points": [[1]]},
        {"frame": {}},
        {"value": "12 mm"},
        {"stats": {"mean": None}},
    ],
)
def test_half_a_measurement_makes_the_draft_unreadable(damage: dict[str, Any]) -> None:
    """It is left where it is and said so; a measurement is never guessed."""
    body = json.loads(drafts.to_json(drafted(REGION)))
    body["measurements"][0] |= damage
    with pytest.raises(drafts.UnreadableDraft):
        drafts.from_json(json.dumps(body))


def test_a_draft_of_an_earlier_version_is_still_read() -> None:
    """An update in the middle of the night loses nobody's words."""
    draft = drafted()
    body = json.loads(drafts.to_json(draft))
    del body["measurements"]
    assert drafts.from_json(json.dumps(body)) == draft


def test_a_measurement_saves_itself_within_two_seconds_without_a_word_written() -> None:
    """Part 7: measuring comes before dictating, and is the longer work."""
    desk = Desk()
    reporting = desk.start()
    reporting.take_measurements([length()])

    desk.jobs.advance(2)

    assert saved(desk).measurements == (length(),)
    assert saved(desk).report.binding == binding_of(item())
    assert saved(desk).author == "Practitioner/17"
    assert reporting.draft_state.where == "platform"


def test_moving_and_deleting_are_saved_too_and_repainting_is_not() -> None:
    """A deleted measurement that returns would be cited by mistake."""
    desk = Desk()
    reporting = desk.start()
    for marks in ([length()], [length()], [length(value=14.0, revision=2)], []):
        reporting.take_measurements(marks)
        desk.jobs.advance(2)

    kept = [drafts.from_json(body).measurements for _, body in desk.platform.saved]
    assert kept == [(length(),), (length(value=14.0, revision=2),), ()]


def test_a_silent_site_leaves_them_sealed_here_and_the_newer_draft_wins() -> None:
    """The words were saved on the platform; then it fell silent, a measurement came, and a kill."""
    desk = Desk()
    reporting = desk.start()
    reporting.set_section(SectionKind.FINDINGS, "Nodule.")
    desk.jobs.advance(2)
    desk.platform.failing = SiteUnavailable("no answer")
    reporting.take_measurements([length()])
    desk.jobs.advance(2)
    assert reporting.draft_state.where == "here"

    for first_found in ("platform", "store"):
        again = desk.another()
        told: list[drafts.Draft] = []
        again.draft_taken_up.connect(told.append)
        again.start(binding_of(item()), item())  # looks into the store
        if first_found == "platform":
            again = desk.another()
            again.draft_taken_up.connect(told.append)
            kept, desk.store.drafts = desk.store.drafts, {}
            again.start(binding_of(item()), item(), draft=desk.platform.saved[-1][1])
            again.restore(next(iter(kept.values())))
            desk.store.drafts = kept
        else:
            again.restore(desk.platform.saved[-1][1])
        assert told[-1].measurements == (length(),), first_found


def test_they_come_back_with_the_draft_of_this_study_and_reader_alone() -> None:
    """A measurement on the wrong patient's image is worse than a lost one."""
    body = drafts.to_json(drafted(length()))
    for row in (
        item(study="9.9.9"),
        item(task="task-2"),
        item(site=SiteId("nord")),
        item(holder_id="Practitioner/18"),
    ):
        desk = Desk()
        reporting = Reporting(
            TEMPLATES, {row.site: desk.platform}, desk.store, desk.jobs, desk.clock
        )
        told: list[drafts.Draft] = []
        reporting.draft_taken_up.connect(told.append)
        reporting.start(binding_of(row), row)
        reporting.restore(body)
        assert told == []


def test_words_are_not_kept_waiting_by_a_measurement_that_was_quicker_than_the_draft() -> None:
    """The draft arrives after the reader measured: it is taken up, nothing asks."""
    desk = Desk()
    reporting = desk.start()
    reporting.take_measurements([length()])
    draft = drafted(REGION)
    reporting.restore(drafts.to_json(draft))

    assert reporting.notice == ""
    assert reporting.report is not None
    assert reporting.report.id == draft.report.id


def test_what_is_taken_up_is_not_saved_again_unless_it_changed() -> None:
    """Opening a case is no change of it."""
    desk = Desk()
    reporting = desk.start()
    reporting.restore(drafts.to_json(drafted(REGION)))
    reporting.take_measurements([REGION])
    desk.jobs.advance(60)

    assert desk.platform.saved == []


def test_measuring_on_a_case_that_is_not_ones_own_makes_no_draft() -> None:
    """The claim went to another reader: a draft would stand beside theirs."""
    desk = Desk()
    reporting = desk.start()
    reporting.make_read_only("claimed by another reader")
    reporting.take_measurements([length()])
    desk.jobs.advance(60)

    assert desk.platform.saved == []


def test_leaving_a_case_that_was_only_measured_saves_it_and_says_that_work_was_done() -> None:
    """Else the claim goes back to the queue and the next reader begins anew."""
    desk = Desk()
    reporting = desk.start()
    reporting.take_measurements([length()])

    assert reporting.close() is True
    assert saved(desk).measurements == (length(),)


def test_leaving_while_a_save_is_under_way_loses_nothing() -> None:
    """A slow site has the first measurement in hand when the reader makes a second and leaves."""
    desk = Desk()
    reporting = desk.start()
    reporting.take_measurements([length("A1")])
    desk.jobs.hold()
    desk.jobs.advance(1.5)
    reporting.take_measurements([length("A1"), length("A2")])
    reporting.close()
    while desk.jobs.waiting:
        desk.jobs.go(0)

    assert [m.id for m in saved(desk).measurements] == ["A1", "A2"]


# --- on the screen -------------------------------------------------------------------------------


def test_names_go_on_after_those_that_were_used() -> None:
    """R: "A3" in a report must never become another line."""
    assert numbers_used(["A1", "A12", "B2", "", "A", "7", "Ax"]) == {"A": 12, "B": 2}


def test_a_restored_name_stays_and_a_new_one_gives_way() -> None:
    """The text cites A1 of the draft; A5 was deleted there, and cited too."""
    viewer, _ = opened(stack(10))
    add_length(viewer, 0, 0, 40, 0)  # before the draft was found
    viewer.restore_measurements([length("A1", 99.0), length("A2")], ["A5"])

    assert [(m.id, m.value) for m in viewer.measurements] == [
        ("A1", 99.0),
        ("A2", 12.0),
        ("A6", 20.0),
    ]


def test_what_was_restored_is_drawn_on_its_frame_and_numbers_go_on() -> None:
    """R: same frame, same points, same name."""
    shown = stack(10)
    before, _ = opened(shown)
    made = add_length(before, 0, 0, 40, 0)
    body = drafts.to_json(drafted(made))

    viewer, _ = opened(shown)
    viewer.restore_measurements(drafts.from_json(body).measurements, [])

    assert viewer.measurements_on(shown.frames[0]) == (made,)
    assert add_length(viewer, 0, 0, 10, 0).id == "A2"


def test_a_newer_draft_takes_the_place_of_the_older() -> None:
    """What was deleted in the newer one stays deleted."""
    viewer, _ = opened(stack(10))
    viewer.restore_measurements([length("A1"), length("A2")], [])
    viewer.restore_measurements([length("A1", 14.0, revision=2)], [])

    assert [(m.id, m.value) for m in viewer.measurements] == [("A1", 14.0)]
