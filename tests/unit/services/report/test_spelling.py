"""Spelling: what is marked, what is not, and whose words are whose."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from fakes import FakeClock, InlineJobs
from fakes_report import TEMPLATES, Desk, item
from hypothesis import given
from hypothesis import strategies as st

from workstation.adapters.dictionaries import HunspellDictionaries
from workstation.adapters.memory_store import MemoryStore
from workstation.domain.report import FieldRef, SectionKind
from workstation.errors import SettingsError
from workstation.services.report.spelling import Spelling, words_in
from workstation.services.report.word_lists import read, words_of

LUNGS = FieldRef(SectionKind.FINDINGS, "lungs")
LISTS = Path(__file__).parents[4] / "resources" / "spelling"


class Known:
    """A dictionary of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = frozenset(words)
        self.asked: list[str] = []
        self.opened: list[str] = []

    def has(self, language: str) -> bool:
        return language == "en"

    def unknown(self, language: str, words: Iterable[str]) -> frozenset[str]:
        asked = list(words)
        self.opened = list(dict.fromkeys((*self.opened, language)))
        self.asked += asked
        return frozenset(w for w in asked if w.casefold() not in self.words)

    def suggest(self, language: str, word: str) -> tuple[str, ...]:
        return ("nodule", "noodle")


class Marker:
    def __init__(
        self,
        *words: str,
        radiology: Mapping[str, frozenset[str]] | None = None,
        store: MemoryStore | None = None,
    ) -> None:
        self.dictionary = Known(*words)
        self.jobs = InlineJobs(FakeClock())
        lists = radiology or {"en": frozenset({"hilar", "atelectasis", "enhancing"})}
        self.store = store or MemoryStore()
        self.spelling = Spelling(self.dictionary, lists, self.store, self.jobs)
        self.spelling.begin("harbor|Practitioner/17")

    def marked(self, text: str, language: str = "en", typed: int = -1) -> list[str]:
        self.spelling.marks(text, language, typed)
        self.jobs.advance(0.1)
        return [text[a:b] for a, b in self.spelling.marks(text, language, typed)]


def test_a_word_that_nobody_knows_is_marked_once_it_was_looked_up() -> None:
    """The look-up is not on the reader's thread: first nothing, then the marks."""
    marker = Marker("small", "the")
    text = "Small noduel in the hilar region"

    assert marker.spelling.marks(text, "en") == ()
    assert marker.marked(text) == ["noduel", "region"]


@pytest.mark.parametrize(
    "text",
    ["CT MRI FLAIR", "12 mm and 3mL pT2b N0", "x.y.z http://host/path a@b.de", "L4-L5 T2-weighted"],
)
def test_abbreviations_units_and_levels_are_no_words(text: str) -> None:
    """A page of red lines is a page without any."""
    assert [word for _, _, word in words_in(text) if word not in ("and", "weighted")] == []


def test_prefixes_plurals_and_hyphens_of_known_words_are_known() -> None:
    """Perihilar, nonenhancing, post-traumatic: nobody can list them all."""
    marker = Marker("traumatic", "margin")
    text = "perihilar nonenhancing margins traumatic-margin post-traumatic perihilur hilar-noduel"

    assert marker.marked(text) == ["margins", "perihilur", "hilar-noduel"]


def test_the_word_that_is_being_typed_is_left_alone() -> None:
    """Red under each half of a word is noise, and each half would be looked up."""
    marker = Marker()
    assert marker.marked("nodu", typed=4) == []
    assert marker.dictionary.asked == []
    assert marker.marked("nodu x", typed=6) == ["nodu"]


def test_a_readers_own_word_is_right_for_that_reader_alone() -> None:
    """And comes back with him."""
    marker = Marker()
    assert marker.marked("Schmorlian") == ["Schmorlian"]
    marker.spelling.add("Schmorlian")
    assert marker.marked("schmorlian Schmorlian") == []

    again = Marker(store=marker.store)
    assert again.marked("Schmorlian") == []
    again.spelling.begin("harbor|Practitioner/18")
    assert again.marked("Schmorlian") == ["Schmorlian"]
    assert marker.spelling.forget("schmorlian")
    assert marker.marked("Schmorlian") == ["Schmorlian"]


def test_without_a_dictionary_of_the_language_nothing_is_marked() -> None:
    """A German report against an English dictionary would be red from end to end."""
    marker = Marker()
    assert marker.marked("Kein Rundherd", "de") == []
    assert marker.marked("Kein", "en-GB") == ["Kein"]


def test_what_was_meant_is_offered_radiology_first_and_as_it_was_written() -> None:
    """ "Atelectsis" is no "athletics"."""
    marker = Marker()
    found = marker.spelling.suggest("Atelectsis", "en").result()
    assert found == ("Atelectasis", "Nodule", "Noodle")


def test_the_next_marked_word_goes_round_the_report() -> None:
    """From the caret on, through the fields, and back to the first."""
    desk, marker = Desk(), Marker("clear")
    reporting = desk.start(item())
    reporting.set_section(SectionKind.IMPRESSION, "")
    for ref, each in list(reporting.report.fields if reporting.report else ()):
        reporting.set_field(ref.section, each.spec.id, "clear")
    reporting.set_field(LUNGS.section, LUNGS.id, "clear noduel clear atelctasis")
    bones = FieldRef(SectionKind.FINDINGS, "bones")
    reporting.set_field(bones.section, bones.id, "fractuer")
    report = reporting.report
    assert report is not None
    marker.spelling.judge(report)

    assert marker.spelling.next_unknown(report, LUNGS, 0) == (LUNGS, (6, 12))
    assert marker.spelling.next_unknown(report, LUNGS, 13) == (LUNGS, (19, 29))
    assert marker.spelling.next_unknown(report, LUNGS, 30) == (bones, (0, 8))
    assert marker.spelling.next_unknown(report, bones, 9) == (LUNGS, (6, 12))


@given(st.text(alphabet="ab'’-. \n\u2028A1", max_size=60))
def test_words_lie_where_they_are_said_to(text: str) -> None:
    """A mark under the wrong letters, or a correction of the wrong ones, changes the report."""
    for start, end, word in words_in(text):
        assert text[start:end] == word


# --- real dictionaries --------------------------------------------------------------------


def test_the_dictionary_that_is_carried_with_our_list_knows_a_report_and_not_its_faults() -> None:
    """en_US alone marks a third of these words (research, R15)."""
    words = words_of(LISTS, TEMPLATES)
    jobs = InlineJobs(FakeClock())
    spelling = Spelling(HunspellDictionaries({}), words, MemoryStore(), jobs)
    right = (
        "Bibasilar atelectasis with small pleural effusions. Mild periappendiceal stranding, "
        "gadobutrol given. Leukoaraiosis, hepatosplenomegaly, spondylolisthesis of L5 and "
        "hypoattenuating lesions. No hydronephrosis, pneumoperitoneum or lymphadenopathy."
    )
    wrong = "Plueral efusion, atelctasis and a nodlue."
    for text in (right, wrong):
        spelling.marks(text, "en")
    jobs.advance(0.1)

    assert [right[a:b] for a, b in spelling.marks(right, "en")] == []
    found = [wrong[a:b] for a, b in spelling.marks(wrong, "en")]
    assert found == ["Plueral", "efusion", "atelctasis", "nodlue"]
    assert spelling.suggest("atelctasis", "en").result()[0] == "atelectasis"


def test_a_dictionary_that_is_none_is_told_once_and_marks_nothing(tmp_path: Path) -> None:
    """Spelling must never stand between a reader and a report."""
    for end in ("aff", "dic"):
        (tmp_path / f"xx.{end}").write_bytes(b"\xff\xfe not a dictionary\n\n")
    broken = HunspellDictionaries({"en": tmp_path / "xx"})
    with pytest.raises(SettingsError, match="spelling is off"):
        broken.unknown("en", ["word"])
    jobs = InlineJobs(FakeClock())
    spelling = Spelling(broken, {}, MemoryStore(), jobs)
    told: list[str] = []
    spelling.told.connect(told.append)
    spelling.marks("word another", "en")
    jobs.advance(0.1)
    assert len(told) == 1
    assert spelling.marks("word", "en") == ()


def test_dictionaries_are_found_where_the_system_keeps_them(tmp_path: Path) -> None:
    """And none where there is none."""
    (tmp_path / "de_DE.aff").write_text("SET UTF-8\n", "utf-8")
    (tmp_path / "de_DE.dic").write_text("1\nLunge\n", "utf-8")
    found = HunspellDictionaries({}, [tmp_path])
    assert found.has("de")
    assert not found.has("fr")
    assert found.unknown("de", ["Lunge", "Lunqe"]) == {"Lunqe"}


def test_a_dictionary_is_read_when_a_reader_signs_in_and_not_with_the_first_case() -> None:
    """To read one stops every thread: under a first image that is a picture that comes late."""
    jobs, dictionary = InlineJobs(FakeClock()), Known("word")
    Spelling(dictionary, {"en": frozenset(), "fi": frozenset()}, MemoryStore(), jobs).begin("anna")
    jobs.advance(0.1)
    assert dictionary.opened == ["en"]


def test_words_in_letters_that_a_dictionary_does_not_have_are_unknown_to_it(tmp_path: Path) -> None:
    """A name in Greek in an English report marks a word; it must not switch spelling off. Of
    the two apostrophes dictionaries have that of typewriters, and editors type the other."""
    (tmp_path / "xx.aff").write_text("SET ISO8859-1\n", "ascii")
    (tmp_path / "xx.dic").write_text("2\nlung\nhasn't\n", "ascii")
    found = HunspellDictionaries({"xx": tmp_path / "xx"})
    assert found.unknown("xx", ["lung", "hasn\u2019t", "\u03bb\u03cc\u03b3\u03bf\u03c2"]) == {
        "\u03bb\u03cc\u03b3\u03bf\u03c2"
    }
    assert found.suggest("xx", "\u03bb\u03cc\u03b3\u03bf\u03c2") == ()


def test_our_own_list_is_clean() -> None:
    """Small letters, no doubles within a subject, and nothing that the program itself misspells."""
    text = (LISTS / "en.txt").read_text("utf-8")
    words = read(text)
    assert len(words) >= 1000
    assert all(word == word.casefold() and not any(c.isdigit() for c in word) for word in words)
