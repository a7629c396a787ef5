"""A case in words that every hospital shares, by its hospital's list of procedure codes."""

from attrs import evolve

from workstation.domain.procedure import Procedures
from workstation.domain.worklist import WorklistItem


def normalised(item: WorklistItem, known: Procedures | None) -> WorklistItem:
    """Region, side and common code as the list says them; what it does not say stays as the
    site sent it. A code that is not in the list is marked, and told by its words."""
    code = item.procedure_code.strip().upper()
    if known is None or not code:
        return item
    meant = known.get(code)
    if meant is None:
        return evolve(item, unmapped=True)
    return evolve(
        item,
        unmapped=False,
        body_part=meant.region.capitalize() or item.body_part,
        laterality=meant.side or item.laterality,
        common_code=meant.code,
    )
