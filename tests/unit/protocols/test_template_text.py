"""Templates as a reader types them, and as files: nothing is lost, nothing in them acts."""

import contextlib
import random
import socket
from pathlib import Path

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_report import TEMPLATES, Desk, binding_of, item
from hypothesis import given
from hypothesis import strategies as st

from workstation.adapters.memory_store import MemoryStore
from workstation.domain.autotext import Level
from workstation.domain.identifiers import SiteId
from workstation.domain.report import SectionKind
from workstation.domain.report_field import FieldKind
from workstation.domain.template import Template
from workstation.errors import CommandError
from workstation.protocols import mrrt, mrrt_writing, template_text
from workstation.services.report.own_templates import OwnTemplates
from workstation.services.report.report_edits import order_of
from workstation.services.report.templates import choose

NODULE = """\
Title: CT chest, nodule
For: CT
Region: chest
Words: nodule
Age up to: 17

# Indication
?:

# Findings
Lungs!: No consolidation.
Nodule: [*absent | present]
Lobes {Nodule = present}: [right upper ; *left upper]
Size {Nodule = present}: # 1-100 mm
Upper abdomen!: ~ Normal.
Dated: (date)
Contrast: [x]

# Impression
!: ~ No nodule.
"""


def nodule() -> Template:
    parsed = template_text.parse(NODULE, "nodule")
    assert parsed.faults == ()
    assert parsed.template is not None
    return parsed.template


def test_a_line_is_a_field() -> None:
    """What a radiologist types without a manual beside him."""
    template = nodule()
    findings = template.sections[1]
    by_label = {spec.label: spec for spec in findings.fields}

    assert (template.title, template.modalities, template.regions) == (
        "CT chest, nodule", ("CT",), ("chest",),
    )  # fmt: skip
    assert (template.special, template.max_age, template.language) == (("nodule",), 17, "en")
    assert by_label["Lungs"].required
    assert by_label["Lungs"].default == "No consolidation."
    assert by_label["Nodule"].kind is FieldKind.PICK_ONE
    assert by_label["Nodule"].options == ("absent", "present")
    assert by_label["Nodule"].default == "absent"
    assert by_label["Lobes"].kind is FieldKind.PICK_MANY
    assert by_label["Lobes"].default == "left upper"
    size = by_label["Size"]
    assert (size.kind, size.low, size.high, size.unit) == (FieldKind.NUMBER, 1.0, 100.0, "mm")
    assert size.only_if == ("nodule", "present")
    assert by_label["Upper abdomen"].usual == "Normal."
    assert by_label["Dated"].kind is FieldKind.DATE
    assert by_label["Contrast"].default == "yes"
    assert template.sections[0].fields[0].advised
    report = template.report(binding_of(item()))
    asked = [each.spec.label for _, each in report.fields]
    assert "Size" not in asked


def hebrew() -> Template:
    """Sections in words that no table of ours has."""
    english = nodule()
    titles = {SectionKind.FINDINGS: "ממצאים", SectionKind.IMPRESSION: "סיכום"}
    sections = tuple(evolve(s, title=titles.get(s.kind, s.title)) for s in english.sections)
    return evolve(english, id="he", language="he", sections=sections)


@pytest.mark.parametrize("template", [*TEMPLATES, nodule(), hebrew()], ids=lambda t: t.id)
def test_a_template_survives_as_a_text_and_as_a_file(template: Template) -> None:
    """F161: what is exported and imported, or opened and saved unchanged, is the same."""
    assert mrrt.read(mrrt_writing.write(template), fallback_id=template.id) == template
    text = template_text.to_text(template)
    assert template_text.parse(text, template.id, template) == template_text.Parsed(template)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("just words", "line 2: a field is a name, a colon, and its words"),
        ("Side: [left]", "line 2: a choice is of two or more: [left | right]"),
        ("# Weather", "line 2: no section is named 'Weather'"),
    ],
)
def test_what_is_no_field_is_named_with_its_line(line: str, said: str) -> None:
    """While it is typed, not when the next case is opened with it."""
    faults = template_text.parse(f"# Findings\n{line}\n", "x").faults
    assert any(fault.startswith(said) for fault in faults)


@given(st.text(max_size=200))
def test_no_text_breaks_the_editor(text: str) -> None:
    """Each key draws the preview anew."""
    parsed = template_text.parse(text, "x")
    assert parsed.template is not None or parsed.faults
    if parsed.template is not None:
        mrrt.read(mrrt_writing.write(parsed.template), fallback_id="x")


# --- foreign files ----------------------------------------------------------------------

_PIECES = (
    "<script>fetch('http://127.0.0.1:9/')</script>", "<img src='http://127.0.0.1:9/x.png'>",
    "<iframe src='file:///etc/passwd'></iframe>", "<link rel=stylesheet href='//127.0.0.1:9/a'>",
    "<object data='http://127.0.0.1:9/'></object>", "<svg onload='alert(1)'>", "<style>@import"
    " 'http://127.0.0.1:9/a.css';</style>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>"
    "]>&e;", "<?php system('id') ?>", "<form action='http://127.0.0.1:9/'>", "<base href='//x/'>",
    "<input type='text' id='a' onfocus='x()' value='javascript:alert(1)'>", "<xi:include"
    " href='file:///etc/passwd' parse='text'/>", "<section data-section-name='Findings'>",
    "</section>", "<textarea id='t'>{{config}} ${7*7}</textarea>", "<select id='s'><option>a",
    "<input type='number' id='n' min='1e999' max='nan'>", "\x00\x0b", "<p>" * 300,
    "<meta http-equiv='refresh' content='0;url=http://127.0.0.1:9/'>",
)  # fmt: skip


def foreign(seed: int) -> bytes:
    """A template with a field, hostile parts in it, dented; every fifth not even text."""
    dice = random.Random(seed)
    hostile = "".join(dice.choices(_PIECES, k=dice.randint(2, 40)))
    body = f"<html><body>{hostile}<p><input type='text' id='z'></p></body></html>".encode()
    for _ in range(dice.randint(0, 8)):
        at, byte = dice.randrange(len(body)), dice.randrange(256 if seed % 5 == 0 else 128)
        body = body[:at] + bytes([byte]) + body[at + dice.randint(0, 3) :]
    return body


def test_most_foreign_files_are_read() -> None:
    """What follows would hold of files that are refused as well."""
    read = 0
    for seed in range(50):
        with contextlib.suppress(mrrt.UnreadableTemplate):
            mrrt.read(foreign(seed), fallback_id="foreign")
            read += 1
    assert read >= 35


@pytest.mark.parametrize("seed", range(50))
def test_no_foreign_file_runs_or_fetches_anything(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty files of a fuzzer: imported, shown, written again, and not one socket or file."""
    body = foreign(seed)

    def forbidden(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a template reached for the outside")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr("builtins.open", forbidden)
    try:
        template = mrrt.read(body, fallback_id="foreign")
    except mrrt.UnreadableTemplate:
        return
    written = mrrt_writing.write(template).decode()
    report = template.report(binding_of(item()))
    words = template_text.to_text(template)
    for said in (written, report.plain_text, words):
        assert "root:" not in said
    for tag in ("<script>", "<img", "<iframe", "<object", "<svg", "<style", "<form", "<base"):
        assert tag not in written


# --- levels -------------------------------------------------------------------------------


def own(store: MemoryStore, desk: Desk, user: str = "harbor|Practitioner/17") -> OwnTemplates:
    sites = {SiteId("mesa"): (nodule(),)}
    made = OwnTemplates(
        store, InlineJobs(FakeClock()), {Level.PROGRAM: TEMPLATES}, sites, desk.reporting.know
    )
    made.begin(user)
    return made


def test_a_readers_own_template_is_chosen_before_the_programs() -> None:
    """Of two that fit alike the nearer one; and the other reader's desk has none of it."""
    store, desk = MemoryStore(), Desk()
    templates = own(store, desk)
    mine = template_text.parse("Title: Mine\nFor: CT\nRegion: chest\n# Findings\n: \n", "mine")
    assert mine.template is not None
    templates.keep(mine.template)
    assert choose(desk.reporting.templates, order_of(item())).template.id == "mine"

    again = Desk()
    own(store, again)
    assert choose(again.reporting.templates, order_of(item())).template.id == "mine"
    other = Desk()
    own(store, other, "harbor|Practitioner/18")
    assert choose(other.reporting.templates, order_of(item())).template.id == "ct-chest"
    templates.forget("mine")
    assert choose(desk.reporting.templates, order_of(item())).template.id == "ct-chest"


def test_a_sites_templates_are_there_for_its_cases_alone() -> None:
    """And a changed shipped one stands for it under its own name."""
    desk = Desk()
    templates = own(MemoryStore(), desk)
    assert "nodule" not in templates.known
    templates.at_site(SiteId("mesa"))
    assert templates.known["nodule"][1] is Level.SITE

    changed = template_text.parse("Title: Ours\n# Findings\n: \n", "ct-chest").template
    assert changed is not None
    templates.keep(changed)
    assert templates.known["ct-chest"] == (changed, Level.USER)
    templates.forget("ct-chest")
    assert templates.known["ct-chest"][1] is Level.PROGRAM


def test_what_is_exported_is_imported_by_another_reader() -> None:
    """The file is how a template goes from desk to desk; a file that is none is refused."""
    desk = Desk()
    templates = own(MemoryStore(), desk)
    body = templates.export("ct-head")
    taken = templates.import_file("ours", body)
    assert taken.sections == next(t for t in TEMPLATES if t.id == "ct-head").sections
    assert SectionKind.FINDINGS in {section.kind for section in taken.sections}
    with pytest.raises(CommandError):
        templates.import_file("none", b"\xff\xfe")


def test_the_indication_goes_along_into_a_template_that_calls_it_otherwise() -> None:
    """What the order says must not be lost with the shipped template's names."""
    desk = Desk()
    reporting = desk.start(
        item(), prefill={SectionKind.INDICATION: ("Cough for six weeks.", "order")}
    )
    foreign = mrrt.read(
        b"<section data-section-name='Clinical information'><input type='text' id='why'/></section>"
        b"<section data-section-name='Findings'><input type='text' id='f'/></section>",
        fallback_id="foreign",
    )
    reporting.know((*TEMPLATES, foreign))
    reporting.use_template("foreign")

    assert reporting.report is not None
    section = reporting.report.section(SectionKind.INDICATION)
    assert section is not None
    assert section.fields[0].text == "Cough for six weeks."
    assert section.fields[0].source == "order"
