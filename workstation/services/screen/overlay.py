"""The words on a view, by level and modality (section 4 of the design guide).

Level 1 is identity, laterality, number, lossy and honesty marks: no setting and no key
hides it. Level 2 is the default, level 3 everything. All from one `Shown`: the words
belong to the image drawn, not to the one asked for.
"""

from typing import Final

from workstation.imaging.suv import words_for
from workstation.services.screen.honesty_words import (
    drawn,
    honesty,
    lossy,
    where_mm_hold,
    zoom_words,
)
from workstation.services.screen.identity_words import key_words, side_line, when, whose
from workstation.services.screen.overlay_lines import Line, Mark, Overlay, Surroundings
from workstation.services.screen.place_words import (
    between_pixels,
    geometry_notice,
    is_page,
    left_out,
    matrix,
    number_words,
    place_words,
    processed,
    slab_words,
    window_line,
)
from workstation.services.screen.viewed import Shown
from workstation.text import tr
from workstation.viewing.orientation import edge_letters
from workstation.viewing.overlay_table import LEVELS, Corner
from workstation.viewing.resolve import oriented

#: A view narrower than this (logical pixels) drops level 2.
NARROW: Final = 360


def overlay(shown: Shown, around: Surroundings) -> Overlay:
    """The words on one view."""
    study, frame, sets = shown.study, shown.frame, shown.display_set

    def kept(*lines: Line | None) -> tuple[Line, ...]:
        """Of this level, each once: a series is often called as its procedure is."""
        found = [x for x in lines if x is not None and x.text and x.level <= around.level]
        return tuple({(x.text.casefold(), x.mark): x for x in reversed(found)}.values())[::-1]

    def facts(corner: Corner, *levels: int) -> tuple[Line, ...]:
        found = around.table.lines(sets.modality, corner, frame.technique)
        return tuple(Line(words, level) for level, words in found if level in levels)

    return Overlay(
        top_left=kept(*whose(study)),
        top_right=kept(
            *when(study),
            side_line(frame, kept(*facts(Corner.SIDE, *LEVELS))),
            Line(key_words(around.key_image), 1, Mark.KEY),
            Line(sets.label, 2),
            Line(study.procedure, 3),
            *facts(Corner.TOP_RIGHT, *LEVELS),
        ),
        bottom_left=kept(
            Line(geometry_notice(sets), 1, Mark.DOUBT),
            Line(words_for(sets.no_suv) if sets.no_suv else "", 1, Mark.DOUBT),
            *(Line(notice, 1, Mark.DOUBT) for notice in around.notices),
            Line(matrix(frame), 3),
            *facts(Corner.BOTTOM_LEFT, 3),
            Line(processed(shown), 1, Mark.DOUBT),
            Line(between_pixels(shown), 3),
            Line(slab_words(shown), 1),
            Line(number_words(shown), 1),
            *(Line(part, 1) for part in left_out(shown)),
            Line(place_words(shown), 2),
            *facts(Corner.BOTTOM_LEFT, 1, 2),
            window_line(shown),
        ),
        bottom_right=kept(
            Line(around.probe, 1),
            *(Line(words, level) for words, level in around.presented),
            *(
                Line(drawn(each, around), 1 if around.structures_drawn else 2)
                for each in around.structures
            ),
            Line("" if is_page(sets) else honesty(frame), 1, Mark.DOUBT),
            Line(tr("not for measurement") if shown.rendering else "", 1, Mark.DOUBT),
            Line(where_mm_hold(shown), 1, Mark.DOUBT),
            Line(lossy(frame), 1, Mark.LOSSY),
            *facts(Corner.BOTTOM_RIGHT, 3),
            Line(zoom_words(frame, around), 2),
            *facts(Corner.BOTTOM_RIGHT, 1, 2),
        ),
        letters=edge_letters(oriented(shown.state, shown.framing), frame),
        notices=(shown.missing,) if shown.missing else (),
        wrong_patient=around.wrong_patient,
    )
