"""Words in the corners of a view: none over another, none beyond the edge, no number cut."""

import re
from itertools import combinations

import pytest

from workstation.services.screen.overlay_lines import Line, Mark, Overlay
from workstation.ui.viewer import glyphs
from workstation.ui.viewer.corners import Row, notice_lines, rows

#: What real sites send at its longest: an ID of 64 characters, a protocol that explains itself,
#: a doubt in a whole sentence, a name in a script that runs the other way.
LONG = Overlay(
    top_left=(
        Line("\u2068כהן-אלכסנדרוביץ, יעקב\u2069  M 64", 1, Mark.NAME),
        Line("1962-03-02  " + "0123456789ABCDEF" * 4, 1),
        Line("HG-26-118204", 3),
    ),
    top_right=(
        Line("PRIOR 1 · −379 d", 1, Mark.PRIOR),
        Line("21 Nov 2026 17:31 PST", 1),
        Line("RIGHT  MLO", 1),
        Line("Axial lung 2.5 after 80 mL contrast, arterial phase, reconstructed", 2),
        Line("Thorax routine with contrast and everything", 3),
    ),
    bottom_left=(
        Line("2 slices missing between images 34 and 35: lengths not reliable", 1, Mark.DOUBT),
        Line("512 × 512  0.661 × 0.661 mm", 3),
        Line("Im 51 / 100", 1),
        Line("S −114.0 mm  2.5 mm", 2),
        Line("W 1500  L −600  Lung", 2),
    ),
    bottom_right=(
        Line("mm (est. mag. 1.12)", 1, Mark.DOUBT),
        Line("LOSSY 8:1", 1, Mark.LOSSY),
        Line("AGD 1.52 mGy  ESAK 8.52 mGy", 3),
        Line("Zoom 136 %", 2),
        Line("120 kVp  184 mA  92 mAs  1601 ms", 2),
    ),
)
SIZES = [(320, 280), (360, 300), (480, 420), (760, 600), (1200, 900), (2560, 1400)]


def only_level_1(words: Overlay) -> Overlay:
    def kept(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(line for line in lines if line.level == 1)

    return Overlay(
        top_left=kept(words.top_left),
        top_right=kept(words.top_right),
        bottom_left=kept(words.bottom_left),
        bottom_right=kept(words.bottom_right),
    )


def placed(size: tuple[int, int]) -> tuple[Row, ...]:
    words = LONG if size[0] >= 360 else only_level_1(LONG)
    return rows(words, *size)


@pytest.mark.parametrize("size", SIZES)
def test_no_line_leaves_the_view_or_lies_on_another(size: tuple[int, int]) -> None:
    """An ID under a date is a wrong ID."""
    found = placed(size)

    for row in found:
        assert row.left >= 0
        assert row.right <= size[0]
        assert row.top >= 0
        assert row.bottom <= size[1]
    for one, other in combinations(found, 2):
        beside = one.right <= other.left or other.right <= one.left
        above = one.bottom <= other.top + 0.01 or other.bottom <= one.top + 0.01
        assert beside or above, (one, other)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_of_level_1_is_cut(size: tuple[int, int]) -> None:
    """Identity, side and honesty go on in the next line instead (frown 15 of the design)."""
    found = "".join(row.line.text for row in placed(size)).replace(" ", "")

    for line in (*only_level_1(LONG).top_left, *only_level_1(LONG).bottom_left):
        assert line.text.replace(" ", "") in found
    assert "…" not in "".join(row.line.text for row in placed(size) if row.line.level == 1)


@pytest.mark.parametrize("size", SIZES[1:])
def test_a_number_is_there_whole_or_not_at_all(size: tuple[int, int]) -> None:
    """1601 ms cut to 160 is another exposure."""
    whole = {
        number
        for corner in (LONG.bottom_right, LONG.bottom_left)
        for line in corner
        for number in re.findall(r"[\d.]+", line.text)
    }
    for row in placed(size):
        if row.line in (LONG.top_right[3], LONG.top_right[4]) or row.top < size[1] / 2:
            continue
        assert set(re.findall(r"[\d.]+", row.line.text)) <= whole


def test_where_there_is_room_every_line_stands_as_it_was_said() -> None:
    assert {row.line for row in placed((2560, 1400))} == {
        *LONG.top_left, *LONG.top_right, *LONG.bottom_left, *LONG.bottom_right
    }  # fmt: skip


def test_a_number_that_goes_on_below_takes_its_unit_with_it() -> None:
    """ "446.2" at the end of a line and "mm" alone below are read as two things."""
    words = Overlay(bottom_left=(Line("Section 0.0 / 446.2 mm", 1), Line("W 40  L 400", 2)))
    for width in range(320, 480, 20):
        texts = [row.line.text for row in rows(words, width, 400.0)]
        assert not any(re.match(r"mm|/", text) or text.endswith("/") for text in texts), texts


def test_a_sentence_in_the_middle_of_a_narrow_view_goes_on_below() -> None:
    """Six views on a laptop: half of what to do next is cut off at both sides else."""
    sentence = "click on planes or images to set points along a vessel or an arch"
    lines = notice_lines([sentence], 240)

    assert " ".join(lines) == sentence
    assert len(lines) > 1
    assert all(glyphs.text_width(line) <= 240 - 30 for line in lines)
    assert notice_lines([sentence], 1200) == (sentence,)


def test_beside_the_scale_bar_nothing_is_dropped_that_has_room_above_it() -> None:
    """On a laptop with a prior: how thick the slice is, and by which preset it is windowed."""
    words = Overlay(
        bottom_left=(
            Line("Im 1 / 100", 1),
            Line("S 239.0 mm  2.5 mm", 2),
            Line("W 1500  L −600  LUNG", 2),
        )
    )
    said = [row.line.text for row in rows(words, 366, 660)]

    assert "…" not in "".join(said)
    assert {"2.5 mm", "LUNG"} <= set("  ".join(said).split("  "))
