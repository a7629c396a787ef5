"""The list of checks of the open report: what they look at, and what the reader set aside."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from workstation.domain.measurement import Measurement
from workstation.domain.patient import Patient
from workstation.domain.report import IssuedReport, Report
from workstation.domain.template import Template
from workstation.domain.worklist import Priority, WorklistItem
from workstation.errors import CommandError
from workstation.services.report import check_rules, checks
from workstation.services.report.checks import Check, Facts, Images
from workstation.services.report.report_edits import order_of, ordered_side
from workstation.services.report.templates import fits
from workstation.text import tr

Known = Mapping[tuple[str, str], Measurement | None]


class Checklist:
    """Home thread; owned by `Reporting`. Rules run when somebody asks and facts changed."""

    def __init__(self) -> None:
        self.images = Images()
        self.shown: tuple[tuple[str, Patient], ...] = ()
        self.overrides: Mapping[str, str] = MappingProxyType({})
        self._last: tuple[Facts, Mapping[str, str]] | None = None
        self._found: tuple[Check, ...] = ()

    def facts(
        self, report: Report, item: WorklistItem | None, template: Template | None,
        known: Known, read_only: str, compared: bool,
        over: tuple[IssuedReport | None, str] = (None, ""),
    ) -> Facts:  # fmt: skip
        """What the rules look at now; `compared`: a prior was shown, `over`: the preliminary
        this reading began with, and how it is judged."""
        fitting = template is None or item is None or fits(template, order_of(item))
        side = ordered_side(item) if item else ""
        age = order_of(item).age_years if item else None
        return Facts(
            report, self.images, self.shown, known, fitting, side, read_only, age, compared, *over,
            stat=item is not None and item.priority is Priority.STAT,
        )  # fmt: skip

    def of(self, facts: Facts) -> tuple[Check, ...]:
        """Every rule's verdict, at once."""
        if self._last != (facts, self.overrides):
            self._found = check_rules.run(facts, self.overrides)
            self._last = (facts, self.overrides)
        return self._found

    def step_by_step(self, facts: Facts) -> Iterator[None]:
        """The same, a rule at a step: between two of them a key may be typed."""
        overrides, found = self.overrides, list[Check]()
        if self._last == (facts, overrides):
            return
        for name in check_rules.RULES:
            found += check_rules.verdicts(name, facts, overrides)
            yield
        self._found, self._last = checks.in_order(found), (facts, overrides)

    def set_aside(self, found: Sequence[Check], rule: str, reason: str) -> None:
        """Sign in spite of a rule. Raises CommandError where that cannot be."""
        asked = [check for check in found if check.rule == rule]
        if not asked:
            known = ", ".join(check_rules.RULES)
            raise CommandError(
                tr("no check is named {rule!r}; there are: {known}", rule=rule, known=known)
            )
        if all(check.severity != "passed" and not check.overridable for check in asked):
            words = asked[0].text
            raise CommandError(tr("{what}: this must be settled, no reason will do", what=words))
        if not reason.strip():
            raise CommandError(tr("say why"))
        self.overrides = MappingProxyType({**self.overrides, rule: reason.strip()})


def why_not(found: Sequence[Check]) -> str:
    """Why the sign button is off, in words; empty when nothing blocks."""
    blocks = checks.blocking(found)
    if len(blocks) == 1:
        return blocks[0].text
    return tr("{n} checks block", n=len(blocks)) if blocks else ""
