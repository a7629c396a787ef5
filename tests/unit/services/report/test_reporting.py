"""The one open report: its words, what may enter, and how it is frozen."""

from typing import Any

import pytest
from fakes_report import (
    ALDER,
    BIRCH,
    NOW,
    PRIOR,
    SIGNER,
    SITE,
    STRANGER,
    STUDY,
    Desk,
    item,
    length,
)

from workstation.domain.identifiers import ReportId, StudyRef
from workstation.domain.report import FieldRef, IssuedReport, ReportState, SectionKind, SignedReport
from workstation.domain.report_field import OWN_WORDS
from workstation.errors import CommandError, Refused, SigningBlocked
from workstation.services.report.reporting import Reporting

FINDINGS, IMPRESSION = SectionKind.FINDINGS, SectionKind.IMPRESSION
LUNGS = FieldRef(FINDINGS, "lungs")


def text(reporting: Reporting, kind: SectionKind) -> str:
    assert reporting.report is not None
    section = reporting.report.section(kind)
    assert section is not None
    return section.text


def words(reporting: Reporting, ref: FieldRef = LUNGS) -> str:
    assert reporting.report is not None
    found = reporting.report.field(ref)
    assert found is not None
    return found.text


def blocks(reporting: Reporting) -> list[str]:
    return [check.rule for check in reporting.checks if check.blocks]


def finished(desk: Desk) -> Reporting:
    reporting = desk.start()
    reporting.set_section(FINDINGS, "Nodule.")
    reporting.set_section(IMPRESSION, "Nodule.\nFollow up.")
    return reporting


def signed(reporting: Reporting, status: ReportState = ReportState.FINAL) -> SignedReport:
    made = reporting.freeze(status, SIGNER, NOW)
    reporting.mark_signed(made)
    return made


# --- opening ---------------------------------------------------------------------------


def test_the_report_opens_with_the_template_of_the_procedure_and_says_why() -> None:
    """An empty pane while a template is known costs a minute a case."""
    reporting = Desk().start()

    assert reporting.report is not None
    assert reporting.report.template == "ct-chest"
    assert reporting.template_reasons == ("modality CT", "region chest")
    assert reporting.current == LUNGS


def test_what_is_known_is_filled_in_and_bears_its_source() -> None:
    """Indication from the order, technique from the images, comparison from the prior shown."""
    reporting = Desk().start(prefill={SectionKind.INDICATION: ("Cough.", "order")})

    reporting.prefill(SectionKind.TECHNIQUE, "120 kVp.", "images")

    assert reporting.report is not None
    sources = {ref.section: f.source for ref, f in reporting.report.fields if f.source}
    assert sources == {SectionKind.INDICATION: "order", SectionKind.TECHNIQUE: "images"}
    assert text(reporting, SectionKind.TECHNIQUE) == "Helical CT of the chest. 120 kVp."


def test_a_late_source_never_overwrites_the_reader() -> None:
    """Metadata arrives while the reader types."""
    reporting = Desk().start()
    reporting.set_section(SectionKind.TECHNIQUE, "Without contrast.")

    reporting.prefill(SectionKind.TECHNIQUE, "120 kVp.", "images")

    assert text(reporting, SectionKind.TECHNIQUE) == "Without contrast."


def test_opening_a_case_alone_saves_no_draft() -> None:
    """A look at a case is not a report."""
    desk = Desk()
    desk.start(prefill={SectionKind.INDICATION: ("Cough.", "order")})

    desk.jobs.advance(10)

    assert desk.platform.saved == []


# --- fields ------------------------------------------------------------------------------


def test_next_and_previous_go_round_all_fields() -> None:
    """Tab from the last field comes back to the first."""
    reporting = Desk().start()
    assert reporting.report is not None
    refs = [ref for ref, _ in reporting.report.fields]

    seen = []
    for _ in refs:
        reporting.next_field()
        seen.append(reporting.current)

    assert sorted(map(str, seen)) == sorted(map(str, refs))
    assert reporting.current == LUNGS
    reporting.previous_field()
    assert reporting.current == FieldRef(SectionKind.COMPARISON, "comparison-text")


def test_an_emptied_required_field_is_still_asked_for() -> None:
    """R4: an editor that scans its own text forgets a deleted field, and the guard passes."""
    reporting = Desk().start()
    reporting.set_section(IMPRESSION, "Normal.")
    reporting.set_field(FINDINGS, "upper-abdomen", "Normal.")
    assert blocks(reporting) == []

    reporting.set_field(FINDINGS, "lungs", "")

    assert blocks(reporting) == ["required"]
    with pytest.raises(SigningBlocked, match="Lungs"):
        reporting.freeze(ReportState.FINAL, SIGNER, NOW)


def test_a_field_removed_by_its_author_is_skipped_and_not_issued() -> None:
    """One key says: not part of this examination."""
    reporting = Desk().start()
    reporting.go_to(FieldRef(FINDINGS, "upper-abdomen"))

    reporting.remove_field()

    assert "Upper abdomen" not in text(reporting, FINDINGS)
    assert "required" not in blocks(reporting)
    assert reporting.current == FieldRef(FINDINGS, "bones")


def test_set_section_puts_the_reader_on_their_own_words() -> None:
    """What comes next belongs behind them."""
    reporting = Desk().start()

    reporting.set_section(FINDINGS, "All clear.")
    reporting.insert_measurement(length())

    assert text(reporting, FINDINGS) == "All clear. 12 mm (series Axial lung 2.5, image 51)"


def test_another_template_keeps_what_was_written() -> None:
    """Words are never lost to a choice of form."""
    reporting = Desk().start()
    reporting.set_field(FINDINGS, "lungs", "Nodule.")
    reporting.set_field(FINDINGS, "heart", "Large.")
    reporting.set_section(IMPRESSION, "Nodule.")

    reporting.use_template("ct-pulmonary-embolism")

    assert words(reporting) == "Nodule."
    assert "Heart: Large." in text(reporting, FINDINGS)  # no such field there: kept in front
    assert text(reporting, IMPRESSION) == "Nodule."


# --- undo ----------------------------------------------------------------------------------


def typed(desk: Desk, ref: FieldRef, letters: str) -> None:
    whole = len(words(desk.reporting))
    for at, letter in enumerate(letters):
        desk.reporting.type_in(ref, at, whole if at == 0 else at, letter)


def test_undo_takes_back_a_word_not_a_letter() -> None:
    """Nobody wants to press Ctrl+Z forty times."""
    desk = Desk()
    desk.start()
    typed(desk, LUNGS, "solid nodule here")

    steps = []
    for _ in range(4):
        desk.reporting.undo()
        steps.append(words(desk.reporting))

    default = "No nodule or consolidation."
    assert steps == ["solid nodule ", "solid ", default, default]


def test_a_pause_ends_a_step_of_typing() -> None:
    """What was thought of later is taken back alone."""
    desk = Desk()
    desk.start()
    typed(desk, LUNGS, "nod")
    desk.clock.advance(3)
    desk.reporting.type_in(LUNGS, 3, 3, "ule")

    desk.reporting.undo()

    assert words(desk.reporting) == "nod"


def test_a_measurement_is_one_step_and_undo_brings_back_its_link_too() -> None:
    """R5: undo restores what a field is, not only its letters."""
    reporting = Desk().start()
    before = reporting.report
    reporting.insert_measurement(length())
    with_link = reporting.report

    reporting.undo()
    assert before is not None
    assert reporting.report is not None
    assert reporting.report.sections == before.sections

    reporting.redo()
    assert with_link is not None
    assert reporting.report.sections == with_link.sections


def test_the_template_itself_cannot_be_undone() -> None:
    """R5: three undos once removed a whole template."""
    reporting = Desk().start()
    before = reporting.report
    assert before is not None
    for _ in range(5):
        reporting.undo()

    assert reporting.report is not None
    assert reporting.report.sections == before.sections


# --- measurements ----------------------------------------------------------------------------


def test_a_measurement_enters_with_value_place_and_link() -> None:
    """The referrer finds the image by the words; we find it by the link."""
    reporting = Desk().start()

    reporting.insert_measurement(length(value=12.34))

    assert reporting.report is not None
    found = reporting.report.field(LUNGS)
    assert found is not None
    assert found.text.endswith(" 12.3 mm (series Axial lung 2.5, image 51)")
    (link,) = found.links
    assert (link.measurement, link.revision, link.text, link.study) == ("A1", 1, "12.3 mm", STUDY)


def test_a_number_field_takes_the_number_in_its_own_unit() -> None:
    """The unit stands outside the field and cannot be mistyped."""
    reporting = Desk().start(item("CT head"))
    reporting.go_to(FieldRef(FINDINGS, "midline"))

    reporting.insert_measurement(length(value=4.0))

    assert words(reporting, FieldRef(FINDINGS, "midline")) == "4"
    assert "Midline shift: 4 mm" in text(reporting, FINDINGS)


def test_a_measurement_of_another_patient_is_refused_and_changes_nothing() -> None:
    """R28: the worst thing a report can hold is somebody else's finding."""
    reporting = Desk().start()
    before = reporting.report

    with pytest.raises(Refused):
        reporting.insert_measurement(length(study=STRANGER))

    assert reporting.report is before


def test_a_measurement_of_the_prior_enters_with_its_label_once_the_prior_is_shown() -> None:
    """ "Previously 9 mm" must not read as today's size."""
    reporting = Desk().start()
    old = length("B1", 9.0, study=PRIOR)
    with pytest.raises(Refused):
        reporting.insert_measurement(old)

    reporting.compared_with(StudyRef(SITE, PRIOR), ALDER, "prior 2025-11-07")
    reporting.insert_measurement(old)

    assert "9 mm (prior 2025-11-07, series" in words(reporting)


def test_a_prior_of_another_patient_cannot_be_declared() -> None:
    """A wrong merge at the site must not open the door here."""
    reporting = Desk().start()

    with pytest.raises(Refused):
        reporting.compared_with(StudyRef(SITE, STRANGER), BIRCH, "prior")


def test_a_changed_measurement_blocks_until_it_is_accepted() -> None:
    """R12."""
    desk = Desk()
    reporting = finished(desk)
    reporting.insert_measurement(length())
    reporting.take_measurements([length(value=14.0, revision=2)])
    assert blocks(reporting) == ["link-changed"]

    reporting.accept_measurement()

    assert blocks(reporting) == []
    assert "14 mm (series Axial lung 2.5, image 51)" in text(reporting, FINDINGS)
    assert signed(reporting).measurements[0]["value"] == 14.0


def test_a_deleted_measurement_blocks_until_its_words_are_accepted() -> None:
    """R12: the image no longer bears out what the text says."""
    reporting = finished(Desk())
    reporting.insert_measurement(length())
    reporting.take_measurements([])
    assert blocks(reporting) == ["link-changed"]

    reporting.accept_measurement("A1")

    assert blocks(reporting) == []
    assert signed(reporting).measurements == ()


def test_only_what_the_text_cites_is_sent_with_it() -> None:
    """A calibration line is not a finding."""
    reporting = finished(Desk())
    reporting.take_measurements([length("A1"), length("A2", 30.0)])
    reporting.insert_measurement(length("A1"))

    assert [m["id"] for m in signed(reporting).measurements] == ["A1"]


# --- the guard of the patient ------------------------------------------------------------------


def test_images_of_another_patient_on_the_screen_block_the_signature() -> None:
    """R28: looking at one patient, writing about another."""
    reporting = finished(Desk())

    reporting.displays([("view 1", ALDER), ("view 2", BIRCH)])

    assert blocks(reporting) == ["identity"]
    assert reporting.why_not_signed == "The images shown are of another patient"


def test_a_lost_claim_keeps_the_text_and_closes_it() -> None:
    """R27: nothing is lost, and nothing more is written."""
    desk = Desk()
    reporting = finished(desk)

    reporting.make_read_only("claimed by K. Ash; your text is kept")

    assert text(reporting, FINDINGS) == "Nodule."
    with pytest.raises(CommandError, match="claimed by K"):
        reporting.set_section(FINDINGS, "More.")
    with pytest.raises(SigningBlocked, match="claimed by K"):
        reporting.freeze(ReportState.FINAL, SIGNER, NOW)
    assert "Nodule." in desk.platform.saved[-1][1]


# --- freezing ----------------------------------------------------------------------------------


def test_what_is_frozen_is_the_same_each_time() -> None:
    """R38: the dialog shows these bytes, and these bytes are sealed."""
    reporting = finished(Desk())

    first = reporting.freeze(ReportState.FINAL, SIGNER, NOW)
    second = reporting.freeze(ReportState.FINAL, SIGNER, NOW)

    assert (first.text, first.html) == (second.text, second.html)
    assert first.text == reporting.report.plain_text  # type: ignore[union-attr]
    assert "1. Nodule.\n2. Follow up." in first.text


def test_html_is_escaped() -> None:
    """A report is read in browsers we do not know."""
    reporting = finished(Desk())
    reporting.set_section(FINDINGS, 'Nodule <5 mm & "stable" <script>alert(1)</script>')

    html = reporting.freeze(ReportState.FINAL, SIGNER, NOW).html

    assert "&lt;5 mm &amp; &quot;stable&quot; &lt;script&gt;" in html
    assert "<script" not in html


def test_the_html_names_patient_order_and_status() -> None:
    """A printed page must stand alone."""
    html = finished(Desk()).freeze(ReportState.PRELIMINARY, SIGNER, NOW).html

    for words_ in ("Alder, Robin", "HG-100482", "1962-03-02", "HG-26-118204", "Preliminary report"):
        assert words_ in html


def test_an_incomplete_report_says_what_is_missing() -> None:
    """The sign button names why it is off."""
    reporting = Desk().start()

    with pytest.raises(SigningBlocked, match="Upper abdomen is required and empty; The impression"):
        reporting.freeze(ReportState.FINAL, SIGNER, NOW)
    assert reporting.why_not_signed == "2 checks block"


def test_a_signed_report_cannot_be_changed_or_signed_again() -> None:
    """R21: no unsign."""
    reporting = finished(Desk())
    signed(reporting)

    with pytest.raises(CommandError):
        reporting.set_section(FINDINGS, "Other.")
    with pytest.raises(CommandError):
        reporting.undo()
    with pytest.raises(SigningBlocked):
        reporting.freeze(ReportState.FINAL, SIGNER, NOW)


def test_an_addendum_is_a_new_report_that_holds_the_whole_text() -> None:
    """R21: whoever opens the newest sees all of it."""
    reporting = finished(Desk())
    first = signed(reporting)

    reporting.begin_addendum("Correction: the nodule is on the right.")
    second = signed(reporting, ReportState.ADDENDED)

    assert second.predecessor == first.report.id
    assert second.report.id != first.report.id
    assert second.text == first.text + "\nAddendum\nCorrection: the nodule is on the right.\n"


def test_a_second_addendum_stands_below_the_first() -> None:
    """The chain begins at the first report."""
    reporting = finished(Desk())
    first = signed(reporting)
    for words_ in ("First.", "Second."):
        reporting.begin_addendum(words_)
        last = signed(reporting, ReportState.ADDENDED)

    assert last.predecessor == first.report.id
    assert last.text.endswith("Addendum\nFirst.\nSecond.\n")


def test_an_addendum_needs_a_signed_report() -> None:
    """There is nothing to add to."""
    reporting = finished(Desk())

    with pytest.raises(CommandError):
        reporting.begin_addendum("More.")


def filed(text: str, **changes: Any) -> IssuedReport:
    """A report as the site holds it."""
    values: dict[str, Any] = {
        "id": ReportId("first"), "first": ReportId("first"), "status": ReportState.FINAL,
        "text": text, "author": "Ash, Kim", "at": NOW,
    }  # fmt: skip
    return IssuedReport(**{**values, **changes})


FILED = "Findings\nLungs: clear.\n\nNo effusion.\n\nImpression\n1. Nodule.\n2. Follow up.\n"


@pytest.mark.parametrize("text", [FILED, "Seen on the ward round.\n\nFindings\nNone.\n"])
def test_a_report_of_an_earlier_shift_is_shown_word_for_word_and_added_to(text: str) -> None:
    """A correction must be possible on Monday of what was signed on Friday, by another program too.

    The template's own words ("No nodule") must not stand where the report is looked for.
    """
    reporting = Desk().start()
    reporting.show_issued(filed(text))

    assert reporting.report is not None
    assert " ".join(text.split()) in " ".join(reporting.report.plain_text.split())
    assert "consolidation" not in reporting.report.plain_text
    assert reporting.checks == ()
    reporting.begin_addendum("The nodule is on the right.")
    second = signed(reporting, ReportState.ADDENDED)

    assert second.predecessor == "first"
    assert " ".join(text.split()) in " ".join(second.text.split())
    assert second.text.endswith("Addendum\nThe nodule is on the right.\n")


def test_while_an_addendum_is_written_the_signed_words_cannot_change() -> None:
    """R21: no unsign, not by the back door either."""
    reporting = Desk().start()
    reporting.show_issued(filed(FILED))
    reporting.begin_addendum()

    assert not reporting.may_write(FieldRef(FINDINGS, OWN_WORDS))
    assert reporting.current is not None
    assert reporting.may_write(reporting.current)
    assert reporting.why_not_signed == "Addendum is required and empty"

    with pytest.raises(CommandError, match="stays as it is"):
        reporting.set_section(FINDINGS, "Other.")


def test_a_draft_that_changes_signed_words_is_not_signed() -> None:
    """A draft comes from outside; what it says of the first report is checked, not believed."""
    reporting = Desk().start()
    reporting.show_issued(filed(FILED))
    reporting.begin_addendum()
    reporting.set_section(SectionKind.ADDENDUM, "More.")
    reporting.restore(reporting.draft_body().replace("Lungs: clear", "Lungs: mass"))

    with pytest.raises(SigningBlocked, match="changed"):
        reporting.freeze(ReportState.ADDENDED, SIGNER, NOW)


def test_an_addendum_needs_a_signature_to_follow() -> None:
    """A report of a system that left no signature: said before a word is written."""
    reporting = Desk().start()
    reporting.show_issued(filed(FILED, id=ReportId(""), first=ReportId("")))

    with pytest.raises(CommandError, match="no signature"):
        reporting.begin_addendum("More.")


def test_an_unsigned_addendum_is_a_draft_like_any_other() -> None:
    """Words that were typed are not lost because the case was left."""
    desk = Desk()
    reporting = desk.start()
    reporting.show_issued(filed(FILED))
    reporting.begin_addendum()
    reporting.set_section(SectionKind.ADDENDUM, "Half a sen")
    body = reporting.draft_body()
    assert reporting.close()
    assert len(desk.platform.saved) == 1

    again = desk.start()
    again.show_issued(filed(FILED))
    again.restore(body)

    assert again.report is not None
    assert again.adding
    assert again.report.plain_text.endswith("Addendum\nHalf a sen\n")


def test_after_the_signature_nothing_is_called_a_draft() -> None:
    """'Draft not saved yet' beside a signed report makes the reader sign again."""
    reporting = finished(Desk())
    signed(reporting)

    assert reporting.settled
    assert reporting.draft_state.text == ""
    assert reporting.why_not_signed == "signed; what changes it is an addendum or a correction"


def test_the_signature_is_told_at_once_to_what_stands_beside_the_words() -> None:
    """A live "Sign…" beside a signed report, were it for a moment, asks for a second one."""
    reporting = finished(Desk())
    told: list[bool] = []
    reporting.checks_changed.connect(lambda _: told.append(reporting.settled))

    signed(reporting)  # and no time passes

    assert told == [True]


def test_an_override_needs_a_known_rule_and_a_reason() -> None:
    """The reason is evidence, not a click."""
    reporting = Desk().start()
    with pytest.raises(CommandError, match="images"):
        reporting.override("imagse", "why")
    with pytest.raises(CommandError, match="must be settled"):
        reporting.override("impression", "no time")
    with pytest.raises(CommandError):
        reporting.override("images", "  ")


# --- drafts ------------------------------------------------------------------------------------


def test_a_draft_is_taken_up_again_whole() -> None:
    """Words, links, removed fields and reasons: as they were left."""
    desk = Desk()
    reporting = finished(desk)
    reporting.insert_measurement(length())
    reporting.override("images", "lung bases covered")
    body, before = reporting.draft_body(), reporting.report

    again = desk.another()
    desk.reporting = again
    desk.start(draft=body)

    assert again.report == before
    assert again.overrides == {"images": "lung bases covered"}
    assert signed(again).measurements[0]["id"] == "A1"


@pytest.mark.parametrize(
    "row",
    [
        item(study=STRANGER),
        item(patient=BIRCH),
        item(holder_id="Practitioner/99"),
        item(task="task-2"),
    ],
)
def test_a_draft_of_another_study_patient_or_reader_is_not_taken_up(row: object) -> None:
    """A draft in the wrong case is a report on the wrong patient."""
    desk = Desk()
    body = finished(desk).draft_body()

    again = desk.another()
    desk.reporting = again
    desk.start(row, draft=body)  # type: ignore[arg-type]

    assert "Nodule." not in text(again, FINDINGS)


def test_a_draft_never_replaces_words_just_written() -> None:
    """It may arrive after the reader began; then it waits and is said."""
    desk = Desk()
    body = finished(desk).draft_body()
    again = desk.another()
    desk.reporting = again
    desk.start()
    again.set_section(FINDINGS, "New words.")

    again.restore(body)
    assert text(again, FINDINGS) == "New words."
    assert again.notice == "An earlier draft of yours exists."

    again.restore_waiting()
    assert text(again, FINDINGS) == "Nodule."
    again.undo()
    assert text(again, FINDINGS) == "New words."


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"format": 1}', '{"format": 99}', "null", "{"])
def test_a_draft_that_cannot_be_read_is_said_and_left(body: str) -> None:
    """Half a draft is worse than none."""
    reporting = Desk().start()
    before = reporting.report

    reporting.restore(body)

    assert reporting.report is before
    assert "cannot be read" in reporting.notice


def test_a_draft_sealed_here_is_found_at_the_next_start_and_goes_to_the_platform() -> None:
    """After a crash while the site was silent."""
    crashed = finished(Desk())
    assert crashed.report is not None
    desk = Desk()
    desk.store.drafts[crashed.report.id] = crashed.draft_body()

    desk.start()
    desk.jobs.advance(2)

    assert text(desk.reporting, FINDINGS) == "Nodule."
    assert len(desk.platform.saved) == 1
    assert desk.store.drafts == {}


def test_leaving_saves_what_was_written_and_forgets_it() -> None:
    """Nothing of one case is there when the next opens."""
    desk = Desk()
    reporting = finished(desk)

    wrote = reporting.close()

    assert wrote
    assert "Nodule." in desk.platform.saved[-1][1]
    assert reporting.report is None
    assert reporting.evidence == ()


def test_the_list_of_checks_follows_the_words_after_a_pause() -> None:
    """R32: rules do not run at each key."""
    desk = Desk()
    reporting = desk.start()
    told: list[None] = []
    reporting.checks_changed.connect(told.append)
    for at, letter in enumerate("abc"):
        reporting.type_in(LUNGS, at, at, letter)
    assert told == []

    desk.jobs.advance(1)

    assert len(told) == 1
