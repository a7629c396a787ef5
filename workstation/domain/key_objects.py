"""Images that somebody picked out for others, and why (PS3.3 A.35.4, PS3.16 TID 2010)."""

from datetime import date

from attrs import field, frozen

from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.referenced import ReferencedImage, mean


@frozen
class Title:
    """A coded title of CID 7010, with the modifiers of CID 7011 or 7012 in their words."""

    value: str
    scheme: str
    meaning: str
    modifiers: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """ "Rejected for Quality Reasons: Patient motion"."""
        more = ", ".join(self.modifiers)
        return f"{self.meaning}: {more}" if more else self.meaning


@frozen
class KeySelection:
    """One key object selection document."""

    sop: SopUID
    title: Title
    images: tuple[ReferencedImage, ...]
    description: str = field(default="", repr=False)
    creator: str = field(default="", repr=False)
    created: date | None = None
    created_time: str = ""  # "17:31", by the clock of whoever made it

    def has(self, frame: FrameKey) -> bool:
        return mean(self.images, frame)
