"""Unfinished words of a case whose site keeps none: on this machine, and said so."""

from attrs import evolve
from fakes_report import Desk, binding_of, item

from workstation.domain.report import SectionKind
from workstation.domain.worklist import Lack

ARCHIVE = evolve(item(), lacks=frozenset(Lack))


def test_a_site_without_drafts_is_not_asked_and_the_words_are_found_again() -> None:
    """A PACS has no place for a sentence; the program that starts again has it."""
    desk = Desk()
    reporting = desk.start(ARCHIVE)
    reporting.set_section(SectionKind.FINDINGS, "Nodule.")
    desk.jobs.advance(60)

    assert desk.platform.saved == []
    assert [body for _, body in desk.store.all("draft") if "Nodule." in body]
    assert reporting.draft_state.text.startswith("Draft sealed on this machine")
    assert "does not answer" not in reporting.draft_state.text

    again = desk.another()
    again.start(binding_of(ARCHIVE), ARCHIVE)

    assert again.report is not None
    assert "Nodule." in str(again.report)
