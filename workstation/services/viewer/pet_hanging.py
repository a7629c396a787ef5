"""PET over CT as a department hangs it: three fused planes, and the MIP of the PET beside them."""

from typing import Final

from attrs import evolve

from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.jobs import Job
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.fusing import Fusing
from workstation.services.viewer.shaping import Shaping
from workstation.text import tr
from workstation.viewing.volume_look import VolumeLook

#: What lies below, and above.
_BELOW: Final = ("CT", "MR")
_ABOVE: Final = ("PT", "NM")


class PetHanging(Shaping, Fusing):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def hang_fusion(self) -> tuple[int, Job[None] | None]:
        """On which view the MIP is, and the job that makes a volume. Planes of before go.

        Raises
        ------
        CommandError
            Nothing here lies in the space of a PET, or geometry allows no planes.
        """
        if self.in_mpr:
            self.toggle_mpr()
        shown = self._need_shown()
        if shown.rendering is not None:
            self.leave_volume()
        if shown.display_set.modality in _ABOVE:
            self._come_below(shown)
        if self.viewports[self.active].fusion is None:
            self.toggle_fusion()
        fusion = self.viewports[self.active].fusion
        assert fusion is not None
        planes = self.toggle_mpr()
        above = self._sets[fusion.display_set]
        index = next(at for at, state in enumerate(self.viewports) if state.plane is None)
        with self._step():
            self._board.put(index, above.id)
            preset = self.volume_presets.of(above.modality)[0]
            look = VolumeLook(preset.name, voi=self._board[index].voi)
            voi = preset.window or look.voi
            self._board[index] = evolve(self._board[index], look=look, voi=voi)
        job = self.volumes.being_made(above)
        self.changed.emit(None)
        return index, planes or job

    def _come_below(self, shown: Shown) -> None:
        """In place of the PET what it is laid over: the most images of its space."""
        fit: list[DisplaySet] = [
            each
            for each in self._sets.values()
            if each.modality in _BELOW
            and not why_no_volume(each)
            and self._same_space(shown.frame, each)
        ]
        if not fit:
            raise CommandError(tr("no CT or MR of this patient space lies here"))
        best = min(fit, key=lambda each: (_BELOW.index(each.modality), -len(each.frames)))
        with self._step():
            self._board.put(shown.index, best.id)
        self._look_at(self._board[shown.index])
