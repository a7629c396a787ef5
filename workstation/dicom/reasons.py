"""Why an image is not shown: stable codes, and the words a reader sees for them.

The child answers with a code alone; the words are the program's own, so that nothing
from a file reaches the screen this way. docs/reasons.md explains each.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workstation.errors import NotDisplayable
from workstation.text import tr

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "truncated": "The image is incomplete: its data end too early.",
        "damaged": "The image data are damaged and cannot be decoded.",
        "mismatch": "The image data do not have the size or depth that the header states.",
        "budget": "The image claims to be larger than this workstation accepts.",
        "bad-format": "The header does not describe pixels that can be shown.",
        "unsupported-syntax": "The way this image is compressed is not supported.",
        "video": "This is a video; video is not supported.",
        "no-pixels": "The object holds no image.",
        "missing-frame": "The object does not hold this frame.",
        "not-dicom": "What the site sent is not a DICOM object.",
        "decoder-crashed": "The decoder failed on this image and was restarted.",
        "decoder-hung": "The decoder did not finish this image in time and was restarted.",
        "decoder-memory": "Decoding this image needs more memory than is allowed.",
        "not-delivered": "The site did not deliver this image.",
        "incomplete-answer": "The site's answer broke off before the image was complete.",
        "refused": "The site refuses this image.",
    }
)


class Undecodable(Exception):
    """Raised where pixels are decoded; carries one of the codes of `WORDS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def not_displayable(reason: str) -> NotDisplayable:
    """The error a reader sees; an unknown code is worded as damage."""
    known = reason if reason in WORDS else "damaged"
    return NotDisplayable(tr(WORDS[known]), known)
