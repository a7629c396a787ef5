"""What a contract promises where the site's list does not say it: minutes from the listing."""

from attrs import frozen

from workstation.domain.worklist import Priority, Tier, WorklistItem


@frozen
class Promise:
    """Fits cases of which every word is true: a priority, a tier, a modality."""

    words: frozenset[str]
    minutes: float

    def fits(self, item: WorklistItem) -> bool:
        return self.words <= {item.priority.value, item.tier.value, item.modality}


def promise_of(text: str, minutes: float) -> Promise | None:
    """From "stat CT"; None where a word is neither a priority, a tier nor a DICOM modality."""
    known = {*(each.value for each in Priority), *(each.value for each in Tier)}
    words = text.split()
    good = all(w in known or (w.isupper() and w.isalnum() and 2 <= len(w) <= 16) for w in words)
    return Promise(frozenset(words), minutes) if words and good and minutes > 0 else None
