"""What a reader draws, as it is measured, listed and cited."""

from workstation.services.lesions import Lesions
from workstation.services.reporting import Reporting
from workstation.services.segmenting import Segmenting
from workstation.services.segments_measured import SegmentsMeasured
from workstation.services.viewer import Viewer
from workstation.services.volumes import Volumes


def lesions_of(
    viewer: Viewer, segments: Segmenting, volumes: Volumes, reporting: Reporting
) -> Lesions:
    """The report learns of what was drawn as it does of what was measured."""
    measured = SegmentsMeasured(segments, volumes)
    measured.changed.connect(lambda _: reporting.take_segments(measured.marks))
    return Lesions(viewer, segments, measured)
