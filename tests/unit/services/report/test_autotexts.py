"""Autotexts: found by a few letters or a name, made of one another, one reader's and no other's."""

import contextlib
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_report import ALDER, SITE, STUDY, Desk, item, length
from hypothesis import given
from hypothesis import strategies as st

from workstation.adapters.memory_store import MemoryStore
from workstation.domain.autotext import Autotext, Level, Variable, holes
from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.report import FieldRef, SectionKind
from workstation.errors import CommandError, SettingsError
from workstation.services.report import autotext_files
from workstation.services.report.autotext_expansion import doubts, expand, faults
from workstation.services.report.autotexts import MOST_OFFERED, Autotexts

LUNGS = FieldRef(SectionKind.FINDINGS, "lungs")
SHIPPED = Path(__file__).parents[4] / "resources" / "autotext" / "en.toml"


def known(**texts: str) -> dict[str, Autotext]:
    return {name: Autotext(name, text) for name, text in texts.items()}


def service(*shared: Autotext, store: MemoryStore | None = None) -> Autotexts:
    made = Autotexts(store or MemoryStore(), InlineJobs(FakeClock()), shared)
    made.begin("harbor|Practitioner/17")
    return made


# --- expansion --------------------------------------------------------------------------


def test_modules_within_modules_are_put_in() -> None:
    """A normal chest is made of normal lungs and a normal heart: one sentence, written once."""
    made = expand("Chest", known(chest="{>lungs} {>heart}", lungs="Clear.", heart="Normal."), {})

    assert made.text == "Clear. Normal."
    assert made.caret == len("Clear. Normal.")


@pytest.mark.parametrize(
    ("texts", "way"),
    [
        ({"a": "{>a}"}, "a → a"),
        ({"a": "x {>b}", "b": "{>c}", "c": "{>A}"}, "a → b → c → a"),
    ],
)
def test_a_module_that_leads_back_to_itself_is_refused_with_the_way(
    texts: dict[str, str], way: str
) -> None:
    """Else one keystroke writes until the memory is full."""
    with pytest.raises(CommandError, match=way):
        expand("a", known(**texts), {})


def test_a_text_that_doubles_itself_ends() -> None:
    """Twenty lines double to a million letters without any of them leading back."""
    texts = {f"t{n}": f"{{>t{n + 1}}}{{>t{n + 1}}}" for n in range(20)}
    with pytest.raises(CommandError, match="more than"):
        expand("t0", known(**texts, t20=""), {})
    with pytest.raises(CommandError, match="longer than"):
        expand("t0", known(t0="{>t1}{>t1}{>t1}", t1="x" * 8000), {})


def test_what_is_not_known_of_a_variable_is_a_hole_that_blocks_the_signature() -> None:
    """ "No change compared with ." would be signed unread."""
    facts = {Variable.SIDE: "left"}
    made = expand("a", known(a="The {side} knee, compared with {comparison}."), facts)

    assert made.text == "The left knee, compared with [comparison]."
    assert made.caret == made.text.index("[")
    assert made.used == {Variable.SIDE, Variable.COMPARISON}


def test_no_variable_tells_who_the_patient_is() -> None:
    """An autotext is exported, shared and read by others."""
    for name in ("name", "patient", "patient.name", "id", "birthdate", "accession"):
        with pytest.raises(CommandError, match="no variable"):
            expand("a", known(a=f"{{{name}}}"), {})


def test_choices_of_a_hole() -> None:
    """Two or more are chosen by digit; one is only a reminder of what goes there."""
    first, second = holes("[Solid | part-solid] nodule, [size], [ ")

    assert first.choices == ("Solid", "part-solid")
    assert (second.start, second.end, second.choices) == (29, 35, ())


@given(st.text(alphabet="{}>[]|ab\n ", max_size=60))
def test_no_text_breaks_the_expansion(text: str) -> None:
    """Anything may be typed into the dialog while its preview is drawn."""
    with contextlib.suppress(CommandError):  # said in words
        expand("a", known(a=text, b="b"), {})
    list(holes(text))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x", "y", "A name has 2 to 40"),
        ("two words", "y", "A name has 2 to 40"),
        ("ok", " ", "The text is empty."),
        ("ok", "{>nowhere}", "No autotext is named 'nowhere'."),
        ("ok", "{weather}", "'weather' is no variable"),
        ("ok", "{>ok}", "leads back to itself"),
    ],
)
def test_what_cannot_be_kept_is_said(name: str, text: str, said: str) -> None:
    """In the dialog, while it is written; not in the middle of a case."""
    assert any(said in fault for fault in faults(Autotext(name, text), {}))


@pytest.mark.parametrize("say", ["chest", "l4 level", "knee, left"])
def test_a_name_that_is_heard_badly_is_doubted(say: str) -> None:
    """One syllable, digits and signs are misheard (PowerScribe's own advice)."""
    wrong = list(doubts(Autotext("ok", "y", say)))
    assert bool(wrong) == (say != "knee, left")
    assert not list(doubts(Autotext("ok", "y", "normal chest")))


# --- levels, and whose they are ------------------------------------------------------------


def test_a_readers_own_counts_before_the_groups_the_sites_and_the_programs() -> None:
    """The house may have its sentence; the reader signs his own."""
    levels = [Autotext("nl", level.value, level=level) for level in Level]
    made = service(levels[1], levels[0], levels[2])
    assert made.named("NL").text == "group"

    made.keep(Autotext("nl", "mine"))
    assert made.named("nl").text == "mine"
    made.forget("nl")
    assert made.named("nl").text == "group"


def test_another_site_has_its_own() -> None:
    """What one hospital calls normal is not another's wording."""
    here, there = SiteId("harbor"), SiteId("mesa")
    sites = {here: (Autotext("nl", "harbor", level=Level.SITE),)}
    made = Autotexts(MemoryStore(), InlineJobs(FakeClock()), (), sites)
    made.at_site(here)
    assert made.named("nl").text == "harbor"
    made.at_site(there)
    with pytest.raises(CommandError):
        made.named("nl")


def test_a_readers_own_come_back_to_that_reader_alone() -> None:
    """A desk is shared; wording is not."""
    store = MemoryStore()
    first = service(store=store)
    first.keep(Autotext("nl", "mine", "my normal"))

    assert service(store=store).named("my normal").text == "mine"
    first.begin("")
    assert first.own == {}
    first.begin("harbor|Practitioner/18")
    assert first.own == {}
    with pytest.raises(CommandError, match="sign in"):
        Autotexts(store, InlineJobs(FakeClock())).keep(Autotext("ab", "x"))


def test_what_is_offered_begins_with_what_was_typed() -> None:
    """The whole name first, then in order, and no more than a glance takes in."""
    made = service(*(Autotext(f"nl{n}", "x") for n in range(20)), Autotext("NL", "x"))

    assert made.offered("n") == ()
    assert next(each.name for each in made.offered("nl")) == "NL"
    assert len(made.offered("nl")) == MOST_OFFERED
    assert [each.name for each in made.offered("Nl19")] == ["nl19"]
    assert made.offered("zz") == ()


# --- files ----------------------------------------------------------------------------------

words = st.text(min_size=1, max_size=80).map(autotext_files.plain).filter(str.strip)
names = st.from_regex(r"[a-z][a-z0-9.-]{1,20}", fullmatch=True)


@given(st.dictionaries(names, words, min_size=1, max_size=8))
def test_what_is_written_is_read_again(texts: dict[str, str]) -> None:
    """The file is how wording moves from desk to desk."""
    made = [Autotext(name, text, "spoken name") for name, text in texts.items()]
    read = autotext_files.read(autotext_files.write(made).encode(), Level.USER, commas=False)

    assert sorted(read.found, key=lambda a: a.name) == sorted(made, key=lambda a: a.name)
    assert read.refused == ()


def test_a_list_with_commas_as_other_programs_write_it() -> None:
    """Readers bring ten years of macros with them."""
    body = (
        "\ufeffShortcut,Text,Voice\r\n"
        'nlc,"Clear, ""quiet"" lungs.\r\nNo effusion.",normal chest\r\n'
        "bad name,x,\r\n\r\nfx,Fracture of the [right|left] wrist.\r\n"
    ).encode()
    read = autotext_files.read(body, Level.USER, commas=True)

    assert [(a.name, a.text, a.say) for a in read.found] == [
        ("nlc", 'Clear, "quiet" lungs.\nNo effusion.', "normal chest"),
        ("fx", "Fracture of the [right|left] wrist.", ""),
    ]
    assert read.refused == ("line 4: no name without spaces, or no text",)


@pytest.mark.parametrize(
    ("body", "commas"),
    [(b"\xff\xfe", True), (b"[[autotext", False), (b"", False), (b"", True), (b"x = 1", False),
     (b"a" * 8_000_001, True)],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_in_words(body: bytes, commas: bool) -> None:
    """Nothing of it is taken."""
    with pytest.raises(CommandError):
        autotext_files.read(body, Level.USER, commas=commas)


def test_a_file_of_the_settings_must_be_whole(tmp_path: Path) -> None:
    """A reading room must not start on half of its wording."""
    file = tmp_path / "group.csv"
    file.write_text("nl,Clear.\nno name here,x\n", "utf-8")
    with pytest.raises(SettingsError, match="line 2"):
        autotext_files.shared(file, Level.GROUP)


def test_every_autotext_of_the_program_expands_and_can_be_said() -> None:
    """A module that is missing would be found in the middle of a night."""
    made = service(*autotext_files.shared(SHIPPED, Level.PROGRAM))
    assert len(made.known) >= 20
    for each in made.known.values():
        assert made.expand(each.name, {}).text
        assert list(faults(each, made.known)) == []
        assert list(doubts(each)) == []
    assert len(made.voices) == len(made.known)


# --- into the report ----------------------------------------------------------------------------


def written(desk: Desk) -> str:
    assert desk.reporting.report is not None
    found = desk.reporting.report.field(LUNGS)
    assert found is not None
    return found.text


NODULE = Autotext("nod", "[Solid|Ground-glass] nodule, {measurement}, [smooth|spiculated].")


def test_the_typed_letters_become_the_words_in_one_step_of_undo() -> None:
    """R5: one undo, and the letters stand there again."""
    desk = Desk()
    reporting = desk.start(item())
    reporting.set_field(LUNGS.section, LUNGS.id, "Clear.")
    reporting.type_in(LUNGS, 6, 6, " nlp")
    reporting.go_to(LUNGS, len("Clear. nlp"))

    reporting.insert_autotext(service(Autotext("nlp", "No effusion.")), "nlp", typed=3)
    assert written(desk) == "Clear. No effusion."
    reporting.undo()
    assert written(desk) == "Clear. nlp"


def test_a_measurement_of_an_autotext_is_linked() -> None:
    """A number from a macro must change with its measurement like any other (R12)."""
    desk = Desk()
    reporting = desk.start(item())
    a1 = length()
    reporting.take_measurements([a1])
    reporting.insert_autotext(service(NODULE), "nod", a1)

    assert "nodule, 12 mm (series Axial lung 2.5, image 51), [smooth" in written(desk)
    assert reporting.evidence == ((a1, "linked"),)
    reporting.take_measurements([length(value=14, revision=2)])
    assert any(check.rule == "link-changed" for check in reporting.checks if check.blocks)


def test_holes_are_filled_one_after_the_other_and_block_until_then() -> None:
    """By digit, by word, by measurement; Tab goes from one to the next, then to the next field."""
    desk = Desk()
    reporting = desk.start(item())
    reporting.insert_autotext(service(NODULE), "nod")
    assert reporting.hole is not None
    assert reporting.hole.choices == ("Solid", "Ground-glass")
    assert any(check.rule == "placeholder" and check.blocks for check in reporting.checks)

    assert not reporting.choose(3)
    assert reporting.choose(2)
    assert written(desk) == "Ground-glass nodule, [measurement], [smooth|spiculated]."
    reporting.insert_measurement(length())
    assert "nodule, 12 mm (series Axial lung 2.5, image 51), [smooth" in written(desk)
    reporting.next_field()
    assert reporting.hole is not None
    reporting.previous_field()  # no hole is left before this one: the field before
    reporting.go_to(LUNGS, 0)
    reporting.next_field()
    assert reporting.choose(1)
    assert written(desk).endswith("image 51), smooth.")
    assert not any(check.rule == "placeholder" and check.blocks for check in reporting.checks)
    reporting.next_field()
    assert reporting.current == FieldRef(SectionKind.FINDINGS, "airways")


def test_variables_tell_of_the_case_and_not_of_the_patient() -> None:
    """Side as ordered, comparison as displayed, the date of the site."""
    desk = Desk()
    reporting = desk.start(item("MR knee left", laterality="L"))
    reporting.compared_with(StudyRef(SITE, STUDY), evolve(ALDER), "MR knee 2024-01-02")
    facts = service(Autotext("all", "{date}|{side}|{comparison}"))
    reporting.insert_autotext(facts, "all")

    assert reporting.report is not None
    current = reporting.report.field(reporting.current) if reporting.current else None
    assert current is not None
    day, side, comparison = current.text.split("|")
    assert date.fromisoformat(day) == desk.clock.now().date()
    assert (side, comparison) == ("left", "MR knee 2024-01-02")


def test_where_a_number_is_asked_for_no_words_go() -> None:
    """A macro in a number field would be read as a value."""
    desk = Desk()
    reporting = desk.start(item("CT renal stone"))
    assert reporting.report is not None
    numbers = [ref for ref, f in reporting.report.fields if f.spec.kind == "number"]
    reporting.go_to(numbers[0])
    with pytest.raises(CommandError, match="asks for a number"):
        reporting.insert_autotext(service(NODULE), "nod")
