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
        "codec-missing": "The decoder for this compression is missing: installation damaged.",
        "video": "This is a video; video is not supported.",
        "no-pixels": "The object holds no image.",
        "missing-frame": "The object does not hold this frame.",
        "not-dicom": "This is not a DICOM object.",
        "decoder-crashed": "The decoder failed on this image and was restarted.",
        "decoder-hung": "The decoder did not finish this image in time and was restarted.",
        "decoder-memory": "Decoding this image needs more memory than is allowed.",
        "not-delivered": "The site did not deliver this image.",
        "incomplete-answer": "The site's answer broke off before the image was complete.",
        "another-image": "The site delivered another image under this identifier.",
        "refused": "The site refuses this image.",
        "encrypted": "The archive member is encrypted.",
        "damaged-pdf": "The PDF document is damaged and cannot be opened.",
        "encrypted-pdf": "The PDF document is encrypted; its pages cannot be shown.",
        "unreadable": "The file cannot be read.",
        "not-a-file": "This is not a plain file.",
    }
)

#: What is doubtful about an image that is shown, or about a medium: `inspect` and notices.
NOTICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "duplicate": "The same image was received more than once.",
        "uid-conflict": "Another image with the same identifier was received.",
        "patient-conflict": "The study holds objects of more than one patient.",
        "some-frames": "Some frames of this object cannot be shown.",
        "lost-parts": "Parts of this object are missing: it was sent in several.",
        "no-file-meta": "The file does not say how it is encoded; that was found by looking.",
        "bad-uid": "An identifier of this object is missing or malformed.",
        "bad-spacing": "The pixel spacing is not usable; lengths are in pixels.",
        "bad-position": "The position or orientation is not usable; the image has no place.",
        "bad-rescale": "The rescale values are not usable; stored values are shown.",
        "bad-window": "A window that the image brings is not usable.",
        "bad-lut": "A lookup table that the image brings is not usable.",
        "bad-shutter": "A shutter that the image brings is not usable; what it covers is shown.",
        "bad-palette": "The colours that the image brings are not usable.",
        "bad-profile": "The colour profile is not usable; colours are shown as they are stored.",
        "bad-overlay": "An overlay that the image brings is not usable; it is not drawn.",
        "bad-text": "Text of this object cannot be read surely; names may be wrong.",
        "missing-files": "Files that this directory lists are missing.",
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
