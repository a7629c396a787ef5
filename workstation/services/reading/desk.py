"""The desk: what the report must know of what is on the screen.

Measurements, whose images are shown, how much has arrived: the viewer and the loader
say it, the report's checks need it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from workstation.domain.identifiers import StudyRef
from workstation.domain.report import SectionKind
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.domain.technique import Fact
from workstation.domain.worklist import WorklistItem
from workstation.services.images.coverage import FrameState
from workstation.services.images.loading import Loader
from workstation.services.report.checks import Images
from workstation.services.report.drafts import Draft
from workstation.services.report.reporting import Reporting
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.viewing.hanging import IMAGES

#: What is there to be looked at itself; segmentations and the like are drawn on it.
_LOOKED_AT: Final = IMAGES | {DisplaySetKind.DOCUMENT}
#: What the technique line of a report is begun with.
_TECHNIQUE: Final = frozenset(
    {Fact.REPETITION, Fact.ECHO, Fact.KVP, Fact.CURRENT, Fact.KERNEL, Fact.TRACER}
)


class Desk:
    """Owned by the session, lives on the home thread."""

    def __init__(self, viewer: Viewer, loader: Loader, reporting: Reporting) -> None:
        self._viewer = viewer
        self._loader = loader
        self._reporting = reporting
        self._item: WorklistItem | None = None
        viewer.measurements_changed.connect(self._measured)
        viewer.changed.connect(self._shown)
        viewer.counted.connect(self._counted)
        loader.problems.connect(self._lacking)
        reporting.draft_taken_up.connect(self._measure_again)

    def set_out(self, item: WorklistItem) -> None:
        """This is the case on the desk, with the counts as the site has them."""
        self._item = item
        self._count()

    def clear(self) -> None:
        self._item = None

    def describe_technique(self, sets: Sequence[DisplaySet]) -> None:
        """The technique line comes from the images, where they tell."""
        frame = next((each.frames[0] for each in sets if each.frames), None)
        said = [each.words for each in frame.technique if each.fact in _TECHNIQUE] if frame else []
        if said:
            words = ", ".join(said) + "."
            self._reporting.prefill(SectionKind.TECHNIQUE, words, tr("images"))
        self._count()

    def _measure_again(self, draft: Draft) -> None:
        """A draft brings its measurements back; of another site's study there can be none."""
        site = draft.report.binding.site
        kept = [m for m in draft.measurements if m.frame.site == site]
        keys = [key for key in draft.key_images if key.frame.site == site]
        scales = [scale for scale in draft.scales if scale.frame.site == site]
        names = [str(c.get("id", "")) for c in draft.cited]
        self._viewer.restore_measurements(kept, names, keys, scales, draft.views)

    def _measured(self, _: None) -> None:
        viewer = self._viewer
        self._reporting.take_measurements(
            viewer.measurements, viewer.key_images, viewer.marks.scales, viewer.marks.views
        )

    def _shown(self, _: None) -> None:
        if self._item is not None:
            shown = [(study.label, study.patient) for study in self._viewer.studies]
            for study in self._viewer.studies:  # and whose the objects themselves say they are
                own = {each.patient for each in self._viewer.display_sets(study.ref)}
                shown += [(study.label, patient) for patient in own if patient is not None]
            # Whom the reader confirmed as the patient is the patient.
            known = self._viewer.current.known_as if self._viewer.current is not None else ()
            self._reporting.displays([
                (label, self._item.patient if any(each.may_be(who) for each in known) else who)
                for label, who in shown
            ])  # fmt: skip

    def _counted(self, display_set: str) -> None:
        """An image is here, cannot be shown, or was shown for the first time."""
        item = self._item
        if item is not None:
            own = self._viewer.display_sets(item.ref)
            if any(each.id == display_set for each in own):
                self._count()

    def _lacking(self, problem: tuple[StudyRef, str]) -> None:
        """A series that cannot be fetched is no image that could be counted."""
        if self._item is not None and problem[0] == self._item.ref:
            self._count()

    def _unseen(self, sets: Iterable[DisplaySet]) -> Iterator[tuple[str, int]]:
        for each in sets:
            if each.kind not in _LOOKED_AT or each.series in self._viewer.saved_planes:
                continue  # planes that were saved show nothing that their images do not
            if count := self._viewer.frames_in(each.id, FrameState.LOADED):
                yield each.label, count

    def _count(self) -> None:
        item = self._item
        if item is None:
            return
        progress = [self._loader.progress(each.id) for each in self._loader.display_sets(item.ref)]
        self._reporting.received(
            Images(
                item.images_received,
                item.images_expected,
                sum(each.loaded for each in progress),
                sum(each.failed for each in progress),
                sum(each.total for each in progress),
                tuple(self._unseen(self._viewer.display_sets(item.ref))),
                self._loader.lost_series(item.ref),
            )
        )
