"""May this reader read this study, here and now, and if not, why.

The platform decides and enforces; this says so before anything is fetched.
"""

from datetime import date

from attrs import frozen

from workstation.domain.reader import Licence, Reader
from workstation.domain.worklist import WorklistItem
from workstation.text import tr

#: Roles that read. A reader whose roles the site does not name is judged by licence.
READING_ROLES = frozenset({"radiologist", "resident"})


@frozen
class Verdict:
    """Whether, and why not, in the words of the worklist."""

    allowed: bool
    reason: str = ""
    licence: Licence | None = None


def may_read(reader: Reader | None, item: WorklistItem, on: date) -> Verdict:
    """Judge by the law of the place of the scan; `on` is the day there."""
    if reader is None:
        return Verdict(False, tr("Not signed in at this site"))
    if reader.roles and not READING_ROLES & set(reader.roles):
        return Verdict(False, tr("Your role does not read: {role}", role=", ".join(reader.roles)))
    there = [each for each in reader.licences if each.jurisdiction == item.jurisdiction]
    for licence in there:
        if licence.covers(item.jurisdiction, on):
            return Verdict(True, licence=licence)
    return Verdict(False, _why_not(there, item.jurisdiction, on))


def _why_not(there: list[Licence], jurisdiction: str, on: date) -> str:
    coming = [each.valid_from for each in there if each.valid_from and each.valid_from > on]
    ended = [each.valid_to for each in there if each.valid_to and each.valid_to < on]
    if coming:
        return tr("Licence {place} begins {day}", place=jurisdiction, day=min(coming).isoformat())
    if ended:
        return tr("Licence {place} ended {day}", place=jurisdiction, day=max(ended).isoformat())
    return tr("No licence: {place}", place=jurisdiction)
