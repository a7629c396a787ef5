"""Everything a reader draws in a case, series by series, shown wherever structures are."""

from collections.abc import Sequence

import numpy as np
from attrs import evolve

from workstation.domain.geometry import Vector
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.images.frames import FrameStore
from workstation.services.screen.structures import Structures
from workstation.services.signal import Signal
from workstation.services.viewer.drawn_segments import Segment, as_structures
from workstation.services.viewer.segment_sheets import Sheet
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes
from workstation.text import tr


class DrawnSheets:
    """What `Segmenting` builds on. Home thread."""

    def __init__(
        self, viewer: Viewer, structures: Structures, volumes: Volumes, store: FrameStore
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.leaving: Signal[None] = Signal()  # what is drawn is forgotten now
        self.radius_mm = 5.0
        self.erases = False
        self._viewer, self._structures = viewer, structures
        self._volumes, self._store = volumes, store
        self._sheets: dict[str, Sheet] = {}
        structures.left.connect(lambda _: self._leave())

    def _leave(self) -> None:
        self.leaving.emit(None)
        self._sheets.clear()

    # --- what there is ----------------------------------------------------------------

    def on(self, display_set: DisplaySet) -> tuple[Segment, ...]:
        sheet = self._sheets.get(display_set.id)
        return sheet.segments if sheet else ()

    def place_of(self, name: str) -> tuple[DisplaySet, Vector]:
        """The series and the middle of a segment where it is largest. Raises CommandError."""
        for own, segments in self.sheets:
            for each in segments:
                plane = own.frames[each.largest].plane if each.id == name and each.slices else None
                if plane is not None:
                    rows, columns = np.nonzero(each.slices[each.largest])
                    return own, plane.to_patient(float(columns.mean()), float(rows.mean()))
        raise CommandError(tr("no segment is {name}", name=name))

    @property
    def sheets(self) -> tuple[tuple[DisplaySet, tuple[Segment, ...]], ...]:
        """Everything that is drawn, series by series."""
        return tuple((each.display_set, each.segments) for each in self._sheets.values())

    def restore(self, display_set: DisplaySet, segments: Sequence[Segment]) -> None:
        """What was drawn before the program ended; never over what is drawn now."""
        if display_set.id in self._sheets or not segments:
            return
        sheet = self._sheet_of(display_set)
        taken = {each.number for _, others in self.sheets for each in others}
        for each in segments:
            number = each.number if each.number not in taken else max(taken) + 1
            sheet.segments = (*sheet.segments, evolve(each, number=number))
            taken.add(number)
        sheet.active = sheet.segments[-1].number
        sheet.changes = max(each.revision for each in segments)
        self._structures.shown = True
        self._show(sheet)

    # --- inside -----------------------------------------------------------------------

    def _sheet_of(self, display_set: DisplaySet) -> Sheet:
        refusal = why_no_volume(display_set)
        if refusal:
            raise CommandError(tr("nothing is drawn here: {why}", why=refusal))
        return self._sheets.setdefault(display_set.id, Sheet(display_set))

    def _sheet(self, *, empty: bool = False) -> Sheet:
        """Of the series on the active view, else of what is laid over it."""
        shown = self._viewer.shown(self._viewer.active)
        views = [] if shown is None else [shown.display_set]
        if shown is not None and shown.fused is not None:
            views.append(shown.fused.display_set)
        found = [self._sheets[each.id] for each in views if each.id in self._sheets]
        sheet = next((each for each in found if empty or each.segments), None)
        if sheet is None:
            raise CommandError(tr("nothing is drawn on this series"))
        return sheet

    def _fresh(self, sheet: Sheet, name: str, *, grown: bool = False) -> Segment:
        """Numbers are those of the case: a report that cites S2 cites one segment."""
        numbers = [each.number for _, segments in self.sheets for each in segments]
        made = sheet.begin(1 + max(numbers, default=0), name, grown=grown)
        self._structures.shown = True
        self._show(sheet)
        return made

    def _show(self, sheet: Sheet) -> None:
        sheet.revision += 1
        drawn = as_structures(sheet.display_set, sheet.segments, sheet.revision)
        for key, pixels in drawn.pixels.items():
            if not self._store.has(key):
                self._store.put(key, pixels)
        self._structures.know((drawn.display_set,))
        self._structures.traced.emit(None)
        self.changed.emit(None)
