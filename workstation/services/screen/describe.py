"""Viewports as words and as data: `state` of contracts.md, the probe, the wrong patient."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workstation.domain.measurement import Measurement, PixelPoint
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.measure import value_at
from workstation.imaging.pixels import ReducedImage
from workstation.services.screen.overlay_lines import Overlay
from workstation.services.screen.place_words import geometry_notice, number
from workstation.services.screen.viewed import Probe, Reading, Shown, ViewedStudy
from workstation.text import tr


def wrong_patient(current: ViewedStudy | None, shown: Shown | Reading) -> str:
    """Why an image or a report is not of the patient being reported; empty where it is.

    Both the order's word and the object's own are compared.
    """
    if current is None:
        return ""
    for patient in (shown.study.patient, shown.display_set.patient):
        if patient is not None and not current.is_of(patient):
            return tr(
                "WRONG PATIENT: this image belongs to ID {id}", id=patient.id or tr("unknown")
            )
    return ""


def of_the_patient(
    current: ViewedStudy | None, sets: Sequence[DisplaySet]
) -> tuple[DisplaySet, ...]:
    """What is hung by itself: images of the patient being reported, or all where none is.

    Those of somebody else are shown, with their warning, when the reader asks for them.
    """
    own = [
        each
        for each in sets
        if current is None or each.patient is None or current.is_of(each.patient)
    ]
    return tuple(own or sets)


def preview(reduced: ReducedImage) -> str:
    """What must be known of something smaller in the place of an image."""
    return tr(
        "PREVIEW at 1/{n} of the resolution: the image is on its way; nothing can be measured",
        n=1 << reduced.halved,
    )


def probe(shown: Shown, at: PixelPoint) -> Probe:
    """The modality value of the pixel whose centre is nearest.

    Raises
    ------
    CommandError
        Beside the image, or the image is not here.
    """
    if shown.rendering is not None:
        raise CommandError(tr("volume rendering is not for measuring"))
    if shown.pixels is None:
        raise CommandError(shown.missing)
    x, y = (math.floor(part + 0.5) for part in at)
    claimed = shown.frame.pixels
    if not (0 <= x < claimed.columns and 0 <= y < claimed.rows):
        raise CommandError(tr("this point is beside the image"))
    stored = shown.pixels.stored[y, x]
    if np.ndim(stored):
        return Probe(shown.index, (x, y), ", ".join(str(int(sample)) for sample in stored))
    found = value_at((x, y), shown.frame, shown.pixels)
    if found is None:
        return Probe(shown.index, (x, y), tr("no value here"))
    return Probe(shown.index, (x, y), number(found.value), found.unit, found.value)


def empty(index: int, active: bool, words: Overlay, engine: str) -> dict[str, Any]:
    """A viewport with nothing on it."""
    return {
        "index": index, "active": active, "study_uid": "", "series_uid": "", "display_set": "",
        "patient_id": "", "frame": 0, "frames": 0, "frames_loaded": 0, "window": None,
        "plane": None, "overlay": list(words.lines), "engine": engine, "notices": [],
    }  # fmt: skip


def viewport(
    shown: Shown,
    active: bool,
    words: Overlay,
    loaded: int,
    engine: str,
    notices: Sequence[str],
    probed: Probe | None,
) -> dict[str, Any]:
    """One viewport of `state`; `frame` counts from 1, as on the view."""
    state, sets, voi = shown.state, shown.display_set, shown.voi
    own = shown.display_set.patient or shown.study.patient
    wrong = (words.wrong_patient,) if words.wrong_patient else ()
    geometry = (doubt,) if (doubt := geometry_notice(sets)) else ()
    return {
        "index": shown.index,
        "active": active,
        "study_uid": sets.study,
        "series_uid": sets.series,
        "display_set": sets.id,
        "patient_id": own.id,
        "patient_name": shown.study.patient.name,
        "role": shown.study.role,
        "frame": shown.place[0] + 1,
        "frames": shown.place[1],
        "frames_loaded": loaded,
        "window": None if voi is None else [voi.center, voi.width],
        "window_name": "" if voi is None else voi.name,
        "plane": _plane(shown),
        "overlay": list(words.lines),
        "engine": engine,
        "notices": [*wrong, *words.notices, *geometry, *notices],
        "painted": shown.is_here,
        "reformat": _reformat(shown),
        "curve": _curve(shown),
        "volume": None if shown.rendering is None else {"preset": shown.rendering.preset.name},
        "sop_uid": shown.frame.key.sop,
        "zoom": state.zoom,
        "inverted": state.inverted,
        "probe": None
        if probed is None
        else {"x": probed.at[0], "y": probed.at[1], "value": probed.number, "unit": probed.unit},
    }


def _reformat(shown: Shown) -> dict[str, Any] | None:
    """What of a volume is shown in place of an image."""
    made = shown.reformat
    if made is None:
        return None
    return {
        "plane": made.plane.value if made.plane is not None else "",
        "slab_mm": made.slab_mm,
        "mode": made.mode.value,
        "turned": made.turned,
    }


def _curve(shown: Shown) -> dict[str, Any] | None:
    """What of a curve through a volume is shown."""
    curve = shown.curve
    if curve is None:
        return None
    return {"shows": curve.along.value, "at_mm": curve.at_mm, "length_mm": curve.length_mm}


def _plane(shown: Shown) -> dict[str, Any] | None:
    plane = shown.frame.plane
    if plane is None:
        return None
    return {
        "origin": list(plane.origin),
        "row": list(plane.row),
        "column": list(plane.column),
        "spacing": [plane.row_spacing, plane.column_spacing],
    }


def measurements(marks: Sequence[Measurement]) -> list[Mapping[str, object]]:
    """As contracts.md has them."""
    return [
        {
            "id": m.id,
            "kind": m.kind.value,
            "value": m.value,
            "unit": m.unit,
            "note": m.note,
            "stats": dict(m.stats),
            "stats_unit": m.stats_unit,
            "layer": dict(m.layer),
            "layer_unit": m.layer_unit,
            "series_uid": m.frame.series,
            "sop_uid": m.frame.sop,
            "frame": m.frame.frame_index,
            "image": m.image_number,
            "points": [list(point) for point in m.points],
            "revision": m.revision,
            "text": m.text,
            "uncertainty": m.uncertainty,
            "author": m.author,
        }
        for m in marks
    ]
