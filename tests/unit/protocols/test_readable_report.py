"""Structured reports as a reader reads them, against dcmtk's own reading of the real ones."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import need

from workstation.adapters.decoders import Decoders
from workstation.domain.document import TextDocument
from workstation.protocols.dicom_attributes import Attributes, parse
from workstation.protocols.dicom_sr import MAX_DEPTH, MAX_ITEMS
from workstation.protocols.readable_report import MAX_TEXT_LINES, WIDTH, readable_report

DATA = Path(__file__).parents[4] / "shared" / "data"
REPORTS = sorted(
    [*(DATA / "sr").glob("sr*.dcm"), DATA / "sr/test-SR.dcm", DATA / "seg_sr_dcmqi/sr.dcm"]
)
needs_data = [
    pytest.mark.data,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here"),
]
#: One content item of `dsrdump +Pl`: type, concept name, value.
_DUMPED = re.compile(
    r'<[a-z ]+ (TEXT|CODE|NUM|PNAME|UIDREF):(?:\([^"]*"([^"]*)"\))?=(?:\([^"]*)?"([^"]*)"'
)


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders(children=1)
    yield pool
    pool.close()


def _by_dcmtk(path: Path) -> str:
    need("dsrdump")
    return subprocess.run(
        ["dsrdump", "+Pl", "-Ec", path], capture_output=True, check=True, text=True,
        encoding="latin-1",
    ).stdout  # fmt: skip


def _words(line: str) -> str:
    return " ".join(line.replace("^", " ").replace(",", " ").split())


def _as_read(document: TextDocument) -> str:
    return _words(" ".join(line.text for line in document.lines))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: f"{path.parent.name}/{path.name}")
@pytest.mark.usefixtures("decoders")
class TestRealReports:
    pytestmark = needs_data

    def test_every_value_that_dcmtk_reads_stands_in_the_document_in_the_same_order(
        self, path: Path, decoders: Decoders
    ) -> None:
        """A finding that is left out, or under the wrong heading, is a wrong report."""
        (row,) = parse(decoders.header(path.read_bytes()))
        document = readable_report(row)
        assert document is not None
        text, at, found = _as_read(document), 0, 0
        dumped = _by_dcmtk(path)
        for kind, name, value in _DUMPED.findall(dumped):
            if not value.isascii() or "\\" in value:
                continue  # dcmtk writes line ends and other characters in its own way
            wanted = _words(f"{name}: {value}" if name else value)
            place = text.find(wanted, at)
            assert place >= 0, (kind, wanted)
            at, found = place + len(wanted), found + 1
        assert found > 5

    def test_no_item_is_dropped(self, path: Path, decoders: Decoders) -> None:
        """An object that dcmtk finds to have n items has no fewer lines here."""
        (row,) = parse(decoders.header(path.read_bytes()))
        document = readable_report(row)
        assert document is not None
        dumped = _by_dcmtk(path)
        items = len(re.findall(r"^ +<(?![a-z ]*CONTAINER:=)", dumped, re.MULTILINE))
        assert len(document.lines) >= items > 5


def _element(value: object, vr: str = "LO") -> dict[str, Any]:
    return {"vr": vr, "Value": value if isinstance(value, list) else [value]}


def _code(meaning: str, value: str = "1", scheme: str = "99TEST") -> dict[str, Any]:
    codes = {"00080100": value, "00080102": scheme, "00080104": meaning}
    return _element({tag: _element(each) for tag, each in codes.items()}, "SQ")


def _item(kind: str, name: str, *children: dict[str, Any], **values: Any) -> dict[str, Any]:
    row = {"0040A040": _element(kind), "0040A043": _code(name)}
    row |= {tag.removeprefix("t"): value for tag, value in values.items()}
    return row | ({"0040A730": _element(list(children), "SQ")} if children else {})


def _read(row: dict[str, Any]) -> TextDocument:
    document = readable_report(Attributes(row))
    assert document is not None
    return document


def _texts(row: dict[str, Any]) -> list[str]:
    return [line.text for line in _read(row).lines]


class TestReading:
    def test_headings_and_values_stand_as_deep_as_in_the_object(self) -> None:
        """Which finding belongs to which group is what a report is about."""
        number = _element(
            {"0040A30A": _element(22.5, "DS"), "004008EA": _code("millimeter", "mm", "UCUM")}, "SQ"
        )
        size = _item("NUM", "Long axis", t0040A300=number)
        site = _item("CODE", "Site", t0040A168=_code("Left upper lobe"))
        report = _item("CONTAINER", "Chest CT", _item("CONTAINER", "Findings", site, size))
        document = _read(report)
        assert document.title == "Chest CT"
        assert [(line.text, line.depth, line.heading) for line in document.lines] == [
            ("Findings", 0, True),
            ("Site: Left upper lobe", 1, False),
            ("Long axis: 22.5 mm", 1, False),
        ]

    def test_a_line_that_names_an_image_keeps_its_identifier_apart(self) -> None:
        """Who shows the line can then call the image by its name; words of others stay words."""
        image = {"00081155": _element("1.2.3.4", "UI")}
        source = _item("IMAGE", "Source", t00081199=_element(image, "SQ"))
        text = _item("TEXT", "Note", t0040A160=_element("see 1.2.3.4", "UT"))

        lines = _read(_item("CONTAINER", "R", source, text)).lines
        assert [line.refers for line in lines] == ["1.2.3.4", ""]

    def test_what_names_a_value_is_told_from_it(self) -> None:
        """A colon inside of what somebody dictated names nothing."""
        item = _item("TEXT", "Finding", t0040A160=_element("Nodule: 5 mm", "UT"))
        bare = _item("TEXT", "", t0040A160=_element("Note: none", "UT"))
        del bare["0040A043"]

        lines = _read(_item("CONTAINER", "R", item, bare)).lines
        assert [line.text[: line.named] for line in lines] == ["Finding:", ""]

    def test_a_number_that_could_not_be_measured_says_why(self) -> None:
        """PS3.3 C.18.1: without a value there is a qualifier; silence would read as zero."""
        item = _item("NUM", "Density", t0040A301=_code("Not a number"))
        assert _texts(_item("CONTAINER", "R", item)) == ["Density: (Not a number)"]

    def test_digits_are_not_lost(self) -> None:
        """A site that writes numbers as JSON numbers must not cost the seventh digit."""
        number = _element({"0040A30A": _element(1234.56789, "DS")}, "SQ")
        item = _item("NUM", "Dose", t0040A300=number)
        assert _texts(_item("CONTAINER", "R", item)) == ["Dose: 1234.56789"]

    def test_what_is_not_understood_is_named(self) -> None:
        """A new kind of item must not be missing from the report without a word."""
        report = _item("CONTAINER", "R", _item("TABLE", "Doses"), _item("TEXT", "Note"))
        assert _texts(report) == ["Doses: TABLE: not understood here", "Note: no value"]

    def test_markup_stays_letters(self) -> None:
        """SEC-08: a text from a file is never a page, a link or a picture."""
        written = '<img src="file:///etc/passwd"><b>No finding</b>'
        item = _item("TEXT", "Finding", t0040A160=_element(written, "UT"))
        assert _texts(_item("CONTAINER", "R", item)) == [f"Finding: {written}"]

    def test_letters_that_turn_the_direction_of_writing_are_left_out(self) -> None:
        """SEC-08: "no finding" must not be written by an override of "gnidnif on"."""
        item = _item("TEXT", "F", t0040A160=_element("a\u202egnidnif on\u202c b\x1b[31m", "UT"))
        assert _texts(_item("CONTAINER", "R", item)) == ["F: agnidnif on b[31m"]

    def test_a_text_keeps_its_lines_and_no_line_is_too_wide(self) -> None:
        """Dictated reports are paragraphs; a line must fit on a view."""
        written = "First.\r\nSecond.\n" + "word " * 100
        item = _item("TEXT", "Report", t0040A160=_element(written, "UT"))
        texts = _texts(_item("CONTAINER", "R", item))
        assert texts[:2] == ["Report: First.", "Second."]
        assert max(map(len, texts)) <= WIDTH
        assert " ".join(texts[2:]).split() == ["word"] * 100

    def test_who_wrote_and_who_verified_stands_above(self) -> None:
        """A prior report that nobody verified must not pass for a final one."""
        verifier = _element({"0040A075": _element({"Alphabetic": "Roe^Jane"}, "PN")}, "SQ")
        head = {
            "00080023": _element("20261124", "DA"), "00080033": _element("173055.20", "TM"),
            "0040A491": _element("COMPLETE"), "0040A493": _element("VERIFIED"),
            "0040A073": verifier,
        }  # fmt: skip
        assert _texts(_item("CONTAINER", "R") | head) == [
            "Written: 2026-11-24 17:30:55",
            "State: complete, verified",
            "Verified by: Roe, Jane",
        ]


class TestBounds:
    def test_too_many_items_are_counted(self) -> None:
        """A hostile report neither stalls the reader nor hides that it goes on."""
        many = [_item("TEXT", "T")] * (MAX_ITEMS + 40)
        document = _read(_item("CONTAINER", "R", *many))
        assert len(document.lines) == MAX_ITEMS + 1
        assert document.lines[-1].text == "40 more items are not shown"

    def test_items_that_lie_too_deep_are_counted(self) -> None:
        row = _item("TEXT", "deepest")
        for _ in range(MAX_DEPTH + 10):
            row = _item("CONTAINER", "C", row)
        assert _read(row).lines[-1].text == "10 more items are not shown"

    def test_an_endless_text_ends_with_a_word_about_it(self) -> None:
        item = _item("TEXT", "T", t0040A160=_element("x\n" * (MAX_TEXT_LINES + 5), "UT"))
        texts = _texts(_item("CONTAINER", "R", item))
        assert len(texts) == MAX_TEXT_LINES + 1
        assert texts[-1] == "the rest of this text is not shown"

    @pytest.mark.parametrize("value", [None, 7, "x", [None], [[]], {"Value": 3}])
    def test_content_of_the_wrong_kind_is_a_report_without_content(self, value: object) -> None:
        """Nothing is believed because a site says so; nothing ends the program either."""
        row = {"0040A040": _element("CONTAINER"), "0040A730": {"vr": "SQ", "Value": value}}
        assert all("no value" in t or "without a value" in t for t in _texts(row))

    def test_an_image_is_no_report(self) -> None:
        assert readable_report(Attributes({"00280010": _element(512, "US")})) is None
