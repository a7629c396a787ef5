"""An image that a reader marks for others, and how it looked when it was marked."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen

from workstation.domain.identifiers import FrameKey
from workstation.domain.presentation import Voi


class KeyTitle(StrEnum):
    """Why an image was marked (PS3.16 CID 7010, as far as a reader marks one)."""

    OF_INTEREST = "of-interest"
    FOR_REFERRER = "for-referring-provider"
    FOR_SURGERY = "for-surgery"
    FOR_TEACHING = "for-teaching"
    FOR_CONFERENCE = "for-conference"
    FOR_THERAPY = "for-therapy"
    FOR_PATIENT = "for-patient"
    FOR_PEER_REVIEW = "for-peer-review"
    FOR_RESEARCH = "for-research"
    QUALITY_ISSUE = "quality-issue"
    REJECTED = "rejected-for-quality"


#: Code value in DCM, and its meaning.
KEY_CODES: Final = MappingProxyType(
    {
        KeyTitle.OF_INTEREST: ("113000", "Of Interest"),
        KeyTitle.REJECTED: ("113001", "Rejected for Quality Reasons"),
        KeyTitle.FOR_REFERRER: ("113002", "For Referring Provider"),
        KeyTitle.FOR_SURGERY: ("113003", "For Surgery"),
        KeyTitle.FOR_TEACHING: ("113004", "For Teaching"),
        KeyTitle.FOR_CONFERENCE: ("113005", "For Conference"),
        KeyTitle.FOR_THERAPY: ("113006", "For Therapy"),
        KeyTitle.FOR_PATIENT: ("113007", "For Patient"),
        KeyTitle.FOR_PEER_REVIEW: ("113008", "For Peer Review"),
        KeyTitle.FOR_RESEARCH: ("113009", "For Research"),
        KeyTitle.QUALITY_ISSUE: ("113010", "Quality Issue"),
    }
)


@frozen
class SeenAs:
    """Window and orientation of a view; `quarter_turns` are clockwise, after the flip.

    `voi` None: the image has no window (colour).
    """

    voi: Voi | None = None
    inverted: bool = False
    quarter_turns: int = 0
    flipped: bool = False


@frozen
class KeyImage:
    """One frame, marked once."""

    frame: FrameKey
    title: KeyTitle = KeyTitle.OF_INTEREST
    seen: SeenAs = SeenAs()
    image_number: int = 0  # as shown: "image 51"
    series_label: str = ""


@frozen
class SeenFrame:
    """An image that was measured, as it was seen then. Without a window in `seen` it was one
    of its own: that with the index `own_window`."""

    frame: FrameKey
    seen: SeenAs
    own_window: int = 0
