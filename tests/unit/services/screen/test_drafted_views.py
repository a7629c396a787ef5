"""The view of a measurement outlives the program: gone to, it is seen as it was made."""

import json
from typing import Any

import pytest
from attrs import evolve
from fakes_report import STUDY, binding_of, item
from fakes_report import Desk as Paper
from fakes_viewer import opened, runner, stack, viewed

from workstation.domain.presentation import Lut, Voi, VoiFunction
from workstation.services.reading.desk import Desk
from workstation.services.report import drafts
from workstation.services.screen.drafted_views import from_plain, to_plain
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.viewport import ViewportState, seen_as

CT = stack(12, study=STUDY, series="1.2.3.4")
SEEN = ViewportState(
    zoom=3.25, pan=(-10.5, 1 / 3), one_to_one=True, voi=Voi(-600.0, 1500.0, name="Lung"),
    own_window=2, inverted=True, quarter_turns=3, degrees=-12.5, flipped=True,
)  # fmt: skip
CURVE = Voi(0.0, 0.0, VoiFunction.LINEAR, "MLO", Lut(-5, 12, b"\x00\x01\xff\x0f"))


def reading(paper: Paper, body: str | None = None) -> Viewer:
    """A case of these images with its report open, as the session sets it out."""
    viewer, loader = opened(CT, studies=[viewed(STUDY)])
    reporting = paper.another()
    Desk(viewer, loader, reporting)  # type: ignore[arg-type]
    reporting.start(binding_of(item()), item(), draft=body)
    return viewer


def test_after_a_restart_a_measurement_is_seen_as_it_was_made() -> None:
    """F103: image, window, zoom, place and orientation; in another one a rim looks like a
    border."""
    paper = Paper()
    before = reading(paper)
    before.go(4)
    before.set_window("-600/1500")
    before.zoom(3.0, (20, 30))
    for line in ("viewport.rotate 1", "viewport.invert", "tool.length 0 0 10 0"):
        runner(before)(line)
    seen = before.viewports[0]
    paper.jobs.advance(2)
    after = reading(paper, paper.platform.saved[-1][1])
    runner(after)("viewport.go 11")

    runner(after)("measurement.go A1")

    now = after.viewports[0]
    assert now.frame_index == 4
    assert now == seen_as(now, seen)
    assert (now.voi, now.zoom, now.quarter_turns, now.inverted) == (
        seen.voi, seen.zoom, seen.quarter_turns, True,
    )  # fmt: skip


def test_a_view_that_is_renamed_with_its_measurement_stays_its_own() -> None:
    """A line drawn before the draft came takes another name when the draft has its name."""
    paper = Paper()
    before = reading(paper)
    runner(before)("tool.length 0 0 10 0")
    paper.jobs.advance(2)
    draft = drafts.from_json(paper.platform.saved[-1][1])
    after, _ = opened(CT, studies=[viewed(STUDY)])
    after.zoom(4.0, (10, 10))
    runner(after)("tool.length 0 0 12 0")
    after.restore_measurements(draft.measurements, (), (), (), draft.views)

    assert {name: view.zoom for name, view in after.marks.views.items()} == {"A1": 1.0, "A2": 4.0}


@pytest.mark.parametrize("voi", [None, SEEN.voi, CURVE])
def test_a_view_comes_back_to_the_last_digit(voi: Voi | None) -> None:
    seen = evolve(SEEN, voi=voi)
    assert from_plain(json.loads(json.dumps(to_plain(seen)))) == seen


@pytest.mark.parametrize(
    "damage", [{"zoom": 0.0}, {"zoom": float("nan")}, {"pan": [1]}, {"voi": {}}, {"degrees": "x"}]
)
def test_half_a_view_makes_the_draft_unreadable(damage: dict[str, Any]) -> None:
    """It is left where it is and said so."""
    report = Paper().start().report
    assert report is not None
    body = json.loads(drafts.to_json(drafts.Draft(report, "", "", {}, views={"A1": SEEN})))
    body["views"]["A1"] |= damage
    with pytest.raises(drafts.UnreadableDraft):
        drafts.from_json(json.dumps(body))
