"""A report on a viewport: what is read there, its words around it, and its part of `state`."""

from typing import Any, Final

from workstation.domain.study import DisplaySet
from workstation.services.screen import describe
from workstation.services.screen.identity_words import when, whose
from workstation.services.screen.overlay_lines import Line, Overlay, Surroundings
from workstation.services.screen.viewed import Reading, ViewedStudy
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.viewport import ViewportState

#: Lines of a report that one viewport of `state` repeats.
MOST_TEXT: Final = 200


def reading_of(
    index: int,
    state: ViewportState,
    study: ViewedStudy | None,
    display_set: DisplaySet | None,
    permitted: bool,
) -> Reading | None:
    """None where no report hangs; without its words before the look at it is on record."""
    if display_set is None or study is None or display_set.document is None:
        return None
    if not permitted:
        why = tr("waiting for the record of access")
        return Reading(index, state, study, display_set, "", (), why)
    document = display_set.document
    state = reduce.go(state, state.frame_index, len(document.lines))
    return Reading(index, state, study, display_set, document.title, document.lines)


def words_of(reading: Reading, around: Surroundings) -> Overlay:
    """The words around a report: whose it is and when, as on every view."""

    def kept(*lines: Line) -> tuple[Line, ...]:
        return tuple(line for line in lines if line.text and line.level <= around.level)

    study, place = reading.study, reading.state.frame_index + 1
    return Overlay(
        top_left=kept(*whose(study)),
        top_right=kept(*when(study), Line(reading.display_set.label, 2), Line(study.procedure, 3)),
        bottom_left=kept(
            Line(tr("Line {n} / {total}", n=place, total=len(reading.lines)), 1)
            if reading.lines
            else Line("", 1)
        ),
        notices=(reading.missing,) if reading.missing else (),
        wrong_patient=around.wrong_patient,
    )


def snapshot(reading: Reading, active: bool, words: Overlay, engine: str) -> dict[str, Any]:
    """A report on a viewport: `frame` is the line at the top, `text` what follows from there."""
    own = reading.display_set.patient or reading.study.patient
    wrong = (words.wrong_patient,) if words.wrong_patient else ()
    at, sets = reading.state.frame_index, reading.display_set
    return describe.empty(reading.index, active, words, engine) | {
        "study_uid": sets.study,
        "series_uid": sets.series,
        "display_set": sets.id,
        "patient_id": own.id,
        "patient_name": reading.study.patient.name,
        "role": reading.study.role,
        "frame": at + 1,
        "frames": len(reading.lines),
        "frames_loaded": len(reading.lines),
        "notices": [*wrong, *words.notices],
        "painted": not reading.missing,
        "title": reading.title,
        "text": [line.text for line in reading.lines[at : at + MOST_TEXT]],
    }
