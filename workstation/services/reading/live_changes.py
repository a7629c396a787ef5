"""What a site changed about a case while it is open, in words; and what must stop the reader."""

from datetime import UTC

from attrs import frozen

from workstation.domain.worklist import Priority, ReadState, WorklistItem
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
        words = tr("Withdrawn by the site; your text is kept")
        return Change("withdrawn", words, stops=True)
    if now.patient != opened.patient or now.patient_ref != opened.patient_ref:
        words = tr("Patient changed by the site; your text is kept. Open the case anew")
        return Change("patient", words, stops=True)
    if (now.study, now.accession, now.order_id) != (
        opened.study, opened.accession, opened.order_id,
    ):  # fmt: skip
        words = tr("Order changed by the site; your text is kept. Open the case anew")
        return Change("order", words, stops=True)
    if now.state is ReadState.FINAL and opened.state is not ReadState.FINAL:
        return _read_by(now)
    return _news(opened, now)


def _news(opened: WorklistItem, now: WorklistItem) -> Change | None:
    if now.state is ReadState.PRELIMINARY and opened.state is not ReadState.PRELIMINARY:
        return Change("preliminary", tr("A preliminary report came; close and open to see it"))
    if now.priority is not opened.priority:
        if now.priority is Priority.STAT:
            return Change("priority", tr("This case is STAT now"))
        return Change("priority", tr("Priority now: {priority}", priority=now.priority.value))
    if now.tier is not opened.tier:
        return Change("tier", tr("Promised now: a {tier} read", tier=now.tier.value))
    if now.indication != opened.indication:
        words = tr("Indication now: {words}", words=now.indication or tr("none"))
        return Change("indication", words)
    if now.due != opened.due:
        # as the details tell it: in the time of the site
        zone = now.acquired.tzinfo if now.acquired is not None else UTC
        return Change("due", tr("Now due {time}", time=f"{now.due.astimezone(zone):%H:%M %Z}"))
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
    """The claim is not this reader's any more."""
    if item.state is ReadState.FINAL:
        return _read_by(item)
    if item.holder:
        words = tr("claimed by {who}; your text is kept", who=item.holder)
    elif item.meant_for:
        words = tr("given to {who} by the site; your text is kept", who=item.meant_for)
    else:
        words = tr("the site ended your claim; your text is kept. Open it anew to go on")
    return Change("reader", words, stops=True)


def _read_by(item: WorklistItem) -> Change:
    if item.holder:
        words = tr("Read meanwhile by {who}; your text is kept", who=item.holder)
    else:
        words = tr("Read meanwhile by somebody else; your text is kept")
    return Change("read", words, stops=True)
