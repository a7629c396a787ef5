"""What the pointer does on an image, whatever tool it holds: for the key sheet and the page.

The hand itself (`ui/viewer/hand.py`) sends the command lines; here they are only told.
"""

from typing import Final

from attrs import frozen

GROUP: Final = "Pointer"


@frozen
class Gesture:
    """In the reader's words; `caps` as they are drawn, one after the other."""

    title: str
    caps: tuple[str, ...]


GESTURES: Final = (
    Gesture("Next and previous image", ("Wheel",)),
    Gesture("Ten images", ("Shift", "Wheel")),
    Gesture("Zoom about the pointer", ("Ctrl", "Wheel")),
    Gesture("Thickness of a slab", ("Alt", "Wheel")),
    Gesture("Move the picture", ("Middle drag",)),
    Gesture("Zoom", ("Right drag",)),
    Gesture("Menu of what is there", ("Right click",)),
    Gesture("One view alone", ("Double click",)),
    Gesture("Drag finely", ("Shift", "Drag")),
    Gesture("Drag coarsely", ("Ctrl", "Drag")),
    Gesture("3D cursor", ("Shift", "Move")),
    Gesture("Not onto the handle of another", ("Ctrl", "Place")),
)
