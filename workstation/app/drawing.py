"""What a reader draws: kept until it is saved, measured, listed and cited; what is registered."""

from collections.abc import Callable

from workstation.domain.identifiers import SiteId
from workstation.services.delivery.segments_kept import SegmentsKept
from workstation.services.delivery.segments_saving import SegmentsSaving
from workstation.services.images.frames import FrameStore
from workstation.services.jobs import Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.report.reporting import Reporting
from workstation.services.viewer.curves_kept import CurvesKept
from workstation.services.viewer.lesions import Lesions
from workstation.services.viewer.registering import Registering
from workstation.services.viewer.registering_priors import RegisteringPriors
from workstation.services.viewer.segmenting import Segmenting
from workstation.services.viewer.segments_measured import SegmentsMeasured
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes
from workstation.settings import Settings


def lesions_of(
    viewer: Viewer, segments: Segmenting, volumes: Volumes, reporting: Reporting
) -> Lesions:
    """The report learns of what was drawn as it does of what was measured."""
    measured = SegmentsMeasured(segments, volumes)
    measured.changed.connect(lambda _: reporting.take_segments(measured.marks))
    return Lesions(viewer, segments, measured)


def keep_drawn(
    viewer: Viewer, segments: Segmenting, saving: SegmentsSaving, store: SealedStore, jobs: Jobs,
    who: Callable[[SiteId], str],
) -> None:  # fmt: skip
    """Segments and curves are there again when their case is; of saved ones the study has them."""
    saving.saved.connect(SegmentsKept(segments, viewer, store, jobs, who).forget)
    CurvesKept(viewer, store, jobs, who)


def registering_of(
    settings: Settings, viewer: Viewer, frames: FrameStore, jobs: Jobs
) -> Registering:
    """By command, and by itself where the reader wants it."""
    made = Registering(viewer, frames, jobs)
    if settings.register_priors:
        RegisteringPriors(viewer, made, frames, jobs).begin()
    return made
