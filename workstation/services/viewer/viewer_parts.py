"""What the viewer is built of; each part is the application's."""

from attrs import frozen

from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.screen.structures import Structures
from workstation.services.viewer.volumes import Volumes
from workstation.viewing.presets import Presets


@frozen(eq=False)
class ViewerParts:
    """Images, who brings them, what is drawn on them, their volumes and windows."""

    store: FrameStore
    loader: Loader
    structures: Structures
    volumes: Volumes
    presets: Presets
