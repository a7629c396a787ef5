"""What objects say about how images are shown, and how much of it the reader lets them.

Shutters are on until they are lifted.
"""

from collections.abc import Iterable

from workstation.services.viewed import Shown
from workstation.text import tr


def words(shown: Shown) -> Iterable[str]:
    """For the overlay: what changes the image on this viewport, always to be read."""
    if shown.frame.shutter is not None:
        yield tr("Shutter lifted") if shown.state.shutter_lifted else tr("Shutter")
