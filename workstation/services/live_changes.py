"""What a site changed about a case while it is open, in words; and what must stop the reader."""

from attrs import frozen

from workstation.domain.worklist import Priority, WorklistItem
from workstation.text import tr


@frozen
class Change:
    """`stops`: the case as it was opened is no more; its report cannot be signed as it is."""

    words: str
    stops: bool = False


def change(opened: WorklistItem, now: WorklistItem | None) -> Change | None:
    """The most grave of what changed; None where nothing of it concerns the reader.

    Images, claims and states have their own ways to be told.
    """
    if now is None:
        return Change(tr("The site withdrew this case; your text is kept"), stops=True)
    if now.patient != opened.patient or now.patient_ref != opened.patient_ref:
        words = tr("The site changed whose case this is; your text is kept. Close it, open it anew")
        return Change(words, stops=True)
    if (now.study, now.accession, now.order_id) != (
        opened.study, opened.accession, opened.order_id,
    ):  # fmt: skip
        words = tr("The site changed the order of this case; your text is kept. Open it anew")
        return Change(words, stops=True)
    return _news(opened, now)


def _news(opened: WorklistItem, now: WorklistItem) -> Change | None:
    if now.priority is not opened.priority:
        if now.priority is Priority.STAT:
            return Change(tr("This case is STAT now"))
        return Change(tr("Priority now: {priority}", priority=now.priority.value))
    if now.tier is not opened.tier:
        return Change(tr("Promised now: a {tier} read", tier=now.tier.value))
    if now.indication != opened.indication:
        return Change(tr("The indication changed: {words}", words=now.indication or tr("none")))
    if now.due != opened.due:
        return Change(tr("Due {time} now", time=f"{now.due:%H:%M} UTC"))
    return None
