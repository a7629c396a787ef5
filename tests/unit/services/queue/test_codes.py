"""Every hospital names its procedures its own way; what they mean is told once, in a file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import FakeClock, InlineJobs
from fakes_platform import FakePlatform, item, site

from workstation.domain.identifiers import SiteId
from workstation.domain.procedure import Procedure
from workstation.errors import SettingsError
from workstation.services.queue.codes import normalised
from workstation.services.queue.worklist import Worklist
from workstation.services.report.report_edits import order_of, ordered_side
from workstation.services.report.templates import choose, load_templates
from workstation.settings import load_codes, resource

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
KNOWN = {"RXH7": Procedure("hand", "left", "XR-HAND"), "CTTH": Procedure("chest")}


def test_what_the_list_says_goes_before_what_the_order_says() -> None:
    """ "Rtg. dloni L" is no left hand to a checker that reads English."""
    order = item(1, NOW, procedure="Rtg dloni", procedure_code="rxh7 ", modality="DX", body_part="")
    told = normalised(order, KNOWN)

    assert (told.body_part, ordered_side(told), order_of(told).procedure_code) == (
        "Hand", "L", "XR-HAND",
    )  # fmt: skip
    assert (told.procedure, told.procedure_code, told.unmapped) == ("Rtg dloni", "rxh7 ", False)


def test_a_code_that_nobody_mapped_is_marked_and_told_by_its_words() -> None:
    order = item(1, NOW, procedure="CT chest", procedure_code="NEW1", body_part="Chest")
    told = normalised(order, KNOWN)

    assert told.unmapped
    assert (told.body_part, order_of(told).procedure_code) == ("Chest", "NEW1")


@pytest.mark.parametrize("known", [None, KNOWN])
def test_without_a_list_or_a_code_nothing_is_marked(known: dict[str, Procedure] | None) -> None:
    code = "NEW1" if known is None else ""

    assert not normalised(item(1, NOW, procedure_code=code), known).unmapped


def test_the_template_follows_the_list() -> None:
    """An order in a language no template speaks finds the template of its region."""
    templates = load_templates(resource("templates"))
    order = item(1, NOW, procedure="TK klatki piersiowej", procedure_code="CTTH", body_part="")

    by_words = choose(templates, order_of(order)).template
    by_list = choose(templates, order_of(normalised(order, KNOWN))).template

    assert "chest" not in by_words.regions
    assert "chest" in by_list.regions


def test_rows_of_that_site_alone_are_told_by_its_list() -> None:
    """The same letters mean another thing elsewhere."""
    clock = FakeClock()
    jobs = InlineJobs(clock)
    platforms = {SiteId(n): FakePlatform(n, clock, [item(1, NOW)]) for n in ("harbor", "mesa")}
    worklist = Worklist(
        platforms, (site("harbor"), site("mesa")), jobs, clock,
        codes={SiteId("mesa"): {"CTCH": Procedure("neck")}},
    )  # fmt: skip
    worklist.sign_in(None).result()
    row = next(row for row in worklist.rows if row.item.site == "mesa")
    claimed = worklist.claim(row).result()

    assert {(r.item.site, r.item.body_part) for r in worklist.rows} == {
        ("harbor", "Chest"), ("mesa", "Neck"),
    }  # fmt: skip
    assert claimed.body_part == "Neck"


def test_a_list_is_read(tmp_path: Path) -> None:
    file = tmp_path / "codes.toml"
    file.write_text('[ctth]\nregion = "chest"\n["RX H7"]\nregion = "hand"\nside = "left"\n')

    assert load_codes(file) == {"CTTH": Procedure("chest"), "RX H7": Procedure("hand", "left")}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[A]\nregion = "x"\n\n[B]\nregoin = "x"\n', "line 4: B: 'regoin' is none of region, side"),
        ('[A]\nside = "up"\n', "line 1: A: side is one of left, right, both"),
        ("[A]\nregion = 3\n", "line 1: A: region is a text in quotes"),
        ("A = 1\n", "line 1: A: write a table with region, side, code"),
        ('[A]\ncode = "x"\n[a]\ncode = "y"\n', "line 3: a: it is there twice"),
        ("[A\n", "line 1"),
    ],
)
def test_a_wrong_list_is_refused_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    """Half a list would send orders to the wrong template without a word."""
    file = tmp_path / "codes.toml"
    file.write_text(text)

    with pytest.raises(SettingsError, match=why):
        load_codes(file)
