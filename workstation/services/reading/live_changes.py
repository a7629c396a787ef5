"""What a site changed about a case while it is open, in words; and what must stop the reader."""

from attrs import frozen

from workstation.domain.worklist import Priority, WorklistItem
from workstation.text import tr, trn


@frozen
class Change:
    """`what` in a word, for the record. `stops`: the case as it was opened is no more; its report
    cannot be signed as it is. `minor`: it does not take the place of other news."""

    what: str
    words: str
    stops: bool = False
    minor: bool = False


def change(opened: WorklistItem, now: WorklistItem | None) -> Change | None:
    """The most grave of what changed; None where nothing of it concerns the reader.

    Images and claims are told by `more_images` and `claimed_by`.
    """
    if now is None:
        words = tr("The site withdrew this case; your text is kept")
        return Change("withdrawn", words, stops=True)
    if now.patient != opened.patient or now.patient_ref != opened.patient_ref:
        words = tr("The site changed whose case this is; your text is kept. Close it, open it anew")
        return Change("patient", words, stops=True)
    if (now.study, now.accession, now.order_id) != (
        opened.study, opened.accession, opened.order_id,
    ):  # fmt: skip
        words = tr("The site changed the order of this case; your text is kept. Open it anew")
        return Change("order", words, stops=True)
    return _news(opened, now)


def _news(opened: WorklistItem, now: WorklistItem) -> Change | None:
    if now.priority is not opened.priority:
        if now.priority is Priority.STAT:
            return Change("priority", tr("This case is STAT now"))
        return Change("priority", tr("Priority now: {priority}", priority=now.priority.value))
    if now.tier is not opened.tier:
        return Change("tier", tr("Promised now: a {tier} read", tier=now.tier.value))
    if now.indication != opened.indication:
        words = tr("The indication changed: {words}", words=now.indication or tr("none"))
        return Change("indication", words)
    if now.due != opened.due:
        return Change("due", tr("Due {time} now", time=f"{now.due:%H:%M} UTC"))
    return None


def more_images(count: int) -> Change:
    """How many came since the case was opened."""
    words = trn(
        count,
        "{n} more image since you opened the case",
        "{n} more images since you opened the case",
    )
    return Change("images", words, minor=True)


def claimed_by(item: WorklistItem) -> Change:
    """The claim is another reader's now."""
    who = item.holder or tr("another reader")
    return Change("reader", tr("claimed by {who}; your text is kept", who=who), stops=True)
