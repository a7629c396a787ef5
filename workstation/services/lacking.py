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
    }
    return tuple(words[each] for each in Lack if each in item.lacks)


def in_short(item: WorklistItem) -> str:
    """For the strip of the case; empty where the list can do all."""
    words = {
        Lack.CLAIM: tr("claims"),
        Lack.DUE: tr("deadlines"),
        Lack.STATUS: tr("states"),
        Lack.RELEASE: tr("way to give a case back"),
        Lack.DRAFTS: tr("drafts"),
    }
    named = ", ".join(words[each] for each in Lack if each in item.lacks)
    if Lack.CLAIM in item.lacks:
        return tr("Another reader may have this open too: the list has no {what}", what=named)
    return tr("This list has no {what}", what=named) if named else ""
