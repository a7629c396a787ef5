"""Drafts as JSON, and where they are kept."""

import subprocess
import sys

import pytest
from attrs import evolve
from fakes_report import NOW, SIGNER, TEMPLATES, Desk, binding_of, item

from workstation.domain.report import ReportState, SectionKind
from workstation.domain.report_field import Link
from workstation.errors import SignInFailed, SiteUnavailable, StoreUnavailable
from workstation.services.jobs import Job
from workstation.services.report import drafts
from workstation.services.report.draft_saving import RETRY_AFTER_S
from workstation.services.report.reporting import Reporting
from workstation.services.report.templates import by_id
from workstation.services.waiting import LEAVING_S, within

FINDINGS = SectionKind.FINDINGS


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_every_template_survives_the_round_trip(template: object) -> None:
    """R1: what is read back is what was written, to the last field."""
    report = by_id(TEMPLATES, template.id).report(binding_of(item()))  # type: ignore[attr-defined]
    draft = drafts.Draft(
        report,
        "Practitioner/17",
        "2026-11-22T21:40:00+00:00",
        {"images": "why"},
        "",
        ({"id": "A1"},),
    )

    assert drafts.from_json(drafts.to_json(draft)) == draft


def test_links_and_removed_fields_survive_too() -> None:
    """A restored text must still know what it cites."""
    report = by_id(TEMPLATES, "ct-chest").report(binding_of(item()))
    section = report.section(FINDINGS)
    assert section is not None
    section = section.in_own_words("Nodule 12 mm.\nÄ “x” \u2028 y")
    own = evolve(section.fields[0], links=(Link("A1", 2, "12 mm", "1.2.3"),))
    report = report.with_section(section.with_field(own))
    draft = drafts.Draft(report, "", "", {})

    assert drafts.from_json(drafts.to_json(draft)) == draft


@pytest.mark.slow
def test_the_model_needs_no_qt() -> None:
    """R1: the report is a value; the document is a view of it."""
    code = (
        "import sys\n"
        "import workstation.services.report.reporting, workstation.services.report.drafts\n"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def writing(desk: Desk, words: str = "Nodule.") -> Reporting:
    reporting = desk.reporting if desk.reporting.report else desk.start()
    reporting.set_section(FINDINGS, words)
    return reporting


def test_a_draft_saves_itself_within_two_seconds_of_the_last_change() -> None:
    """R16: at most two seconds of words may be lost."""
    desk = Desk()
    reporting = writing(desk)
    assert reporting.draft_state.text == "Draft not saved yet"

    desk.jobs.advance(2)

    assert len(desk.platform.saved) == 1
    assert "Nodule." in desk.platform.saved[0][1]
    assert reporting.draft_state.text == "Draft saved 21:40:01 UTC"


def test_while_the_reader_types_on_saves_go_on_too() -> None:
    """Ten minutes of dictation without a pause are not ten minutes at risk."""
    desk = Desk()
    for second in range(10):
        writing(desk, f"word {second}")
        desk.jobs.advance(0.7)

    assert 4 <= len(desk.platform.saved) <= 8


def test_what_the_site_does_not_take_is_sealed_here_and_removed_when_it_does() -> None:
    """The platform unreachable for an hour: nothing lost, and nothing left behind."""
    desk = Desk()
    desk.platform.failing = SiteUnavailable("no answer")
    reporting = writing(desk)
    desk.jobs.advance(2)
    assert "Nodule." in next(iter(desk.store.drafts.values()))
    assert reporting.draft_state.where == "here"

    writing(desk, "Two nodules.")
    desk.jobs.advance(2)
    assert "Two nodules." in next(iter(desk.store.drafts.values()))

    desk.platform.failing = None
    desk.jobs.advance(RETRY_AFTER_S + 1)
    assert "Two nodules." in desk.platform.saved[-1][1]
    assert desk.store.drafts == {}
    assert reporting.draft_state.where == "platform"


def test_the_last_words_are_somewhere_before_the_program_goes() -> None:
    """The session ended, and the reader quits a moment after typing: the words come back."""
    desk = Desk()
    reporting = writing(desk, "Last words.")
    desk.platform.failing = SignInFailed("The session has ended.")

    saved = reporting.save_last_words()

    assert saved.done
    assert "Last words." in "".join(desk.store.drafts.values())


def test_a_site_that_never_answers_keeps_nobody_from_leaving() -> None:
    """The door opens after a moment; by then what hangs is sealed here."""
    desk = Desk()
    hanging: Job[None] = Job()

    gone = within(desk.jobs, hanging, LEAVING_S)
    desk.jobs.advance(LEAVING_S - 0.1)
    before = gone.done
    desk.jobs.advance(0.2)

    assert (before, gone.done) == (False, True)


def test_an_hour_of_typing_for_a_platform_that_is_not_there_loses_no_word() -> None:
    """Whenever the power fails in it, all but the last two seconds are sealed here."""
    desk = Desk()
    desk.platform.failing = SiteUnavailable("no answer")
    typed = ""
    for minute in range(60):
        typed = f"{typed}Line {minute}. "
        writing(desk, typed.strip())
        desk.jobs.advance(2)
        kept = next(iter(desk.store.drafts.values()))
        assert f"Line {minute}." in kept
        again = desk.another()
        again.start(binding_of(item()), item(), draft=kept)
        assert again.report is not None
        assert typed.strip() in again.report.plain_text
        again.close()
        desk.jobs.advance(58)

    desk.platform.failing = None
    desk.jobs.advance(RETRY_AFTER_S + 1)
    assert typed.strip() in desk.platform.saved[-1][1]
    assert desk.store.drafts == {}


def test_without_a_keyring_the_reader_is_told_that_words_are_in_memory_alone() -> None:
    """It must not look safe when it is not."""
    desk = Desk()
    desk.store.durable = False
    desk.platform.failing = SiteUnavailable("no answer")
    reporting = writing(desk)
    desk.jobs.advance(2)

    assert reporting.draft_state.where == "memory"


def test_when_nobody_takes_it_that_is_said() -> None:
    """Silence would be a lie."""
    desk = Desk()
    desk.store.failing = StoreUnavailable("disk full")
    desk.platform.failing = SiteUnavailable("no answer")
    reporting = writing(desk)
    desk.jobs.advance(2)

    assert reporting.draft_state.where == "nowhere"
    assert "neither" in reporting.draft_state.text


def test_a_site_that_hangs_does_not_hold_words_in_memory() -> None:
    """A request may hang for ten seconds; kill -9 may come in the third."""
    desk = Desk()
    writing(desk, "First.")
    desk.jobs.hold()
    desk.jobs.advance(1.8)  # the save is under way and does not answer
    assert [lane for lane, _ in desk.jobs.waiting] == ["site:harbor", "store"]
    desk.jobs.go(1)
    assert "First." in next(iter(desk.store.drafts.values())), "nothing more was typed"

    writing(desk, "Second.")
    desk.jobs.advance(1.5)
    assert [lane for lane, _ in desk.jobs.waiting] == ["site:harbor", "store"]
    desk.jobs.go(1)
    assert "Second." in next(iter(desk.store.drafts.values()))

    desk.jobs.go(0)  # the answer to the first words comes at last
    assert desk.store.drafts, "the copy holds newer words than the site has"


def test_nothing_is_saved_as_a_draft_after_the_signature() -> None:
    """A draft beside a final report would be taken for a newer version."""
    desk = Desk()
    reporting = writing(desk)
    reporting.set_section(SectionKind.IMPRESSION, "Nodule.")
    made = reporting.freeze(ReportState.FINAL, SIGNER, NOW)
    reporting.mark_signed(made)

    desk.jobs.advance(60)

    assert desk.platform.saved == []


def test_who_comes_back_before_the_site_answered_finds_every_word() -> None:
    """A slow line: the case is left, and opened again while its last words are under way."""
    desk = Desk()
    reporting = writing(desk, "First.")
    desk.jobs.hold()
    desk.jobs.advance(1.2)  # the first save is under way
    reporting.set_section(FINDINGS, "First and last.")
    reporting.close()
    for at, (lane, _) in reversed(list(enumerate(desk.jobs.waiting))):
        if lane == "store":
            desk.jobs.go(at)
    (kept,) = desk.store.drafts.values()
    assert "First and last." in kept

    while desk.jobs.waiting:  # the site answers at last, both times
        desk.jobs.go(0)
    assert "First and last." in desk.platform.saved[-1][1]
    assert desk.store.drafts == {}
