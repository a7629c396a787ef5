"""What the program needs of files on this machine, as Protocols; adapters fulfil them."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen


@frozen
class Digest:
    """What the stored values of all frames of an object are (contracts.md, `inspect`).

    `bad` names frames that cannot be decoded, with the code of `dicom.reasons`; then there
    is no hash.
    """

    shape: tuple[int, ...]
    dtype: str
    lossy: bool
    bad: tuple[tuple[int, str], ...] = ()
    pixel_sha256: str = ""
    least: float | None = None
    most: float | None = None


class LocalObject(Protocol):
    """A file below a path that was named, or a member of an archive among them."""

    @property
    def path(self) -> str:
        """As it is shown: relative to the path that was named, `zip!member` in archives."""
        ...

    @property
    def reason(self) -> str:
        """Why there is nothing to read (a code of `dicom.reasons`); usually empty."""
        ...

    @property
    def is_archive(self) -> bool:
        """It is a ZIP file; its members follow as objects of their own."""
        ...

    def read(self, most: int | None = None) -> bytes:
        """Its bytes, or the first ones. Raises `NotDisplayable`."""
        ...

    def beside(self, components: Sequence[str]) -> "LocalObject | None":
        """The file that a DICOMDIR at this place names; never one outside its folder."""
        ...


class ObjectDecoder(Protocol):
    """Opens whole Part 10 objects in the decoder child. They raise `NotDisplayable`."""

    def header(self, data: bytes) -> bytes:
        """DICOM JSON, as a site's metadata would be."""
        ...

    def digest(self, data: bytes, frame_bytes: int, frames: int) -> Digest:
        """Decode all frames; what one of them takes, and how many, was read in the header."""
        ...

    def has_usable_profile(self, profile: bytes) -> bool:
        """Whether colours can be brought to sRGB by it; raises nothing."""
        ...
