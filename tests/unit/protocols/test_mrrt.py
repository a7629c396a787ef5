"""Report templates as files: ours, and those of strangers."""

from pathlib import Path

import pytest

from workstation.domain.report import SectionKind
from workstation.domain.report_field import FieldKind
from workstation.domain.template import Template
from workstation.protocols import mrrt

FOLDER = Path(__file__).parents[3] / "resources" / "templates"
FILES = sorted(FOLDER.glob("*.html"))


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def findings(body: str) -> Template:
    section = f'<section data-section-name="Findings">{body}</section>'
    return mrrt.read(page(section), fallback_id="t")


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_every_template_of_ours_loads_whole(file: Path) -> None:
    """A template that loses a field loses it in each report of that procedure."""
    body = file.read_bytes()

    template = mrrt.read(body, fallback_id=file.stem)

    kinds = [section.kind for section in template.sections]
    specs = [spec for section in template.sections for spec in section.fields]
    assert template.notes == ()
    assert kinds == sorted(kinds, key=list(SectionKind).index)
    assert {SectionKind.FINDINGS, SectionKind.IMPRESSION} <= set(kinds)
    assert len(specs) == body.count(b"<input ") + body.count(b"<select ")
    assert len({spec.id for spec in specs}) == len(specs)


def test_free_text_asks_for_findings_and_impression_and_nothing_else() -> None:
    """The contract with scripts: `free-text` always exists."""
    template = mrrt.read((FOLDER / "free-text.html").read_bytes(), fallback_id="free-text")

    assert [s.kind for s in template.sections] == [SectionKind.FINDINGS, SectionKind.IMPRESSION]
    assert [f.id for s in template.sections for f in s.fields if f.required] == ["impression-text"]


def test_the_completion_action_says_what_is_required() -> None:
    """PROHIBIT blocks the signature, ALERT is said, NONE is left to the reader."""
    template = findings(
        '<input type="text" id="a" data-field-completion-action="PROHIBIT"/>'
        '<input type="text" id="b" data-field-completion-action="ALERT"/>'
        '<input type="text" id="c" data-field-completion-action="NONE"/>'
    )

    told = [(f.required, f.advised) for f in template.sections[0].fields]
    assert told == [(True, False), (False, True), (False, False)]


def test_numbers_keep_their_unit_and_what_is_possible() -> None:
    """A midline shift of 400 mm is a slip of the tongue."""
    template = findings(
        '<label for="s">Shift</label>'
        '<input type="number" id="s" data-field-units="mm" min="0" max="40" value=""/>'
    )

    (spec,) = template.sections[0].fields
    assert (spec.label, spec.kind, spec.unit) == ("Shift", FieldKind.NUMBER, "mm")
    assert (spec.low, spec.high) == (0.0, 40.0)


def test_textareas_and_radio_buttons_of_public_files_are_read() -> None:
    """25 of 32 public files use `textarea`, which the profile does not allow."""
    template = findings(
        "<textarea id='t'>  Clear\n lungs. </textarea>"
        "<input type='radio' id='r1' name='side' value='left'/>"
        "<input type='radio' id='r2' name='side' value='right' checked/>"
    )

    text, side = template.sections[0].fields
    assert text.default == "Clear lungs."
    assert (side.kind, side.options, side.default) == (
        FieldKind.PICK_ONE,
        ("left", "right"),
        "right",
    )


def test_select_is_a_pick_list_with_its_default() -> None:
    """Options are words of the report, in the order of the file."""
    template = findings(
        "<select id='q'><option>good</option><option selected>poor</option></select>"
    )

    (spec,) = template.sections[0].fields
    assert (spec.options, spec.default) == (("good", "poor"), "poor")


def test_sections_of_other_languages_are_understood() -> None:
    """German public templates name them so."""
    body = (
        '<section data-section-name="Befund"><textarea id="a"></textarea></section>'
        '<section data-section-name="Beurteilung"><textarea id="b"></textarea></section>'
    )

    template = mrrt.read(page(body), fallback_id="t")

    assert [s.kind for s in template.sections] == [SectionKind.FINDINGS, SectionKind.IMPRESSION]


@pytest.mark.parametrize("broken", ["", "<code unclosed>"])
def test_a_section_is_what_its_code_says_in_any_language(broken: str) -> None:
    """R18; public files name no charset, and their XML is often broken."""
    coded = (
        '<script type="text/xml"><template_attributes><coded_content><entry ORIGTXT="s7">'
        f'<term><code scheme="LOINC" value="19005-8"/>{broken}</term></entry></coded_content>'
        "</template_attributes></script>"
    )
    body = '<section id="s7" data-section-name="سارية"><input type="text" id="a"/></section>'

    (section,) = mrrt.read(page(body, coded), fallback_id="t").sections

    assert (section.kind, section.title) == (SectionKind.IMPRESSION, "سارية")


def test_a_code_of_another_scheme_says_nothing() -> None:
    """The same digits may be somebody's room number."""
    coded = (
        '<script type="text/xml"><entry ORIGTXT="Wetter"><code scheme="LOCAL" value="19005-8"/>'
        "</entry></script>"
    )
    body = '<section data-section-name="Wetter"><input type="text" id="a"/></section>'

    (section,) = mrrt.read(page(body, coded), fallback_id="t").sections

    assert section.kind is SectionKind.FINDINGS


def test_everything_active_is_left_out_and_named() -> None:
    """A template is a file from a stranger; it must not run, fetch, or style."""
    template = mrrt.read(
        page(
            '<img src="http://127.0.0.1/x.png"><iframe src="http://127.0.0.1/"></iframe>'
            '<section data-section-name="Findings" onclick="steal()">'
            '<input type="text" id="a" value="&lt;script&gt;x&lt;/script&gt;" onfocus="x()"/>'
            '<input type="file" id="f"/></section>',
            '<script>alert(1)</script><link rel="stylesheet" href="http://127.0.0.1/x.css">',
        ),
        fallback_id="t",
    )

    said = " ".join(template.notes)
    assert [f.id for s in template.sections for f in s.fields] == ["a"]
    for word in ("<script>", "<link>", "<img>", "<iframe>", "'file'", "a script on <section>"):
        assert word in said, word


def test_entities_are_not_expanded() -> None:
    """A billion laughs is a small file and a large memory; a file entity reads our disk."""
    body = (
        b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
        b'<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        b'<html><body><section data-section-name="Findings">'
        b'<input type="text" id="x" value="[&b;][&f;]"/></section></body></html>'
    )

    template = mrrt.read(body, fallback_id="t")

    (spec,) = template.sections[0].fields
    assert "aaaa" not in spec.default
    assert Path("/etc/hostname").read_text().strip() not in spec.default


def test_broken_markup_is_read_as_far_as_it_goes() -> None:
    """All five RSNA files need a forgiving parser."""
    template = mrrt.read(
        b'<html><body><section data-section-name="Findings"><p><label for="a">Lungs'
        b'<input type="text" id="a" value="Clear."><p>',
        fallback_id="t",
    )

    assert template.sections[0].fields[0].default == "Clear."


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"\xff\xfe<\x00h\x00", "UTF-8"),
        (b"<html><body><p>words</p></body></html>", "no field"),
        (b" " * (mrrt.MOST_BYTES + 1), "larger"),
    ],
)
def test_what_is_no_template_is_refused_in_words(body: bytes, why: str) -> None:
    """Whoever wrote it must know what to mend."""
    with pytest.raises(mrrt.UnreadableTemplate) as refused:
        mrrt.read(body, fallback_id="t")

    assert why in str(refused.value)
