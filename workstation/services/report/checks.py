"""What is asked of a report before it may be signed: what is looked at, and one line of the list.

A rule is a pure function of `Facts`; it yields what it found, and where it yields nothing it
has passed. A block stops the signature until it is settled, or overridden with a reason where
the rule allows that; a warning is shown again in the sign dialog. The rules: `check_rules`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from workstation.domain.measurement import Measurement
from workstation.domain.patient import Patient
from workstation.domain.report import FieldRef, IssuedReport, Report
from workstation.domain.report_field import Link

Severity = Literal["block", "warn", "passed"]


@frozen
class Images:
    """How much of the study has arrived and been looked at; frames of the current study.

    `received` and `expected` are the platform's counts of instances, the rest ours; of a series
    that is `lost` nobody knows how many images it has.
    """

    received: int = 0
    expected: int | None = None
    loaded: int = 0
    failed: int = 0
    total: int = 0
    unseen: tuple[tuple[str, int], ...] = ()  # series, and how many of its images never stood here
    lost: int = 0  # series that could not be described at all

    @property
    def missing(self) -> int:
        """Not arrived: at the site, or here."""
        at_site = max(0, (self.expected or 0) - self.received)
        here = max(0, self.total - self.loaded - self.failed)
        return at_site + here


@frozen
class Facts:
    """Everything the rules look at, gathered on the home thread."""

    report: Report
    images: Images = Images()
    shown: tuple[tuple[str, Patient], ...] = ()  # where, and whose images are there
    measurements: Mapping[tuple[str, str], Measurement | None] = field(
        factory=lambda: MappingProxyType({})
    )  # by (study, id): as they are now; None where they were deleted
    template_fits: bool = True
    side: str = ""  # L or R, as ordered
    read_only: str = ""
    age: int | None = None  # whole years at the time of the scan
    compared: bool = False  # a prior stands or stood beside the images
    preliminary: IssuedReport | None = None  # what a final reading began with
    discrepancy: str = ""  # as the reader judges it
    stat: bool = False


@frozen
class Check:
    """One line of the list. `overridden` is the reason the reader gave."""

    rule: str
    severity: Severity
    text: str
    overridable: bool = False
    overridden: str = ""
    field: FieldRef | None = None

    @property
    def blocks(self) -> bool:
        return self.severity == "block" and not self.overridden


Found = Iterator[Check]
Rule = Callable[[Facts], Found]


def in_order(found: Iterable[Check]) -> tuple[Check, ...]:
    """As they are listed."""
    order = {"block": 0, "warn": 1, "passed": 2}
    return tuple(sorted(found, key=lambda c: (order[c.severity], bool(c.overridden))))


def link_state(link: Link, measurements: Mapping[tuple[str, str], Measurement | None]) -> str:
    """ "same", "changed" or "deleted", against what was cited.

    One that this session has never seen (a draft that was restored) stands as cited.
    """
    key = (link.study, link.measurement)
    if key not in measurements:
        return "same"
    now = measurements[key]
    if now is None:
        return "deleted"
    return "same" if now.revision == link.revision else "changed"


def blocking(checks: Sequence[Check]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.blocks)
