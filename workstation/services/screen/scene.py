"""Everything one paint of a viewport says, computed once."""

from attrs import frozen

from workstation.domain.measurement import Measurement
from workstation.imaging.surface import Surface
from workstation.services.screen.overlay_lines import Overlay
from workstation.services.screen.structures import Outlined
from workstation.services.screen.view_lines import Bend, Crosshair, Crossing
from workstation.services.screen.viewed import Reading, Shown
from workstation.viewing.cursor3d import Located
from workstation.viewing.figures import Caption, Figure
from workstation.viewing.resolve import ResolvedView


@frozen(eq=False)
class Scene:
    """What a viewport shows, where its image lies, its words and its ink.

    All from one `Shown`, so that no line of it can belong to another image. `shown` and
    `view` are None together: a report is read there (`reading`), or nothing is hung.
    """

    shown: Shown | None
    view: ResolvedView | None
    words: Overlay
    marks: tuple[Measurement, ...] = ()
    selected: str = ""
    crossings: tuple[Crossing, ...] = ()
    outlined: tuple[Outlined, ...] = ()
    reading: Reading | None = None
    crosshair: Crosshair | None = None
    figures: tuple[Figure | Caption, ...] = ()  # what others drew
    inked: bool = True  # with the overlays of the object itself
    bend: Bend | None = None  # the curve through a volume as it lies here
    surfaces: tuple[Surface, ...] = ()  # of structures in a rendered volume
    spot: Located | None = None  # where the 3D cursor lies on it; shown without other ink too
