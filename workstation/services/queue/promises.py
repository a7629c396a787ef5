"""Deadlines of cases whose list names none, as the contract with the site has them."""

from collections.abc import Sequence
from datetime import timedelta

from attrs import evolve

from workstation.domain.promise import Promise
from workstation.domain.worklist import Lack, WorklistItem


def promised(item: WorklistItem, promises: Sequence[Promise]) -> WorklistItem:
    """The first promise that fits counts. What the site itself says is never changed."""
    if item.is_promised:
        return item
    found = next((each for each in promises if each.fits(item)), None)
    if found is None:
        return item
    due = item.listed + timedelta(minutes=found.minutes)
    return evolve(item, due=due, lacks=item.lacks - {Lack.DUE})
