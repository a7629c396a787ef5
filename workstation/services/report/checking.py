"""Checking: what is asked of the report before it may be signed, after each pause of the hand.

The rules are `services.report.checks`; here is when they are asked, and what was set aside.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from workstation.domain.patient import Patient
from workstation.domain.template import Template
from workstation.services.jobs import Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.keeping import SealedStore
from workstation.services.report.checklist import why_not
from workstation.services.report.checks import Check, Facts, Images
from workstation.services.report.draft_saving import DraftSaver
from workstation.services.report.supporting import Supporting
from workstation.services.signal import Signal
from workstation.text import tr

#: The list of checks follows the words after this pause.
CHECK_AFTER_S: Final = 0.3
#: And never later than this after the first word that changed.
CHECK_BY_S: Final = 3.0


class Checking(Supporting):
    """What `Reporting` builds on. Home thread."""

    templates: tuple[Template, ...] = ()  # there are here and now

    def __init__(self, saver: DraftSaver, store: SealedStore, jobs: Jobs, clock: Clock) -> None:
        self.checks_changed: Signal[None] = Signal()
        super().__init__(saver, store, jobs, clock)

    def _clear_draft(self) -> None:
        super()._clear_draft()
        self._check_by = 0.0
        self._forget_check: Callable[[], None] | None = None
        self._steps: Iterator[None] = iter(())

    def displays(self, shown: Sequence[tuple[str, Patient]]) -> None:
        """Whose images are on the screen, and where; another patient blocks the signature."""
        if self._checklist.shown != tuple(shown):
            self._checklist.shown = tuple(shown)
            self._announce()

    def received(self, images: Images) -> None:
        """How much of the study has arrived."""
        if images != self._checklist.images:
            self._checklist.images = images
            self._check_soon()

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every rule's verdict on the report as it is now."""
        facts = self._facts_of_checks()
        return self._checklist.of(facts) if facts is not None else ()

    def _facts_of_checks(self) -> Facts | None:
        report, evidence = self.report, self._evidence
        if report is None or self.settled:
            return None
        template = next((t for t in self.templates if t.id == report.template), None)
        return self._checklist.facts(
            report, self.item, template, evidence.known, self.read_only, evidence.has_priors,
            (self.preliminary, self.judged[0]),
        )  # fmt: skip

    def override(self, rule: str, reason: str) -> None:
        """Sign in spite of a check; the reason goes with the report."""
        self._need_writable()
        self._checklist.set_aside(self.checks, rule, reason)
        self._written()

    def next_check(self) -> None:
        """Make the field of the next unsettled check the current one; what blocks comes first."""
        unsettled = [c for c in self.checks if c.severity != "passed"]
        unsettled.sort(key=lambda check: check.severity != "block")
        places = [check.field for check in unsettled if check.field]
        if not places:
            return
        at = places.index(self.current) if self.current in places else -1
        self.current = None
        self.go_to(places[(at + 1) % len(places)])

    @property
    def overrides(self) -> Mapping[str, str]:
        return self._checklist.overrides

    @property
    def why_not_signed(self) -> str:
        """Why the sign button is off, in words; empty when it is on."""
        if self.report is None:
            return tr("no report is open")
        if self.read_only:
            return self.read_only
        return why_not(self.checks)

    def _announce(self) -> None:
        super()._announce()
        self._check_soon()

    def _check_soon(self) -> None:
        """After a pause of the hand, or of hands that never pause in the end."""
        now = self._clock.monotonic()
        if self._forget_check is None:
            self._check_by = now + CHECK_BY_S
        else:
            self._forget_check()
        self._steps = iter(())
        wait = min(CHECK_AFTER_S, max(0.0, self._check_by - now))
        self._forget_check = self._jobs.later(wait, self._check_now)

    def _check_now(self) -> None:
        self._forget_check = None
        facts = self._facts_of_checks()
        self._steps = self._checklist.step_by_step(facts) if facts is not None else iter(())
        self._check_on(self._steps)

    def _check_on(self, steps: Iterator[None]) -> None:
        """One rule, and the next on a later turn; a change of the report begins anew."""
        if steps is not self._steps:
            return
        if next(steps, self) is self:
            self.checks_changed.emit(None)
        else:
            self._jobs.later(0.0, lambda: self._check_on(steps))
