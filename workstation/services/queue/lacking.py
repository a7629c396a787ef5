"""What the list that a case comes from cannot say or do, in the reader's words."""

from workstation.domain.worklist import Lack, WorklistItem
from workstation.text import tr


def lacking(item: WorklistItem) -> tuple[str, ...]:
    """One sentence for each thing a reader would otherwise count on."""
    words = {
        Lack.CLAIM: tr("No claim: another reader may have this case open too"),
        Lack.DUE: tr("No deadline is known"),
        Lack.STATUS: tr("Whether it was read already is not known"),
        Lack.RELEASE: tr("What is claimed cannot be given back"),
        Lack.DRAFTS: tr("Unfinished words stay on this machine"),
        Lack.READERS: tr("A case cannot be given to a reader by name"),
    }
    return tuple(words[each] for each in Lack if each in item.lacks)


def no_claim(item: WorklistItem) -> str:
    """Why a case cannot be claimed without being opened; empty where it can."""
    return tr("This list knows no claims: open the case") if Lack.CLAIM in item.lacks else ""


def no_decline(item: WorklistItem) -> str:
    """Why a case cannot be declined; to say why, it would have to be claimed and given back."""
    if Lack.CLAIM in item.lacks:
        return tr("This list knows no claims: leave the case to others")
    if Lack.RELEASE in item.lacks:
        return tr("What is claimed here cannot be given back: leave the case to others")
    return ""


def no_reassign(item: WorklistItem) -> str:
    """Why a case cannot be given to a reader; empty where it can."""
    return tr("This list takes no case for a reader") if Lack.READERS in item.lacks else ""


def in_short(item: WorklistItem) -> str:
    """For the strip of the case; empty where the list can do all."""
    words = {
        Lack.CLAIM: tr("claims"),
        Lack.DUE: tr("deadlines"),
        Lack.STATUS: tr("states"),
        Lack.RELEASE: tr("way to give a case back"),
        Lack.DRAFTS: tr("drafts"),
    }
    named = ", ".join(words[each] for each in words if each in item.lacks)
    if Lack.CLAIM in item.lacks:
        return tr("Another reader may have this open too: the list has no {what}", what=named)
    return tr("This list has no {what}", what=named) if named else ""
